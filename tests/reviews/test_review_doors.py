"""The review through its two doors: mistakes keep what was typed and store nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.actions.models import ActionIn
from app.actions.service import add_action
from app.domain.vocabulary import Axis
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.reviews import queries
from app.reviews.kinds import ReviewState
from app.reviews.models import ReviewIn
from app.reviews.service import open_review
from tests.world import T1, A, World, form

COUNCIL = f"/ecoles/{A}/conseil/{T1}"
REVIEW = f"/api/v1/schools/{A}/reviews/{T1}"
CLOSING = {"held_on": "20/11/2026", "chair_role": "head_teacher", "members_present": "9", "version": "1"}
SignIn = Callable[[str], TestClient]


@pytest.fixture
def goal_id(db: Session, world: World) -> Any:
    claire = world.actor(db, "claire")
    goal = add_goal(db, claire, A, GoalIn(stake="climate", title="Rencontrer chaque famille"))
    open_review(db, claire, A, ReviewIn(term=T1))
    return goal.id


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"members_present": "-1"}, "-1"),
        ({"members_present": "0"}, "0"),
        ({"members_present": "12,5"}, "12,5"),
        ({"members_present": "18.500,00"}, "18.500,00"),
        ({"members_present": "9" * 30}, "9" * 20),
        ({"members_present": ""}, "20/11/2026"),
        ({"held_on": "31/02/2026"}, "31/02/2026"),
        ({"held_on": "22/11/2026"}, "22/11/2026"),
        ({"held_on": "01/07/2026"}, "01/07/2026"),
        ({"notes": "Avec un \x00 nul"}, "20/11/2026"),
        ({"inconnu": "1"}, "20/11/2026"),
    ],
)
def test_a_mistake_in_the_closing_keeps_what_was_typed(
    sign_in: SignIn, db: Session, world: World, goal_id: Any, change: dict[str, str], kept: str
) -> None:
    claire = sign_in("claire")
    form(claire, f"{COUNCIL}/decisions/goal/{goal_id}", verdict="keep")
    answer = form(claire, f"{COUNCIL}/clore", **(CLOSING | change))
    assert answer.status_code == 422
    assert kept in answer.text
    assert "error-summary" in answer.text
    review = queries.review_or_404(db, world.a.id, T1)
    assert review.state is ReviewState.OPEN


def test_a_decision_without_its_reason_says_so_beside_the_box(
    sign_in: SignIn, db: Session, world: World, goal_id: Any
) -> None:
    answer = form(sign_in("claire"), f"{COUNCIL}/decisions/goal/{goal_id}", verdict="stop")
    assert answer.status_code == 422
    assert f'id="f-{goal_id}-reason-error"' in answer.text
    assert queries.decisions_of_term(db, world.a.id, T1) == []


def test_an_undecided_review_is_not_closed(sign_in: SignIn, goal_id: Any) -> None:
    answer = form(sign_in("claire"), f"{COUNCIL}/clore", **CLOSING)
    assert answer.status_code == 422
    assert "Il reste à décider pour «\u202fRencontrer chaque famille\u202f»." in answer.text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"held_on": "2026-11-20", "members_present": "9"}, "/members_present"),
        ({"held_on": "20/11/2026", "members_present": 9}, "/held_on"),
        ({"held_on": "2026-11-20", "members_present": 10**30}, "/members_present"),
        ({"held_on": "2026-11-20", "members_present": 9, "chair": "Mme X"}, "/chair"),
    ],
)
def test_a_bad_closing_names_the_field(
    sign_in: SignIn, goal_id: Any, body: dict[str, Any], pointer: str
) -> None:
    answer = sign_in("claire").post(f"{REVIEW}/close", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_change_and_an_addition_are_written_with_the_ordinary_form(
    sign_in: SignIn, db: Session, world: World, goal_id: Any
) -> None:
    claire = sign_in("claire")
    new = {"stake": "climate", "title": "Recevoir tout le monde"}
    assert form(claire, f"{COUNCIL}/modifier/goal/{goal_id}", **new).status_code == 303
    assert form(claire, f"{COUNCIL}/ajouter/goal", **(new | {"title": "x"})).status_code == 422
    dated = {"planned_from": "01/12/2026", "planned_to": "18/12/2026"}
    action = {"axis": Axis.RIGHTS.value, "title": "Goûter du mardi"} | dated
    assert form(claire, f"{COUNCIL}/ajouter/action", **action).status_code == 303
    assert form(claire, f"{COUNCIL}/clore", **CLOSING).status_code == 303
    closed = claire.get(REVIEW).json()
    assert [item["verdict"] for item in closed["decisions"]] == ["change", "add"]
    titles = [item["title"] for item in claire.get(f"/api/v1/schools/{A}/goals").json()["items"]]
    assert titles == ["Recevoir tout le monde"]
    page = claire.get(COUNCIL).text
    assert "Relevé de conclusions" in page
    assert "Goûter du mardi" in page


@pytest.mark.parametrize("path", [f"/ecoles/{A}", f"/ecoles/{A}/tableau-de-bord/{T1}", COUNCIL])
def test_a_page_costs_the_same_however_long_the_plan(
    sign_in: SignIn,
    db: Session,
    world: World,
    goal_id: Any,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
    path: str,
) -> None:
    claire, counts = sign_in("claire"), []
    for more in (1, 1, 5):
        for number in range(more):
            goal = GoalIn(stake="climate", title=f"Objectif {number}")
            add_goal(db, world.actor(db, "claire"), A, goal)
        with count_queries() as statements:
            claire.get(path)
        counts.append(len(statements))
    assert counts[2] == counts[1], counts


def test_the_sheet_counts_the_actions_of_its_year(sign_in: SignIn, db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    for title, year in (("Café", 2026), ("Fête", 2027)):
        begins, ends = date(year, 10, 2), date(year + 1, 6, 25)
        action = ActionIn(axis=Axis.FAMILIARITY, title=title, planned_from=begins, planned_to=ends)
        add_action(db, claire, A, action)
    sheet = f"/ecoles/{A}?trimestre="
    assert "<p>1 action cette année, 1 pour la suivante</p>" in sign_in("claire").get(f"{sheet}{T1}").text
    assert f'no-print"><a href="/ecoles/{A}/indicateurs">' in sign_in("claire").get(f"{sheet}{T1}").text
    past = sign_in("claire").get(f"{sheet}2025-2026-T3").text
    assert "action cette année" not in past
    assert "Café" not in past
