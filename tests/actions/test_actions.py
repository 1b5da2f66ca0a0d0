"""AGIR through the verbs and both doors."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.actions import queries
from app.actions.models import ActionChange, ActionIn, ActionStateIn, EventIn, PartnerIn
from app.actions.service import (
    add_action,
    add_event,
    add_partner,
    delete_action,
    delete_event,
    delete_partner,
    revise_action,
    revise_event,
    revise_partner,
    set_action_state,
)
from app.domain.vocabulary import ActionState, EventState
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.goals.models import GoalIn
from app.goals.service import add_goal, delete_goal
from tests.matrix import ACTION
from tests.world import A, B, World, form

ROOT = f"/api/v1/schools/{A}"
ACTIONS, PARTNERS = f"{ROOT}/actions", f"{ROOT}/partners"
CENTRE = {"name": "Centre social des Tilleuls", "kind": "social_centre", "sector": "social_support"}
HELD = {"planned_on": "2026-11-06", "state": "held", "parents_present": 14}
GOAL: dict[str, Any] = {"stake": "dialogue", "title": "Rencontrer chaque famille"}
SignIn = Callable[[str], TestClient]


def a_cafe(db: Session, world: World, who: str = "claire", uai: str = A, **changes: Any) -> UUID:
    return add_action(db, world.actor(db, who), uai, ActionIn.model_validate(ACTION | changes)).id


def a_partner(
    db: Session, world: World, who: str = "claire", uai: str = A, name: str = "Centre social"
) -> UUID:
    data = PartnerIn.model_validate(CENTRE | {"name": name})
    return add_partner(db, world.actor(db, who), uai, data).id


def an_event(db: Session, world: World, action: UUID, who: str = "claire", **changes: Any) -> UUID:
    return add_event(db, world.actor(db, who), A, action, EventIn.model_validate(HELD | changes)).id


# --- actions -------------------------------------------------------------------------------------------


def test_adding_an_action_leaves_one_event_with_its_links(db: Session, world: World) -> None:
    partner = a_partner(db, world)
    goal = add_goal(db, world.actor(db, "claire"), A, GoalIn(**GOAL)).id
    action = a_cafe(db, world, goal_ids=[goal, goal], partner_ids=[partner])
    event = audit_chain(db, world.a.id)[-1]
    assert (event.verb, event.target) == ("action.added", f"action:{action}")
    assert event.after is not None
    assert (event.after["goal_ids"], event.after["partner_ids"]) == ([str(goal)], [str(partner)])


def test_revising_replaces_the_links_and_keeps_the_reason(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    first, second = a_partner(db, world), a_partner(db, world, name="PMI")
    action = a_cafe(db, world, partner_ids=[first])
    change = ActionChange.model_validate(ACTION | {"partner_ids": [second], "reason": "Autre salle"})
    revise_action(db, claire, A, action, change, 1)
    assert queries.action_out(db, world.a.id, action).partner_ids == [second]
    event = audit_chain(db, world.a.id)[-1]
    assert event.before is not None
    assert event.after is not None
    assert event.before["partner_ids"] == [str(first)]
    assert event.after["why_changed"] == "Autre salle"
    with pytest.raises(Stale):
        revise_action(db, claire, A, action, change, 1)


@pytest.mark.parametrize("field", ["goal_ids", "partner_ids"])
def test_what_another_school_has_is_as_unknown_as_what_nobody_has(
    db: Session, world: World, field: str
) -> None:
    foreign = {
        "goal_ids": add_goal(db, world.actor(db, "karim"), B, GoalIn(**GOAL)).id,
        "partner_ids": a_partner(db, world, "karim", B),
    }[field]
    told = []
    for key in (foreign, uuid4()):
        changes: dict[str, Any] = {field: [key]}
        with pytest.raises(Invalid) as refusal:
            a_cafe(db, world, **changes)
        told.append(refusal.value.errors)
    assert told[0] == told[1]
    assert told[0][0].field == field


def test_an_action_is_dropped_with_a_reason_only(db: Session, world: World) -> None:
    claire, action = world.actor(db, "claire"), a_cafe(db, world)
    with pytest.raises(Invalid) as refusal:
        set_action_state(db, claire, A, action, ActionStateIn(state=ActionState.DROPPED), 1)
    assert refusal.value.errors[0].field == "reason"
    dropped = ActionStateIn(state=ActionState.DROPPED, reason="Peu de monde")
    set_action_state(db, claire, A, action, dropped, 1)
    with pytest.raises(Conflict):
        set_action_state(db, claire, A, action, ActionStateIn(state=ActionState.DONE), 2)
    assert set_action_state(db, claire, A, action, ActionStateIn(state=ActionState.RUNNING), 2).version == 3


def test_only_what_nothing_refers_to_is_deleted(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    partner = a_partner(db, world)
    goal = add_goal(db, claire, A, GoalIn(**GOAL)).id
    action = a_cafe(db, world, goal_ids=[goal], partner_ids=[partner])
    event = an_event(db, world, action, partner_ids=[partner])
    for delete, key, version in (
        (delete_action, action, 2),
        (delete_partner, partner, 1),
        (delete_goal, goal, 1),
    ):
        with pytest.raises(Conflict) as refusal:
            delete(db, claire, A, key, version)
        assert refusal.value.code == "referred_to"
    delete_event(db, claire, A, event, 1)
    delete_action(db, claire, A, action, 2)
    delete_partner(db, claire, A, partner, 1)
    delete_goal(db, claire, A, goal, 1)
    assert list(queries.actions_of_school(db, world.a.id)) == []


# --- events --------------------------------------------------------------------------------------------


def test_the_first_held_event_sets_its_action_running(db: Session, world: World) -> None:
    action = a_cafe(db, world)
    an_event(db, world, action, state="planned", parents_present=None)
    assert queries.action_or_404(db, world.a.id, action).state is ActionState.PLANNED
    event = an_event(db, world, action, "lea")
    row = queries.action_or_404(db, world.a.id, action)
    assert (row.state, row.version) == (ActionState.RUNNING, 2)
    audit = audit_chain(db, world.a.id)[-1]
    assert audit.after is not None
    assert (audit.verb, audit.role, audit.after["action_state"]) == ("event.added", "teacher", "running")
    delete_event(db, world.actor(db, "lea"), A, event, 1)
    assert queries.action_or_404(db, world.a.id, action).state is ActionState.RUNNING


def test_an_event_is_held_on_the_day_planned_unless_said_otherwise(db: Session, world: World) -> None:
    lea, action = world.actor(db, "lea"), a_cafe(db, world)
    event = an_event(db, world, action)
    assert str(queries.event_out(db, world.a.id, event).held_on) == "2026-11-06"
    moved = EventIn.model_validate(HELD | {"held_on": "2026-11-13"})
    revise_event(db, lea, A, event, moved, 1)
    assert str(queries.event_out(db, world.a.id, event).held_on) == "2026-11-13"
    revise_event(
        db, lea, A, event, EventIn.model_validate({"planned_on": "2026-11-06", "state": "cancelled"}), 2
    )
    seen = queries.event_out(db, world.a.id, event)
    assert (seen.state, seen.held_on, seen.parents_present) == (EventState.CANCELLED, None, None)


def test_an_ended_action_takes_what_took_place_and_no_plan(db: Session, world: World) -> None:
    action = a_cafe(db, world)
    set_action_state(db, world.actor(db, "claire"), A, action, ActionStateIn(state=ActionState.DONE), 1)
    with pytest.raises(Conflict) as refusal:
        an_event(db, world, action, state="planned", parents_present=None)
    assert refusal.value.code == "action_ended"
    an_event(db, world, action)
    assert queries.action_or_404(db, world.a.id, action).state is ActionState.DONE


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"planned_on": "2026-11-22"}, "planned_on", "future_day"),
        ({"held_on": "2027-09-03"}, "held_on", "future_day"),
        (
            {"planned_on": "2062-11-06", "state": "planned", "parents_present": None},
            "planned_on",
            "out_of_years",
        ),
        ({"planned_on": "0206-11-06"}, "planned_on", "out_of_years"),
        ({"held_on": "2020-11-06"}, "held_on", "out_of_years"),
        ({"partner_ids": [str(uuid4())]}, "partner_ids", "unknown_partner"),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_field(
    db: Session, world: World, change: dict[str, Any], field: str, code: str
) -> None:
    action = a_cafe(db, world)
    with pytest.raises(Invalid) as refusal:
        an_event(db, world, action, **change)
    assert [(error.field, error.code) for error in refusal.value.errors] == [(field, code)]
    assert list(queries.events_of_action(db, world.a.id, action)) == []


def test_a_teacher_counts_but_does_not_steer(db: Session, world: World) -> None:
    lea, action = world.actor(db, "lea"), a_cafe(db, world)
    event = an_event(db, world, action, "lea")
    revise_event(db, lea, A, event, EventIn.model_validate(HELD | {"parents_present": 15}), 1)
    delete_event(db, lea, A, event, 2)
    with pytest.raises(Forbidden):
        a_cafe(db, world, "lea")
    with pytest.raises(Forbidden):
        a_partner(db, world, "lea")


@pytest.mark.parametrize("stranger", ["karim", "ines", "paul", "rita", "admin"])
def test_strangers_find_nothing(db: Session, world: World, stranger: str) -> None:
    action = a_cafe(db, world)
    with pytest.raises(NotFound):
        an_event(db, world, action, stranger)
    with pytest.raises(NotFound):
        a_cafe(db, world, stranger)


# --- partners ------------------------------------------------------------------------------------------


def test_one_organisation_is_one_partner(db: Session, world: World) -> None:
    claire, centre = world.actor(db, "claire"), a_partner(db, world, name="Centre social")
    with pytest.raises(Invalid) as refusal:
        a_partner(db, world, name="centre  Social")
    assert refusal.value.errors[0].field == "name"
    same = PartnerIn.model_validate(CENTRE | {"name": "Centre Social"})
    assert revise_partner(db, claire, A, centre, same, 1).version == 2
    a_partner(db, world, "karim", B, name="Centre social")


# --- the JSON door -------------------------------------------------------------------------------------


def test_an_action_and_its_events_through_json(sign_in: SignIn) -> None:
    claire, lea = sign_in("claire"), sign_in("lea")
    partner = claire.post(PARTNERS, json=CENTRE).json()["id"]
    made = claire.post(ACTIONS, json=ACTION | {"partner_ids": [partner]})
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.json()["partner_ids"] == [partner]
    url = f"{ACTIONS}/{made.json()['id']}"
    event = lea.post(f"{url}/events", json=HELD)
    assert (event.status_code, event.json()["partner_ids"], event.json()["term"]) == (201, [], "2026-2027-T1")
    there = f"{ROOT}/events/{event.json()['id']}"
    assert lea.get(there).json() == event.json()
    assert lea.put(there, json=HELD).status_code == 428
    joint = lea.put(there, json=HELD | {"partner_ids": [partner]}, headers={"If-Match": '"1"'})
    assert (joint.status_code, joint.headers["ETag"], joint.json()["partner_ids"]) == (200, '"2"', [partner])
    assert lea.put(there, json=HELD, headers={"If-Match": '"1"'}).status_code == 412
    totals = {
        item["indicator"]: item["counted"]
        for item in claire.get(f"{ROOT}/totals?term=2026-2027-T1").json()["items"]
    }
    assert (totals["visits"], totals["joint_actions"]) == (14, 1)
    assert claire.get(url).json()["state"] == "running"
    assert [item["id"] for item in claire.get(f"{url}/events").json()["items"]] == [event.json()["id"]]
    refused = claire.delete(url, headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "referred_to")
    assert lea.delete(there, headers={"If-Match": '"2"'}).status_code == 204
    assert claire.delete(url, headers={"If-Match": '"2"'}).status_code == 204
    assert claire.get(url).status_code == 404


def test_actions_are_filtered_and_read_page_by_page(sign_in: SignIn, db: Session, world: World) -> None:
    for number, axis in enumerate(("rights", "familiarity", "rights")):
        a_cafe(db, world, title=f"Action {number}", axis=axis)
    claire = sign_in("claire")
    first = claire.get(ACTIONS, params={"limit": 1, "axis": "rights"}).json()
    rest = claire.get(ACTIONS, params={"limit": 1, "axis": "rights", "after": first["next"]}).json()
    assert [item["title"] for item in first["items"] + rest["items"]] == ["Action 0", "Action 2"]
    assert rest["next"] is None
    assert claire.get(ACTIONS, params={"state": "running"}).json() == {"items": [], "next": None}
    assert claire.get(ACTIONS, params={"state": "gone"}).status_code == 422


BAD_EVENTS: list[tuple[dict[str, Any], str]] = [
    ({"parents_present": -1}, "/parents_present"),
    ({"parents_present": 10**30}, "/parents_present"),
    ({"parents_present": 12.5}, "/parents_present"),
    ({"parents_present": "14"}, "/parents_present"),
    ({"parents_present": True}, "/parents_present"),
    ({"parents_present": None}, "/parents_present"),
    ({"state": "planned"}, "/parents_present"),
    ({"state": "cancelled", "parents_present": None, "children_present": 4}, "/children_present"),
    ({"state": "planned", "parents_present": None, "held_on": "2026-11-06"}, "/held_on"),
    ({"planned_on": "2026-02-31"}, "/planned_on"),
    ({"planned_on": 1_790_000_000}, "/planned_on"),
    ({"planned_on": "06/11/2026"}, "/planned_on"),
    ({"planned_on": "2062-11-06"}, "/planned_on"),
    ({"state": "done"}, "/state"),
    ({"partner_ids": ["centre"]}, "/partner_ids/0"),
    ({"partner_ids": [str(uuid4())]}, "/partner_ids"),
    ({"names": "Mme Martin"}, "/names"),
]
BAD_ACTIONS: list[tuple[dict[str, Any], str]] = [
    ({"planned_to": "2026-10-01"}, "/planned_to"),
    ({"planned_from": "2026-02-31"}, "/planned_from"),
    ({"planned_from": "1926-10-02"}, "/planned_from"),
    ({"planned_to": "2072-06-25"}, "/planned_to"),
    ({"title": "Un\x00café"}, "/title"),
    ({"title": "  "}, "/title"),
    ({"title": "x" * 201}, "/title"),
    ({"lever": "magic"}, "/lever"),
    ({"axis": "north"}, "/axis"),
    ({"state": "done"}, "/state"),
    ({"goal_ids": [str(uuid4())]}, "/goal_ids"),
]


@pytest.mark.parametrize(("change", "pointer"), BAD_EVENTS)
def test_a_bad_event_is_refused_field_by_field(
    sign_in: SignIn, db: Session, world: World, change: dict[str, Any], pointer: str
) -> None:
    action = a_cafe(db, world)
    answer = sign_in("lea").post(f"{ACTIONS}/{action}/events", json=HELD | change)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].endswith(".")
    assert list(queries.events_of_action(db, world.a.id, action)) == []


@pytest.mark.parametrize(("change", "pointer"), BAD_ACTIONS)
def test_a_bad_action_is_refused_field_by_field(
    sign_in: SignIn, db: Session, world: World, change: dict[str, Any], pointer: str
) -> None:
    answer = sign_in("claire").post(ACTIONS, json=ACTION | change)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].endswith(".")
    assert list(queries.actions_of_school(db, world.a.id)) == []


def test_another_school_does_not_exist(sign_in: SignIn, db: Session, world: World) -> None:
    action = a_cafe(db, world)
    event = an_event(db, world, action)
    karim = sign_in("karim")
    for url in (f"/actions/{action}", f"/actions/{action}/events", f"/events/{event}"):
        assert karim.get(f"{ROOT}{url}").status_code == 404
        assert karim.get(f"/api/v1/schools/{B}{url}").status_code == 404
    assert karim.post(f"/api/v1/schools/{B}/actions/{action}/events", json=HELD).status_code == 404


# --- the pages -----------------------------------------------------------------------------------------

HOME = f"/ecoles/{A}"
NEW = f"{HOME}/actions/nouvelle"


def test_a_suggestion_of_the_sheet_begins_the_form(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    assert "?suggestion=theme_meeting" in claire.get(NEW).text
    page = claire.get(f"{NEW}?suggestion=theme_meeting").text
    assert 'value="Réunir les parents sur un sujet qui les préoccupe"' in page
    assert 'value="familiarity" checked' in page
    assert "?suggestion=theme_meeting" in claire.get(f"{NEW}?suggestion=unknown").text


def test_a_year_of_an_action_through_the_pages(sign_in: SignIn, db: Session, world: World) -> None:
    claire, lea = sign_in("claire"), sign_in("lea")
    form(claire, f"{HOME}/partenaires", **CENTRE)
    (partner,) = queries.partners_of_school(db, world.a.id)
    made = form(claire, NEW, **ACTION | {"planned_from": "2/10/2026", "partner_ids": str(partner.id)})
    assert made.status_code == 303
    (action,) = queries.actions_of_school(db, world.a.id)
    here = f"{HOME}/actions/{action.id}"
    assert made.headers["location"] == f"{here}?ok=action"
    page = lea.get(here).text
    assert f'value="{partner.id}" checked' in page
    assert 'value="21/11/2026"' in page
    assert "modifier" not in page
    fields = {"planned_on": "06/11/2026", "state": "held", "parents_present": "1 234"}
    saved = form(lea, f"{here}/rendez-vous", **fields, partner_ids=str(partner.id))
    assert saved.status_code == 303
    page = lea.get(saved.headers["location"]).text
    assert "1\u202f234 venues comptées dans «\u202fVenues des parents à l’école\u202f»" in page
    assert "Actions conjointes" in page
    (event,) = queries.events_of_action(db, world.a.id, action.id)
    there = f"{HOME}/rendez-vous/{event.id}"
    assert 'value="1234"' in lea.get(there).text
    form(lea, there, state="cancelled", planned_on="06/11/2026", version="1")
    assert "Non mesuré" not in lea.get(here).text
    assert queries.event_out(db, world.a.id, event.id).state is EventState.CANCELLED
    form(lea, f"{there}/supprimer", version="2")
    form(claire, f"{here}/etat", state="done", reason="", version="2")
    assert queries.action_or_404(db, world.a.id, action.id).state is ActionState.DONE
    form(claire, f"{here}/supprimer", version="3")
    assert list(queries.actions_of_school(db, world.a.id)) == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("parents_present", "-1"),
        ("parents_present", "12,5"),
        ("parents_present", "1_0"),
        ("parents_present", "1" + "0" * 30),
        ("parents_present", "18.500,00"),
        ("parents_present", ""),
        ("planned_on", "31/02/2026"),
        ("planned_on", "22/11/2026"),
        ("planned_on", "06/11/2062"),
        ("planned_on", "demain"),
    ],
)
def test_a_mistake_stands_beside_its_field_with_what_was_typed(
    sign_in: SignIn, db: Session, world: World, field: str, typed: str
) -> None:
    action = a_cafe(db, world)
    fields = {"planned_on": "06/11/2026", "state": "held", "parents_present": "14", "children_present": "9"}
    answer = form(sign_in("lea"), f"{HOME}/actions/{action}/rendez-vous", **fields | {field: typed})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'value="9"' in answer.text
    assert list(queries.events_of_action(db, world.a.id, action)) == []


def test_an_end_before_the_beginning_stands_beside_the_end(sign_in: SignIn) -> None:
    answer = form(sign_in("claire"), NEW, **ACTION | {"planned_to": "01/10/2026"})
    assert answer.status_code == 422
    assert 'id="f-planned_to-error"' in answer.text
    assert 'value="01/10/2026"' in answer.text


def test_an_event_whose_day_has_come_waits_for_its_numbers(
    sign_in: SignIn, db: Session, world: World
) -> None:
    event = an_event(db, world, a_cafe(db, world), state="planned", parents_present=None)
    page = sign_in("lea").get(f"{HOME}/rendez-vous/{event}").text
    assert 'value="held" checked' in page


def test_someone_else_changed_the_event_meanwhile(sign_in: SignIn, db: Session, world: World) -> None:
    event = an_event(db, world, a_cafe(db, world))
    fields = {"planned_on": "06/11/2026", "state": "held", "parents_present": "20", "version": "7"}
    answer = form(sign_in("lea"), f"{HOME}/rendez-vous/{event}", **fields)
    assert answer.status_code == 422
    assert 'value="20"' in answer.text
    assert "14, le 06/11/2026" in answer.text
    assert queries.event_out(db, world.a.id, event).parents_present == 14


def test_what_is_referred_to_is_kept_and_told(sign_in: SignIn, db: Session, world: World) -> None:
    action = a_cafe(db, world)
    an_event(db, world, action)
    answer = form(sign_in("claire"), f"{HOME}/actions/{action}/supprimer", version="2")
    assert answer.status_code == 409
    assert "abandonnez-la plutôt" in answer.text


@pytest.mark.parametrize("url", [ACTIONS, f"{ACTIONS}/{{action}}/events", f"{HOME}/actions/{{action}}"])
def test_the_number_of_queries_does_not_grow(
    sign_in: SignIn, db: Session, world: World, count_queries: Any, url: str
) -> None:
    partner = a_partner(db, world)
    action = a_cafe(db, world, partner_ids=[partner])
    an_event(db, world, action, partner_ids=[partner])
    claire, url = sign_in("claire"), url.format(action=action)
    with count_queries() as few:
        assert claire.get(url).status_code == 200
    for number in range(6):
        other = a_partner(db, world, name=f"Partenaire {number}")
        a_cafe(db, world, title=f"Action {number}", partner_ids=[partner, other])
        an_event(db, world, action, partner_ids=[partner, other])
    with count_queries() as many:
        assert claire.get(url).status_code == 200
    assert len(many) == len(few) <= 20
