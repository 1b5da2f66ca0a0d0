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
from app.domain.reminders import PastEvent
from app.domain.vocabulary import EventState
from app.goals.models import Goal
from app.home.models import CalendarLink
from app.prepared import Prepared, inside
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


_UNCOUNTED = Prepared(
    select(Event.id, Event.planned_on, Action.title)
    .join(Action, sa.and_(col(Action.school_id) == Event.school_id, col(Action.id) == Event.action_id))
    .where(
        col(Event.school_id) == sa.bindparam("school_id"),
        col(Event.state) == EventState.PLANNED,
        col(Event.planned_on) >= sa.bindparam("since"),
        col(Event.planned_on) < sa.bindparam("before"),
    )
    .order_by(col(Event.planned_on).desc(), col(Event.id))
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)


def uncounted_events(
    db: Session, school_id: UUID, *, since: date, before: date, limit: int
) -> list[PastEvent]:
    """The planned events whose day is over, the latest first."""
    given = {"school_id": school_id, "since": since, "before": before, "limit": limit}
    return [PastEvent(str(key), day, title) for key, day, title in inside(db)(_UNCOUNTED, given)]


def _latest(value: Any, table: Any) -> Any:
    """Of the review's own school and term."""
    return (
        select(func.max(value))
        .where(table.school_id == Review.school_id, table.term == Review.term)
        .scalar_subquery()
    )


_REVIEWS_AND_TRANSMISSIONS = Prepared(
    select(
        Review.term,
        Review.state,
        _latest(ReviewVersion.held_on, ReviewVersion),
        _latest(ReviewVersion.closed_at, ReviewVersion),
        _latest(Transmission.transmitted_at, Transmission),
    ).where(
        col(Review.school_id) == sa.bindparam("school_id"),
        col(Review.term).in_(sa.bindparam("terms", expanding=True)),
    )
)


def reviews_and_transmissions(
    db: Session, school_id: UUID, terms: Collection[str]
) -> Mapping[str, tuple[str, date | None, bool]]:
    """term → state of its review, the day of its last closing, whether anything was sent since."""
    found = {}
    rows = inside(db)(_REVIEWS_AND_TRANSMISSIONS, {"school_id": school_id, "terms": terms})
    for term, state, held_on, closed_at, sent_at in rows:
        is_sent = sent_at is not None and closed_at is not None and sent_at >= closed_at
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
