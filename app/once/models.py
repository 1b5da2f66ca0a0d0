"""What was answered to a request that bore a key, for as long as a client may still be trying again."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel


class IdempotencyRecord(SQLModel, table=True):
    """One key of one caller. Keys and requests are kept as hashes; no answer that shows a secret is kept."""

    __tablename__ = "idempotency_record"
    __table_args__ = (
        PrimaryKeyConstraint("caller_id", "key_hash"),
        CheckConstraint("status >= 200 AND status < 400", name="status_of_success"),
        Index("ix_idempotency_record_created_at", "created_at"),
    )
    caller_id: UUID
    """A person, or the link a parent came by: it outlives both, and so is no foreign key."""
    key_hash: str = Field(max_length=64)
    request_hash: str = Field(max_length=64)
    status: int | None = None
    """None until the request's own commit; no other transaction ever sees it so."""
    headers: dict[str, str] = Field(sa_type=sa.JSON)
    body: bytes
    created_at: datetime
