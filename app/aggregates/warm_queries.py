"""The one SELECT of a warm answer: who asks with a token, what they read, and the state of the data."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.accounts.actor import NIL
from app.accounts.models import ApiToken, SchoolLedger, TerritoryMembership, User
from app.accounts.warm import TokenNow
from app.domain.vocabulary import Role
from app.transmissions.models import CirconscriptionVersion


class Standing(NamedTuple):
    """What an answer from memory stands on: the reader's own duties, and the state of the data."""

    duties: frozenset[tuple[UUID, Role]]
    state: tuple[int, tuple[int, int, datetime | None]]
    """The service's turn; then as `live_version` tells it."""


_LIVE = (
    select(
        func.count().label("places"),
        func.coalesce(func.sum(CirconscriptionVersion.version), 0).label("version"),
        func.max(CirconscriptionVersion.changed_at).label("changed_at"),
    )
    .where(
        col(CirconscriptionVersion.circonscription_id).in_(
            sa.bindparam("circonscriptions", type_=sa.Uuid(), expanding=True)
        )
    )
    .subquery()
)
_SERVICE = select(col(SchoolLedger.version)).where(col(SchoolLedger.school_id) == NIL).scalar_subquery()
_TOKEN_NOW = (
    select(
        col(ApiToken.secret_hash),
        sa.and_(col(ApiToken.revoked_at).is_(None), col(User.ended_at).is_(None)).label("is_open"),
        col(ApiToken.expires_at),
        col(ApiToken.last_used_at),
        col(TerritoryMembership.territory_id),
        col(TerritoryMembership.role),
        func.coalesce(_SERVICE, 0).label("service"),
        _LIVE.c.places,
        _LIVE.c.version,
        _LIVE.c.changed_at,
    )
    .select_from(ApiToken)
    .join(User, col(User.id) == ApiToken.user_id)
    .join(_LIVE, sa.true())
    .outerjoin(
        TerritoryMembership,
        sa.and_(
            col(TerritoryMembership.user_id) == ApiToken.user_id,
            col(TerritoryMembership.ended_at).is_(None),
        ),
    )
    .where(col(ApiToken.id) == sa.bindparam("token_id"))
)


def token_now(db: Session, token_id: UUID, circonscriptions: Collection[UUID]) -> TokenNow | None:
    """A token, with its owner's own territories and the versions of some circonscriptions, as a Standing."""
    rows = db.execute(_TOKEN_NOW, {"token_id": token_id, "circonscriptions": circonscriptions}).all()
    if not rows:
        return None
    first = rows[0]
    return TokenNow(
        secret_hash=first.secret_hash,
        is_open=bool(first.is_open),
        expires_at=first.expires_at,
        last_used_at=first.last_used_at,
        standing=Standing(
            frozenset((row.territory_id, Role(row.role)) for row in rows if row.territory_id),
            (first.service, (first.places, int(first.version), first.changed_at)),
        ),
    )
