"""Reads of what is due, and of calendar links."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.accounts.models import User
from app.actions.models import Action, Event
from app.domain.vocabulary import EventState
from app.goals.models import Goal
from app.home.models import CalendarLink
from app.reviews.models import Review, ReviewVersion
from app.schools.models import School
from app.transmissions.models import Transmission


def titles_of(db: Session, school_id: UUID, keys: Collection[UUID]) -> dict[UUID, str]:
    """What actions and goals are called today, by their own key; an event is called as its action."""
    of_action = sa.and_(col(Action.school_id) == Event.school_id, col(Action.id) == Event.action_id)
    wanted = sa.union_all(
        select(Goal.id, Goal.title).where(col(Goal.school_id) == school_id, col(Goal.id).in_(keys)),
        select(Action.id, Action.title).where(col(Action.school_id) == school_id, col(Action.id).in_(keys)),
        select(Event.id, Action.title)
        .join(Action, of_action)
        .where(col(Event.school_id) == school_id, col(Event.id).in_(keys)),
    )
    return {key: title for key, title in db.execute(wanted)}  # noqa: C416  # rows are Row, not tuples, to mypy


def uncounted_events(
    db: Session, school_id: UUID, *, since: date, before: date, limit: int
) -> Sequence[sa.Row[Any]]:
    """(id, planned_on, action title) of the planned events whose day is over, the latest first."""
    return db.execute(
        select(Event.id, Event.planned_on, Action.title)
        .join(Action, sa.and_(col(Action.school_id) == Event.school_id, col(Action.id) == Event.action_id))
        .where(
            col(Event.school_id) == school_id,
            col(Event.state) == EventState.PLANNED,
            col(Event.planned_on) >= since,
            col(Event.planned_on) < before,
        )
        .order_by(col(Event.planned_on).desc(), col(Event.id))
        .limit(limit)
    ).all()


def reviews_and_transmissions(
    db: Session, school_id: UUID, terms: Collection[str]
) -> Mapping[str, tuple[str, date | None, bool]]:
    """term → state of its review, the day of its last closing, whether anything was sent since."""
    closings = (
        select(ReviewVersion.term, func.max(ReviewVersion.held_on), func.max(ReviewVersion.closed_at))
        .where(col(ReviewVersion.school_id) == school_id, col(ReviewVersion.term).in_(terms))
        .group_by(col(ReviewVersion.term))
    )
    sent = (
        select(Transmission.term, func.max(Transmission.transmitted_at))
        .where(col(Transmission.school_id) == school_id, col(Transmission.term).in_(terms))
        .group_by(col(Transmission.term))
    )
    closed = {term: (held_on, closed_at) for term, held_on, closed_at in db.execute(closings)}
    sent_at = {term: moment for term, moment in db.execute(sent)}  # noqa: C416  # rows are Row to mypy
    reviews = select(Review.term, Review.state).where(
        col(Review.school_id) == school_id, col(Review.term).in_(terms)
    )
    found = {}
    for term, state in db.execute(reviews):
        held_on, closed_at = closed.get(term, (None, None))
        is_sent = term in sent_at and closed_at is not None and sent_at[term] >= closed_at
        found[term] = (state.value, held_on, is_sent)
    return found


def schools_by_id(db: Session, ids: Collection[UUID]) -> Sequence[School]:
    wanted = select(School).where(col(School.id).in_(ids)).order_by(col(School.name), col(School.uai))
    return db.scalars(wanted).all()


# --- calendar links ------------------------------------------------------------------------------------


def open_link(db: Session, token_hash: str, moment: datetime) -> sa.Row[CalendarLink, User] | None:
    """(link, owner) while it opens something: here the secret stands for the permission."""
    return db.execute(
        select(CalendarLink, User)
        .join(User, col(User.id) == CalendarLink.user_id)
        .where(
            col(CalendarLink.token_hash) == token_hash,
            col(CalendarLink.revoked_at).is_(None),
            col(CalendarLink.expires_at) > moment,
            col(User.ended_at).is_(None),
        )
    ).one_or_none()


def open_link_of(db: Session, user_id: UUID, moment: datetime) -> CalendarLink | None:
    """A person has one at most."""
    return db.scalars(
        select(CalendarLink).where(
            col(CalendarLink.user_id) == user_id,
            col(CalendarLink.revoked_at).is_(None),
            col(CalendarLink.expires_at) > moment,
        )
    ).one_or_none()
