"""Claiming a key, and finding what was answered to it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from app.once.models import IdempotencyRecord
from app.prepared import insert_if_absent

WAIT = "5s"
"""How long PostgreSQL lets a twin wait for the first one's commit. SQLite's writers already wait in turn."""
AT_A_TIME = 100


def _of(caller_id: UUID, key_hash: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return col(IdempotencyRecord.caller_id) == caller_id, col(IdempotencyRecord.key_hash) == key_hash


def claim(db: Session, caller_id: UUID, key_hash: str, request_hash: str, moment: datetime) -> bool:
    """Take the key for this transaction; False when another one had it, whose answer can now be read.

    Waits for a transaction that holds it and has not ended. OperationalError when that takes too long.
    """
    row = {
        "caller_id": caller_id,
        "key_hash": key_hash,
        "request_hash": request_hash,
        "status": None,
        "headers": {},
        "body": b"",
        "created_at": moment,
    }
    is_postgresql = db.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        db.execute(sa.text(f"SET LOCAL lock_timeout = '{WAIT}'"))
    is_taken = insert_if_absent(db, IdempotencyRecord.__table__, row)
    if is_postgresql:
        db.execute(sa.text("SET LOCAL lock_timeout TO DEFAULT"))
    return is_taken


def record_of(db: Session, caller_id: UUID, key_hash: str) -> IdempotencyRecord | None:
    return db.get(IdempotencyRecord, (caller_id, key_hash), populate_existing=True)


def take_over(db: Session, found: IdempotencyRecord, request_hash: str, moment: datetime) -> bool:
    """Let the key stand for another request; False when someone else did so since it was read."""
    wanted = update(IdempotencyRecord).where(
        *_of(found.caller_id, found.key_hash),
        col(IdempotencyRecord.request_hash) == found.request_hash,
        col(IdempotencyRecord.created_at) == found.created_at,
    )
    done = db.execute(wanted.values(request_hash=request_hash, status=None, created_at=moment))
    return done.rowcount == 1


def keep_answer(
    db: Session, caller_id: UUID, key_hash: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    wanted = update(IdempotencyRecord).where(*_of(caller_id, key_hash))
    db.execute(wanted.values(status=status, headers=dict(headers), body=body))


def give_back(db: Session, caller_id: UUID, key_hash: str) -> None:
    db.execute(delete(IdempotencyRecord).where(*_of(caller_id, key_hash)))


def forget_answers(db: Session, before: datetime, *, most: int = AT_A_TIME) -> int:
    """Remove so many of the oldest. What another transaction is removing is left to it: nobody waits."""
    key = (col(IdempotencyRecord.caller_id), col(IdempotencyRecord.key_hash))
    oldest = (
        select(*key)
        .where(col(IdempotencyRecord.created_at) < before)
        .order_by(col(IdempotencyRecord.created_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    done = db.execute(delete(IdempotencyRecord).where(sa.tuple_(*key).in_(oldest)))
    return int(done.rowcount)
