"""A school reads everything it did, through both doors; nobody else reads a line of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from app.accounts.actor import command_actor
from app.accounts.audit import record, take_turn
from app.accounts.duties import end_duty
from app.accounts.models import InvitationIn
from app.accounts.queries import live_membership
from app.accounts.sealing import export_segment, seal_segment
from app.accounts.service import invite
from app.actions.models import ActionIn, EventIn
from app.actions.service import add_action, add_event
from app.domain.vocabulary import Door, GoalState, Role
from app.goals.models import GoalIn, GoalStateIn
from app.goals.service import add_goal, set_goal_state
from app.home import history_pages
from tests.matrix import ACTION
from tests.world import NOW, A, World

SignIn = Callable[[str], TestClient]
PAGE, API = f"/ecoles/{A}/historique", f"/api/v1/schools/{A}/history"


@pytest.fixture
def lived(db: Session, world: World) -> None:
    """Claire adds a goal by a program, Léa leaves, and Claire drops the goal on a page."""
    goal = add_goal(
        db, world.actor(db, "claire", Door.API), A, GoalIn(stake="success", title="Rencontrer les familles")
    )
    clock.pin(NOW + timedelta(hours=1))
    duty = live_membership(db, world.a.id, user_id=world.users["lea"].id)
    assert duty is not None
    end_duty(db, world.actor(db, "claire"), A, duty.id)
    clock.pin(NOW + timedelta(hours=2))
    dropped = GoalStateIn(state=GoalState.DROPPED, reason="Trop tard")
    set_goal_state(db, world.actor(db, "claire"), A, goal.id, dropped, goal.version)
    clock.pin(NOW)


def test_who_did_what_when_and_what_was_there_before(sign_in: SignIn, lived: None) -> None:
    page = unescape(sign_in("claire").get(PAGE).text).replace("\u202f", " ")
    assert "État d’un objectif changé</strong> : Rencontrer les familles" in page
    assert 'État : abandonné <span class="soft">(avant : en cours)</span>' in page
    assert "Raison : Trop tard" in page
    assert "Fin de fonction</strong> : Lea" in page
    assert "Claire (interface de programmation), le 21 novembre 2026 à 10 h 00" in page
    assert page.index("État d’un objectif") < page.index("Fin de fonction") < page.index("Objectif ajouté")


def test_the_api_tells_the_same(sign_in: SignIn, lived: None, world: World) -> None:
    answer = sign_in("claire").get(API).json()
    assert answer["next"] is None
    assert [(one["verb"], one["what"], one["about"], one["by"]) for one in answer["items"]] == [
        ("goal.state_set", "État d’un objectif changé", "Rencontrer les familles", "Claire"),
        ("duty.ended", "Fin de fonction", "Lea", "Claire"),
        ("goal.added", "Objectif ajouté", "Rencontrer les familles", "Claire"),
    ]
    first = answer["items"][0]
    assert first["changes"][0] == {"label": "état", "before": "en cours", "after": "abandonné"}
    assert (first["user_id"], first["role"], first["door"]) == (
        str(world.users["claire"].id),
        "head_teacher",
        "page",
    )


def test_the_whole_team_reads_it_and_nobody_else(sign_in: SignIn, db: Session, world: World) -> None:
    invite(db, world.actor(db, "claire"), A, InvitationIn(email="x@demo.invalid", role=Role.TEACHER))
    for address in (PAGE, API):
        assert "Invitation faite" in sign_in("lea").get(address).text
        assert "x@demo.invalid" not in sign_in("claire").get(address).text
        for name in ("karim", "ines", "rita", "admin"):
            assert sign_in(name).get(address).status_code == 404


def test_the_accounts_page_leads_there(sign_in: SignIn) -> None:
    assert PAGE in sign_in("lea").get(f"/ecoles/{A}/comptes").text
    assert PAGE not in sign_in("admin").get(f"/ecoles/{A}/comptes").text


def test_nobody_has_a_name_for_what_the_service_or_a_parent_did(
    sign_in: SignIn, db: Session, world: World
) -> None:
    record(db, command_actor(), take_turn(db, world.a.id), "file.imported", f"school:{world.a.id}")
    record(db, command_actor(), take_turn(db, world.a.id), "parent_remark.left", "parent_remark:1")
    assert [one["by"] for one in sign_in("claire").get(API).json()["items"]] == [
        "Des parents élus",
        "Le service",
    ]


def test_a_long_history_is_read_page_by_page(
    sign_in: SignIn, lived: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_pages, "ON_A_PAGE", 2)
    claire = sign_in("claire")
    first = claire.get(PAGE).text
    assert f"{PAGE}?avant=2" in first
    assert "Objectif ajouté" not in first
    second = claire.get(f"{PAGE}?avant=2").text
    assert "Objectif ajouté" in second
    assert "avant=" not in second
    found, after = [], None
    while True:
        page = claire.get(API, params={"limit": 1} | ({"after": after} if after else {})).json()
        found += [one["position"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == [3, 2, 1]


@pytest.mark.parametrize("wrong", ["0", "x", "99999999999"])
def test_a_place_that_is_none_is_refused(sign_in: SignIn, wrong: str) -> None:
    assert sign_in("claire").get(f"{PAGE}?avant={wrong}").status_code == 422
    assert sign_in("claire").get(f"{API}?after={wrong}").status_code == 422


def test_the_cost_does_not_grow(
    sign_in: SignIn, lived: None, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    claire = sign_in("claire")
    claire.get(PAGE)
    with count_queries() as first:
        claire.get(f"{PAGE}?avant=2")
    with count_queries() as second:
        claire.get(PAGE)
    assert len(first) == len(second)


def test_after_a_sealing_the_page_says_what_is_apart(
    sign_in: SignIn, db: Session, world: World, lived: None, tmp_path: Path
) -> None:
    clock.pin(NOW + timedelta(days=500))
    export = export_segment(db, world.a.id, NOW + timedelta(minutes=90), tmp_path)
    assert export is not None
    seal_segment(db, command_actor(), export.segment)
    clock.pin(NOW)
    page = unescape(sign_in("claire").get(PAGE).text).replace("\u202f", " ")
    assert "Actes anciens mis à part par le service" in page
    assert "Actes mis à part : 2" in page
    assert "le dernier lot le 4 avril 2028 à 11 h 00 : 2 en tout" in page
    assert "Objectif ajouté" not in page


def test_an_event_is_told_with_its_action(sign_in: SignIn, db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    action = add_action(db, claire, A, ActionIn.model_validate(ACTION))
    event = add_event(db, claire, A, action.id, EventIn(planned_on=date(2026, 11, 27)))
    record(db, claire, take_turn(db, world.a.id), "taps.received", f"event:{event.id}", after={"taps": 3})
    told = [(one["what"], one["about"]) for one in sign_in("claire").get(API).json()["items"]]
    assert told == [
        ("Appuis reçus à l’entrée", "Café des parents"),
        ("Rendez-vous ajouté", "Café des parents"),
        ("Action ajoutée", "Café des parents"),
    ]


def test_a_new_school_has_nothing_to_tell(sign_in: SignIn) -> None:
    assert "Rien n’a encore été écrit" in unescape(sign_in("claire").get(PAGE).text)
