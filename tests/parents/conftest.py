"""A school with figures, a plan and a link, and the words of a page without its addresses."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import Session

from app.actions.models import ActionIn, ActionStateIn, EventIn
from app.actions.service import add_action, add_event, set_action_state
from app.domain.vocabulary import ActionState
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.parents.models import ParentLinkIn
from app.parents.service import share_with_parents
from tests.world import T1, A, World

Say = Callable[..., None]


def words(html: str) -> str:
    """Everything a reader or a machine may read, but not the addresses: a hash may hold any number."""
    return re.sub(r'\b(?:href|src|action)="[^"]*"', "", html)


@pytest.fixture
def say(db: Session, world: World) -> Say:
    """`say("individual_meetings", 158, 196)` types a figure of school A."""

    def typed(indicator: str, counted: int, out_of: int | None = None, term: str = T1) -> None:
        answer = {"indicator": indicator, "term": term, "counted": counted, "out_of": out_of}
        record_measurement(db, world.actor(db, "claire"), A, MeasurementIn.model_validate(answer))

    return typed


@pytest.fixture
def plan(db: Session, world: World) -> None:
    """A goal with its target, a running action with a held event of 3 parents and one to come."""
    claire = world.actor(db, "claire")
    target = {"indicator": "individual_meetings", "value": 85, "term": "2026-2027-T3"}
    goal = {"stake": "dialogue", "title": "Rencontrer chaque famille", "target": target}
    add_goal(db, claire, A, GoalIn.model_validate(goal))
    cafe = add_action(
        db,
        claire,
        A,
        ActionIn.model_validate(
            {
                "axis": "familiarity",
                "title": "Café des parents",
                "planned_from": "2026-10-02",
                "planned_to": "2027-06-25",
            }
        ),
    )
    set_action_state(db, claire, A, cafe.id, ActionStateIn(state=ActionState.RUNNING), cafe.version)
    held = {"planned_on": date(2026, 11, 6), "state": "held", "parents_present": 3}
    for event in (held, {"planned_on": date(2026, 11, 13)}, {"planned_on": date(2026, 12, 4)}):
        add_event(db, claire, A, cafe.id, EventIn.model_validate(event))


@pytest.fixture
def link(db: Session, world: World) -> str:
    """The address of an open link to the first term of school A."""
    return share_with_parents(db, world.actor(db, "claire"), A, ParentLinkIn(term=T1)).path
