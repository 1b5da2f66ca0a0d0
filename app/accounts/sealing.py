"""Old acts leave for a file that proves them: exported, read back, and only then removed (ADR 0031)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts import audit_queries
from app.accounts.actor import Actor
from app.accounts.audit import SEALED, broken_links_of, record, take_turn
from app.accounts.seal_models import AuditSeal, told
from app.accounts.segments import Segment, read_segment, write_segment
from app.errors import Conflict, Forbidden

KEPT = timedelta(days=365)
"""A school reads at least the acts of a whole year on its own page."""


@dataclass(frozen=True, slots=True)
class Export:
    """A segment on the disk, which still is in the database as well."""

    path: Path
    segment: Segment


def refuse_recent(before: datetime) -> None:
    """ValueError for acts that are not old enough to leave."""
    latest = clock.now() - KEPT
    if before > latest:
        raise ValueError(f"the acts of a year stay: choose a day up to {latest.date().isoformat()}")


def export_segment(db: Session, chain: UUID, before: datetime, folder: Path) -> Export | None:
    """Write what is older than `before` in one chain to a file, and read it back; None when there is nothing.

    ValueError when the chain is broken: what proves a forgery is not moved. The database is only read.
    """
    refuse_recent(before)
    up_to = audit_queries.last_before(db, chain, before)
    if up_to is None:
        return None
    _, problems = broken_links_of(db, chain)
    if problems:
        raise ValueError(f"chain {chain} is broken and was left as it is: {problems[0]}")
    seals, uai = audit_queries.seals_of(db, chain), audit_queries.uai_of_chain(db, chain)
    start, previous_hash = (seals[-1].up_to + 1, seals[-1].last_hash) if seals else (1, "")
    path = folder / f"{uai or 'service'}-{start:08}-{up_to:08}.jsonl"
    write_segment(path, chain, uai, previous_hash, audit_queries.segment_of(db, chain, up_to))
    segment = read_segment(path)
    if segment.problems:
        raise ValueError(segment.problems[0])
    return Export(path, segment)


def seal_segment(db: Session, actor: Actor, segment: Segment) -> AuditSeal:
    """Remove from the database the events of a file that is on the disk; a seal and the chain itself say so.

    Raises Forbidden unless an administrator asks, Conflict when the chain is not what the file says: another
    command was faster, and nothing is removed.
    """
    if not actor.is_administrator:
        raise Forbidden()
    turn = take_turn(db, segment.chain)
    seals = audit_queries.seals_of(db, segment.chain)
    previous_hash = seals[-1].last_hash if seals else ""
    events, last_hash = audit_queries.end_of_segment(db, segment.chain, segment.up_to)
    if (previous_hash, events, last_hash) != (segment.previous_hash, segment.events, segment.last_hash):
        why = "Ce fichier n’est plus le début du journal\u202f: rien n’a été retiré."
        raise Conflict(why, code="segment_changed")
    seal = AuditSeal(
        school_id=segment.chain,
        up_to=segment.up_to,
        position=turn.version,
        sealed_at=clock.now(),
        sealed_by=actor.user_id,
        events=segment.events,
        previous_hash=segment.previous_hash,
        last_hash=segment.last_hash,
        file_digest=segment.file_digest,
    )
    db.add(seal)
    db.flush()
    record(db, actor, turn, SEALED, f"audit:{segment.up_to}", after=told(seal))
    audit_queries.remove_segment(db, segment.chain, segment.up_to)
    return seal


def problems_of_file(db: Session, path: Path) -> tuple[int, list[str]]:
    """How many events a file holds, and one line for each thing in it that its seal does not say.

    ValueError when it is no sealed segment.
    """
    segment = read_segment(path)
    problems = list(segment.problems)
    seal = audit_queries.seal_at(db, segment.chain, segment.up_to)
    if seal is None:
        problems.append(f"{path}: no seal of this database is about it")
    elif told(seal) != told(segment):
        problems.append(f"{path}: it is not the file that was sealed")
    former = {one.position: told(one) for one in audit_queries.seals_of(db, segment.chain)}
    for position, said in segment.seals.items():
        if former.get(position) != said:
            problems.append(f"{path}, event {position}: the seal it is about was changed or removed")
    return segment.events, problems
