"""The counter at the gate: presses that only ever add up, and the closings that turned them into a number."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, field_validator
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, Whole, choice
from app.domain.vocabulary import EventState, Grade

MOST_TAPS = 500
"""In one batch: a phone that holds more sends several."""


class TapIn(SQLModel):
    """One press of +1 or −1, with the id that the phone gave it: sent twice, it counts once."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    delta: Whole = Field(ge=-1, le=1, description="1, ou -1 pour une erreur")
    grade: Grade = Field(default=Grade.ALL, description="Le niveau de classe, ou `all`")
    seconds_ago: Whole = Field(
        default=0,
        ge=0,
        le=10_000_000,
        description="Depuis combien de secondes\u202f: un téléphone mal réglé sait au moins cela",
    )

    @field_validator("delta")
    @classmethod
    def _not_nothing(cls, value: int) -> int:
        if value == 0:
            raise ValueError("1 ou -1 est attendu")
        return value


class TapsIn(SQLModel):
    """What a phone sends at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "taps": [
                        {"id": "5f0c2a52-6f0e-4c9c-9d0b-0e7f5a3c1d11", "delta": 1, "seconds_ago": 4},
                        {"id": "c1b9a3de-1a6f-4a55-8f27-5b8e2d4f6a90", "delta": 1, "grade": "CP"},
                    ]
                }
            ]
        },
    )

    taps: list[TapIn] = Field(min_length=1, max_length=MOST_TAPS)


class EventTap(SQLModel, table=True):
    """One press, append-only by trigger. `received_in` is the turn of the batch it came with."""

    __tablename__ = "event_tap"
    __table_args__ = (
        # The event stands before the id: adding an event up reads one stretch of the key.
        PrimaryKeyConstraint("school_id", "event_id", "id"),
        ForeignKeyConstraint(["school_id", "event_id"], ["event.school_id", "event.id"]),
        CheckConstraint("delta IN (-1, 1)", name="delta_is_one"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    event_id: UUID
    id: UUID
    delta: int
    grade: Grade = Field(sa_type=choice(Grade))
    tapped_at: datetime
    received_in: int


class CountClosing(SQLModel, table=True):
    """One moment when the presses received until then became the event's number of parents."""

    __tablename__ = "count_closing"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "event_id", "number"),
        ForeignKeyConstraint(["school_id", "event_id"], ["event.school_id", "event.id"]),
        CheckConstraint("number >= 1", name="number_range"),
        CheckConstraint("total >= 0", name="total_range"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    event_id: UUID
    number: int
    total: int
    """Of every press received until then; what arrives later is told apart by it."""
    closed_in: int
    closed_at: datetime


class LateIn(SQLModel):
    """Add what arrived after the closing: `total` is the number that was read, or nothing is added."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"total": 44}]})

    total: Whole = Field(ge=0, le=1_000_000, title="Total lu")


class CountClosingIn(LateIn):
    """Close the count: the event took place, and `total` parents came."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"total": 41, "held_on": "2026-11-06"}]}
    )

    held_on: Day | None = Field(
        default=None,
        title="Tenu un autre jour, le",
        description="Seulement si ce n’est pas le jour prévu.",
    )


class GradeCount(SQLModel):
    grade: Grade
    sum: int
    """Below zero while a −1 has arrived before its +1."""
    came: int


class Late(SQLModel):
    """What arrived after the last closing, and is not in the event's number."""

    taps: int
    change: int
    first_at: datetime
    last_at: datetime


class CountOut(SQLModel):
    event_id: UUID
    taps: int
    """How many presses were received; it only grows."""
    total: int
    by_grade: list[GradeCount]
    is_closed: bool
    closed_at: datetime | None
    late: Late | None
    state: EventState
    parents_present: int | None
    """What the event says, which may have been corrected since the closing."""
    version: int
    """Of the event: what `If-Match` expects."""
