"""Accounts of people who left: what names or opens them goes, the number that the acts bear stays."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete, or_, select, update
from sqlmodel import Session, col

from app.accounts.factor_models import ProviderIdentity, RecoveryCode, SecondFactor
from app.accounts.models import (
    ApiToken,
    Invitation,
    SchoolMembership,
    TerritoryMembership,
    User,
    WebSession,
)
from app.home.models import CalendarLink

AFTER_DUTY = timedelta(days=365)
"""How long an account outlives the last duty: one may come back, and the year's figures say who wrote."""
GONE = "Une personne partie"
"""What every page shows for « qui » from then on."""
AT_A_TIME = 500
_OF_A_PERSON = (ApiToken, CalendarLink, ProviderIdentity, RecoveryCode, SecondFactor, WebSession)


def anonymise(db: Session, moment: datetime) -> list[UUID]:
    """Take name, address, password and everything that opens them from accounts without a duty for a year.

    Their numbers are returned. Nothing brings an account back: invited again, the person has a new one.
    """
    left = _left(moment - AFTER_DUTY)
    locked = db.scalars(select(User.id).where(*left).order_by(User.id).with_for_update()).all()
    gone = list[UUID]()
    for start in range(0, len(locked), AT_A_TIME):
        # Asked again: someone may have accepted an invitation while the rows were being locked.
        again = select(User.id).where(col(User.id).in_(locked[start : start + AT_A_TIME]), *left)
        ids = list(db.scalars(again))
        _empty(db, ids, moment)
        gone += ids
    return gone


def _left(limit: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Accounts that had a duty, and whose every duty ended before `limit`."""
    duties = (SchoolMembership, TerritoryMembership)
    had = or_(*(select(1).where(table.user_id == User.id).exists() for table in duties))
    has = or_(
        *(
            select(1)
            .where(table.user_id == User.id, or_(col(table.ended_at).is_(None), col(table.ended_at) >= limit))
            .exists()
            for table in duties
        )
    )
    return col(User.ended_at).is_(None), col(User.is_administrator).is_(False), had, sa.not_(has)


def _empty(db: Session, ids: list[UUID], moment: datetime) -> None:
    addresses = select(User.email).where(col(User.id).in_(ids))
    is_over = or_(
        col(Invitation.used_at).is_not(None),
        col(Invitation.withdrawn_at).is_not(None),
        col(Invitation.expires_at) <= moment,
    )
    db.execute(
        delete(Invitation).where(
            or_(col(Invitation.user_id).in_(ids), sa.and_(col(Invitation.email).in_(addresses), is_over))
        )
    )
    for table in _OF_A_PERSON:
        db.execute(delete(table).where(table.user_id.in_(ids)))
    for user_id in ids:
        # The address stays unique, and is one that nobody can have (RFC 2606).
        nobody = {"email": f"{user_id}@parti.invalid", "name": GONE, "password_hash": None}
        db.execute(
            update(User)
            .where(col(User.id) == user_id)
            .values(**nobody, ended_at=moment, version=User.version + 1)
        )
