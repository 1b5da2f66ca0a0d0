"""Whole tables, read and written as they are: for a copy, never for a page."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, delete, or_, select
from sqlalchemy.engine import Connection
from sqlmodel import Session, col

from app.accounts.audit import plain
from app.accounts.factor_models import SecondFactor
from app.accounts.models import ApiToken, Invitation, SignInAttempt, WebSession
from app.exchange.models import WaitingFile
from app.once.models import IdempotencyRecord

AT_A_TIME = 1_000
SEEDED = "territory"
"""The one table in which a migration puts a row."""
Row = dict[str, Any]


def rows_of(connection: Connection, table: sa.Table) -> Iterator[Row]:
    """Every row in the order of its key, a few at a time."""
    wanted = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(wanted, execution_options={"yield_per": AT_A_TIME}).mappings():
        yield dict(row)


def count_of(connection: Connection, table: sa.Table) -> int:
    return connection.scalar(select(sa.func.count()).select_from(table)) or 0


def write(connection: Connection, table: sa.Table, rows: Iterable[Row]) -> None:
    """Insert; a row that points at another of its table waits for that one."""
    links = _links_within(table)
    written: set[tuple[Any, ...]] = set()
    waiting: dict[tuple[Any, ...], list[Row]] = {}
    batch: list[Row] = []

    def flush() -> None:
        if batch:
            connection.execute(sa.insert(table), batch)
            batch.clear()

    for row in rows:
        ready = [row]
        while ready:
            now = ready.pop()
            wanted = _pointed_at(now, links)
            if wanted is not None and wanted not in written:
                waiting.setdefault(wanted, []).append(now)
                continue
            if links:
                own = tuple(now[name] for name in links[1])
                written.add(own)
                ready += waiting.pop(own, [])
            batch.append(now)
            if len(batch) >= AT_A_TIME:
                flush()
    flush()
    if waiting:
        raise ValueError(f"{table.name}: {len(waiting)} rows point at rows that are not there")


def _links_within(table: sa.Table) -> tuple[list[str], list[str]] | None:
    """(columns, the columns of the same table they point at)."""
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table is table:
            elements = constraint.elements
            return [one.parent.name for one in elements], [one.column.name for one in elements]
    return None


def _pointed_at(row: Row, links: tuple[list[str], list[str]] | None) -> tuple[Any, ...] | None:
    found = tuple(row[name] for name in links[0]) if links else ()
    return found if found and None not in found else None


def empty_seeded(connection: Connection, table: sa.Table) -> None:
    connection.execute(delete(table))


def fingerprint_of(connection: Connection, table: sa.Table) -> tuple[int, str]:
    """(rows, a sum of their hashes): the same whatever the order, so that collations do not matter."""
    count, total = 0, 0
    for row in rows_of(connection, table):
        text = json.dumps({name: _told(value) for name, value in row.items()}, sort_keys=True)
        total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
        count += 1
    return count, f"{total % 2**256:064x}"


def _told(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return plain(value)


# --- what is not kept ----------------------------------------------------------------------------------

SESSIONS, INVITATIONS, TOKENS = timedelta(days=30), timedelta(days=90), timedelta(days=365)
"""How long what has ended is kept: long enough for the question « who signed in? »."""
A_DAY = timedelta(hours=24)


def forget(db: Session, moment: datetime) -> dict[str, int]:
    """Remove what has outlived its purpose; how many rows of each table went."""
    old = {
        IdempotencyRecord: col(IdempotencyRecord.created_at) < moment - A_DAY,
        SignInAttempt: col(SignInAttempt.at) < moment - A_DAY,
        WaitingFile: col(WaitingFile.created_at) < moment - A_DAY,
        WebSession: col(WebSession.last_seen_at) < moment - SESSIONS,
        SecondFactor: and_(
            col(SecondFactor.confirmed_at).is_(None), col(SecondFactor.begun_at) < moment - A_DAY
        ),
        Invitation: col(Invitation.expires_at) < moment - INVITATIONS,
        ApiToken: or_(col(ApiToken.expires_at) < moment - TOKENS, col(ApiToken.revoked_at) < moment - TOKENS),
    }
    return {
        str(table.__tablename__): db.execute(delete(table).where(which)).rowcount
        for table, which in old.items()
    }
