"""AJUSTER: the review of a term, its decisions, and a copy of everything that was on the wall that day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, TermKey, Text, Whole, choice, uuid7
from app.domain.vocabulary import LeadRole, Status
from app.reviews.kinds import FigureKind, ReviewState, TargetKind, Verdict


class ReviewIn(SQLModel):
    """Opening the review of a term."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"term": "2026-2027-T1"}]})

    term: TermKey = Field(max_length=12, title="Trimestre")


class Review(SQLModel, table=True):
    """One review a term. `number` is the version in preparation while open, the last one closed otherwise."""

    __table_args__ = (PrimaryKeyConstraint("school_id", "term"), CheckConstraint("number >= 1", name="number_range"))
    school_id: UUID = Field(foreign_key="school.id")
    term: str = Field(max_length=12)
    state: ReviewState = Field(default=ReviewState.OPEN, sa_type=choice(ReviewState))
    number: int = 1
    reopen_reason: str | None = Field(default=None, max_length=1000)
    opened_at: datetime
    version: int = 1


class TargetRef(SQLModel):
    """Which running action or active goal a decision is about."""

    model_config = ConfigDict(extra="forbid")

    kind: TargetKind
    id: UUID


class DecisionIn(SQLModel):
    """One verdict. `add` has no target and carries the new action or goal in `changes`."""

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
    changes: dict[str, Any] | None = None


class Decision(SQLModel, table=True):
    """A decision of one version of a review; `changes` is the accepted body of the new or changed item."""

    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        ForeignKeyConstraint(["school_id", "term"], ["review.school_id", "review.term"]),
        sa.Index(
            "uq_decision_target",
            "school_id",
            "term",
            "number",
            "target_id",
            unique=True,
            sqlite_where=sa.text("verdict <> 'add'"),
            postgresql_where=sa.text("verdict <> 'add'"),
        ),
        CheckConstraint("(verdict = 'add') = (target_id IS NULL) OR made_id IS NOT NULL", name="target_unless_added"),
        CheckConstraint("verdict NOT IN ('change', 'stop', 'finish', 'reached') OR reason IS NOT NULL", name="reason"),
    )
    school_id: UUID
    id: UUID = Field(default_factory=uuid7)
    term: str = Field(max_length=12)
    number: int
    target_kind: TargetKind = Field(sa_type=choice(TargetKind))
    target_id: UUID | None = None
    made_id: UUID | None = None
    """What an `add` became when the review was closed."""
    title: str = Field(max_length=200)
    verdict: Verdict = Field(sa_type=choice(Verdict))
    reason: str | None = Field(default=None, max_length=1000)
    changes: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    version: int = 1


class DecisionOut(SQLModel):
    id: UUID
    number: int
    target_kind: TargetKind
    target_id: UUID | None
    made_id: UUID | None
    title: str
    verdict: Verdict
    reason: str | None
    changes: dict[str, Any] | None
    version: int


class ClosingIn(SQLModel):
    """What is said once at the end of the meeting. Numbers and roles, never names."""

    model_config = ConfigDict(extra="forbid")

    held_on: Day = Field(title="Date du conseil", description="Exemple : 15/12/2026")
    chair_role: LeadRole = Field(default=LeadRole.HEAD_TEACHER, title="Présidé par")
    members_present: Whole = Field(ge=1, le=200, title="Membres présents", description="Un nombre. Exemple : 9")
    notes: Text = Field(
        default="", max_length=4000, title="Notes", description="Aucun nom d’enfant ni de parent."
    )


class ReopeningIn(SQLModel):
    model_config = ConfigDict(extra="forbid")

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
    status: Status | None = Field(default=None, sa_type=choice(Status))
    counted: int | None = None
    out_of: int | None = None
    target: str = Field(default="", max_length=200)
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


class ReviewOut(SQLModel):
    term: str
    state: ReviewState
    number: int
    reopen_reason: str | None
    opened_at: datetime
    version: int
    decisions: list[DecisionOut]
    undecided: list[UndecidedOut]
    versions: list[VersionOut]
