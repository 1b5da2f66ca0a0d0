"""Reads about a whole school year: its closed reviews, and when goals and actions ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.actions.models import Action
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.goals.models import Goal
from app.reviews.models import Decision, ReviewVersion
from app.reviews.queries import IS_CLOSED


def last_versions(db: Session, school_id: UUID, terms: Sequence[Term]) -> Sequence[ReviewVersion]:
    """The last closing of each of these terms, in their order; a term without one is left out."""
    last = (
        select(col(ReviewVersion.term), func.max(col(ReviewVersion.number)).label("number"))
        .where(col(ReviewVersion.school_id) == school_id, col(ReviewVersion.term).in_(terms))
        .group_by(col(ReviewVersion.term))
        .subquery()
    )
    return db.scalars(
        select(ReviewVersion)
        .join(last, sa.and_(last.c.term == ReviewVersion.term, last.c.number == ReviewVersion.number))
        .where(col(ReviewVersion.school_id) == school_id)
        .order_by(col(ReviewVersion.term))
    ).all()


def decisions_of_versions(
    db: Session, school_id: UUID, versions: Sequence[ReviewVersion]
) -> Sequence[Decision]:
    """The decisions of these closings, by term, in the order they were taken."""
    wanted = {(version.term, version.number) for version in versions}
    rows = db.scalars(
        select(Decision)
        .where(col(Decision.school_id) == school_id, col(Decision.term).in_([term for term, _ in wanted]))
        .order_by(col(Decision.term), col(Decision.id))
    )
    return [row for row in rows if (row.term, row.number) in wanted]


def goals_ended_by_review(db: Session, school_id: UUID) -> dict[UUID, Term]:
    """Goal → the last term whose review, once closed, said it was reached or dropped."""
    rows = db.execute(
        select(col(Decision.goal_id), func.max(col(Decision.term)))
        .join(ReviewVersion, IS_CLOSED)
        .where(
            col(Decision.school_id) == school_id,
            col(Decision.goal_id).is_not(None),
            col(Decision.verdict).in_([Verdict.STOP, Verdict.REACHED]),
        )
        .group_by(col(Decision.goal_id))
    )
    return {goal_id: Term(term) for goal_id, term in rows}


def moved_at(db: Session, school_id: UUID, what: Literal["goal", "action"]) -> dict[UUID, datetime]:
    """Goal or action → when its state was last set outside a review."""
    table: type[Goal] | type[Action] = Goal if what == "goal" else Action
    wanted = select(col(table.id), col(table.state_set_at)).where(
        col(table.school_id) == school_id, col(table.state_set_at).is_not(None)
    )
    return {key: moment for key, moment in db.execute(wanted) if moment is not None}
