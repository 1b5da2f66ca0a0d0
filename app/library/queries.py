"""Reads of what the figures said of levers."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from app.library.models import LeverEffect


def effects_of_levers(db: Session, lever: str | None = None) -> Sequence[LeverEffect]:
    """Every group told of, of one lever or of all, by indicator, the first group first."""
    wanted = select(LeverEffect).order_by(
        col(LeverEffect.lever), col(LeverEffect.indicator), col(LeverEffect.number)
    )
    if lever is not None:
        wanted = wanted.where(col(LeverEffect.lever) == lever)
    return db.scalars(wanted).all()
