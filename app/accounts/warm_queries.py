"""The one SELECT of a warm answer about one school: who asks with a token, and the versions of its data."""

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.accounts.models import ApiToken, SchoolLedger, SchoolMembership, User
from app.accounts.warm import TokenNow
from app.domain.vocabulary import Role
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


_OWN_PROFILES = col(SchoolYearProfile.school_id) == School.id
_MEMBER_NOW = (
    select(
        col(ApiToken.secret_hash),
        sa.and_(col(ApiToken.revoked_at).is_(None), col(User.ended_at).is_(None)).label("is_open"),
        col(ApiToken.expires_at),
        col(ApiToken.last_used_at),
        School.id,
        School.departement,
        SchoolMembership.role,
        func.coalesce(SchoolLedger.version, 0),
        School.version,
        select(func.count()).where(_OWN_PROFILES).scalar_subquery(),
        select(func.coalesce(func.sum(SchoolYearProfile.version), 0)).where(_OWN_PROFILES).scalar_subquery(),
    )
    .select_from(ApiToken)
    .join(User, col(User.id) == ApiToken.user_id)
    .join(School, col(School.uai) == sa.bindparam("uai"))
    .join(
        SchoolMembership,
        sa.and_(
            col(SchoolMembership.school_id) == School.id,
            col(SchoolMembership.user_id) == ApiToken.user_id,
            col(SchoolMembership.ended_at).is_(None),
        ),
    )
    .outerjoin(SchoolLedger, col(SchoolLedger.school_id) == School.id)
    .where(col(ApiToken.id) == sa.bindparam("token_id"))
)


def member_now(uai: str, db: Session, token_id: UUID) -> TokenNow | None:
    """The token of a member of the school, who reads it whatever the year, standing on a MemberStanding."""
    row = db.execute(_MEMBER_NOW, {"uai": uai, "token_id": token_id}).first()
    if row is None:
        return None
    secret_hash, is_open, expires_at, last_used_at, *standing = row
    return TokenNow(secret_hash, bool(is_open), expires_at, last_used_at, MemberStanding(*standing))
