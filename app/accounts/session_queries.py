"""Reads and set-wise writes about sessions, tokens and attempts to sign in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.accounts.models import (
    ApiToken,
    SignInAttempt,
    WebSession,
)


def live_sessions(db: Session, user_id: UUID) -> Sequence[WebSession]:
    return db.scalars(
        select(WebSession)
        .where(col(WebSession.user_id) == user_id, col(WebSession.ended_at).is_(None))
        .order_by(col(WebSession.last_seen_at).desc())
    ).all()


def end_sessions(
    db: Session, user_id: UUID, moment: datetime, *, session_id: UUID | None = None, but: UUID | None = None
) -> int:
    """End one session of a person, or all of them, or all but one; the number ended."""
    wanted = update(WebSession).where(col(WebSession.user_id) == user_id, col(WebSession.ended_at).is_(None))
    if session_id is not None:
        wanted = wanted.where(col(WebSession.id) == session_id)
    if but is not None:
        wanted = wanted.where(col(WebSession.id) != but)
    return db.execute(wanted.values(ended_at=moment, id_token=None)).rowcount


def end_every_session(db: Session, moment: datetime) -> int:
    """For the operator; the number ended."""
    wanted = update(WebSession).where(col(WebSession.ended_at).is_(None))
    return db.execute(wanted.values(ended_at=moment, id_token=None)).rowcount


def touch(db: Session, table: type[WebSession] | type[ApiToken], key: UUID, moment: datetime) -> None:
    column = "last_seen_at" if table is WebSession else "last_used_at"
    db.execute(update(table).where(col(table.id) == key).values({column: moment}))


def end_session_of_cookie(db: Session, token_hash: str, moment: datetime) -> None:
    wanted = update(WebSession).where(
        col(WebSession.token_hash) == token_hash, col(WebSession.ended_at).is_(None)
    )
    db.execute(wanted.values(ended_at=moment, id_token=None))


def revoke_tokens(db: Session, user_id: UUID, moment: datetime) -> None:
    wanted = update(ApiToken).where(col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None))
    db.execute(wanted.values(revoked_at=moment))


def token_of_user(db: Session, user_id: UUID, token_id: UUID) -> ApiToken | None:
    token = db.get(ApiToken, token_id)
    return token if token is not None and token.user_id == user_id else None


def tokens_of_user(db: Session, user_id: UUID) -> Sequence[ApiToken]:
    return db.scalars(
        select(ApiToken).where(col(ApiToken.user_id) == user_id).order_by(col(ApiToken.created_at).desc())
    ).all()


def recent_attempts(db: Session, subject_hash: str, since: datetime) -> int:
    return (
        db.scalar(
            select(func.count())
            .select_from(SignInAttempt)
            .where(col(SignInAttempt.subject_hash) == subject_hash, col(SignInAttempt.at) > since)
        )
        or 0
    )


def forget_attempts(db: Session, before: datetime) -> None:
    db.execute(sa.delete(SignInAttempt).where(col(SignInAttempt.at) < before))
