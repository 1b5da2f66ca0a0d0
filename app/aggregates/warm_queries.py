"""The one SELECT of a warm answer: who asks with a token, what they read, and the state of the data."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select

from app.accounts.actor import NIL
from app.accounts.models import ApiToken, SchoolLedger, TerritoryMembership, User
from app.accounts.warm import TokenNow
from app.aggregates.place_queries import everything_inside
from app.domain.vocabulary import Role
from app.prepared import Asks, Prepared
from app.transmissions.models import CirconscriptionVersion


class Standing(NamedTuple):
    """What an answer from memory stands on: the reader's own duties, and the state of the data."""

    duties: frozenset[tuple[UUID, Role]]
    state: tuple[int, tuple[int, int, datetime | None]]
    """The service's turn; then as `live_version` tells it."""


_A, _U, _M = ApiToken.__table__, User.__table__, TerritoryMembership.__table__  # the Core tables
_V, _L = CirconscriptionVersion.__table__, SchoolLedger.__table__


def _token_now() -> sa.Select[Any]:
    live = (
        select(
            func.count().label("places"),
            func.coalesce(func.sum(_V.c.version), 0).label("version"),
            func.max(_V.c.changed_at).label("changed_at"),
        )
        .where(_V.c.circonscription_id.in_(everything_inside()))
        .subquery()
    )
    service = select(_L.c.version).where(_L.c.school_id == NIL).scalar_subquery()
    return (
        select(
            _A.c.secret_hash,
            sa.and_(_A.c.revoked_at.is_(None), _U.c.ended_at.is_(None)).label("is_open"),
            _A.c.expires_at,
            _A.c.last_used_at,
            _M.c.territory_id,
            _M.c.role,
            func.coalesce(service, 0).label("service"),
            live.c.places,
            live.c.version,
            live.c.changed_at,
        )
        .select_from(_A)
        .join(_U, _U.c.id == _A.c.user_id)
        .join(live, sa.true())
        .outerjoin(_M, sa.and_(_M.c.user_id == _A.c.user_id, _M.c.ended_at.is_(None)))
        .where(_A.c.id == sa.bindparam("token_id"))
    )


_TOKEN_NOW = Prepared(_token_now())


def token_now(territory: UUID | None, ask: Asks, token_id: UUID) -> TokenNow | None:
    """A token, with its owner's own territories and the versions inside a territory, as a Standing."""
    rows = ask(_TOKEN_NOW, {"token_id": token_id, "territory": territory})
    if not rows:
        return None
    secret_hash, is_open, expires_at, last_used_at, _, _, service, places, version, changed_at = rows[0]
    standing = Standing(
        frozenset((row[4], row[5]) for row in rows if row[4] is not None),
        (service, (places, int(version), changed_at)),
    )
    return TokenNow(secret_hash, is_open, expires_at, last_used_at, standing)
