"""Who holds a cookie or a token, with what they may do: one statement for every request."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from app.accounts.factor_models import SecondFactor
from app.accounts.models import (
    ApiToken,
    SchoolMembership,
    SessionProof,
    TerritoryMembership,
    TokenScope,
    User,
    WebSession,
)
from app.accounts.queries import school_duties, territory_duties
from app.domain.vocabulary import Role
from app.prepared import Asks, Prepared, Row


class Duties(NamedTuple):
    """What holds today: the role in each school, and over each territory that a duty names."""

    schools: dict[UUID, Role]
    territories: dict[UUID, Role]


def duties_of(db: Session, user_id: UUID) -> Duties:
    return Duties(school_duties(db, user_id), territory_duties(db, user_id))


class Holder(NamedTuple):
    """The account behind a cookie or a token."""

    id: UUID
    name: str
    is_administrator: bool
    ended_at: datetime | None


class HeldSession(NamedTuple):
    id: UUID
    csrf: str
    proof: SessionProof
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    has_factor: bool
    """Whether the account has a second factor that works."""


class HeldToken(NamedTuple):
    id: UUID
    scope: TokenScope
    secret_hash: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


_A, _W, _U, _F = ApiToken.__table__, WebSession.__table__, User.__table__, SecondFactor.__table__
_S, _T = SchoolMembership.__table__, TerritoryMembership.__table__  # the Core tables of the classes


def _with_duties(table: Any, condition: sa.ColumnElement[bool], *columns: Any) -> Prepared:
    """The columns of a session or a token after its user; a row for each pair of duties, there and here."""
    return Prepared(
        select(
            _U.c.id, _U.c.name, _U.c.is_administrator, _U.c.ended_at,
            _S.c.school_id, _S.c.role, _T.c.territory_id, _T.c.role,
            *columns,
        )
        .select_from(table)
        .join(_U, _U.c.id == table.c.user_id)
        .outerjoin(_S, sa.and_(_S.c.user_id == _U.c.id, _S.c.ended_at.is_(None)))
        .outerjoin(_T, sa.and_(_T.c.user_id == _U.c.id, _T.c.ended_at.is_(None)))
        .where(condition)
    )  # fmt: skip


_HAS_FACTOR = select(1).where(_F.c.user_id == _U.c.id, _F.c.confirmed_at.is_not(None)).exists()
_SESSION = _with_duties(
    _W,
    _W.c.token_hash == sa.bindparam("token_hash"),
    *(_W.c[name] for name in HeldSession._fields[:-1]),
    _HAS_FACTOR,
)
_TOKEN = _with_duties(_A, _A.c.id == sa.bindparam("token_id"), *(_A.c[name] for name in HeldToken._fields))


def session_with_user(ask: Asks, token_hash: str) -> tuple[HeldSession, Holder, Duties] | None:
    rows = ask(_SESSION, {"token_hash": token_hash})
    return (HeldSession(*rows[0][8:]), *_holder(rows)) if rows else None


def token_with_user(ask: Asks, token_id: UUID) -> tuple[HeldToken, Holder, Duties] | None:
    rows = ask(_TOKEN, {"token_id": token_id})
    return (HeldToken(*rows[0][8:]), *_holder(rows)) if rows else None


def _holder(rows: list[Row]) -> tuple[Holder, Duties]:
    schools = {row[4]: row[5] for row in rows if row[4] is not None}
    territories = {row[6]: row[7] for row in rows if row[6] is not None}
    return Holder(*rows[0][:4]), Duties(schools, territories)
