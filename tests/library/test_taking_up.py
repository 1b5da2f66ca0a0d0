"""« Reprendre cette pratique », the checklist that comes of it, and what the plan asks of parents."""

from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.actions.conditions import check_conditions
from app.actions.models import ActionIn, ConditionsIn, PartnerIn
from app.actions.queries import action_out, actions_of_school
from app.actions.service import add_action, add_partner, delete_action
from app.domain.practices import PRACTICES
from app.errors import Forbidden, NotFound, Stale
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.library.models import TakeUpIn
from app.library.service import take_up_practice
from tests.matrix import ACTION
from tests.world import A, B, World, form

SignIn = Callable[[str], TestClient]
CAFE = PRACTICES["parents_cafe"]
TAKE_UP = f"/ecoles/{A}/pratiques/parents_cafe"


def taken_up(db: Session, world: World, who: str = "claire", uai: str = A, **changes: Any) -> UUID:
    data = TakeUpIn.model_validate(ACTION | {"practice": "parents_cafe"} | changes)
    return take_up_practice(db, world.actor(db, who), uai, data).id


# --- the verb -------------------------------------------------------------------------------------------


def test_the_action_remembers_its_practice_and_has_its_conditions(db: Session, world: World) -> None:
    action = action_out(db, world.a.id, taken_up(db, world, title="Le café du vendredi", step="come"))
    assert (action.practice, action.title, action.step) == ("parents_cafe", "Le café du vendredi", "come")
    assert [condition.text for condition in action.conditions] == list(CAFE.conditions)
    assert not any(condition.is_met for condition in action.conditions)
    event = audit_chain(db, world.a.id)[-1]
    assert (event.verb, event.target) == ("practice.taken_up", f"action:{action.id}")
    assert event.after is not None
    assert event.after["practice"] == "parents_cafe"


@pytest.mark.parametrize("kept", [[], ["Un lieu connu", "Une heure fixe"]])
def test_the_school_keeps_the_conditions_it_wants(db: Session, world: World, kept: list[str]) -> None:
    action = action_out(db, world.a.id, taken_up(db, world, conditions=kept))
    assert [condition.text for condition in action.conditions] == kept


def test_only_who_plans_actions_takes_one_up(db: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        taken_up(db, world, "lea")
    for stranger in ("karim", "ines"):
        with pytest.raises(NotFound):
            taken_up(db, world, stranger)
    assert list(actions_of_school(db, world.a.id)) == []


def test_conditions_are_ticked_reworded_and_left_out(db: Session, world: World) -> None:
    claire, action = world.actor(db, "claire"), taken_up(db, world)
    wanted = ConditionsIn.model_validate(
        {"conditions": [{"text": "Le lundi, à 8 h 30", "is_met": True}, {"text": "Une salle"}]}
    )
    assert check_conditions(db, claire, A, action, wanted, 1).version == 2
    seen = action_out(db, world.a.id, action).conditions
    assert [(condition.text, condition.is_met) for condition in seen] == [
        ("Le lundi, à 8 h 30", True),
        ("Une salle", False),
    ]
    event = audit_chain(db, world.a.id)[-1]
    assert event.verb == "action.conditions_checked"
    assert event.before is not None
    assert len(event.before["conditions"]) == len(CAFE.conditions)
    with pytest.raises(Stale):
        check_conditions(db, claire, A, action, wanted, 1)
    with pytest.raises(NotFound):
        check_conditions(db, claire, A, uuid4(), wanted, 1)
    with pytest.raises(NotFound):
        check_conditions(db, world.actor(db, "karim"), B, action, wanted, 2)


def test_the_checklist_goes_with_its_action(db: Session, world: World) -> None:
    action = taken_up(db, world)
    delete_action(db, world.actor(db, "claire"), A, action, 1)
    with pytest.raises(NotFound):
        action_out(db, world.a.id, action)


def test_changing_an_action_keeps_what_it_came_from(sign_in: SignIn, db: Session, world: World) -> None:
    action = taken_up(db, world)
    body = ACTION | {"title": "Café du mardi", "reason": "Autre jour"}
    url = f"/api/v1/schools/{A}/actions/{action}"
    changed = sign_in("claire").put(url, json=body, headers={"If-Match": '"1"'}).json()
    assert (changed["title"], changed["practice"]) == ("Café du mardi", "parents_cafe")
    assert len(changed["conditions"]) == len(CAFE.conditions)


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_catalogue_that_changes_leaves_the_schools_their_words(
    sign_in: SignIn, db: Session, world: World, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    """The next version of the service words a practice anew, or has it no more."""
    action = taken_up(db, world, title="Le café du vendredi", conditions=["Une heure fixe"])
    if is_kept:
        reworded = replace(CAFE, title="Autrement dit", conditions=("Tout autre chose",))
        monkeypatch.setitem(PRACTICES, "parents_cafe", reworded)
    else:
        monkeypatch.delitem(PRACTICES, "parents_cafe")
    claire, here = sign_in("claire"), f"/schools/{A}/actions/{action}"
    found = claire.get(f"/api/v1{here}").json()
    assert found["title"] == "Le café du vendredi"
    assert [condition["text"] for condition in found["conditions"]] == ["Une heure fixe"]
    page = claire.get(f"/ecoles/{A}/actions/{action}")
    assert page.status_code == 200
    assert ("Autrement dit" in page.text) is is_kept
    body = ACTION | {"title": "Café du mardi", "reason": "Autre jour"}
    changed = claire.put(f"/api/v1{here}", json=body, headers={"If-Match": '"1"'})
    assert changed.status_code == 200


# --- the doors ------------------------------------------------------------------------------------------


def test_over_json(sign_in: SignIn) -> None:
    claire, url = sign_in("claire"), f"/api/v1/schools/{A}/taken-up-practices"
    made = claire.post(url, json=ACTION | {"practice": "themed_tea", "step": "come"})
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    action = made.json()
    assert claire.get(f"/api/v1/schools/{A}/actions/{action['id']}").json() == action
    ticked = [condition | {"is_met": True} for condition in action["conditions"]]
    there = f"/api/v1/schools/{A}/actions/{action['id']}/conditions"
    after = claire.put(there, json={"conditions": ticked}, headers={"If-Match": '"1"'})
    assert after.json()["conditions"] == ticked
    assert claire.put(there, json={"conditions": ticked}).status_code == 428
    refused = claire.post(url, json=ACTION | {"practice": "nothing"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/practice")


def test_the_form_is_begun_by_the_practice(sign_in: SignIn, db: Session, world: World) -> None:
    """Its words, the school's partners of its kinds, the goals that aim at its indicators."""
    claire = world.actor(db, "claire")
    partners = [
        add_partner(db, claire, A, PartnerIn.model_validate({"name": name, "kind": kind, "sector": "other"}))
        for name, kind in (("Centre des Tilleuls", "social_centre"), ("Clinique", "hospital"))
    ]
    aim = {"indicator": "visits", "value": 100, "term": "2026-2027-T3"}
    goal = add_goal(db, claire, A, GoalIn.model_validate({"stake": "x y z", "title": "Venir", "target": aim}))
    page = unescape(sign_in("claire").get(TAKE_UP).text)
    assert f'value="{CAFE.title}"' in page
    assert page.count(f'value="{partners[0].id}" checked') == 1
    assert f'value="{partners[1].id}" checked' not in page
    assert f'value="{goal.id}" checked' in page
    assert all(f'value="{condition}" checked' in page for condition in CAFE.conditions)
    assert '<option value="come" selected>' in page
    assert "réseau d’appui aux parents (REAAP)" in page
    assert "Déjà dans vos indicateurs" in page


def test_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    fields = ACTION | {"practice": "parents_cafe", "conditions": CAFE.conditions[0], "step": "come"}
    sent = form(claire, TAKE_UP, **fields)
    assert sent.status_code == 303
    action = actions_of_school(db, world.a.id)[0]
    assert sent.headers["location"] == f"/ecoles/{A}/actions/{action.id}?ok=action"
    page = unescape(claire.get(f"/ecoles/{A}/actions/{action.id}").text)
    assert 'href="/pratiques/parents_cafe"' in page
    assert CAFE.conditions[0] in page
    assert CAFE.conditions[1] not in page
    assert "1 · venir" in page
    there = f"/ecoles/{A}/actions/{action.id}/conditions"
    assert CAFE.conditions[0] in unescape(claire.get(there).text)
    ticked = {
        "conditions-0-text": CAFE.conditions[0],
        "conditions-0-is_met": "true",
        "conditions-1-text": "",
        "version": "1",
    }
    assert form(claire, there, **ticked).status_code == 303
    db.expire_all()
    assert [(c.text, c.is_met) for c in action_out(db, world.a.id, action.id).conditions] == [
        (CAFE.conditions[0], True)
    ]
    stale = form(claire, there, **ticked)
    assert (stale.status_code, "Repartir de ce qui est enregistré" in stale.text) == (422, True)


def test_a_refused_form_keeps_what_was_typed(sign_in: SignIn) -> None:
    fields = ACTION | {"practice": "parents_cafe", "title": "", "conditions": CAFE.conditions[1]}
    answer = form(sign_in("claire"), TAKE_UP, **fields)
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert f'value="{CAFE.conditions[1]}" checked' in page
    assert f'value="{CAFE.conditions[0]}" checked' not in page


def test_the_button_is_shown_to_who_plans_only(sign_in: SignIn) -> None:
    shown = {
        name: f'href="{TAKE_UP}"' in sign_in(name).get("/pratiques/parents_cafe").text
        for name in ("claire", "lea", "karim", "ines")
    }
    assert shown == {"claire": True, "lea": False, "karim": False, "ines": False}


def test_a_practice_that_does_not_exist(sign_in: SignIn) -> None:
    assert sign_in("claire").get(f"/ecoles/{A}/pratiques/nothing").status_code == 404


# --- the sheet ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "told", "is_steep"),
    [
        ([None], False, False),
        (["come", "co_lead"], True, False),
        (["contribute", "co_lead"], True, True),
        (["co_lead", None], True, False),
    ],
)
def test_the_sheet_says_what_the_plan_asks(
    sign_in: SignIn, db: Session, world: World, steps: list[str | None], told: bool, is_steep: bool
) -> None:
    for number, step in enumerate(steps):
        data = ActionIn.model_validate(ACTION | {"title": f"Action {number}", "step": step})
        add_action(db, world.actor(db, "claire"), A, data)
    page = sign_in("claire").get(f"/ecoles/{A}").text
    assert ("Ce que le plan demande aux parents" in page) is told
    assert ("Aucune action ne commence petit" in page) is is_steep
