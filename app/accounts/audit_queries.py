"""The audit chains: the turns that write them, what may be sealed, and the one removal that is allowed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from app.accounts.models import AuditEvent, SchoolLedger, User
from app.accounts.seal_models import AuditSeal
from app.prepared import Prepared, insert_or_ignore, inside
from app.schools.models import School

AT_A_TIME = 1_000
_EVENT: sa.Table = AuditEvent.__table__

# --- turns ---------------------------------------------------------------------------------------------


# Statements of every request and every write are built once: building one costs more than running it.
_LEDGER: sa.Table = SchoolLedger.__table__  # the Core table of the class
_OF_SCHOOL = _LEDGER.c.school_id == sa.bindparam("of")
_TAKE_TURN = Prepared(
    sa.update(_LEDGER)
    .where(_OF_SCHOOL)
    .values(version=_LEDGER.c.version + 1)
    .returning(_LEDGER.c.version, _LEDGER.c.last_hash)
)
_CLOSE_TURN = Prepared(sa.update(_LEDGER).where(_OF_SCHOOL).values(last_hash=sa.bindparam("hash")))
_WRITE_EVENT = Prepared(sa.insert(_EVENT))


def next_turn(db: Session, school_id: UUID) -> tuple[int, str]:
    """Add one to the ledger and lock it until the commit; the first turn of all makes the row."""
    rows = inside(db)(_TAKE_TURN, {"of": school_id})
    if not rows:
        insert_or_ignore(db, _LEDGER, [{"school_id": school_id, "version": 0, "last_hash": ""}])
        rows = inside(db)(_TAKE_TURN, {"of": school_id})
    version, last_hash = rows[0]
    return version, last_hash


def close_turn(db: Session, event: Mapping[str, Any]) -> None:
    """Write the event of a turn, and its hash where the next one looks for it."""
    ask = inside(db)
    ask(_WRITE_EVENT, event)
    ask(_CLOSE_TURN, {"of": event["school_id"], "hash": event["hash"]})


def audit_chain(db: Session, school_id: UUID) -> Sequence[AuditEvent]:
    """The whole chain of one school, oldest first."""
    wanted = select(AuditEvent).where(col(AuditEvent.school_id) == school_id)
    return db.scalars(wanted.order_by(col(AuditEvent.position))).all()


def ledger_of(db: Session, school_id: UUID) -> SchoolLedger | None:
    return db.get(SchoolLedger, school_id, populate_existing=True)


def chains(db: Session) -> Sequence[UUID]:
    """Every chain that has a ledger, an event or a seal: none may be missing without being noticed."""
    wanted = sa.union(*(select(table.school_id) for table in (SchoolLedger, AuditEvent, AuditSeal)))
    return sorted(row[0] for row in db.execute(wanted))


# --- segments ------------------------------------------------------------------------------------------


def seals_of(db: Session, school_id: UUID) -> Sequence[AuditSeal]:
    """The seals of a chain, oldest first."""
    wanted = select(AuditSeal).where(col(AuditSeal.school_id) == school_id)
    return db.scalars(wanted.order_by(col(AuditSeal.up_to))).all()


def seal_at(db: Session, school_id: UUID, up_to: int) -> AuditSeal | None:
    return db.get(AuditSeal, (school_id, up_to))


def last_before(db: Session, school_id: UUID, moment: datetime) -> int | None:
    """Position of the last event of the beginning of a chain in which everything is older than `moment`."""
    first_kept = select(func.min(_EVENT.c.position)).where(
        _EVENT.c.school_id == school_id, _EVENT.c.at >= moment
    )
    wanted = select(func.max(_EVENT.c.position)).where(_EVENT.c.school_id == school_id)
    kept = db.scalar(first_kept)
    return db.scalar(wanted if kept is None else wanted.where(_EVENT.c.position < kept))


def segment_of(db: Session, school_id: UUID, up_to: int) -> Iterator[dict[str, Any]]:
    """The events of a chain up to a position, oldest first, a few at a time."""
    rows = db.execute(
        select(_EVENT).where(*_segment(school_id, up_to)).order_by(_EVENT.c.position),
        execution_options={"yield_per": AT_A_TIME},
    )
    for row in rows.mappings():
        yield dict(row)


def end_of_segment(db: Session, school_id: UUID, up_to: int) -> tuple[int, str | None]:
    """(how many events there are up to a position, the hash of the one that stands there)."""
    count = db.scalar(select(func.count()).select_from(_EVENT).where(*_segment(school_id, up_to)))
    last = select(_EVENT.c.hash).where(_EVENT.c.school_id == school_id, _EVENT.c.position == up_to)
    return count or 0, db.scalar(last)


def remove_segment(db: Session, school_id: UUID, up_to: int) -> int:
    """Remove what a seal lets go; the number of events. The database refuses it without the seal."""
    return db.execute(delete(_EVENT).where(*_segment(school_id, up_to))).rowcount


def _segment(school_id: UUID, up_to: int) -> tuple[sa.ColumnElement[bool], ...]:
    return _EVENT.c.school_id == school_id, _EVENT.c.position <= up_to


def newest_events(db: Session, school_id: UUID, *, before: int | None, limit: int) -> Sequence[AuditEvent]:
    """The events of a chain before a position, the newest first."""
    wanted = select(AuditEvent).where(col(AuditEvent.school_id) == school_id)
    if before is not None:
        wanted = wanted.where(col(AuditEvent.position) < before)
    return db.scalars(wanted.order_by(col(AuditEvent.position).desc()).limit(limit)).all()


def names_of(db: Session, people: Iterable[UUID]) -> dict[UUID, str]:
    """What each account is called today."""
    rows = db.execute(select(User.id, User.name).where(col(User.id).in_(people)))
    return {key: name for key, name in rows}  # noqa: C416  # rows are Row, not tuples, to mypy


def uai_of_chain(db: Session, school_id: UUID) -> str | None:
    """None for the chain of acts without a school."""
    return db.scalar(select(School.uai).where(col(School.id) == school_id))
