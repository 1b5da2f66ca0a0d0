"""The one SELECT of a warm answer about one school: who asks with a token, and the versions of its data."""

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select

from app.accounts.models import ApiToken, SchoolLedger, SchoolMembership, User
from app.accounts.warm import TokenNow
from app.domain.vocabulary import Role
from app.prepared import Asks, Prepared
from app.schools.models import School, SchoolYearProfile


class MemberStanding(NamedTuple):
    """A member's right, and the versions of all that is read of a school.

    `turn` moves with every write of the school, the other versions with each import of the directory.
    """

    school_id: UUID
    departement: str
    role: Role
    turn: int
    school: int
    years: int
    profiles: int


_A, _U, _M = ApiToken.__table__, User.__table__, SchoolMembership.__table__  # the Core tables of the classes
_S, _L, _Y = School.__table__, SchoolLedger.__table__, SchoolYearProfile.__table__
_OWN_PROFILES = _Y.c.school_id == _S.c.id
_MEMBER_NOW = Prepared(
    select(
        _A.c.secret_hash,
        sa.and_(_A.c.revoked_at.is_(None), _U.c.ended_at.is_(None)).label("is_open"),
        _A.c.expires_at,
        _A.c.last_used_at,
        _S.c.id,
        _S.c.departement,
        _M.c.role,
        func.coalesce(_L.c.version, 0),
        _S.c.version,
        select(func.count()).where(_OWN_PROFILES).scalar_subquery(),
        select(func.coalesce(func.sum(_Y.c.version), 0)).where(_OWN_PROFILES).scalar_subquery(),
    )
    .select_from(_A)
    .join(_U, _U.c.id == _A.c.user_id)
    .join(_S, _S.c.uai == sa.bindparam("uai"))
    .join(
        _M,
        sa.and_(_M.c.school_id == _S.c.id, _M.c.user_id == _A.c.user_id, _M.c.ended_at.is_(None)),
    )
    .outerjoin(_L, _L.c.school_id == _S.c.id)
    .where(_A.c.id == sa.bindparam("token_id"))
)


def member_now(uai: str, ask: Asks, token_id: UUID) -> TokenNow | None:
    """The token of a member of the school, who reads it whatever the year, standing on a MemberStanding."""
    rows = ask(_MEMBER_NOW, {"uai": uai, "token_id": token_id})
    if not rows:
        return None
    secret_hash, is_open, expires_at, last_used_at, *standing = rows[0]
    return TokenNow(secret_hash, is_open, expires_at, last_used_at, MemberStanding(*standing))
