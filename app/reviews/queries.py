"""Reads about reviews, their decisions and what was copied at each closing."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session, col

from app.errors import NotFound
from app.reviews.models import Decision, Review, ReviewFigure, ReviewVersion

IS_CLOSED = sa.and_(
    col(ReviewVersion.school_id) == Decision.school_id,
    col(ReviewVersion.term) == Decision.term,
    col(ReviewVersion.number) == Decision.number,
)
"""A decision beside the closing that applied it: those of an open review have none."""


def reviews_of_school(db: Session, school_id: UUID) -> Sequence[Review]:
    """The most recent term first."""
    return db.scalars(
        select(Review).where(col(Review.school_id) == school_id).order_by(col(Review.term).desc())
    ).all()


def review_or_none(db: Session, school_id: UUID, term: str) -> Review | None:
    return db.get(Review, (school_id, term))


def review_or_404(db: Session, school_id: UUID, term: str) -> Review:
    review = review_or_none(db, school_id, term)
    if review is None:
        raise NotFound("Ce trimestre n’a pas encore de bilan.")
    return review


def decisions_of_term(
    db: Session, school_id: UUID, term: str, number: int | None = None
) -> Sequence[Decision]:
    """The decisions of a review, of one version or of all, in the order they were taken."""
    wanted = select(Decision).where(col(Decision.school_id) == school_id, col(Decision.term) == term)
    if number is not None:
        wanted = wanted.where(col(Decision.number) == number)
    return db.scalars(wanted.order_by(col(Decision.number), col(Decision.id))).all()


def decision_on(db: Session, review: Review, target_id: UUID) -> Decision | None:
    return db.scalars(
        select(Decision).where(
            col(Decision.school_id) == review.school_id,
            col(Decision.term) == review.term,
            col(Decision.number) == review.number,
            sa.or_(col(Decision.action_id) == target_id, col(Decision.goal_id) == target_id),
        )
    ).one_or_none()


def decision_or_404(db: Session, review: Review, decision_id: UUID) -> Decision:
    decision = db.get(Decision, (review.school_id, decision_id))
    if decision is None or (decision.term, decision.number) != (review.term, review.number):
        raise NotFound()
    return decision


def last_decisions_before(db: Session, school_id: UUID, term: str) -> dict[UUID, Decision]:
    """Target → what was decided about it the last time, in the reviews of earlier terms that were closed."""
    rows = db.scalars(
        select(Decision)
        .join(ReviewVersion, IS_CLOSED)
        .where(col(Decision.school_id) == school_id, col(Decision.term) < term)
        .order_by(col(Decision.term), col(Decision.number))
    )
    found: dict[UUID, Decision] = {}
    for decision in rows:
        if decision.target_id is not None:
            found[decision.target_id] = decision
    return found


def versions_of_term(db: Session, school_id: UUID, term: str) -> Sequence[ReviewVersion]:
    return db.scalars(
        select(ReviewVersion)
        .where(col(ReviewVersion.school_id) == school_id, col(ReviewVersion.term) == term)
        .order_by(col(ReviewVersion.number))
    ).all()


def last_version(db: Session, school_id: UUID, term: str) -> ReviewVersion | None:
    """The latest closing of a term's review, whether it was reopened since or not."""
    return db.scalars(
        select(ReviewVersion)
        .where(col(ReviewVersion.school_id) == school_id, col(ReviewVersion.term) == term)
        .order_by(col(ReviewVersion.number).desc())
        .limit(1)
    ).one_or_none()


def figures_of_term(db: Session, school_id: UUID, term: str) -> Sequence[ReviewFigure]:
    return db.scalars(
        select(ReviewFigure)
        .where(col(ReviewFigure.school_id) == school_id, col(ReviewFigure.term) == term)
        .order_by(col(ReviewFigure.number), col(ReviewFigure.position))
    ).all()
