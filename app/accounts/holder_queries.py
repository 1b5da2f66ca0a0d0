"""Who holds a cookie or a token, with what they may do: one statement for every request."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.accounts.factor_models import SecondFactor
from app.accounts.models import ApiToken, SchoolMembership, TerritoryMembership, User, WebSession
from app.accounts.queries import school_duties, territory_duties
from app.domain.vocabulary import Role


class Duties(NamedTuple):
    """What holds today: the role in each school, and over each territory that a duty names."""

    schools: dict[UUID, Role]
    territories: dict[UUID, Role]


def duties_of(db: Session, user_id: UUID) -> Duties:
    return Duties(school_duties(db, user_id), territory_duties(db, user_id))


def _with_duties(table: Any, condition: sa.ColumnElement[bool]) -> Select[Any]:
    """A session or a token, its user, and one row for each of the user's schools."""
    is_above = (
        select(1)
        .where(col(TerritoryMembership.user_id) == User.id, col(TerritoryMembership.ended_at).is_(None))
        .exists()
    )
    is_live = col(SchoolMembership.ended_at).is_(None)
    return (
        select(table, User, SchoolMembership.school_id, SchoolMembership.role, is_above.label("is_above"))
        .join(User, col(User.id) == table.user_id)
        .outerjoin(SchoolMembership, sa.and_(col(SchoolMembership.user_id) == User.id, is_live))
        .where(condition)
    )


_HAS_FACTOR = (
    select(1)
    .where(col(SecondFactor.user_id) == User.id, col(SecondFactor.confirmed_at).is_not(None))
    .exists()
)
_SESSION = _with_duties(WebSession, col(WebSession.token_hash) == sa.bindparam("token_hash")).add_columns(
    _HAS_FACTOR.label("has_factor")
)
_TOKEN = _with_duties(ApiToken, col(ApiToken.id) == sa.bindparam("token_id"))


def session_with_user(db: Session, token_hash: str) -> tuple[WebSession, User, Duties, bool] | None:
    """The last word says whether the user has a second factor that works."""
    rows = db.execute(_SESSION, {"token_hash": token_hash}).all()
    found = _holder(db, rows)
    return None if found is None else (*found, bool(rows[0].has_factor))


def token_with_user(db: Session, token_id: UUID) -> tuple[ApiToken, User, Duties] | None:
    return _holder(db, db.execute(_TOKEN, {"token_id": token_id}).all())


def _holder(db: Session, rows: Sequence[Any]) -> tuple[Any, User, Duties] | None:
    if not rows:
        return None
    credential, user, is_above = rows[0][0], rows[0][1], rows[0].is_above
    schools = {row.school_id: row.role for row in rows if row.school_id is not None}
    return credential, user, Duties(schools, territory_duties(db, user.id) if is_above else {})
