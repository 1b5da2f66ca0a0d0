"""AGIR: what a school does, when it takes place, with which partners."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ValidationInfo, WithJsonSchema, field_validator
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, Flag, Impersonal, Text, Whole, choice, uuid7
from app.domain.engagement import Step
from app.domain.levers import LEVERS
from app.domain.vocabulary import (
    ActionState,
    Audience,
    Axis,
    EventState,
    LeadRole,
    PartnerKind,
    PartnerSector,
    PartnerSpecialty,
)


def _known_lever(value: str) -> str:
    if value not in LEVERS:
        raise ValueError("Choisissez un des cinq leviers proposés.")
    return value


LeverSlug = Annotated[
    Text, AfterValidator(_known_lever), WithJsonSchema({"type": "string", "enum": list(LEVERS)})
]


class PartnerIn(SQLModel):
    """An organisation and a function: never a person's name, never a phone number."""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [
                {"name": "Centre social des Tilleuls", "kind": "social_centre", "sector": "culture_leisure"}
            ]
        },
    }

    name: Impersonal = Field(
        min_length=2,
        max_length=120,
        title="Organisme et fonction",
        description="Ni nom ni téléphone. Exemple\u202f: Centre social des Tilleuls, animatrice famille",
    )
    kind: PartnerKind = Field(title="Type d’organisme")
    specialty: PartnerSpecialty | None = Field(
        default=None, title="Spécialité", description="Pour une association seulement."
    )
    sector: PartnerSector = Field(title="Domaine")

    @field_validator("specialty")
    @classmethod
    def _of_an_association(
        cls, value: PartnerSpecialty | None, info: ValidationInfo
    ) -> PartnerSpecialty | None:
        if value is not None and info.data.get("kind") not in {PartnerKind.ASSOCIATION, None}:
            raise ValueError("Seule une association a une spécialité\u202f: videz la case.")
        return value


class Partner(SQLModel, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        UniqueConstraint("school_id", "name"),
        CheckConstraint("specialty IS NULL OR kind = 'association'", name="specialty_of_association"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    name: str = Field(max_length=120)
    kind: PartnerKind = Field(sa_type=choice(PartnerKind))
    specialty: PartnerSpecialty | None = Field(default=None, sa_type=choice(PartnerSpecialty))
    sector: PartnerSector = Field(sa_type=choice(PartnerSector))
    version: int = 1


class PartnerOut(SQLModel):
    """Not a `PartnerIn`: what was written before a rule is still read."""

    id: UUID
    name: str
    kind: PartnerKind
    specialty: PartnerSpecialty | None
    sector: PartnerSector
    version: int


class ActionIn(SQLModel):
    """What a school writes of an action: the JSON body and the HTML form alike."""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [
                {
                    "axis": "familiarity",
                    "title": "Café des parents du vendredi",
                    "planned_from": "2026-10-02",
                    "planned_to": "2027-06-25",
                    "goal_ids": [],
                    "partner_ids": [],
                }
            ]
        },
    }

    axis: Axis = Field(title="Axe")
    lever: LeverSlug | None = Field(
        default=None,
        max_length=60,
        title="Levier",
        description="Ce qui, dans cette action, rapproche les parents.",
    )
    title: Text = Field(
        min_length=3,
        max_length=200,
        title="Action",
        description="Exemple\u202f: Café des parents du vendredi",
    )
    audience: Audience | None = Field(default=None, title="Pour qui")
    step: Step | None = Field(
        default=None,
        title="Ce qu’elle demande aux parents",
        description="De la marche la plus douce à la plus haute.",
    )
    lead_role: LeadRole | None = Field(
        default=None, title="Qui s’en charge", description="Un rôle, pas un nom."
    )
    planned_from: Day = Field(title="Du", description="Exemple\u202f: 02/10/2026")
    planned_to: Day = Field(title="Au", description="Exemple\u202f: 25/06/2027")
    goal_ids: list[UUID] = Field(default_factory=list, max_length=20, title="Objectifs servis")
    partner_ids: list[UUID] = Field(default_factory=list, max_length=20, title="Partenaires")

    @field_validator("planned_to")
    @classmethod
    def _in_order(cls, value: date, info: ValidationInfo) -> date:
        first = info.data.get("planned_from")
        if first is not None and value < first:
            raise ValueError("Cette date vient avant le début de l’action.")
        return value


class Action(SQLModel, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        CheckConstraint("state <> 'dropped' OR reason IS NOT NULL", name="dropped_reason"),
        CheckConstraint("planned_from <= planned_to", name="dates_in_order"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    axis: Axis = Field(sa_type=choice(Axis))
    lever: str | None = Field(default=None, max_length=60)
    title: str = Field(max_length=200)
    audience: Audience | None = Field(default=None, sa_type=choice(Audience))
    step: Step | None = Field(default=None, sa_type=choice(Step))
    lead_role: LeadRole | None = Field(default=None, sa_type=choice(LeadRole))
    planned_from: date
    planned_to: date
    state: ActionState = Field(default=ActionState.PLANNED, sa_type=choice(ActionState))
    reason: str | None = Field(default=None, max_length=1000)
    practice: str | None = Field(default=None, max_length=60)
    """The practice of the library it was taken up from, for ever: also once the library lost it."""
    created_at: datetime
    state_set_at: datetime | None = None
    """When the state was last set by hand; a review says itself what it decided."""
    version: int = 1


class ConditionIn(SQLModel):
    """Something that helps the action succeed, and whether it is there."""

    model_config = {"extra": "forbid"}

    text: Text = Field(min_length=3, max_length=200, title="Condition")
    is_met: Flag = Field(default=False, title="C’est réuni")


class ConditionsIn(SQLModel):
    """The whole checklist of an action, in its order."""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [{"conditions": [{"text": "Le jour et l’heure ne changent pas.", "is_met": True}]}]
        },
    }

    conditions: list[ConditionIn] = Field(max_length=20, title="Conditions de réussite")


class ActionCondition(SQLModel, table=True):
    __tablename__ = "action_condition"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id", "number"),
        ForeignKeyConstraint(
            ["school_id", "action_id"], ["action.school_id", "action.id"], ondelete="CASCADE"
        ),
        CheckConstraint("number >= 1", name="number_range"),
    )
    school_id: UUID
    action_id: UUID
    number: int
    """Its place in the list, from 1."""
    text: str = Field(max_length=200)
    is_met: bool


class ActionGoal(SQLModel, table=True):
    __tablename__ = "action_goal"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id", "goal_id"),
        ForeignKeyConstraint(
            ["school_id", "action_id"], ["action.school_id", "action.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["school_id", "goal_id"], ["goal.school_id", "goal.id"]),
    )
    school_id: UUID
    action_id: UUID
    goal_id: UUID


class ActionPartner(SQLModel, table=True):
    __tablename__ = "action_partner"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id", "partner_id"),
        ForeignKeyConstraint(
            ["school_id", "action_id"], ["action.school_id", "action.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["school_id", "partner_id"], ["partner.school_id", "partner.id"]),
    )
    school_id: UUID
    action_id: UUID
    partner_id: UUID


class SheetAdoption(SQLModel, table=True):
    """The published sheet (app.passing_on) that an action was taken up from, as it was told then.

    A copy: `sheet_id` is another school's row or nothing any more, and no key leads there.
    """

    __tablename__ = "sheet_adoption"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id"),
        ForeignKeyConstraint(
            ["school_id", "action_id"], ["action.school_id", "action.id"], ondelete="CASCADE"
        ),
        Index("ix_sheet_adoption_sheet", "sheet_id"),
    )
    school_id: UUID
    action_id: UUID
    sheet_id: UUID
    number: int
    title: str = Field(max_length=200)
    origin: str = Field(max_length=300)
    taken_up_at: datetime


class ActionOut(ActionIn):
    id: UUID
    state: ActionState
    reason: str | None
    practice: str | None
    conditions: list[ConditionIn]
    created_at: datetime
    version: int


class ActionChange(ActionIn):
    """A whole replacement; the reason goes to the school's history."""

    reason: Text = Field(
        min_length=3,
        max_length=1000,
        title="Pourquoi ce changement",
        description="Une phrase, pour s’en souvenir au prochain conseil.",
    )


class ActionStateIn(SQLModel):
    """Only the state changes: running, done, dropped (with its reason), planned again."""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [{"state": "dropped", "reason": "Peu de familles viennent à cette heure."}]
        },
    }

    state: ActionState = Field(title="État")
    reason: Text | None = Field(
        default=None,
        max_length=1000,
        title="Pourquoi",
        description="Une phrase suffit. Obligatoire pour abandonner.",
    )


class EventIn(SQLModel):
    """One dated occurrence of an action. Only a held one counts; its parents feed *venues* without retyping.

    `held_on` is left out when it took place on the day it was planned for.
    """

    model_config = {
        "extra": "forbid",
        "validate_default": True,  # a held event that says nothing of its parents is refused at that field
        "json_schema_extra": {
            "examples": [
                {"planned_on": "2026-11-06", "state": "held", "parents_present": 14, "partner_ids": []},
            ]
        },
    }

    planned_on: Day = Field(title="Date", description="Exemple\u202f: 06/11/2026")
    state: EventState = Field(default=EventState.PLANNED, title="Où en est-il\u202f?")
    held_on: Day | None = Field(
        default=None, title="Tenu un autre jour, le", description="Seulement si ce n’est pas le jour prévu."
    )
    parents_present: Whole | None = Field(
        default=None,
        ge=0,
        le=5000,
        title="Parents venus",
        description="Deux parents d’un même enfant comptent deux. Exemple\u202f: 14",
    )
    children_present: Whole | None = Field(default=None, ge=0, le=5000, title="Enfants présents")
    professionals_present: Whole | None = Field(
        default=None, ge=0, le=1000, title="Professionnels présents", description="École et partenaires."
    )
    invited: Whole | None = Field(default=None, ge=0, le=10_000, title="Parents invités")
    partner_ids: list[UUID] = Field(default_factory=list, max_length=20, title="Partenaires présents")

    @field_validator("held_on")
    @classmethod
    def _day_of_held(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value is not None and info.data.get("state", EventState.HELD) is not EventState.HELD:
            raise ValueError(
                "Cette date ne vaut que s’il a eu lieu\u202f: changez son état, ou videz la case."
            )
        return value

    @field_validator("parents_present", "children_present", "professionals_present")
    @classmethod
    def _presence_of_held(cls, value: int | None, info: ValidationInfo) -> int | None:
        is_held = info.data.get("state", EventState.HELD) is EventState.HELD
        if value is not None and not is_held:
            raise ValueError(
                "Les présents se comptent s’il a eu lieu\u202f: changez son état, ou videz la case."
            )
        if value is None and is_held and info.field_name == "parents_present" and "state" in info.data:
            raise ValueError("Écrivez combien de parents sont venus, 0 si personne n’est venu.")
        return value


class Event(SQLModel, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        ForeignKeyConstraint(["school_id", "action_id"], ["action.school_id", "action.id"]),
        Index("ix_event_action", "school_id", "action_id"),
        CheckConstraint(
            "state <> 'held' OR (held_on IS NOT NULL AND parents_present IS NOT NULL)", name="held_is_counted"
        ),
        CheckConstraint("parents_present >= 0", name="parents_count"),
        CheckConstraint("children_present >= 0", name="children_count"),
        CheckConstraint("professionals_present >= 0", name="professionals_count"),
        CheckConstraint("invited >= 0", name="invited_count"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    action_id: UUID
    planned_on: date
    held_on: date | None = None
    state: EventState = Field(default=EventState.PLANNED, sa_type=choice(EventState))
    term: str = Field(max_length=12)
    """Computed from the day it was held, or is planned for, and the school's calendar."""
    parents_present: int | None = None
    children_present: int | None = None
    professionals_present: int | None = None
    invited: int | None = None
    version: int = 1


class EventPartner(SQLModel, table=True):
    __tablename__ = "event_partner"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "event_id", "partner_id"),
        ForeignKeyConstraint(["school_id", "event_id"], ["event.school_id", "event.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["school_id", "partner_id"], ["partner.school_id", "partner.id"]),
    )
    school_id: UUID
    event_id: UUID
    partner_id: UUID


class EventOut(EventIn):
    id: UUID
    action_id: UUID
    term: str
    version: int
