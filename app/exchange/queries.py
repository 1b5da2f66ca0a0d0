"""Reads that only a school's files need. Each starts from a school the caller was allowed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.exchange.models import WaitingFile


def file_or_none(db: Session, school_id: UUID, key: UUID) -> WaitingFile | None:
    return db.get(WaitingFile, (school_id, key))


def files_of(db: Session, school_id: UUID, user_id: UUID) -> Sequence[WaitingFile]:
    """What one person's files of a school are, oldest first."""
    wanted = select(WaitingFile).where(
        col(WaitingFile.school_id) == school_id, col(WaitingFile.created_by) == user_id
    )
    return db.scalars(wanted.order_by(col(WaitingFile.id))).all()


def forget_files(db: Session, before: datetime) -> None:
    """Remove what was kept before a moment, in every school."""
    db.execute(delete(WaitingFile).where(col(WaitingFile.created_at) < before))
