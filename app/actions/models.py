"""AGIR: what a school does, when it takes place, with which partners."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, model_validator
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, Text, Whole, choice, uuid7
from app.domain.vocabulary import (
    ActionState,
    Audience,
    Axis,
    EventState,
    LeadRole,
    PartnerKind,
    PartnerSector,
)


class PartnerIn(SQLModel):
    """An organisation and a function: never a person's name, never a phone number."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Centre social des Tilleuls", "kind": "social_centre", "sector": "culture"}]},
    )

    name: Text = Field(
        min_length=2, max_length=120, title="Organisme", description="Exemple : Centre social des Tilleuls, animatrice famille"
    )
    kind: PartnerKind = Field(title="Type d’organisme")
    sector: PartnerSector = Field(title="Domaine")


class Partner(SQLModel, table=True):
    __table_args__ = (PrimaryKeyConstraint("school_id", "id"), UniqueConstraint("school_id", "name"))
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    name: str = Field(max_length=120)
    kind: PartnerKind = Field(sa_type=choice(PartnerKind))
    sector: PartnerSector = Field(sa_type=choice(PartnerSector))
    version: int = 1


class PartnerOut(PartnerIn):
    id: UUID
    version: int


class ActionIn(SQLModel):
    """What a school writes of an action: the JSON body and the HTML form alike."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
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
    )

    axis: Axis = Field(title="Axe")
    lever: Text | None = Field(default=None, max_length=60, title="Levier")
    title: Text = Field(
        min_length=3, max_length=200, title="Action", description="Exemple : Café des parents du vendredi"
    )
    audience: Audience | None = Field(default=None, title="Pour qui")
    lead_role: LeadRole | None = Field(default=None, title="Qui s’en charge", description="Un rôle, pas un nom.")
    planned_from: Day = Field(title="Du", description="Exemple : 02/10/2026")
    planned_to: Day = Field(title="Au", description="Exemple : 25/06/2027")
    goal_ids: list[UUID] = Field(default_factory=list, max_length=20, title="Objectifs servis")
    partner_ids: list[UUID] = Field(default_factory=list, max_length=20, title="Partenaires")

    @model_validator(mode="after")
    def _in_order(self) -> "ActionIn":
        if self.planned_to < self.planned_from:
            raise ValueError("La date de fin vient avant la date de début.")
        return self


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
    lead_role: LeadRole | None = Field(default=None, sa_type=choice(LeadRole))
    planned_from: date
    planned_to: date
    state: ActionState = Field(default=ActionState.PLANNED, sa_type=choice(ActionState))
    reason: str | None = Field(default=None, max_length=1000)
    created_at: datetime
    version: int = 1


class ActionGoal(SQLModel, table=True):
    __tablename__ = "action_goal"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id", "goal_id"),
        ForeignKeyConstraint(["school_id", "action_id"], ["action.school_id", "action.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["school_id", "goal_id"], ["goal.school_id", "goal.id"]),
    )
    school_id: UUID
    action_id: UUID
    goal_id: UUID


class ActionPartner(SQLModel, table=True):
    __tablename__ = "action_partner"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id", "partner_id"),
        ForeignKeyConstraint(["school_id", "action_id"], ["action.school_id", "action.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["school_id", "partner_id"], ["partner.school_id", "partner.id"]),
    )
    school_id: UUID
    action_id: UUID
    partner_id: UUID


class ActionOut(ActionIn):
    id: UUID
    state: ActionState
    reason: str | None
    created_at: datetime
    version: int


class ActionChange(ActionIn):
    """A whole replacement; the reason goes to the school's history."""

    reason: Text = Field(
        min_length=3, max_length=1000, title="Pourquoi ce changement", description="Une phrase, pour s’en souvenir au prochain conseil."
    )


class ActionStateIn(SQLModel):
    """Only the state changes: running, done, dropped (with its reason), planned again."""

    model_config = ConfigDict(extra="forbid")

    state: ActionState = Field(title="État")
    reason: Text | None = Field(default=None, max_length=1000, title="Pourquoi", description="Une phrase suffit.")


class EventIn(SQLModel):
    """One dated occurrence of an action. Only a held one counts; its parents feed *venues* without retyping."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"planned_on": "2026-11-06", "state": "held", "held_on": "2026-11-06", "parents_present": 14, "partner_ids": []}
            ]
        },
    )

    planned_on: Day = Field(title="Prévu le", description="Exemple : 06/11/2026")
    state: EventState = Field(default=EventState.PLANNED, title="Où en est-il ?")
    held_on: Day | None = Field(default=None, title="Tenu le", description="Si ce n’est pas le jour prévu.")
    parents_present: Whole | None = Field(
        default=None, ge=0, le=5000, title="Parents venus", description="Deux parents d’un même enfant comptent deux. Exemple : 14"
    )
    children_present: Whole | None = Field(default=None, ge=0, le=5000, title="Enfants présents")
    professionals_present: Whole | None = Field(default=None, ge=0, le=1000, title="Professionnels présents")
    invited: Whole | None = Field(default=None, ge=0, le=10_000, title="Parents invités")
    partner_ids: list[UUID] = Field(default_factory=list, max_length=20, title="Partenaires présents")

    @model_validator(mode="after")
    def _held_is_counted(self) -> "EventIn":
        if self.state == EventState.HELD and self.parents_present is None:
            raise ValueError("Un rendez-vous tenu demande le nombre de parents venus (0 si personne n’est venu).")
        if self.state != EventState.HELD and self.held_on is not None:
            raise ValueError("La date « tenu le » n’a de sens que pour un rendez-vous tenu.")
        return self


class Event(SQLModel, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        ForeignKeyConstraint(["school_id", "action_id"], ["action.school_id", "action.id"]),
        Index("ix_event_action", "school_id", "action_id"),
        CheckConstraint("state <> 'held' OR (held_on IS NOT NULL AND parents_present IS NOT NULL)", name="held_is_counted"),
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
