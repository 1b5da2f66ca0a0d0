"""AMBITIONNER through the verbs and both doors."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.domain.vocabulary import GoalState
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.goals.models import GoalChange, GoalIn, GoalStateIn, TargetIn
from app.goals.queries import goals_of_school
from app.goals.service import add_goal, delete_goal, revise_goal, set_goal_state
from tests.world import T3, A, B, World, form

GOALS = f"/api/v1/schools/{A}/goals"
MEET: dict[str, Any] = {
    "stake": "dialogue",
    "title": "Rencontrer chaque famille",
    "why": "Elles reviennent plus volontiers.",
}
TARGET: dict[str, Any] = {
    "indicator": "individual_meetings",
    "value": 85,
    "term": T3,
    "baseline": {"counted": 64, "out_of": 100},
}
SignIn = Callable[[str], TestClient]


# --- verbs ---------------------------------------------------------------------------------------------


def test_adding_a_goal_leaves_one_event(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    goal = add_goal(db, claire, A, GoalIn.model_validate(MEET | {"target": TARGET}))
    (event,) = audit_chain(db, world.a.id)
    assert (event.verb, event.target, event.user_id) == ("goal.added", f"goal:{goal.id}", claire.user_id)
    assert event.after is not None
    assert event.after["target_value"] == 85
    assert goal.target == TargetIn.model_validate(TARGET)


def test_a_teacher_reads_but_does_not_steer(db: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        add_goal(db, world.actor(db, "lea"), A, GoalIn(**MEET))


@pytest.mark.parametrize("stranger", ["karim", "ines", "paul", "rita", "admin"])
def test_strangers_find_nothing(db: Session, world: World, stranger: str) -> None:
    with pytest.raises(NotFound):
        add_goal(db, world.actor(db, stranger), A, GoalIn(**MEET))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"indicator": "nothing"}, "target-indicator"),
        ({"value": 101}, "target-value"),
        ({"baseline": {"counted": 5}}, "target-baseline"),
    ],
)
def test_a_target_fits_its_indicator(db: Session, world: World, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add_goal(db, world.actor(db, "claire"), A, GoalIn.model_validate(MEET | {"target": TARGET | change}))
    assert refusal.value.errors[0].field == field


def test_a_goal_is_dropped_with_a_reason_only(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    goal = add_goal(db, claire, A, GoalIn(**MEET))
    with pytest.raises(Invalid):
        set_goal_state(db, claire, A, goal.id, GoalStateIn(state=GoalState.DROPPED), goal.version)
    dropped = set_goal_state(
        db, claire, A, goal.id, GoalStateIn(state=GoalState.DROPPED, reason="Trop large"), goal.version
    )
    assert (dropped.state, dropped.reason) == (GoalState.DROPPED, "Trop large")
    with pytest.raises(Conflict):
        set_goal_state(db, claire, A, goal.id, GoalStateIn(state=GoalState.REACHED), goal.version)


def test_a_stale_version_overwrites_nothing(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    goal = add_goal(db, claire, A, GoalIn(**MEET))
    change = GoalChange(**MEET | {"title": "Autre titre"}, reason="Plus clair")
    revise_goal(db, claire, A, goal.id, change, 1)
    with pytest.raises(Stale) as refusal:
        revise_goal(db, claire, A, goal.id, change, 1)
    assert refusal.value.version == 2


def test_what_nothing_refers_to_can_be_deleted(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    goal = add_goal(db, claire, A, GoalIn(**MEET))
    delete_goal(db, claire, A, goal.id, 1)
    assert goals_of_school(db, world.a.id) == []


# --- the JSON door -------------------------------------------------------------------------------------


def test_a_goal_through_json(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    made = claire.post(GOALS, json=MEET | {"target": TARGET})
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    url = f"{GOALS}/{made.json()['id']}"
    assert claire.get(url).json()["target"] == TARGET
    changed = claire.put(
        url,
        json=MEET | {"title": "Recevoir tout le monde", "reason": "Plus simple"},
        headers={"If-Match": '"1"'},
    )
    assert (changed.status_code, changed.headers["ETag"], changed.json()["target"]) == (200, '"2"', None)
    assert claire.patch(url, json={"state": "reached"}, headers={"If-Match": '"1"'}).status_code == 412
    assert claire.patch(url, json={"state": "reached"}).status_code == 428
    assert (
        claire.patch(url, json={"state": "reached"}, headers={"If-Match": '"2"'}).json()["state"] == "reached"
    )
    assert claire.delete(url, headers={"If-Match": '"3"'}).status_code == 204
    assert claire.get(url).status_code == 404


def test_a_list_is_read_page_by_page(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    for number in range(3):
        claire.post(GOALS, json=MEET | {"title": f"Objectif {number}"})
    first = claire.get(GOALS, params={"limit": 2}).json()
    rest = claire.get(GOALS, params={"limit": 2, "after": first["next"]}).json()
    assert [goal["title"] for goal in first["items"] + rest["items"]] == [
        "Objectif 0",
        "Objectif 1",
        "Objectif 2",
    ]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": "Avec un \x00 nul"}, "/title"),
        ({"title": None}, "/title"),
        ({"unknown": 1}, "/unknown"),
        ({"target": TARGET | {"value": -1}}, "/target/value"),
        ({"target": TARGET | {"value": 10**30}}, "/target/value"),
        ({"target": TARGET | {"value": 12.5}}, "/target/value"),
        ({"target": TARGET | {"value": "85"}}, "/target/value"),
        ({"target": TARGET | {"term": "2026-T1"}}, "/target/term"),
        ({"target": TARGET | {"baseline": {"counted": 101, "out_of": 100}}}, "/target/baseline"),
    ],
)
def test_bad_bodies_name_the_field(sign_in: SignIn, change: dict[str, Any], pointer: str) -> None:
    answer = sign_in("claire").post(GOALS, json=MEET | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].endswith(".")


# --- the page ------------------------------------------------------------------------------------------


def test_a_goal_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    new = f"/ecoles/{A}/objectifs/nouveau"
    assert claire.get(new).status_code == 200
    fields = MEET | {"target-indicator": "individual_meetings", "target-value": "85", "target-term": T3}
    assert form(claire, new, **fields).headers["location"] == f"/ecoles/{A}?ok=objectif"
    (goal,) = goals_of_school(db, world.a.id)
    page = claire.get(f"/ecoles/{A}/objectifs/{goal.id}").text
    assert 'value="85"' in page
    assert 'name="version" value="1"' in page
    form(claire, f"/ecoles/{A}/objectifs/{goal.id}/etat", state="reached", version="1")
    assert goals_of_school(db, world.a.id)[0].state is GoalState.REACHED


def test_a_stake_is_shown_in_words_and_kept_as_a_slug(sign_in: SignIn, db: Session, world: World) -> None:
    claire, words = sign_in("claire"), "La réussite des élèves, d’abord des plus fragiles"
    form(claire, f"/ecoles/{A}/objectifs/nouveau", **(MEET | {"stake": words}))
    (goal,) = goals_of_school(db, world.a.id)
    assert goal.stake == "success"
    page = claire.get(f"/ecoles/{A}/objectifs/{goal.id}").text
    assert f'value="{words}"' in page
    assert "success" not in page.replace("notice success", "")
    late = MEET | {"reason": "Pour le projet.", "version": "9"}
    assert f"<strong>{words}</strong>" in form(claire, f"/ecoles/{A}/objectifs/{goal.id}", **late).text


def test_a_teacher_reads_a_goal_and_is_offered_no_change(sign_in: SignIn, db: Session, world: World) -> None:
    goal = add_goal(db, world.actor(db, "claire"), A, GoalIn(**MEET | {"stake": "success"}))
    page = sign_in("lea").get(f"/ecoles/{A}/objectifs/{goal.id}").text
    assert MEET["why"] in page
    assert "La réussite des élèves" in page
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    assert "/supprimer" not in main


@pytest.mark.parametrize("typed", ["-1", "12,5", "1_0", "18.500,00", "cent", "١٢"])
def test_a_mistake_keeps_what_was_typed(sign_in: SignIn, db: Session, world: World, typed: str) -> None:
    fields = MEET | {"target-indicator": "individual_meetings", "target-value": typed, "target-term": T3}
    answer = form(sign_in("claire"), f"/ecoles/{A}/objectifs/nouveau", **fields)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert MEET["title"] in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert goals_of_school(db, world.a.id) == []


def test_a_forged_form_is_refused(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    assert claire.post(f"/ecoles/{A}/objectifs/nouveau", data=MEET).status_code == 403
    elsewhere = {"Origin": "https://ailleurs.example"}
    assert claire.post(GOALS, json=MEET, headers=elsewhere).status_code == 403


def test_the_anonymous_is_asked_to_sign_in(sign_in: SignIn) -> None:
    anonymous = sign_in("anonymous")
    assert anonymous.get(GOALS).status_code == 401
    page = anonymous.get(f"/ecoles/{A}/objectifs/nouveau")
    assert page.headers["location"] == f"/connexion?next=/ecoles/{A}/objectifs/nouveau"


def test_another_school_does_not_exist(sign_in: SignIn, db: Session, world: World) -> None:
    goal = add_goal(db, world.actor(db, "claire"), A, GoalIn(**MEET))
    karim = sign_in("karim")
    foreign, missing = karim.get(f"{GOALS}/{goal.id}"), karim.get(f"/api/v1/schools/{B}/goals/{goal.id}")
    assert (foreign.status_code, missing.status_code) == (404, 404)
