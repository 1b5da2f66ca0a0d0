"""What partners took part in, and a circonscription's suggestions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.actions.models import Action, ActionPartner, Event, EventPartner
from app.domain.vocabulary import EventState
from app.errors import NotFound
from app.partners.models import SuggestedPartner


def held_with_partners(
    db: Session, school_id: UUID, *, year: str | None = None, partner_id: UUID | None = None
) -> Sequence[sa.Row[Any]]:
    """(partner_id, year, action_id, title, events): held events by partner, school year and action.

    The latest year first, and in a year the action with most events.
    """
    school_year = func.substr(Event.term, 1, 9)
    events = func.count()
    wanted = (
        select(
            EventPartner.partner_id,
            school_year.label("year"),
            Event.action_id,
            Action.title,
            events.label("events"),
        )
        .join(Event, sa.and_(Event.school_id == EventPartner.school_id, Event.id == EventPartner.event_id))
        .join(Action, sa.and_(Action.school_id == Event.school_id, Action.id == Event.action_id))
        .where(col(EventPartner.school_id) == school_id, col(Event.state) == EventState.HELD)
        .group_by(EventPartner.partner_id, school_year, Event.action_id, Action.title)
        .order_by(school_year.desc(), events.desc(), Action.title, Event.action_id)
    )
    if year is not None:
        wanted = wanted.where(col(Event.term).like(f"{year}-%"))
    if partner_id is not None:
        wanted = wanted.where(col(EventPartner.partner_id) == partner_id)
    return db.execute(wanted).all()


def actions_naming(db: Session, school_id: UUID, partner_id: UUID) -> Sequence[sa.Row[Any]]:
    """(id, title, state) of the actions of which the partner is one, whatever was held; oldest first."""
    return db.execute(
        select(Action.id, Action.title, Action.state)
        .join(
            ActionPartner,
            sa.and_(ActionPartner.school_id == Action.school_id, ActionPartner.action_id == Action.id),
        )
        .where(col(ActionPartner.school_id) == school_id, col(ActionPartner.partner_id) == partner_id)
        .order_by(col(Action.id))
    ).all()


def is_at_an_event(db: Session, school_id: UUID, partner_id: UUID) -> bool:
    """Also one that is planned or was cancelled: the partner cannot be deleted then."""
    place = (col(EventPartner.school_id) == school_id, col(EventPartner.partner_id) == partner_id)
    return db.scalar(select(select(1).where(*place).exists())) or False


# --- suggestions ---------------------------------------------------------------------------------------


def suggestions_of(
    db: Session, territory_id: UUID | None, *, after: UUID | None = None, limit: int = 500
) -> Sequence[SuggestedPartner]:
    """A circonscription's suggestions, oldest first; none for a school without circonscription."""
    wanted = (
        select(SuggestedPartner)
        .where(col(SuggestedPartner.territory_id) == territory_id)
        .order_by(col(SuggestedPartner.id))
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(col(SuggestedPartner.id) > after)
    return db.scalars(wanted).all()


def suggestion_or_404(db: Session, territory_id: UUID | None, suggestion_id: UUID) -> SuggestedPartner:
    found = db.get(SuggestedPartner, (territory_id, suggestion_id)) if territory_id else None
    if found is None:
        raise NotFound()
    return found
