"""The one SELECT of a warm answer about one school: who asks with a token, and the versions of its data."""

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from app.accounts.models import ApiToken, SchoolMembership, User
from app.accounts.warm import TokenNow
from app.domain.vocabulary import Role
from app.prepared import Asks, Prepared
from app.schools.models import School
from app.schools.queries import STATE, SchoolState


class MemberStanding(NamedTuple):
    """A member's right, and the state of what is read of the school."""

    school_id: UUID
    departement: str
    role: Role
    state: SchoolState


_A, _U, _M = ApiToken.__table__, User.__table__, SchoolMembership.__table__  # the Core tables of the classes
_S = School.__table__
_MEMBER_NOW = Prepared(
    select(
        _A.c.secret_hash,
        sa.and_(_A.c.revoked_at.is_(None), _U.c.ended_at.is_(None)).label("is_open"),
        _A.c.expires_at,
        _A.c.last_used_at,
        _S.c.id,
        _S.c.departement,
        _M.c.role,
        *STATE,
    )
    .select_from(_A)
    .join(_U, _U.c.id == _A.c.user_id)
    .join(_S, _S.c.uai == sa.bindparam("uai"))
    .join(
        _M,
        sa.and_(_M.c.school_id == _S.c.id, _M.c.user_id == _A.c.user_id, _M.c.ended_at.is_(None)),
    )
    .where(_A.c.id == sa.bindparam("token_id"))
)


def member_now(uai: str, ask: Asks, token_id: UUID) -> TokenNow | None:
    """The token of a member of the school, who reads it whatever the year, standing on a MemberStanding."""
    rows = ask(_MEMBER_NOW, {"uai": uai, "token_id": token_id})
    if not rows:
        return None
    secret_hash, is_open, expires_at, last_used_at, school_id, departement, role, *state = rows[0]
    standing = MemberStanding(school_id, departement, role, SchoolState(*state))
    return TokenNow(secret_hash, is_open, expires_at, last_used_at, standing)
