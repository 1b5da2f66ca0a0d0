"""Many events as one act: what a file of thousands of lines brings in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import check_version, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, plain, record, take_turn
from app.actions import event_queries, queries
from app.actions.checks import EventChecks, check_may_plan
from app.actions.feeding import feed
from app.actions.models import Action, Event, EventIn
from app.actions.service import move_action
from app.db import uuid7
from app.domain.vocabulary import ActionState, EventState
from app.errors import NotFound
from app.schools.models import School


@contextmanager
def event_batch(db: Session, actor: Actor, uai: str) -> Iterator["EventBatch"]:
    """`add_event` and `revise_event` for many: one turn, one audit event, each figure and total written once.

    Nothing is written before the end of the `with` block, and nothing at all when it raises. The audit event
    holds what was revised as it was and as it is, and the ids of what was added.
    """
    batch = EventBatch(db, actor, school_for(db, actor, uai, Task.COUNT))
    yield batch
    batch.finish()


class EventBatch:
    """What the school holds is read at the first event, under its turn; a batch without any takes none."""

    def __init__(self, db: Session, actor: Actor, school: School) -> None:
        self._db, self._actor, self._school = db, actor, school
        self._turn: Turn | None = None
        self._added: list[dict[str, Any]] = []
        self._before: dict[UUID, Any] = {}
        self._partners: dict[UUID, list[UUID]] = {}
        self._visits: dict[UUID, dict[str, int]] = {}
        self._fed: set[UUID] = set()
        self._moved: list[UUID] = []

    def add(self, action_id: UUID, data: EventIn) -> None:
        """Plan an event, or write down one that took place. Refused as the verb would, without a trace."""
        self._begin()
        action = self._action(action_id)
        check_may_plan(action, data)
        columns = self._checks.columns(data)
        event_id = uuid7()
        key = {"school_id": self._school.id, "id": event_id, "action_id": action_id, "version": 1}
        self._added.append(key | columns)
        self._follow(event_id, action, columns, data)

    def revise(self, event_id: UUID, data: EventIn, version: int) -> None:
        """Say that an event was held or cancelled, or correct it. Raises Stale for another version."""
        self._begin()
        event = self._events.get(event_id)
        if event is None:
            raise NotFound()
        check_version(event, version)
        columns = self._checks.columns(data)
        self._before[event_id] = plain(self._out(event, self._linked.get(event_id, [])))
        for name, value in columns.items():
            setattr(event, name, value)
        event.version += 1
        self._follow(event_id, self._action(event.action_id), columns, data)

    def finish(self) -> None:
        if self._turn is None or not self._visits:
            return
        db, school_id = self._db, self._school.id
        db.flush()
        event_queries.add_events(db, self._added)
        event_queries.link_events(db, school_id, self._partners)
        feed(db, self._actor, self._turn, self._visits, self._fed)
        revised = {key: self._out(self._events[key], self._partners[key]) for key in self._before}
        after = {"added": [row["id"] for row in self._added], "revised": revised, "running": self._moved}
        target = f"school:{school_id}"
        record(db, self._actor, self._turn, "events.recorded", target, before=self._before, after=after)

    def _begin(self) -> None:
        if self._turn is not None:
            return
        db, school_id = self._db, self._school.id
        self._turn = take_turn(db, school_id)
        self._checks = EventChecks(db, self._school)
        self._actions = {row.id: row for row in queries.actions_of_school(db, school_id, limit=None)}
        self._events = {row.id: row for row in event_queries.events_of_school(db, school_id)}
        self._linked = event_queries.partners_of_events(db, school_id, list(self._events))

    def _action(self, action_id: UUID) -> Action:
        action = self._actions.get(action_id)
        if action is None:
            raise NotFound()
        return action

    def _follow(self, event_id: UUID, action: Action, columns: dict[str, Any], data: EventIn) -> None:
        """The first held event of a planned action makes it `running`."""
        is_held = columns["state"] is EventState.HELD
        if is_held and action.state is ActionState.PLANNED:
            move_action(action, ActionState.RUNNING, None)
            self._moved.append(action.id)
        self._partners[event_id] = data.partner_ids
        self._visits[event_id] = {columns["term"]: columns["parents_present"] or 0} if is_held else {}
        self._fed.add(action.id)

    def _out(self, event: Event, partner_ids: list[UUID]) -> dict[str, Any]:
        return event.model_dump(exclude={"school_id"}) | {"partner_ids": sorted(partner_ids)}
