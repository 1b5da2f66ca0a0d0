"""Reads about sessions of shared analysis. Every one starts from a school the caller was allowed."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session, col

from app.errors import NotFound
from app.measurements.models import SharedAnalysis


def analyses_of_school(db: Session, school_id: UUID, term: str | None = None) -> Sequence[SharedAnalysis]:
    wanted = select(SharedAnalysis).where(col(SharedAnalysis.school_id) == school_id)
    if term is not None:
        wanted = wanted.where(col(SharedAnalysis.term) == term)
    return db.scalars(wanted.order_by(col(SharedAnalysis.held_on), col(SharedAnalysis.id))).all()


def analyses_listed(
    db: Session, school_id: UUID, *, term: str | None, after: UUID | None, limit: int
) -> Sequence[SharedAnalysis]:
    """A school's sessions by id, which is the order they were noted in."""
    wanted = select(SharedAnalysis).where(col(SharedAnalysis.school_id) == school_id)
    if term is not None:
        wanted = wanted.where(col(SharedAnalysis.term) == term)
    if after is not None:
        wanted = wanted.where(col(SharedAnalysis.id) > after)
    return db.scalars(wanted.order_by(col(SharedAnalysis.id)).limit(limit)).all()


def days_of_sessions(db: Session, school_id: UUID, first: date, last: date) -> Sequence[sa.Row[Any]]:
    """(term, held_on) of each session between two days."""
    return db.execute(
        select(SharedAnalysis.term, SharedAnalysis.held_on).where(
            col(SharedAnalysis.school_id) == school_id, col(SharedAnalysis.held_on).between(first, last)
        )
    ).all()


def analysis_or_404(db: Session, school_id: UUID, key: UUID) -> SharedAnalysis:
    found = analysis_or_none(db, school_id, key)
    if found is None:
        raise NotFound()
    return found


def analysis_or_none(db: Session, school_id: UUID, key: UUID) -> SharedAnalysis | None:
    return db.get(SharedAnalysis, (school_id, key))
