"""What is due at a school, and the link by which a calendar program reads it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from app.db import uuid7
from app.domain.reminders import ReminderKind


class ReminderOut(SQLModel):
    """One thing to do; `url` is the page where it is done, `about` the term, the year or the event."""

    kind: ReminderKind
    about: str
    title: str
    detail: str
    due_on: date
    url: str


class RemindersOut(SQLModel):
    """The most urgent first; `today` is the school's."""

    today: date
    items: list[ReminderOut]


class CalendarLink(SQLModel, table=True):
    """Whoever has it reads what is due at its owner's schools, without a name; only its hash is kept."""

    __tablename__ = "calendar_link"
    __table_args__ = (
        Index("ix_calendar_link_token_hash", "token_hash"),
        CheckConstraint("created_at < expires_at", name="expires_later"),
    )
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(foreign_key="user.id", index=True)
    token_hash: str = Field(max_length=64)
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
