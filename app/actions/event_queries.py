"""Many events at once, as a file reads and writes them. Reads start from a school the caller was allowed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from app.actions.models import Event, EventPartner
from app.actions.queries import Links, links


def events_of_school(db: Session, school_id: UUID) -> Sequence[Event]:
    """Every event of a school, in the order they were added."""
    wanted = select(Event).where(col(Event.school_id) == school_id).order_by(col(Event.id))
    return db.scalars(wanted).all()


def add_events(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        db.execute(sa.insert(Event.__table__), rows)


def partners_of_events(db: Session, school_id: UUID, event_ids: Sequence[UUID]) -> Links:
    """Event → its partners; one that had none is absent."""
    return links(db, EventPartner.event_id, EventPartner.partner_id, school_id, event_ids)


def link_events(db: Session, school_id: UUID, wanted: Mapping[UUID, Iterable[UUID]]) -> None:
    """Make these all the partners of each event; only what differs is written."""
    linked = partners_of_events(db, school_id, list(wanted))
    gone, new = list[dict[str, UUID]](), list[dict[str, UUID]]()
    for event_id, partner_ids in wanted.items():
        before, after = set(linked.get(event_id, ())), set(partner_ids)
        gone += [{"an_event": event_id, "a_partner": key} for key in before - after]
        owner = {"school_id": school_id, "event_id": event_id}
        new += [owner | {"partner_id": key} for key in sorted(after - before)]
    table = EventPartner.__table__
    if gone:
        these = (table.c.event_id == bindparam("an_event"), table.c.partner_id == bindparam("a_partner"))
        db.execute(sa.delete(table).where(table.c.school_id == school_id, *these), gone)
    if new:
        db.execute(sa.insert(table), new)
