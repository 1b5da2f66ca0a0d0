"""Turns and the audit: one event per act, in the act's own transaction, chained by hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel

from app import clock
from app.accounts import audit_queries
from app.accounts.actor import NIL, Actor
from app.accounts.models import AuditEvent
from app.accounts.seal_models import told

SEALED = "audit.sealed"
"""The one act that lets events leave; its event repeats the seal, so that a forged seal shows."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A school's write lock until the commit; `version` is what `as_of` and the audit mean by a moment."""

    school_id: UUID
    version: int
    previous_hash: str


def take_turn(db: Session, school_id: UUID = NIL) -> Turn:
    """Every verb starts here: it waits for the school's other writes and gets the next version."""
    version, last_hash = audit_queries.next_turn(db, school_id)
    return Turn(school_id, version, last_hash)


def version_of(db: Session, school_id: UUID) -> int:
    """How many turns a school has taken: it changes with every write, and with nothing else."""
    ledger = audit_queries.ledger_of(db, school_id)
    return ledger.version if ledger else 0


_AS_IT_IS = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """A JSON value of a row, a model or a scalar; enumerations by value, instants in UTC."""
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, SQLModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    return value


def canonical(fields: Mapping[str, Any]) -> str:
    return json.dumps(plain(fields), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(fields: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of an event, the previous hash included."""
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def record(
    db: Session,
    actor: Actor,
    turn: Turn,
    verb: str,
    target: str,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    """Write the one event of this act. `target` is `kind:id`; ids only, never a person's name."""
    fields: dict[str, Any] = {
        "school_id": turn.school_id,
        "position": turn.version,
        "at": clock.now(),
        "user_id": actor.user_id,
        "role": actor.role_at(turn.school_id),
        "verb": verb,
        "target": target,
        "before": plain(before),
        "after": plain(after),
        "door": actor.door,
        "request_id": actor.request_id,
        "previous_hash": turn.previous_hash,
    }
    fields["hash"] = digest(fields)
    audit_queries.close_turn(db, fields)


def broken_links(db: Session) -> tuple[int, list[str]]:
    """Recompute every chain: how many events were looked at, and one line for each break."""
    found = [broken_links_of(db, school_id) for school_id in audit_queries.chains(db)]
    return sum(checked for checked, _ in found), [problem for _, problems in found for problem in problems]


def broken_links_of(db: Session, school_id: UUID) -> tuple[int, list[str]]:
    """Recompute one chain, from its last seal on.

    An edit changes an event's own hash; a removal or a swap breaks the link to the event before, or to the
    seal; the ledger knows the last hash, so that cutting the end off shows too.
    """
    chain = f"chain {school_id}"
    seals, previous, problems = audit_queries.seals_of(db, school_id), "", list[str]()
    for seal in seals:
        if seal.previous_hash != previous:
            problems.append(f"{chain}, seal at {seal.up_to}: the seal before it was changed or removed")
        previous = seal.last_hash
    events, said = audit_queries.audit_chain(db, school_id), dict[int, Any]()
    for event in events:
        fields = {name: getattr(event, name) for name in AuditEvent.model_fields}
        problems += [f"{chain}, event {event.position}: {fault}" for fault in faults(fields, previous)]
        previous = event.hash
        if event.verb == SEALED:
            said[event.position] = event.after
    ledger = audit_queries.ledger_of(db, school_id)
    if ledger is None or ledger.last_hash != previous:
        problems.append(f"{chain}: its end was removed")
    # The event of an older seal left with the segment after it: the file of that one holds it.
    kept = {seal.position: told(seal) for seal in seals if seal.position > seals[-1].up_to}
    if kept != said:
        problems.append(f"{chain}: its seals are not those that its events tell of")
    return len(events), problems


def faults(event: Mapping[str, Any], previous_hash: str) -> list[str]:
    """What is wrong with an event that should follow this hash, whether from the database or from a file."""
    found = []
    if digest({name: value for name, value in event.items() if name != "hash"}) != event["hash"]:
        found.append("its content was changed")
    if event["previous_hash"] != previous_hash:
        found.append("the event before it was changed, removed or moved")
    return found
