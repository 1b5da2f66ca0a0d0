"""A held event is typed once: venues and joint actions follow every change of it, in the same transaction."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.accounts.actor import Actor
from app.actions import queries
from app.actions.feeding import events_moved_by
from app.actions.models import ActionIn, EventIn, PartnerIn
from app.actions.service import add_action, add_event, add_partner, delete_event, revise_event
from app.domain.school_year import Calendar, SchoolYear, calendar_of, term_of, year_of
from app.domain.vocabulary import EventState
from app.measurements.models import MeasurementIn
from app.measurements.queries import distinct_sources, measurements_listed, totals_of_school
from app.measurements.service import record_measurement, verify_totals
from tests.matrix import ACTION
from tests.world import LAST_YEAR, T1, YEAR, A, World

LAST_T3 = f"{LAST_YEAR}-T3"
HELD = {"planned_on": "2026-11-06", "state": "held", "parents_present": 14}
PARTNER = {"name": "Centre social", "kind": "social_centre", "sector": "social_support"}


@dataclass
class Plan:
    """Claire's school with two actions and a partner; `totals()` is what the sheet shows."""

    db: Session
    claire: Actor
    school_id: UUID
    cafe: UUID
    library: UUID
    partner: UUID

    def hold(self, action: UUID | None = None, *, joint: bool = False, **changes: Any) -> UUID:
        data = self.body(joint=joint, **changes)
        return add_event(self.db, self.claire, A, action or self.cafe, data).id

    def change(self, event_id: UUID, *, joint: bool = False, **changes: Any) -> None:
        version = queries.event_or_404(self.db, self.school_id, event_id).version
        revise_event(self.db, self.claire, A, event_id, self.body(joint=joint, **changes), version)

    def delete(self, event_id: UUID) -> None:
        version = queries.event_or_404(self.db, self.school_id, event_id).version
        delete_event(self.db, self.claire, A, event_id, version)

    def body(self, *, joint: bool, **changes: Any) -> EventIn:
        return EventIn.model_validate(HELD | {"partner_ids": [self.partner] if joint else []} | changes)

    def totals(self) -> dict[tuple[str, str], int]:
        rows = totals_of_school(self.db, self.school_id)
        assert verify_totals(self.db) == []
        return {(row.indicator, row.term): row.counted or 0 for row in rows if row.answers}


@pytest.fixture
def plan(db: Session, world: World) -> Plan:
    claire = world.actor(db, "claire")
    cafe, library = (
        add_action(db, claire, A, ActionIn.model_validate(ACTION | {"title": title})).id
        for title in ("Café des parents", "Visite de la médiathèque")
    )
    partner = add_partner(db, claire, A, PartnerIn.model_validate(PARTNER)).id
    return Plan(db, claire, world.a.id, cafe, library, partner)


CANCELLED: dict[str, Any] = {"state": "cancelled", "parents_present": None}
PLANNED: dict[str, Any] = {"state": "planned", "parents_present": None}
IN_JUNE: dict[str, Any] = {"planned_on": "2026-06-12"}
Step = Callable[[Plan, UUID], object]

joint: Step = lambda plan, event: plan.change(event, joint=True)  # noqa: E731 (a table of small steps)
alone: Step = lambda plan, event: plan.change(event)  # noqa: E731 (likewise)
cancel: Step = lambda plan, event: plan.change(event, **CANCELLED)  # noqa: E731 (likewise)
delete: Step = lambda plan, event: plan.delete(event)  # noqa: E731 (likewise)
again: Step = lambda plan, event: plan.hold(joint=True, parents_present=6)  # noqa: E731 (likewise)
elsewhere: Step = lambda plan, event: plan.hold(plan.library, joint=True)  # noqa: E731 (likewise)


def changed(**changes: Any) -> Step:
    return lambda plan, event: plan.change(event, **changes)


VISITS, JOINT, VISITS_JUNE, JOINT_JUNE = (
    (indicator, term) for term in (T1, LAST_T3) for indicator in ("visits", "joint_actions")
)
AFTER: dict[str, tuple[list[Step], dict[tuple[str, str], int]]] = {
    "nothing": ([], {VISITS: 14}),
    "corrected": ([changed(parents_present=16)], {VISITS: 16}),
    "nobody came": ([changed(parents_present=0)], {VISITS: 0}),
    "moved inside its term": ([changed(held_on="2026-11-20")], {VISITS: 14}),
    "moved to another term": ([changed(**IN_JUNE)], {VISITS_JUNE: 14}),
    "held in another term than planned": (
        [changed(planned_on="2027-01-08", held_on="2026-11-13")],
        {VISITS: 14},
    ),
    "cancelled": ([cancel], {}),
    "only planned after all": ([changed(**PLANNED)], {}),
    "deleted": ([delete], {}),
    "a partner was there": ([joint], {VISITS: 14, JOINT: 1}),
    "a partner was there, then not": ([joint, alone], {VISITS: 14}),
    "joint, then moved": ([joint, changed(joint=True, **IN_JUNE)], {VISITS_JUNE: 14, JOINT_JUNE: 1}),
    "joint, then deleted": ([joint, delete], {}),
    "cancelled, then held": ([cancel, changed(parents_present=9)], {VISITS: 9}),
    "a second event of the action": ([joint, again], {VISITS: 20, JOINT: 1}),
    "an event of a second action": ([joint, elsewhere], {VISITS: 28, JOINT: 2}),
    "one of two joint events is cancelled": ([joint, again, cancel], {VISITS: 6, JOINT: 1}),
}


@pytest.mark.parametrize("name", AFTER)
def test_what_follows_from_a_held_event(plan: Plan, name: str) -> None:
    steps, expected = AFTER[name]
    event = plan.hold()
    for step in steps:
        step(plan, event)
    assert plan.totals() == expected


def test_a_planned_event_feeds_nothing(plan: Plan) -> None:
    plan.hold(planned_on="2027-02-05", state="planned", parents_present=None, joint=True)
    assert plan.totals() == {}


def test_a_year_counts_distinct_actions(plan: Plan) -> None:
    """Twice the café and once the library make two joint actions, and three sessions."""
    for day in ("2026-10-09", "2026-11-06"):
        plan.hold(joint=True, planned_on=day)
    plan.hold(plan.library, joint=True)
    plan.hold(plan.library, joint=True, planned_on="2026-06-12")
    assert distinct_sources(plan.db, plan.school_id, "joint_actions", YEAR) == 2
    assert distinct_sources(plan.db, plan.school_id, "joint_actions", LAST_YEAR) == 1
    assert queries.joint_sessions(plan.db, plan.school_id, T1) == 3


def test_what_a_term_saw_of_each_action(plan: Plan) -> None:
    plan.hold(joint=True, children_present=5)
    plan.hold(parents_present=6)
    plan.hold(planned_on="2026-06-12")
    plan.hold(plan.library, parents_present=3)
    seen = {row.action_id: tuple(row)[1:] for row in queries.events_of_term(plan.db, plan.school_id, T1)}
    assert seen == {plan.cafe: (2, 20, 5, 1), plan.library: (1, 3, 0, 0)}


def test_the_rest_is_added_to_the_events(plan: Plan) -> None:
    """« Autres venues » typed beside the events, and what one event feeds, are figures of their own."""
    plan.hold()
    rest = MeasurementIn.model_validate({"indicator": "visits", "term": T1, "counted": 41})
    record_measurement(plan.db, plan.claire, A, rest)
    assert plan.totals() == {("visits", T1): 55}


def test_saving_an_event_as_it_was_writes_no_figure(plan: Plan) -> None:
    event = plan.hold(joint=True)
    everything: dict[str, Any] = {"term": None, "indicator": None, "live": False, "after": None, "limit": 500}
    before = measurements_listed(plan.db, plan.school_id, **everything)
    plan.change(event, joint=True, children_present=9)
    assert measurements_listed(plan.db, plan.school_id, **everything) == before


def test_a_calendar_that_would_move_events_is_told(plan: Plan, world: World) -> None:
    plan.hold(planned_on="2026-11-20")
    plan.hold(planned_on="2026-10-09")
    plan.hold(state="cancelled", planned_on="2026-11-20", parents_present=None)
    year = SchoolYear(YEAR)
    usual = calendar_of(year, "099")
    early = Calendar(year, usual.first_day, date(2026, 11, 10), usual.t2_last, usual.last_day)
    assert events_moved_by(plan.db, world.a, usual) == 0
    assert events_moved_by(plan.db, world.a, early) == 1


# --- random sequences against plain Python ---------------------------------------------------------------


@dataclass
class Model:
    """What the figures should be, from a plain list of events."""

    events: dict[UUID, tuple[UUID, EventIn]] = field(default_factory=dict)

    def totals(self) -> dict[tuple[str, str], int]:
        visits: dict[tuple[str, str], int] = {}
        joint: dict[tuple[str, str], set[UUID]] = {}
        for action, event in self.events.values():
            if event.state is EventState.HELD:
                day = event.held_on or event.planned_on
                term = term_of(day, calendar_of(year_of(day, "099"), "099"))
                visits["visits", term] = visits.get(("visits", term), 0) + (event.parents_present or 0)
                if event.partner_ids:
                    joint.setdefault(("joint_actions", term), set()).add(action)
        return visits | {key: len(actions) for key, actions in joint.items()}


DAYS = ("2025-10-03", "2026-02-06", "2026-06-12", "2026-09-18", "2026-11-06", "2026-11-21")


def random_event(plan: Plan, chance: random.Random) -> EventIn:
    state = chance.choice(("held", "held", "held", "planned", "cancelled"))
    held = {"held_on": chance.choice((None, *DAYS)), "parents_present": chance.randrange(40)}
    return EventIn.model_validate(
        {
            "planned_on": chance.choice(DAYS),
            "state": state,
            "partner_ids": [plan.partner] if chance.random() < 0.5 else [],
        }
        | (held if state == "held" else {})
    )


def run_random(plan: Plan, seed: int, steps: int) -> None:
    chance, model = random.Random(seed), Model()
    for _ in range(steps):
        key = chance.choice(list(model.events)) if model.events else None
        act = chance.random()
        if key is None or act < 0.4:
            action, data = chance.choice((plan.cafe, plan.library)), random_event(plan, chance)
            model.events[add_event(plan.db, plan.claire, A, action, data).id] = (action, data)
        elif act < 0.85:
            data = random_event(plan, chance)
            version = queries.event_or_404(plan.db, plan.school_id, key).version
            revise_event(plan.db, plan.claire, A, key, data, version)
            model.events[key] = (model.events[key][0], data)
        else:
            plan.delete(key)
            del model.events[key]
        assert plan.totals() == model.totals()


def test_a_random_sequence_agrees_with_plain_python(plan: Plan) -> None:
    run_random(plan, seed=7, steps=40)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_long_random_sequences_agree_with_plain_python(plan: Plan, seed: int) -> None:
    run_random(plan, seed, steps=150)
