"""Whose rows are visible: the one place that decides which schools somebody may read or write."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, false, func, or_, select, true
from sqlmodel import Session, col

from app.accounts.actor import MAY, Actor, Task
from app.domain.vocabulary import Role
from app.schools.models import School, SchoolYearProfile, Territory


def profile_year(year: str) -> Any:
    """The latest year, up to `year`, for which the outer row's school has a profile."""
    inner = sa.orm.aliased(SchoolYearProfile)
    return (
        select(func.max(inner.year))
        .where(inner.school_id == SchoolYearProfile.school_id, inner.year <= year)
        .correlate(SchoolYearProfile)
        .scalar_subquery()
    )


def visible_schools(actor: Actor, task: Task, year: str) -> Select[tuple[UUID]]:
    """The ids of the schools this actor may do `task` in: the only place that decides what is seen.

    A member's duty has no year. An inspector or an authority sees the schools that were theirs in `year`.
    """
    if actor.is_administrator and task in MAY[Role.ADMINISTRATOR]:
        return select(School.id).where(true())
    own = actor.schools_for(task)
    territories = actor.territories_for(task)
    reasons: list[sa.ColumnElement[bool]] = [col(School.id).in_(own)] if own else []
    if territories:
        inside = select(SchoolYearProfile.school_id).where(
            col(SchoolYearProfile.circonscription_id).in_(territories_below(territories)),
            col(SchoolYearProfile.year) == profile_year(year),
        )
        reasons.append(col(School.id).in_(inside))
    return select(School.id).where(or_(*reasons) if reasons else false())


def territories_below(territories: Collection[UUID]) -> Select[tuple[UUID]]:
    """These territories and all that lie inside them."""
    below = sa.orm.aliased(Territory)
    inside = select(Territory.id).where(col(Territory.id).in_(territories)).cte("inside", recursive=True)
    inside = inside.union_all(select(below.id).join(inside, below.parent_id == inside.c.id))
    return select(inside.c.id)


def is_visible(db: Session, actor: Actor, school_id: UUID, task: Task, year: str) -> bool:
    """`visible_schools` about one school; a member's own duty answers without asking."""
    duty = actor.schools.get(school_id)
    if duty is not None and task in MAY[duty]:
        return True
    wanted = visible_schools(actor, task, year).where(col(School.id) == school_id)
    return db.scalar(wanted) is not None
