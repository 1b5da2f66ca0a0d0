"""The action sheet of an action: answers to the thirty questions of app.domain.action_sheet."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.domain.action_sheet import completeness
from app.domain.action_sheet_parts import Question

_ANSWERS: JsonDict = {
    "title": "Café des parents du vendredi",
    "carriers": {"chosen": ["school", "social_centre"]},
    "publics": {"chosen": ["all_parents", "children"], "details": {"children": "3 à 6 ans"}},
    "period": {"chosen": ["start_date", "no_end"], "details": {"start_date": "2025-10"}},
    "people": {"parents": 63, "children": 20, "professionals": 6},
    "accessibility": {"geographic": "yes", "cultural": "partly", "physical": "yes", "economic": "yes"},
    "participation": {"design": ["families", "professionals"], "running": ["families"]},
    "evaluation": "under_way",
    "keywords": ["entrée au CP", "langage"],
}


class ActionSheetIn(SQLModel):
    """A whole sheet; what is left out is no longer answered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"answers": _ANSWERS}]})

    answers: dict[str, Any] = Field(
        title="Réponses",
        description="Par partie de question, dans la forme que dit `kind` à `/api/v1/action-sheet-schema`.",
    )


class ActionSheet(SQLModel, table=True):
    __tablename__ = "action_sheet"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id"),
        ForeignKeyConstraint(["school_id", "action_id"], ["action.school_id", "action.id"]),
        CheckConstraint("version >= 1", name="version_range"),
    )
    school_id: UUID
    action_id: UUID
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    sections: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    """The pages that the school has been through: nothing is proposed there again."""
    search_text: str = Field(default="", sa_type=sa.Text)
    updated_at: datetime
    version: int = 1


class LeftOut(BaseModel):
    """A question with something left to say; `number` is none for the title."""

    number: int | None
    parts: list[str]
    title: str

    @classmethod
    def of(cls, question: Question) -> Self:
        parts = [part.slug for part in question.parts]
        return cls(number=question.number, parts=parts, title=question.title)


class ProposedOut(BaseModel):
    """What the action already says, and where: nothing is kept until the school writes it in its answers."""

    value: Any
    told: str


class ActionSheetOut(BaseModel):
    """A sheet as it is kept, and how far it is; version 0 is a sheet that nobody began."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "action_id": "01930000-0000-7000-8000-000000000001",
                    "answers": _ANSWERS,
                    "answered": 7,
                    "asked": 30,
                    "missing": [
                        {
                            "number": 1,
                            "parts": ["sectors"],
                            "title": "Dans quels domaines travaillez-vous\u202f?",
                        }
                    ],
                    "to_specify": [],
                    "proposed": {
                        "surroundings": {"value": {"chosen": ["school"]}, "told": "l’école qui mène l’action"}
                    },
                    "updated_at": "2026-11-21T09:00:00Z",
                    "version": 3,
                }
            ]
        }
    )

    action_id: UUID
    answers: dict[str, Any]
    answered: int
    asked: int
    missing: list[LeftOut]
    to_specify: list[LeftOut]
    proposed: dict[str, ProposedOut]
    updated_at: datetime | None
    version: int


class ListedSheet(BaseModel):
    """One line of the list of a school's sheets."""

    action_id: UUID
    action: str
    answered: int
    asked: int
    keywords: list[str]
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, sheet: ActionSheet, action: str) -> Self:
        found = completeness(sheet.answers)
        return cls(
            action_id=sheet.action_id,
            action=action,
            answered=found.answered,
            asked=found.asked,
            keywords=sheet.answers.get("keywords", []),
            updated_at=sheet.updated_at,
            version=sheet.version,
        )
