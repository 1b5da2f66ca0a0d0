"""Around the beginning of an action, through its page and over JSON."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.actor import Actor
from app.actions.effects import effects_of_school
from app.actions.models import ActionIn, EventIn
from app.actions.service import add_action, add_event
from app.domain.effects import Answer
from app.domain.vocabulary import Axis, EventState
from app.elections.models import ElectionIn
from app.elections.service import record_election
from app.goals.models import GoalIn, TargetIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from tests.world import LAST_YEAR, T3, A, B, World

SignIn = Callable[[str], TestClient]
BEFORE, START = f"{LAST_YEAR}-T2", f"{LAST_YEAR}-T3"


@pytest.fixture
def claire(db: Session, world: World) -> Actor:
    return world.actor(db, "claire")


def an_action(db: Session, claire: Actor, title: str, held: dict[date, int], **changes: Any) -> Any:
    first, last = date(2025, 9, 1), date(2027, 7, 2)
    planned = ActionIn(axis=Axis.FAMILIARITY, title=title, planned_from=first, planned_to=last, **changes)
    action = add_action(db, claire, A, planned)
    for day, parents in held.items():
        event = EventIn(state=EventState.HELD, planned_on=day, parents_present=parents)
        add_event(db, claire, A, action.id, event)
    return action.id


@pytest.fixture
def cafes(db: Session, claire: Actor) -> Any:
    """Cafés began in the third term and brought 500 parents, while the rest fell from 62 to 41."""
    usual = {date(2026, 2, 3): 30, date(2026, 2, 10): 32, date(2026, 5, 19): 20, date(2026, 5, 26): 21}
    an_action(db, claire, "Matinées ouvertes", usual)
    return an_action(db, claire, "Café des parents", {date(2026, 5, 22): 300, date(2026, 6, 5): 200})


def test_five_hundred_own_visits_prove_nothing(db: Session, world: World, cafes: Any) -> None:
    (found,) = effects_of_school(db, world.a)[cafes]
    assert found.indicator.slug == "visits"
    assert (found.before.term, found.after.term) == (BEFORE, START)
    assert (found.after.own, found.after.rest, found.before.rest) == (500, 41, 62)
    assert found.answer is Answer.NO


def test_the_goal_s_indicator_is_asked_first(db: Session, world: World, claire: Actor) -> None:
    target = TargetIn(indicator="individual_meetings", value=85, term=T3)
    goal = add_goal(db, claire, A, GoalIn(stake="dialogue", title="Rencontrer chacun", target=target))
    for term, counted in ((BEFORE, 100), (START, 150)):
        answer = MeasurementIn(indicator="individual_meetings", term=term, counted=counted, out_of=196)
        record_measurement(db, claire, A, answer)
    held = {date(2026, 5, 22): 12}
    action = an_action(db, claire, "Rendez-vous du soir", held, goal_ids=[goal.id])
    effects = effects_of_school(db, world.a)[action]
    assert [effect.indicator.slug for effect in effects][:1] == ["individual_meetings"]
    assert effects[0].answer is Answer.YES


def test_nothing_is_said_too_early(db: Session, world: World, claire: Actor) -> None:
    """A count of a term that is still running is not set against a whole one."""
    an_action(db, claire, "Matinées", {date(2026, 5, 19): 20})
    action = an_action(db, claire, "Café", {date(2026, 11, 6): 14})
    assert effects_of_school(db, world.a)[action] == []
    never = an_action(db, claire, "Jamais tenue", {})
    assert never not in effects_of_school(db, world.a)


@pytest.mark.parametrize(("day", "year"), [(date(2025, 9, 12), LAST_YEAR), (date(2025, 11, 7), "2026-2027")])
def test_turnout_is_read_in_the_first_october_the_action_could_touch(
    db: Session, world: World, claire: Actor, day: date, year: str
) -> None:
    target = TargetIn(indicator="election_turnout", value=50, term=T3)
    goal = add_goal(db, claire, A, GoalIn(stake="dialogue", title="Voter", target=target))
    action = an_action(db, claire, "Affiches", {day: 12}, goal_ids=[goal.id])
    for school_year, voters, held in (
        ("2024-2025", 90, date(2024, 10, 11)),
        (LAST_YEAR, 100, date(2025, 10, 10)),
        ("2026-2027", 160, date(2026, 10, 9)),
    ):
        result = ElectionIn(
            held_on=held, registered=300, voters=voters, blank_null=0, seats=9, seats_filled=9
        )
        record_election(db, claire, A, school_year, result)
    turnout = [e for e in effects_of_school(db, world.a)[action] if e.indicator.slug == "election_turnout"]
    assert [effect.after.term.year for effect in turnout] == [year]


def test_both_doors_say_the_same(sign_in: SignIn, cafes: Any) -> None:
    claire = sign_in("claire")
    (item,) = claire.get(f"/api/v1/schools/{A}/actions/{cafes}/effects").json()["items"]
    assert item["answer"] == "no"
    assert item["after"] == {"term": START, "counted": 541, "out_of": None, "own": 500, "rest": 41}
    page = claire.get(f"/ecoles/{A}/actions/{cafes}").text
    assert item["reading"] in page
    assert "Non, rien ne le montre." in page
    assert sign_in("karim").get(f"/api/v1/schools/{A}/actions/{cafes}/effects").status_code == 404
    assert claire.get(f"/api/v1/schools/{B}/actions/{cafes}/effects").status_code == 404


def test_the_cost_is_constant(
    db: Session,
    world: World,
    claire: Actor,
    cafes: Any,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    def cost() -> int:
        with count_queries() as queries:
            effects_of_school(db, world.a)
        return len(queries)

    before = cost()
    for number in range(5):
        an_action(db, claire, f"Action {number}", {date(2026, 3, 3 + number): 10})
    assert cost() == before
