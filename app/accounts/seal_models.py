"""What left the record of acts for a file: append-only by trigger, like the acts themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel


class AuditSeal(SQLModel, table=True):
    """The events of a chain up to `up_to` are in a file: the database lets those leave, and no others."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "up_to"),
        CheckConstraint("events >= 1", name="events_count"),
        CheckConstraint("up_to < position", name="said_later"),
    )
    school_id: UUID
    up_to: int
    """Position of the last event that left."""
    position: int
    """Where the chain itself says the same, in an `audit.sealed` event: without it a seal is a forgery."""
    sealed_at: datetime
    sealed_by: UUID | None = Field(default=None, foreign_key="user.id")
    """None for the operator at the keyboard of the server."""
    events: int
    previous_hash: str = Field(max_length=64)
    """The hash that the first event of the file follows: that of the seal before, or nothing."""
    last_hash: str = Field(max_length=64)
    """The hash that the first event left in the database follows."""
    file_digest: str = Field(max_length=64)
    """SHA-256 of the file, as `sha256sum` prints it."""


TOLD = ("up_to", "events", "previous_hash", "last_hash", "file_digest")


def told(seal: object) -> dict[str, Any]:
    """What the chain repeats of a seal, and what a file has to be: the same five facts."""
    return {name: getattr(seal, name) for name in TOLD}
