"""Reads about parents' links and remarks. All but one start from a school the caller was allowed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import case, func, select
from sqlmodel import Session, col

from app.actions.models import Event
from app.domain.vocabulary import EventState
from app.errors import NotFound
from app.parents.models import ParentLink, ParentRemark, RemarkState
from app.schools.models import School


def open_link(db: Session, token_hash: str, moment: datetime) -> tuple[ParentLink, School] | None:
    """The link of a secret while it opens something: here the secret stands for the permission."""
    row = db.execute(
        select(ParentLink, School)
        .join(School, col(School.id) == ParentLink.school_id)
        .where(
            col(ParentLink.token_hash) == token_hash,
            col(ParentLink.revoked_at).is_(None),
            col(ParentLink.expires_at) > moment,
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def links_of_school(
    db: Session, school_id: UUID, *, after: UUID | None = None, limit: int = 500
) -> Sequence[ParentLink]:
    """A school's links, oldest first, also those that are over."""
    wanted = select(ParentLink).where(col(ParentLink.school_id) == school_id)
    if after is not None:
        wanted = wanted.where(col(ParentLink.id) > after)
    return db.scalars(wanted.order_by(col(ParentLink.id)).limit(limit)).all()


def open_links(db: Session, school_id: UUID, moment: datetime) -> int:
    """How many links of a school open something."""
    wanted = select(func.count()).where(
        col(ParentLink.school_id) == school_id,
        col(ParentLink.revoked_at).is_(None),
        col(ParentLink.expires_at) > moment,
    )
    return db.scalar(wanted) or 0


def link_or_404(db: Session, school_id: UUID, link_id: UUID) -> ParentLink:
    link = db.get(ParentLink, (school_id, link_id))
    if link is None:
        raise NotFound()
    return link


def remarks_of_school(
    db: Session,
    school_id: UUID,
    *,
    state: RemarkState | None = None,
    after: UUID | None = None,
    limit: int = 500,
) -> Sequence[ParentRemark]:
    """A school's remarks, oldest first."""
    wanted = select(ParentRemark).where(col(ParentRemark.school_id) == school_id)
    if state is not None:
        wanted = wanted.where(col(ParentRemark.state) == state)
    if after is not None:
        wanted = wanted.where(col(ParentRemark.id) > after)
    return db.scalars(wanted.order_by(col(ParentRemark.id)).limit(limit)).all()


def kept_of_term(db: Session, school_id: UUID, term: str) -> Sequence[ParentRemark]:
    """The remarks that were kept of all the links of one term, oldest first."""
    return db.scalars(
        select(ParentRemark)
        .join(
            ParentLink,
            sa.and_(
                col(ParentLink.school_id) == ParentRemark.school_id,
                col(ParentLink.id) == ParentRemark.link_id,
            ),
        )
        .where(
            col(ParentRemark.school_id) == school_id,
            col(ParentRemark.state) == RemarkState.KEPT,
            col(ParentLink.term) == term,
        )
        .order_by(col(ParentRemark.id))
    ).all()


def waiting_on(db: Session, school_id: UUID, link_id: UUID) -> int:
    """How many remarks of a link wait for the head teacher."""
    wanted = select(func.count()).where(
        col(ParentRemark.school_id) == school_id,
        col(ParentRemark.link_id) == link_id,
        col(ParentRemark.state) == RemarkState.WAITING,
    )
    return db.scalar(wanted) or 0


def remark_or_404(db: Session, school_id: UUID, remark_id: UUID) -> ParentRemark:
    remark = db.get(ParentRemark, (school_id, remark_id))
    if remark is None:
        raise NotFound()
    return remark


def dates_by_action(
    db: Session, school_id: UUID, terms: Sequence[str], today: date
) -> dict[UUID, sa.Row[Any]]:
    """Action → (held, next_on): its events held in `terms`, and the next one planned from today on.

    Never how many came: attendances of one action, taken from the school's, would tell those of the others.
    """
    is_held = sa.and_(col(Event.state) == EventState.HELD, col(Event.term).in_(terms))
    is_to_come = sa.and_(col(Event.state) == EventState.PLANNED, col(Event.planned_on) >= today)
    rows = db.execute(
        select(
            Event.action_id,
            func.count(case((is_held, 1))).label("held"),
            func.min(case((is_to_come, Event.planned_on))).label("next_on"),
        )
        .where(col(Event.school_id) == school_id)
        .group_by(col(Event.action_id))
    )
    return {row.action_id: row for row in rows}
