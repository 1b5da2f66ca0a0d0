"""A sheet that a school passes on, version by version, and the actions that others began from one."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Asked
from pydantic.config import JsonDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.actions.models import ActionIn
from app.db import Text, choice, uuid7
from app.domain.action_sheet import Refusal
from app.domain.engagement import Step
from app.domain.passing_on import Credit, Readers
from app.domain.vocabulary import Audience, Axis
from app.library.models import Condition, LibraryFilter

_ID = "01980000-0000-7000-8000-000000000001"
_CONTENT: JsonDict = {
    "title": "Café des parents du vendredi",
    "axis": "familiarity",
    "lever": "conviviality",
    "audience": "all_parents",
    "step": "come",
    "conditions": ["Le jour et l’heure ne changent pas."],
    "answers": {"aims": "Que chaque famille connaisse quelqu’un à l’école.", "people": {"parents": 63}},
}


class SharingIn(SQLModel):
    """Whom a sheet is published to, and whether the school is named.

    `seal` is that of the preview that was read: a sheet that changed since is then refused.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"readers": "circonscription", "credit": "school", "seal": "5f0c1c9d3b6a4e27"}]
        },
    )

    readers: Readers = Field(title="Qui pourra la lire")
    credit: Credit = Field(title="Comment dire d’où elle vient")
    seal: Text | None = Field(default=None, max_length=64, title="Aperçu relu")


class PublishedSheet(SQLModel, table=True):
    """One an action, whatever its versions; withdrawn, nobody else reads any of them."""

    __tablename__ = "published_sheet"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        UniqueConstraint("school_id", "action_id"),
        ForeignKeyConstraint(["school_id", "action_id"], ["action.school_id", "action.id"]),
        Index("ix_published_sheet_id", "id"),
        CheckConstraint(
            "readers <> 'circonscription' OR circonscription_id IS NOT NULL", name="readers_somewhere"
        ),
        CheckConstraint("number >= 1", name="number_range"),
    )
    school_id: UUID
    id: UUID = Field(default_factory=uuid7)
    action_id: UUID
    number: int
    """Its latest version, the one that is read."""
    readers: Readers = Field(sa_type=choice(Readers))
    circonscription_id: UUID | None = Field(default=None, foreign_key="territory.id")
    """Where the school was when it published: the address of a circonscription's sheets."""
    withdrawn_at: datetime | None = None
    version: int = 1


class PublishedSheetVersion(SQLModel, table=True):
    """What was published, as it was shown before: never changed."""

    __tablename__ = "published_sheet_version"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "sheet_id", "number"),
        ForeignKeyConstraint(["school_id", "sheet_id"], ["published_sheet.school_id", "published_sheet.id"]),
        CheckConstraint("number >= 1", name="number_range"),
    )
    school_id: UUID
    sheet_id: UUID
    number: int
    credit: Credit = Field(sa_type=choice(Credit))
    origin: str = Field(max_length=300)
    """« École des Tilleuls, Valmont », or what stands for a school that is not named."""
    title: str = Field(max_length=200)
    axis: Axis = Field(sa_type=choice(Axis))
    lever: str | None = Field(default=None, max_length=60)
    audience: Audience | None = Field(default=None, sa_type=choice(Audience))
    step: Step | None = Field(default=None, sa_type=choice(Step))
    conditions: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    search_text: str = Field(default="", sa_type=sa.Text)
    published_at: datetime


# --- what goes out -------------------------------------------------------------------------------------


class SharedContent(BaseModel):
    """The published part of a sheet, and of the action it describes."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    axis: Axis
    lever: str | None
    audience: Audience | None
    step: Step | None
    conditions: list[str]
    answers: dict[str, Any]


class SharedSheetOut(SharedContent):
    """A published sheet as others read it; `origin` names the school only when the school chose so."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                _CONTENT
                | {
                    "id": _ID,
                    "number": 1,
                    "origin": "École des Tilleuls, Valmont",
                    "readers": "circonscription",
                    "published_at": "2026-11-21T09:00:00Z",
                }
            ]
        },
    )

    id: UUID
    number: int
    origin: str
    readers: Readers
    published_at: datetime


class ToReword(BaseModel):
    """Something that may not leave the school as it is written; the text itself is not repeated."""

    part: str
    question: str
    detail: str
    code: str

    @classmethod
    def of(cls, refusal: Refusal) -> "ToReword":
        return cls(part=refusal.part, question=refusal.question, detail=refusal.told, code=refusal.code)


class SharingOut(BaseModel):
    """What publishing would show today, what forbids it, and what is published already.

    `version` 0 is a sheet that was never published. `was_named`: an earlier version bore the name of the
    school, and who read it knows. `taken_up` counts the actions begun from it, in any school.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sheet_id": _ID,
                    "is_published": True,
                    "readers": "circonscription",
                    "credit": "school",
                    "number": 1,
                    "published_at": "2026-11-21T09:00:00Z",
                    "withdrawn_at": None,
                    "was_named": True,
                    "taken_up": 2,
                    "preview": _CONTENT,
                    "held_back": ["Enfants par an\u202f: un nombre sous 11 ne sort pas de l’école."],
                    "to_reword": [],
                    "seal": "5f0c1c9d3b6a4e27",
                    "version": 1,
                }
            ]
        }
    )

    sheet_id: UUID | None
    is_published: bool
    readers: Readers
    credit: Credit
    number: int
    published_at: datetime | None
    withdrawn_at: datetime | None
    was_named: bool
    taken_up: int
    preview: SharedContent
    held_back: list[str]
    to_reword: list[ToReword]
    seal: str
    version: int


class SharedListing(LibraryFilter):
    """Published sheets, page by page."""

    after: UUID | None = Asked(default=None, description="Le `next` de la page d’avant")
    limit: int = Asked(default=100, ge=1, le=500, description="Combien d’éléments au plus")

    @property
    def equal(self) -> dict[str, Any]:
        """Column of a version → what it must be."""
        return self.model_dump(include={"step", "axis", "lever", "audience"}, exclude_none=True)


class TakeUpSheetIn(ActionIn):
    """Begun from a published sheet. Without `conditions` all of the sheet's become the checklist."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "sheet_id": _ID,
                    "axis": "familiarity",
                    "lever": "conviviality",
                    "step": "come",
                    "title": "Café des parents du mardi",
                    "planned_from": "2027-01-05",
                    "planned_to": "2027-06-25",
                    "conditions": ["Le jour et l’heure ne changent pas."],
                    "goal_ids": [],
                    "partner_ids": [],
                }
            ]
        },
    )

    sheet_id: UUID = Field(title="Fiche reprise")
    conditions: list[Condition] | None = Field(
        default=None,
        max_length=20,
        title="Conditions de réussite à garder",
        description="Elles deviennent une liste à cocher, que vous pourrez changer.",
    )


class AdoptionOut(BaseModel):
    """Where an action of the school was taken up from, as it was told then."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "action_id": "01980000-0000-7000-8000-000000000002",
                    "sheet_id": _ID,
                    "number": 1,
                    "title": "Café des parents du vendredi",
                    "origin": "École des Tilleuls, Valmont",
                    "taken_up_at": "2026-11-21T09:00:00Z",
                }
            ]
        },
    )

    action_id: UUID
    sheet_id: UUID
    number: int
    title: str
    origin: str
    taken_up_at: datetime
