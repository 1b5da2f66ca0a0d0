"""Presses and closings of one event. Every read starts from a school the caller was allowed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from app.counting.models import CountClosing, EventTap
from app.domain.vocabulary import Grade


def sums_of_event(db: Session, school_id: UUID, event_id: UUID) -> tuple[int, dict[Grade, int]]:
    """How many presses an event has, and what those of each grade add up to (app.domain.counting.sums)."""
    rows = db.execute(
        select(EventTap.grade, func.count(), func.sum(EventTap.delta))
        .where(col(EventTap.school_id) == school_id, col(EventTap.event_id) == event_id)
        .group_by(col(EventTap.grade))
    ).all()
    return sum(count for _, count, _ in rows), {grade: int(total) for grade, _, total in rows}


def received_since(
    db: Session, school_id: UUID, event_id: UUID, turn: int
) -> tuple[int, datetime | None, datetime | None]:
    """How many presses arrived after a turn, and when the first and the last of them were made."""
    row = db.execute(
        select(func.count(), func.min(EventTap.tapped_at), func.max(EventTap.tapped_at)).where(
            col(EventTap.school_id) == school_id,
            col(EventTap.event_id) == event_id,
            col(EventTap.received_in) > turn,
        )
    ).one()
    return row[0], row[1], row[2]


def known_taps(db: Session, school_id: UUID, event_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Those of `ids` that were received before."""
    wanted = select(EventTap.id).where(
        col(EventTap.school_id) == school_id, col(EventTap.event_id) == event_id, col(EventTap.id).in_(ids)
    )
    return set(db.scalars(wanted))


def add_taps(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    db.execute(insert(EventTap), rows)


def last_closing(db: Session, school_id: UUID, event_id: UUID) -> CountClosing | None:
    return db.scalars(
        select(CountClosing)
        .where(col(CountClosing.school_id) == school_id, col(CountClosing.event_id) == event_id)
        .order_by(col(CountClosing.number).desc())
        .limit(1)
    ).first()
