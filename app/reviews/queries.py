"""Reads about reviews, their decisions and what was copied at each closing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import case, func, select
from sqlmodel import Session, col

from app.actions.models import Action, ActionGoal, ActionPartner, Event, EventPartner, Partner
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, EventState
from app.errors import NotFound
from app.goals.models import Goal
from app.reviews.models import Decision, Review, ReviewFigure, ReviewVersion


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
        .join(
            ReviewVersion,
            sa.and_(
                col(ReviewVersion.school_id) == Decision.school_id,
                col(ReviewVersion.term) == Decision.term,
                col(ReviewVersion.number) == Decision.number,
            ),
        )
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


def effort_by_action(
    db: Session, school_id: UUID, terms: Sequence[str] | None = None
) -> dict[UUID, sa.Row[Any]]:
    """Action → (planned, held, parents, next_on) of its events in `terms`, or ever; no cancelled one."""
    is_held = col(Event.state) == EventState.HELD
    is_planned = col(Event.state) == EventState.PLANNED
    wanted = (
        select(
            Event.action_id,
            func.count(case((is_planned, 1))).label("planned"),
            func.count(case((is_held, 1))).label("held"),
            func.coalesce(func.sum(case((is_held, Event.parents_present))), 0).label("parents"),
            func.min(case((is_planned, Event.planned_on))).label("next_on"),
        )
        .where(col(Event.school_id) == school_id)
        .group_by(col(Event.action_id))
    )
    if terms is not None:
        wanted = wanted.where(col(Event.term).in_(terms))
    return {row.action_id: row for row in db.execute(wanted)}


def partners_by_action(db: Session, school_id: UUID) -> dict[UUID, list[str]]:
    """Action → the names of its partner organisations."""
    rows = db.execute(
        select(ActionPartner.action_id, Partner.name)
        .join(
            Partner,
            sa.and_(
                col(Partner.school_id) == ActionPartner.school_id, col(Partner.id) == ActionPartner.partner_id
            ),
        )
        .where(col(ActionPartner.school_id) == school_id)
        .order_by(Partner.name)
    )
    found: dict[UUID, list[str]] = {}
    for action_id, name in rows:
        found.setdefault(action_id, []).append(name)
    return found


def effort_by_term(db: Session, school_id: UUID) -> Sequence[sa.Row[Any]]:
    """(term, events, parents, with_partner, partners) of the held events, oldest term first.

    `with_partner` counts events, `partners` the different organisations that took part in them.
    """
    held = (col(Event.school_id) == school_id, col(Event.state) == EventState.HELD)
    present = (
        select(
            Event.term,
            func.count(sa.distinct(EventPartner.event_id)).label("with_partner"),
            func.count(sa.distinct(EventPartner.partner_id)).label("partners"),
        )
        .join(
            EventPartner,
            sa.and_(col(EventPartner.school_id) == Event.school_id, col(EventPartner.event_id) == Event.id),
        )
        .where(*held)
        .group_by(col(Event.term))
        .subquery()
    )
    return db.execute(
        select(
            Event.term,
            func.count().label("events"),
            func.coalesce(func.sum(Event.parents_present), 0).label("parents"),
            func.coalesce(func.max(present.c.with_partner), 0).label("with_partner"),
            func.coalesce(func.max(present.c.partners), 0).label("partners"),
        )
        .outerjoin(present, present.c.term == Event.term)
        .where(*held)
        .group_by(col(Event.term))
        .order_by(col(Event.term))
    ).all()


@dataclass(frozen=True, slots=True)
class ActionCourse:
    """What is known of when an action took place, and which indicators its goals aim at."""

    id: UUID
    title: str
    state: ActionState
    planned_from: date
    planned_to: date
    first_held: Term | None
    last_held: Term | None
    held: int
    joint: int
    aims: tuple[str, ...]


def courses_of_school(db: Session, school_id: UUID) -> list[ActionCourse]:
    """Every action with the terms of its held events, oldest first: two reads, however many they are."""
    is_joint = (
        select(1)
        .where(col(EventPartner.school_id) == Event.school_id, col(EventPartner.event_id) == Event.id)
        .exists()
    )
    is_held = sa.and_(
        col(Event.school_id) == Action.school_id,
        col(Event.action_id) == Action.id,
        col(Event.state) == EventState.HELD,
    )
    rows = db.execute(
        select(
            Action.id,
            Action.title,
            Action.state,
            Action.planned_from,
            Action.planned_to,
            func.min(Event.term).label("first_held"),
            func.max(Event.term).label("last_held"),
            func.count(Event.id).label("held"),
            func.count(case((is_joint, Event.id))).label("joint"),
        )
        .outerjoin(Event, is_held)
        .where(col(Action.school_id) == school_id)
        .group_by(
            col(Action.id),
            col(Action.title),
            col(Action.state),
            col(Action.planned_from),
            col(Action.planned_to),
        )
        .order_by(col(Action.id))
    )
    aims = _aims_by_action(db, school_id)
    return [
        ActionCourse(
            row.id,
            row.title,
            row.state,
            row.planned_from,
            row.planned_to,
            Term(row.first_held) if row.first_held else None,
            Term(row.last_held) if row.last_held else None,
            row.held,
            row.joint,
            aims.get(row.id, ()),
        )
        for row in rows
    ]


def _aims_by_action(db: Session, school_id: UUID) -> dict[UUID, tuple[str, ...]]:
    """Action → the indicators that the goals it serves have a target for."""
    rows = db.execute(
        select(ActionGoal.action_id, Goal.target_indicator)
        .join(Goal, sa.and_(col(Goal.school_id) == ActionGoal.school_id, col(Goal.id) == ActionGoal.goal_id))
        .where(col(ActionGoal.school_id) == school_id, col(Goal.target_indicator).is_not(None))
        .distinct()
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for action_id, slug in rows:
        found[action_id] = (*found.get(action_id, ()), slug)
    return found


def endings_by_review(db: Session, school_id: UUID) -> dict[UUID, Term]:
    """Action → the last term whose review, once closed, stopped or finished it."""
    rows = db.execute(
        select(Decision.action_id, func.max(Decision.term))
        .join(
            ReviewVersion,
            sa.and_(
                col(ReviewVersion.school_id) == Decision.school_id,
                col(ReviewVersion.term) == Decision.term,
                col(ReviewVersion.number) == Decision.number,
            ),
        )
        .where(
            col(Decision.school_id) == school_id,
            col(Decision.action_id).is_not(None),
            col(Decision.verdict).in_([Verdict.STOP, Verdict.FINISH]),
        )
        .group_by(col(Decision.action_id))
    )
    return {action_id: Term(term) for action_id, term in rows}


def attendances_by_term(db: Session, school_id: UUID, terms: Sequence[str]) -> dict[Term, list[int]]:
    """Term → how many parents came to each event held in it."""
    rows = db.execute(
        select(Event.term, Event.parents_present)
        .where(
            col(Event.school_id) == school_id,
            col(Event.state) == EventState.HELD,
            col(Event.term).in_(terms),
        )
        .order_by(col(Event.term), col(Event.id))
    )
    found: dict[Term, list[int]] = {}
    for term, parents in rows:
        found.setdefault(Term(term), []).append(parents)
    return found
