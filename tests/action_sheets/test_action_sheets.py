"""The sheet of an action: the verbs, the JSON door, what is proposed, what is found."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.action_sheets.models import ActionSheetIn
from app.action_sheets.queries import sheet_of_action
from app.action_sheets.service import save_section, sheet_out, write_sheet
from app.actions.conditions import check_conditions
from app.actions.models import ActionIn, ConditionsIn, EventIn, PartnerIn
from app.actions.service import add_action, add_event, add_partner, delete_action
from app.domain.action_sheet import NUMBERED, PARTS, SECTIONS
from app.domain.vocabulary import EventState
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from tests.clef import CLEF
from tests.matrix import ACTION
from tests.world import NOW, A, B, World

SignIn = Callable[[str], TestClient]
WHO, WHY = SECTIONS[0], SECTIONS[1]


@pytest.fixture
def cafe(db: Session, world: World) -> UUID:
    return add_action(db, world.actor(db, "claire"), A, ActionIn.model_validate(ACTION)).id


def url(action_id: UUID, uai: str = A) -> str:
    return f"/api/v1/schools/{uai}/actions/{action_id}/sheet"


def put(client: TestClient, action_id: UUID, answers: Any, version: int = 0) -> Any:
    return client.put(url(action_id), json={"answers": answers}, headers={"If-Match": f'"{version}"'})


# --- the JSON door --------------------------------------------------------------------------------------


def test_the_real_sheet_comes_out_complete(sign_in: SignIn, cafe: UUID) -> None:
    claire = sign_in("claire")
    written = claire.put(url(cafe), json={"answers": CLEF}, headers={"If-None-Match": "*"})
    assert (written.status_code, written.headers["ETag"]) == (201, '"1"')
    found = claire.get(url(cafe)).json()
    assert found["answers"] == CLEF
    assert list(found["answers"]) == list(CLEF)
    assert (found["answered"], found["asked"], found["missing"], found["to_specify"]) == (30, 30, [], [])
    assert found["version"] == 1
    assert found["updated_at"].startswith(NOW.isoformat()[:19])
    assert {slug: value for slug, value in written.json().items() if slug != "updated_at"} == {
        slug: value for slug, value in found.items() if slug != "updated_at"
    }


def test_a_sheet_that_nobody_began(sign_in: SignIn, cafe: UUID) -> None:
    answer = sign_in("lea").get(url(cafe))
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"0"')
    found = answer.json()
    assert (found["answers"], found["version"], found["updated_at"]) == ({}, 0, None)
    assert [left["number"] for left in found["missing"]] == [None, *NUMBERED]
    assert found["missing"][0] == {"number": None, "parts": ["title"], "title": "Intitulé de l’action"}


def test_the_version_is_asked_for(sign_in: SignIn, cafe: UUID) -> None:
    claire = sign_in("claire")
    assert claire.put(url(cafe), json={"answers": {}}).status_code == 428
    assert put(claire, cafe, {"title": "Café"}, 1).status_code == 412
    assert put(claire, cafe, {"title": "Café"}).status_code == 201
    assert put(claire, cafe, {"title": "Thé"}, 0).status_code == 412
    again = put(claire, cafe, {"title": "Thé"}, 1)
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert claire.get(url(cafe)).json()["answers"] == {"title": "Thé"}


@pytest.mark.parametrize(
    ("answers", "pointer", "code", "told"),
    [
        (
            {"carriers": {"chosen": ["school", "la mairie"]}},
            "/answers/carriers/chosen/1",
            "unknown_choice",
            "Question 2, «\u202fQui porte l’action\u202f?\u202f»\u202f: choisissez une de ces valeurs",
        ),
        ({"people": {"parents": 10**30}}, "/answers/people/parents", "out_of_range", "Question 15, "),
        ({"transfer": {"a": [1]}}, "/answers/transfer", "string_type", "Question 30, "),
        ({"Un nom": "x"}, "/answers/_", "unknown_question", "La fiche"),
    ],
)
def test_a_refusal_names_its_question(
    sign_in: SignIn, cafe: UUID, answers: Any, pointer: str, code: str, told: str
) -> None:
    claire = sign_in("claire")
    answer = put(claire, cafe, answers)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert error["detail"].startswith(told)
    assert "la mairie" not in answer.text
    assert claire.get(url(cafe)).json()["version"] == 0


def test_a_body_of_another_shape_is_refused(sign_in: SignIn, cafe: UUID) -> None:
    claire = sign_in("claire")
    bodies: list[dict[str, Any]] = [{"answers": []}, {"answers": {}, "version": 3}, {}]
    for body in bodies:
        refused = claire.put(url(cafe), json=body, headers={"If-None-Match": "*"})
        assert refused.status_code == 422


def test_another_school_sees_nothing(sign_in: SignIn, cafe: UUID) -> None:
    assert put(sign_in("claire"), cafe, {"title": "Café"}).status_code == 201
    assert sign_in("karim").get(url(cafe)).status_code == 404
    assert sign_in("karim").get(url(cafe, B)).status_code == 404
    assert sign_in("karim").get(f"/api/v1/schools/{B}/action-sheets").json()["items"] == []
    assert sign_in("claire").get(url(uuid4())).status_code == 404


def test_the_schema_says_every_question(sign_in: SignIn) -> None:
    found = sign_in("ines").get("/api/v1/action-sheet-schema").json()
    questions = [question for section in found["sections"] for question in section["questions"]]
    assert [question["number"] for question in questions if question["number"]] == list(NUMBERED)
    parts = {part["slug"]: part for question in questions for part in question["parts"]}
    assert list(parts) == list(PARTS)
    assert {part["kind"] for part in parts.values()} == set(found["kinds"])
    assert all(part["label"] for part in parts.values())
    carriers = parts["carriers"]["choices"]
    assert (len(carriers), carriers[-1]["code"], carriers[-1]["detail"]) == (
        20,
        "other",
        "Quel autre porteur",
    )
    assert parts["carrier_organisations"]["under"] == ["carriers", "association"]


# --- what is found --------------------------------------------------------------------------------------


def test_a_sheet_is_found_by_a_few_words(sign_in: SignIn, db: Session, world: World, cafe: UUID) -> None:
    claire = sign_in("claire")
    other = add_action(db, world.actor(db, "claire"), A, ActionIn.model_validate(ACTION | {"title": "Fête"}))
    about = {"keywords": ["langage"], "sectors": {"chosen": ["justice"]}}
    put(claire, cafe, about | {"title": "Café des parents"})
    put(claire, other.id, {"title": "Fête de l’école", "aims": "Se parler autour d’un café"})

    def titles(query: str) -> list[str]:
        items = claire.get(f"/api/v1/schools/{A}/action-sheets", params={"q": query}).json()["items"]
        return [item["action"] for item in items]

    assert titles("cafe parent") == ["Café des parents"]
    assert titles("CAFÉS") == ["Café des parents", "Fête"]
    assert titles("langages") == titles("justice") == ["Café des parents"]
    assert titles("tricot") == titles("%zz%") == []
    (first, second) = claire.get(f"/api/v1/schools/{A}/action-sheets").json()["items"]
    assert (first["answered"], first["asked"], first["keywords"]) == (1, 30, ["langage"])
    assert second["keywords"] == []
    page = claire.get(f"/api/v1/schools/{A}/action-sheets", params={"limit": 1}).json()
    assert page["next"] == str(cafe)
    after = claire.get(f"/api/v1/schools/{A}/action-sheets", params={"after": page["next"]}).json()
    assert [item["action"] for item in after["items"]] == ["Fête"]


def test_what_is_taken_out_is_no_longer_found(db: Session, world: World, cafe: UUID) -> None:
    claire = world.actor(db, "claire")
    write_sheet(db, claire, A, cafe, ActionSheetIn(answers={"aims": "Un tricot"}), 0)
    sheet = write_sheet(db, claire, A, cafe, ActionSheetIn(answers={"aims": "Une chorale"}), 1)
    assert sheet.search_text == " chorale"


# --- the verbs ------------------------------------------------------------------------------------------


def test_a_page_leaves_the_others_alone(db: Session, world: World, cafe: UUID) -> None:
    claire = world.actor(db, "claire")
    first = save_section(db, claire, A, cafe, WHO, {"title": "Café", "carrier_names": " L’école "}, 0)
    assert (first.version, first.sections) == (1, ["who"])
    both = save_section(db, claire, A, cafe, WHY, {"aims": "Se parler"}, 1)
    assert both.answers == {"title": "Café", "carrier_names": "L’école", "aims": "Se parler"}
    emptied = save_section(db, claire, A, cafe, WHO, {"title": "Thé"}, 2)
    assert (emptied.answers, emptied.sections) == ({"title": "Thé", "aims": "Se parler"}, ["who", "why"])


def test_one_audit_event_an_act_with_what_changed(db: Session, world: World, cafe: UUID) -> None:
    claire = world.actor(db, "claire")
    save_section(db, claire, A, cafe, WHO, {"title": "Café"}, 0)
    before = len(audit_chain(db, world.a.id))
    save_section(db, claire, A, cafe, WHY, {"aims": "Se parler"}, 1)
    save_section(db, claire, A, cafe, WHY, {}, 2)
    *_, written, emptied = audit_chain(db, world.a.id)
    assert len(audit_chain(db, world.a.id)) == before + 2
    assert (written.verb, written.target) == ("action_sheet.written", f"action:{cafe}")
    assert (written.before, written.after) == ({}, {"aims": "Se parler"})
    assert (emptied.before, emptied.after) == ({"aims": "Se parler"}, {})


def test_nobody_writes_over_what_they_did_not_read(db: Session, world: World, cafe: UUID) -> None:
    claire = world.actor(db, "claire")
    save_section(db, claire, A, cafe, WHO, {"title": "Café"}, 0)
    for version in (0, 2, None):
        with pytest.raises(Stale) as refusal:
            save_section(db, claire, A, cafe, WHY, {"aims": "x"}, version)
        assert refusal.value.version == 1


def test_only_who_steers_writes(db: Session, world: World, cafe: UUID) -> None:
    with pytest.raises(Forbidden):
        save_section(db, world.actor(db, "lea"), A, cafe, WHO, {}, 0)
    for stranger in ("karim", "ines", "rita", "admin"):
        with pytest.raises(NotFound):
            save_section(db, world.actor(db, stranger), A, cafe, WHO, {}, 0)
    with pytest.raises(NotFound):
        save_section(db, world.actor(db, "claire"), A, uuid4(), WHO, {}, 0)


def test_a_refused_page_points_at_its_boxes(db: Session, world: World, cafe: UUID) -> None:
    answers = {"carriers": {"chosen": ["school"], "details": {"other": "Un collectif"}}}
    with pytest.raises(Invalid) as refusal:
        save_section(db, world.actor(db, "claire"), A, cafe, WHO, answers, 0)
    (error,) = refusal.value.errors
    assert (error.field, error.code) == ("carriers-details-other", "unchosen")
    assert error.detail == "Cochez aussi «\u202fAutre\u202f», ou videz cette réponse."


def test_an_action_with_a_sheet_is_kept(db: Session, world: World, cafe: UUID) -> None:
    claire = world.actor(db, "claire")
    save_section(db, claire, A, cafe, WHO, {"title": "Café"}, 0)
    with pytest.raises(Conflict, match="une fiche"):
        delete_action(db, claire, A, cafe, 1)
    assert sheet_of_action(db, world.a.id, cafe) is not None


# --- what is proposed -----------------------------------------------------------------------------------


def proposed(db: Session, world: World, action_id: UUID) -> dict[str, tuple[Any, str]]:
    found = sheet_out(db, world.a, action_id).proposed
    return {slug: (item.value, item.told) for slug, item in found.items()}


def a_full_action(db: Session, world: World) -> UUID:
    claire = world.actor(db, "claire")
    record_measurement(db, claire, A, MeasurementIn(indicator="visits", term="2024-2025-T3", counted=62))
    goal = add_goal(db, claire, A, GoalIn(stake="dialogue", title="Se connaître", why="Peu viennent."))
    partners = [
        add_partner(db, claire, A, PartnerIn.model_validate(fields))
        for fields in (
            {"name": "Centre social", "kind": "social_centre", "sector": "social_support"},
            {"name": "Médiathèque", "kind": "association", "sector": "culture_leisure"},
            {"name": "Mairie", "kind": "other", "sector": "other"},
        )
    ]
    data = ACTION | {
        "planned_from": "2025-09-01",
        "planned_to": "2027-06-25",
        "goal_ids": [goal.id],
        "partner_ids": [partners[0].id],
        "lever": "conviviality",
        "lead_role": "head_teacher",
        "audience": "parents_children",
        "step": "co_lead",
    }
    action = add_action(db, claire, A, ActionIn.model_validate(data))
    for day, parents, children, professionals, present in (
        (date(2025, 11, 20), 40, 9, 2, []),  # more than a year ago
        (date(2026, 3, 3), 30, None, 2, []),
        (date(2026, 11, 6), 14, 20, 3, [partners[1].id]),
    ):
        event = EventIn(
            planned_on=day,
            state=EventState.HELD,
            parents_present=parents,
            children_present=children,
            professionals_present=professionals,
            partner_ids=present,
        )
        add_event(db, claire, A, action.id, event)
    add_event(db, claire, A, action.id, EventIn(planned_on=date(2026, 12, 4)))
    conditions = {"conditions": [{"text": "Une heure fixe", "is_met": True}, {"text": "Une salle"}]}
    check_conditions(db, claire, A, action.id, ConditionsIn.model_validate(conditions), action.version)
    return action.id


def test_the_real_numbers_of_a_year_are_proposed(db: Session, world: World) -> None:
    value, told = proposed(db, world, a_full_action(db, world))["people"]
    assert value == {"parents": 44, "children": 20, "professionals": 5}
    assert told == (
        "2 rendez-vous tenus depuis un an, où qui est venu deux fois compte deux"
        "\u202f; enfants comptés à 1 sur 2"
    )


def test_what_the_action_says_is_not_typed_again(db: Session, world: World) -> None:
    found = {slug: value for slug, (value, _) in proposed(db, world, a_full_action(db, world)).items()}
    found.pop("people")
    assert "62" in found.pop("results")
    assert found == {
        "title": "Café des parents",
        "sectors": {"chosen": ["education"]},
        "carriers": {"chosen": ["school"]},
        "carrier_names": "École des Tilleuls\nla direction de l’école",
        "aims": "Se connaître. Peu viennent.",
        "publics": {"chosen": ["all_parents", "children"]},
        "period": {
            "chosen": ["start_date", "end_date"],
            "details": {"start_date": "2025-11-20", "end_date": "2027-06-25"},
        },
        "frequency": "3 rendez-vous tenus du 20 novembre 2025 au 6 novembre 2026",
        "surroundings": {"chosen": ["school"]},
        "participation": {"running": ["families"]},
        "partner_sectors": {"chosen": ["culture_leisure", "social_support"]},
        "partner_structures": "Centre social\nMédiathèque",
        "helped": "Une heure fixe",
        "hindered": "Une salle",
        "strategies": {"chosen": ["living_places", "community"]},
    }


def test_every_proposal_could_be_saved_as_it_is(db: Session, world: World) -> None:
    action = a_full_action(db, world)
    answers = {slug: value for slug, (value, _) in proposed(db, world, action).items()}
    write_sheet(db, world.actor(db, "claire"), A, action, ActionSheetIn(answers=answers), 0)
    assert sheet_out(db, world.a, action).answers == answers


def test_an_action_just_planned_proposes_little(db: Session, world: World, cafe: UUID) -> None:
    found = proposed(db, world, cafe)
    assert "people" not in found
    assert "results" not in found
    assert "frequency" not in found
    assert found["period"] == (
        {
            "chosen": ["start_date", "end_date"],
            "details": {"start_date": "2026-10-02", "end_date": "2027-06-25"},
        },
        "les dates de l’action",
    )


def test_the_cost_is_constant(
    db: Session,
    world: World,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    action = a_full_action(db, world)

    def cost() -> int:
        with count_queries() as queries:
            sheet_out(db, world.a, action)
        return len(queries)

    before = cost()
    for day in range(1, 6):
        event = EventIn(planned_on=date(2026, 10, day), state=EventState.HELD, parents_present=3)
        add_event(db, world.actor(db, "claire"), A, action, event)
    assert cost() == before
