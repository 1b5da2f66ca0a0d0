"""Reads about goals. Every one starts from a school the caller was allowed."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session, col

from app.domain.vocabulary import GoalState
from app.errors import NotFound
from app.goals.models import Goal

_GOALS = select(Goal).where(col(Goal.school_id) == sa.bindparam("school_id")).order_by(col(Goal.id))


def goals_of_school(
    db: Session,
    school_id: UUID,
    *,
    state: GoalState | None = None,
    after: UUID | None = None,
    limit: int = 500,
) -> Sequence[Goal]:
    """A school's goals, oldest first."""
    wanted = _GOALS.limit(limit)
    if state is not None:
        wanted = wanted.where(col(Goal.state) == state)
    if after is not None:
        wanted = wanted.where(col(Goal.id) > after)
    return db.scalars(wanted, {"school_id": school_id}).all()


def goal_or_404(db: Session, school_id: UUID, goal_id: UUID) -> Goal:
    goal = db.get(Goal, (school_id, goal_id))
    if goal is None:
        raise NotFound()
    return goal
