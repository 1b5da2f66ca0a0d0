"""AJUSTER: the review of a term, its decisions, and a copy of everything that was on the wall that day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.actions.models import ActionIn
from app.db import Day, TermKey, Text, Whole, choice, uuid7
from app.domain.plan import Verdict
from app.domain.vocabulary import Axis, LeadRole, Status
from app.goals.models import GoalIn
from app.reviews.kinds import FigureKind, ReviewState, TargetKind

NOTES_LENGTH = 4000


class ReviewIn(SQLModel):
    """Opening the review of a term."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"term": "2026-2027-T1"}]})

    term: TermKey = Field(max_length=12, title="Trimestre")


class Review(SQLModel, table=True):
    """One review a term. `number` is the version in preparation while open, the last one closed otherwise."""

    __table_args__ = (
        PrimaryKeyConstraint("school_id", "term"),
        CheckConstraint("number >= 1", name="number_range"),
        CheckConstraint("members_present IS NULL OR members_present >= 1", name="members_count"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    term: str = Field(max_length=12)
    state: ReviewState = Field(default=ReviewState.OPEN, sa_type=choice(ReviewState))
    number: int = 1
    reopen_reason: str | None = Field(default=None, max_length=1000)
    opened_at: datetime
    version: int = 1
    started_at: datetime | None = None
    """When the meeting itself began: its first answer, not the opening, which may be days earlier."""
    chair_role: LeadRole = Field(default=LeadRole.HEAD_TEACHER, sa_type=choice(LeadRole))
    members_present: int | None = None
    notes: str = Field(default="", max_length=NOTES_LENGTH)


class AttendanceIn(SQLModel):
    """How the meeting begins."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"members_present": 9, "chair_role": "head_teacher"}]},
    )

    members_present: Whole = Field(
        ge=1, le=200, title="Membres présents", description="Un nombre. Exemple\u202f: 9"
    )
    chair_role: LeadRole = Field(default=LeadRole.HEAD_TEACHER, title="Présidé par")


class NoteIn(SQLModel):
    """One line added to the notes: two people who write at once both keep theirs."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"about": "visits", "text": "Proposer aussi un café le soir."}]},
    )

    about: str | None = Field(
        default=None,
        max_length=60,
        title="Indicateur",
        description="Celui dont parle la note, s’il y en a un.",
    )
    text: Text = Field(
        min_length=3,
        max_length=500,
        title="Ce qu’on en retient",
        description="Une phrase. Aucun nom d’enfant ni de parent.",
    )


class TargetRef(SQLModel):
    """Which running action or active goal a decision is about."""

    model_config = ConfigDict(extra="forbid")

    kind: TargetKind
    id: UUID


class ChangesIn(SQLModel):
    """The new action or goal of an `add`, or what a `change` makes of one: one of the two."""

    model_config = ConfigDict(extra="forbid")

    action: ActionIn | None = None
    goal: GoalIn | None = None


class DecisionIn(SQLModel):
    """One verdict. `add` has no target and carries the new action or goal in `changes`.

    A second decision on the same target replaces the first, until the review is closed.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "target": {"kind": "action", "id": "01939d3e-0000-7000-8000-000000000000"},
                    "verdict": "stop",
                    "reason": "Peu de familles viennent à cette heure.",
                }
            ]
        },
    )

    target: TargetRef | None = None
    verdict: Verdict
    reason: Text | None = Field(default=None, max_length=1000, title="En une phrase")
    changes: ChangesIn | None = None


class VerdictIn(SQLModel):
    """A decision as the page asks for it: the target is in the address."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict = Field(title="Que décide-t-on\u202f?")
    reason: Text | None = Field(
        default=None, max_length=1000, title="En une phrase", description="Pas de nom d’enfant ni de parent."
    )


class Decision(SQLModel, table=True):
    """A decision of one version of a review; `changes` is the accepted body of the new or changed item.

    An `add` has neither `action_id` nor `goal_id` until the closing makes what it carries.
    """

    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        ForeignKeyConstraint(["school_id", "term"], ["review.school_id", "review.term"]),
        ForeignKeyConstraint(["school_id", "action_id"], ["action.school_id", "action.id"]),
        ForeignKeyConstraint(["school_id", "goal_id"], ["goal.school_id", "goal.id"]),
        UniqueConstraint("school_id", "term", "number", "action_id"),
        UniqueConstraint("school_id", "term", "number", "goal_id"),
        CheckConstraint("action_id IS NULL OR kind = 'action'", name="action_kind"),
        CheckConstraint("goal_id IS NULL OR kind = 'goal'", name="goal_kind"),
        CheckConstraint(
            "verdict = 'add' OR action_id IS NOT NULL OR goal_id IS NOT NULL", name="target_unless_added"
        ),
        CheckConstraint("verdict IN ('keep', 'add') OR reason IS NOT NULL", name="explained"),
    )
    school_id: UUID
    id: UUID = Field(default_factory=uuid7)
    term: str = Field(max_length=12)
    number: int
    kind: TargetKind = Field(sa_type=choice(TargetKind))
    action_id: UUID | None = None
    goal_id: UUID | None = None
    title: str = Field(max_length=200)
    verdict: Verdict = Field(sa_type=choice(Verdict))
    reason: str | None = Field(default=None, max_length=1000)
    changes: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    version: int = 1

    @property
    def target_id(self) -> UUID | None:
        return self.action_id or self.goal_id


class DecisionOut(SQLModel):
    id: UUID
    number: int
    kind: TargetKind
    target_id: UUID | None
    title: str
    verdict: Verdict
    reason: str | None
    changes: dict[str, Any] | None
    version: int


class ClosingIn(AttendanceIn):
    """What is said once at the end of the meeting. Numbers and roles, never names.

    Without `notes` the closing keeps those that were taken during the meeting.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"held_on": "2026-12-15", "chair_role": "head_teacher", "members_present": 9}]
        },
    )

    held_on: Day = Field(title="Date du conseil", description="Exemple\u202f: 15/12/2026")
    notes: Text | None = Field(
        default=None,
        max_length=NOTES_LENGTH,
        title="Notes",
        description="Aucun nom d’enfant ni de parent.",
    )


class ReopeningIn(SQLModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Une décision a été oubliée."}]}
    )

    reason: Text = Field(min_length=3, max_length=1000, title="Pourquoi rouvrir ce bilan")


class ReviewVersion(SQLModel, table=True):
    """One closing. Never changes: later corrections do not alter what was seen that day."""

    __tablename__ = "review_version"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "term", "number"),
        ForeignKeyConstraint(["school_id", "term"], ["review.school_id", "review.term"]),
        CheckConstraint("members_present >= 1", name="members_count"),
    )
    school_id: UUID
    term: str = Field(max_length=12)
    number: int
    held_on: date
    chair_role: LeadRole = Field(sa_type=choice(LeadRole))
    members_present: int
    notes: str = Field(default="", max_length=4000)
    reopen_reason: str | None = Field(default=None, max_length=1000)
    ledger_version: int
    closed_at: datetime
    closed_by: UUID | None = Field(default=None, foreign_key="user.id")


class ReviewFigure(SQLModel, table=True):
    """A copy of one figure, status, target and sentence as they were shown at the closing."""

    __tablename__ = "review_figure"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "term", "number", "position"),
        ForeignKeyConstraint(
            ["school_id", "term", "number"],
            ["review_version.school_id", "review_version.term", "review_version.number"],
        ),
    )
    school_id: UUID
    term: str = Field(max_length=12)
    number: int
    position: int
    kind: FigureKind = Field(sa_type=choice(FigureKind))
    key: str = Field(max_length=60)
    """The indicator's slug, or the id of a goal or an action."""
    label: str = Field(max_length=200)
    state: str = Field(default="", max_length=24)
    axis: Axis | None = Field(default=None, sa_type=choice(Axis))
    """Of an action: where it stood on the sheet."""
    status: Status | None = Field(default=None, sa_type=choice(Status))
    counted: int | None = None
    out_of: int | None = None
    target: str = Field(default="", max_length=200)
    target_value: int | None = None
    target_by: str | None = Field(default=None, max_length=12)
    """Of an indicator: the target that its chart showed, and the term to reach it in."""
    sentence: str = Field(default="", max_length=1000)


class FigureOut(SQLModel):
    kind: FigureKind
    key: str
    label: str
    state: str
    status: Status | None
    counted: int | None
    out_of: int | None
    target: str
    sentence: str


class VersionOut(SQLModel):
    number: int
    held_on: date
    chair_role: LeadRole
    members_present: int
    notes: str
    reopen_reason: str | None
    closed_at: datetime
    decisions: list[DecisionOut]
    figures: list[FigureOut]


class UndecidedOut(SQLModel):
    kind: TargetKind
    id: UUID
    title: str


class ReviewSummary(SQLModel):
    term: str
    state: ReviewState
    number: int
    reopen_reason: str | None
    opened_at: datetime
    started_at: datetime | None
    chair_role: LeadRole
    members_present: int | None
    notes: str
    version: int


class ReviewOut(ReviewSummary):
    decisions: list[DecisionOut]
    undecided: list[UndecidedOut]
    versions: list[VersionOut]
