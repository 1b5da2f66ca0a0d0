"""Reads of which school took which lever up when, of its released figures, and of who was counted before."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.actions.models import Action, Event
from app.aggregates.models import ReleasedFigure
from app.domain.vocabulary import EventState
from app.library.models import LeverEffect, LeverEffectSchool


def levers_begun(db: Session) -> Sequence[sa.Row[Any]]:
    """(school_id, lever, term): the first term in which an action of the lever was held, by school."""
    return db.execute(
        select(Action.school_id, Action.lever, func.min(Event.term).label("term"))
        .join(Event, sa.and_(Event.school_id == Action.school_id, Event.action_id == Action.id))
        .where(col(Action.lever).is_not(None), col(Event.state) == EventState.HELD)
        .group_by(Action.school_id, Action.lever)
        .order_by(Action.school_id, Action.lever)
    ).all()


def figures_last_released(
    db: Session, indicators: Collection[str], terms: Collection[str]
) -> dict[tuple[UUID, str, str], sa.Row[Any]]:
    """(school, indicator, term) → what the last release of the term counts of the school."""
    figure = ReleasedFigure.__table__
    rows = db.execute(
        select(figure)
        .where(figure.c.indicator.in_(indicators), figure.c.term.in_(terms))
        .order_by(figure.c.number)
    )
    return {(row.school_id, row.indicator, row.term): row for row in rows}


def schools_weighed(db: Session) -> Sequence[LeverEffectSchool]:
    return db.scalars(select(LeverEffectSchool)).all()


def add_group(db: Session, effect: LeverEffect, began: Mapping[UUID, str]) -> None:
    """What is told of a group, and the term in which each of its schools began."""
    db.add(effect)
    db.flush()
    owner = {"lever": effect.lever, "indicator": effect.indicator, "number": effect.number}
    rows = [owner | {"school_id": school, "term": term} for school, term in sorted(began.items())]
    db.execute(sa.insert(LeverEffectSchool), rows)
