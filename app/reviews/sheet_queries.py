"""What took place at a school: the reads that every sheet, dashboard and meeting is made from."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import case, func, select
from sqlmodel import Session, col

from app.actions.models import Action, ActionGoal, ActionPartner, Event, EventPartner, Partner
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, EventState
from app.goals.models import Goal
from app.prepared import Prepared, inside
from app.reviews.models import Decision, ReviewVersion
from app.reviews.queries import IS_CLOSED

_OWN_EVENTS = col(Event.school_id) == sa.bindparam("school_id")
_IS_HELD = col(Event.state) == EventState.HELD
_IS_PLANNED = col(Event.state) == EventState.PLANNED
_IN_TERMS = col(Event.term).in_(sa.bindparam("terms", expanding=True))


class Effort(NamedTuple):
    """The events of one action; a cancelled one counts nowhere."""

    held: int
    parents: int
    next_on: date | None
    """The first of those planned; None without one."""


_EFFORT_BY_ACTION = Prepared(
    select(
        Event.action_id,
        func.count(case((_IS_HELD, 1))),
        func.coalesce(func.sum(case((_IS_HELD, Event.parents_present))), 0),
        func.min(case((_IS_PLANNED, Event.planned_on))),
    )
    .where(_OWN_EVENTS, _IN_TERMS)
    .group_by(col(Event.action_id))
)


def effort_by_action(db: Session, school_id: UUID, terms: Sequence[str]) -> dict[UUID, Effort]:
    rows = inside(db)(_EFFORT_BY_ACTION, {"school_id": school_id, "terms": terms})
    return {action_id: Effort(*counts) for action_id, *counts in rows}


_PARTNERS_BY_ACTION = Prepared(
    select(ActionPartner.action_id, Partner.name)
    .join(
        Partner,
        sa.and_(
            col(Partner.school_id) == ActionPartner.school_id, col(Partner.id) == ActionPartner.partner_id
        ),
    )
    .where(col(ActionPartner.school_id) == sa.bindparam("school_id"))
    .order_by(Partner.name)
)


def partners_by_action(db: Session, school_id: UUID) -> dict[UUID, list[str]]:
    """Action → the names of its partner organisations."""
    found: dict[UUID, list[str]] = {}
    for action_id, name in inside(db)(_PARTNERS_BY_ACTION, {"school_id": school_id}):
        found.setdefault(action_id, []).append(name)
    return found


class TermEffort(NamedTuple):
    """The events held in one term."""

    term: Term
    events: int
    parents: int
    with_partner: int
    """Events that a partner took part in."""
    partners: int
    """The different organisations that did."""


_PRESENT = (
    select(
        Event.term,
        func.count(sa.distinct(EventPartner.event_id)).label("with_partner"),
        func.count(sa.distinct(EventPartner.partner_id)).label("partners"),
    )
    .join(
        EventPartner,
        sa.and_(col(EventPartner.school_id) == Event.school_id, col(EventPartner.event_id) == Event.id),
    )
    .where(_OWN_EVENTS, _IS_HELD)
    .group_by(col(Event.term))
    .subquery()
)
_EFFORT_BY_TERM = Prepared(
    select(
        Event.term,
        func.count(),
        func.coalesce(func.sum(Event.parents_present), 0),
        func.coalesce(func.max(_PRESENT.c.with_partner), 0),
        func.coalesce(func.max(_PRESENT.c.partners), 0),
    )
    .outerjoin(_PRESENT, _PRESENT.c.term == Event.term)
    .where(_OWN_EVENTS, _IS_HELD)
    .group_by(col(Event.term))
    .order_by(col(Event.term))
)


def effort_by_term(db: Session, school_id: UUID) -> list[TermEffort]:
    """Oldest term first."""
    rows = inside(db)(_EFFORT_BY_TERM, {"school_id": school_id})
    return [TermEffort(Term(term), *counts) for term, *counts in rows]


class ActionCourse(NamedTuple):
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


_IS_JOINT = (
    select(1)
    .where(col(EventPartner.school_id) == Event.school_id, col(EventPartner.event_id) == Event.id)
    .exists()
)
_COURSES = Prepared(
    select(
        Action.id,
        Action.title,
        Action.state,
        Action.planned_from,
        Action.planned_to,
        func.min(Event.term),
        func.max(Event.term),
        func.count(Event.id),
        func.count(case((_IS_JOINT, Event.id))),
    )
    .outerjoin(
        Event,
        sa.and_(col(Event.school_id) == Action.school_id, col(Event.action_id) == Action.id, _IS_HELD),
    )
    .where(col(Action.school_id) == sa.bindparam("school_id"))
    .group_by(
        col(Action.id), col(Action.title), col(Action.state), col(Action.planned_from), col(Action.planned_to)
    )
    .order_by(col(Action.id))
)
_AIMS = Prepared(
    select(ActionGoal.action_id, Goal.target_indicator)
    .join(Goal, sa.and_(col(Goal.school_id) == ActionGoal.school_id, col(Goal.id) == ActionGoal.goal_id))
    .where(col(ActionGoal.school_id) == sa.bindparam("school_id"), col(Goal.target_indicator).is_not(None))
    .distinct()
)


def courses_of_school(db: Session, school_id: UUID) -> list[ActionCourse]:
    """Every action with the terms of its held events, oldest first: two reads, however many they are."""
    aims: dict[UUID, tuple[str, ...]] = {}
    for action_id, slug in inside(db)(_AIMS, {"school_id": school_id}):
        aims[action_id] = (*aims.get(action_id, ()), slug)
    return [
        ActionCourse(
            key, title, state, begins, ends, _term(first), _term(last), held, joint, aims.get(key, ())
        )
        for key, title, state, begins, ends, first, last, held, joint in inside(db)(
            _COURSES, {"school_id": school_id}
        )
    ]


def _term(text: str | None) -> Term | None:
    return Term(text) if text else None


_ENDINGS = Prepared(
    select(Decision.action_id, func.max(Decision.term))
    .join(ReviewVersion, IS_CLOSED)
    .where(
        col(Decision.school_id) == sa.bindparam("school_id"),
        col(Decision.action_id).is_not(None),
        col(Decision.verdict).in_([Verdict.STOP, Verdict.FINISH]),
    )
    .group_by(col(Decision.action_id))
)


def endings_by_review(db: Session, school_id: UUID) -> dict[UUID, Term]:
    """Action → the last term whose review, once closed, stopped or finished it."""
    rows = inside(db)(_ENDINGS, {"school_id": school_id})
    return {action_id: Term(term) for action_id, term in rows}


_ATTENDANCES = Prepared(
    select(Event.term, Event.parents_present)
    .where(_OWN_EVENTS, _IS_HELD, _IN_TERMS)
    .order_by(col(Event.term), col(Event.id))
)


def attendances_by_term(db: Session, school_id: UUID, terms: Sequence[str]) -> dict[Term, list[int]]:
    """Term → how many parents came to each event held in it."""
    found: dict[Term, list[int]] = {}
    for term, parents in inside(db)(_ATTENDANCES, {"school_id": school_id, "terms": terms}):
        found.setdefault(Term(term), []).append(parents)
    return found
