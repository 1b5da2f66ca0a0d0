"""The one SELECT of a warm answer: who asks with a token, what they read, and the state of the data."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.accounts.actor import NIL
from app.accounts.models import ApiToken, SchoolLedger, TerritoryMembership, User
from app.accounts.warm import TokenNow
from app.domain.vocabulary import Role
from app.transmissions.models import CirconscriptionVersion


def token_now(db: Session, token_id: UUID, circonscriptions: Collection[UUID]) -> TokenNow | None:
    """A token, and as its standing its owner's own territories and the versions that `asking_of` reads."""
    version = CirconscriptionVersion
    live = (
        select(
            func.count().label("places"),
            func.coalesce(func.sum(version.version), 0).label("version"),
            func.max(version.changed_at).label("changed_at"),
        )
        .where(col(version.circonscription_id).in_(circonscriptions))
        .subquery()
    )
    service = select(col(SchoolLedger.version)).where(col(SchoolLedger.school_id) == NIL).scalar_subquery()
    rows = db.execute(
        select(
            col(ApiToken.secret_hash),
            sa.and_(col(ApiToken.revoked_at).is_(None), col(User.ended_at).is_(None)).label("is_open"),
            col(ApiToken.expires_at),
            col(ApiToken.last_used_at),
            col(TerritoryMembership.territory_id),
            col(TerritoryMembership.role),
            func.coalesce(service, 0).label("service"),
            live.c.places,
            live.c.version,
            live.c.changed_at,
        )
        .select_from(ApiToken)
        .join(User, col(User.id) == ApiToken.user_id)
        .join(live, sa.true())
        .outerjoin(
            TerritoryMembership,
            sa.and_(
                col(TerritoryMembership.user_id) == ApiToken.user_id,
                col(TerritoryMembership.ended_at).is_(None),
            ),
        )
        .where(col(ApiToken.id) == token_id)
    ).all()
    if not rows:
        return None
    first = rows[0]
    return TokenNow(
        secret_hash=first.secret_hash,
        is_open=bool(first.is_open),
        expires_at=first.expires_at,
        last_used_at=first.last_used_at,
        standing=(
            frozenset((row.territory_id, Role(row.role)) for row in rows if row.territory_id),
            (first.service, (first.places, int(first.version), first.changed_at)),
        ),
    )
