"""Everything a school did: who, when, what, through which door, and what stood there before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel

from app.accounts import audit_queries
from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.models import AuditEvent
from app.accounts.seal_models import AuditSeal
from app.domain.acts import changes, subject, what_was_done
from app.domain.school_year import zone_of
from app.domain.vocabulary import Door
from app.home import queries
from app.schools.models import School

SERVICE, PARENTS = "Le service", "Des parents élus"


class FieldChangeOut(SQLModel):
    """One thing that an act changed; null on a side where there was nothing."""

    label: str
    before: str | None
    after: str | None


class ActOut(SQLModel):
    """One event of the school's chain, in words; `by` is what the account is called today."""

    position: int
    at: datetime
    by: str
    user_id: UUID | None
    role: str
    door: Door
    verb: str
    target: str
    what: str
    about: str
    changes: list[FieldChangeOut]


@dataclass(frozen=True, slots=True)
class History:
    school: School
    acts: Sequence[ActOut]
    """The newest first; one more than was asked for when there are older ones."""
    seals: Sequence[AuditSeal]
    """What left for files, oldest first."""

    @property
    def zone(self) -> str:
        return zone_of(self.school.departement)

    @property
    def sealed(self) -> int:
        return sum(seal.events for seal in self.seals)


def history_of_school(db: Session, actor: Actor, uai: str, *, before: int | None, limit: int) -> History:
    """The acts of a school before a position, the newest first, for everybody who works there alike."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    events = audit_queries.newest_events(db, school.id, before=before, limit=limit)
    keys = {key for event in events for key in _keys(event)}
    names = audit_queries.names_of(db, keys | {event.user_id for event in events if event.user_id})
    names |= queries.titles_of(db, school.id, keys)
    acts = [_act(event, names) for event in events]
    return History(school, acts, audit_queries.seals_of(db, school.id))


def _act(event: AuditEvent, names: dict[UUID, str]) -> ActOut:
    told = (names[key] for key in _keys(event) if key in names)
    return ActOut(
        position=event.position,
        at=event.at,
        by=names.get(event.user_id, "") if event.user_id else _nobody(event),
        user_id=event.user_id,
        role=event.role,
        door=event.door,
        verb=event.verb,
        target=event.target,
        what=what_was_done(event.verb),
        about=subject(event.target, event.before, event.after) or next(told, ""),
        changes=[
            FieldChangeOut(label=one.label, before=one.before, after=one.after)
            for one in changes(event.verb, event.before, event.after)
        ],
    )


def _nobody(event: AuditEvent) -> str:
    return PARENTS if event.verb == "parent_remark.left" else SERVICE


def _keys(event: AuditEvent) -> list[UUID]:
    """Whom or what an act is about, where it has no title of its own: a person, an action, a goal."""
    row: dict[str, Any] = event.after or event.before or {}
    words = [row.get(name) for name in ("user_id", "head_id", "action_id", "goal_id")]
    found = []
    for word in (*words, event.target.partition(":")[2]):
        try:
            found.append(UUID(str(word)))
        except ValueError:
            continue
    return found
