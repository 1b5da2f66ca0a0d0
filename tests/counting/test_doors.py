"""The counter over JSON, and as a form that needs no JavaScript."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.actions.models import EventIn
from app.actions.queries import event_or_404
from app.actions.service import revise_event
from app.domain.vocabulary import EventState
from tests.counting.conftest import Press
from tests.world import TODAY, A, World, form

SignIn = Callable[[str], TestClient]


@pytest.fixture
def api(event: UUID) -> str:
    return f"/api/v1/schools/{A}/events/{event}"


@pytest.fixture
def page(event: UUID) -> str:
    return f"/ecoles/{A}/comptage/{event}"


def a_tap(**fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "delta": 1} | fields


# --- JSON ----------------------------------------------------------------------------------------------


def test_a_count_from_the_first_press_to_what_came_late(sign_in: SignIn, api: str) -> None:
    lea = sign_in("lea")
    batch = {"taps": [a_tap(), a_tap(grade="CP"), a_tap(grade="cp", delta=-1, seconds_ago=30)]}
    for _ in range(2):
        answer = lea.post(f"{api}/taps", json=batch)
        assert answer.status_code == 200
        assert (answer.json()["taps"], answer.json()["total"]) == (3, 1)
    assert answer.json()["by_grade"] == [
        {"grade": "CP", "sum": 0, "came": 0},
        {"grade": "all", "sum": 1, "came": 1},
    ]
    tag = {"If-Match": answer.headers["ETag"]}
    assert lea.post(f"{api}/count/close", json={"total": 1}).status_code == 428
    assert lea.post(f"{api}/count/close", json={"total": 2}, headers=tag).json()["code"] == "counted_since"
    closed = lea.post(f"{api}/count/close", json={"total": 1}, headers=tag)
    assert (closed.json()["is_closed"], closed.json()["parents_present"]) == (True, 1)
    lea.post(f"{api}/taps", json={"taps": [a_tap()]})
    found = sign_in("claire").get(f"{api}/count")
    assert (found.json()["late"]["taps"], found.json()["parents_present"]) == (1, 1)
    tag = {"If-Match": found.headers["ETag"]}
    added = lea.post(f"{api}/count/late", json={"total": 2}, headers=tag).json()
    assert (added["late"], added["parents_present"]) == (None, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"delta": 0},
        {"delta": 2},
        {"delta": "1"},
        {"delta": None},
        {"id": "x"},
        {"grade": "6e"},
        {"seconds_ago": -1},
        {"seconds_ago": 10**30},
        {"name": "x"},
    ],
    ids=str,
)
def test_what_is_no_press_is_refused(sign_in: SignIn, api: str, fields: dict[str, Any]) -> None:
    answer = sign_in("lea").post(f"{api}/taps", json={"taps": [a_tap(**fields)]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"].startswith("/taps/0/")


@pytest.mark.parametrize("count", [0, 501])
def test_a_batch_is_neither_empty_nor_endless(sign_in: SignIn, api: str, count: int) -> None:
    batch = {"taps": [a_tap() for _ in range(count)]}
    assert sign_in("lea").post(f"{api}/taps", json=batch).status_code == 422


# --- pages ---------------------------------------------------------------------------------------------


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def test_a_press_without_javascript(sign_in: SignIn, page: str) -> None:
    lea = sign_in("lea")
    html = lea.get(page).text
    press = {"id": hidden(html, "id"), "grade": "all", "delta": "1"}
    for _ in range(2):  # a double click sends the same form twice
        answer = form(lea, page, **press)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "<output data-total>1</output>" in lea.get(page).text
    answer = form(lea, page, id=str(uuid4()), grade="CP", delta="1")
    assert answer.headers["location"] == f"{page}?par=niveau"
    html = lea.get(answer.headers["location"]).text
    assert "<output data-total>2</output>" in html
    assert re.search(r"<details data-by-grade\s+open", html)


def test_each_press_of_a_page_has_an_id_of_its_own(sign_in: SignIn, page: str) -> None:
    ids = re.findall(r'name="id" value="([^"]*)"', sign_in("lea").get(page).text)
    assert len(ids) == len(set(ids)) == 6  # the whole school, and CP to CM2


def test_a_press_that_cannot_be_read_says_so(sign_in: SignIn, page: str) -> None:
    answer = form(sign_in("lea"), page, id="x", grade="all", delta="1")
    assert answer.status_code == 422
    assert "error-summary" in answer.text


def test_closing_and_adding_by_the_pages(sign_in: SignIn, page: str, press: Press) -> None:
    lea = sign_in("lea")
    assert lea.get(f"{page}/cloture").headers["location"] == page  # nothing to close yet
    press(40)
    html = lea.get(f"{page}/cloture").text
    press(1, grade="CP")
    refused = form(lea, f"{page}/cloture", total=hidden(html, "total"), version=hidden(html, "version"))
    assert refused.status_code == 409
    assert "Clore avec 41 parents" in refused.text
    fields = {name: hidden(refused.text, name) for name in ("total", "version")}
    wrong_day = form(lea, f"{page}/cloture", **fields, held_on="24/12/2026")
    assert wrong_day.status_code == 422
    assert "pas encore venu" in wrong_day.text
    assert form(lea, f"{page}/cloture", **fields).headers["location"] == f"{page}?ok=clos"
    html = lea.get(f"{page}?ok=clos").text
    assert "Le rendez-vous compte 41 parents" in html
    assert "Clore le comptage…" not in html
    press(2, seconds_ago=2400)
    html = lea.get(page).text
    assert "2 comptages sont arrivés après la clôture, faits à 09\u202fh\u202f20\u202f: +2." in html
    assert "Passer de 41 à 43 parents" in html
    fields = {name: hidden(html, name) for name in ("total", "version")}
    press(1, delta=-1)
    refused = form(lea, f"{page}/ajouter", **fields)
    assert refused.status_code == 409
    assert "Passer de 41 à 42 parents" in refused.text
    fields = {name: hidden(refused.text, name) for name in ("total", "version")}
    assert form(lea, f"{page}/ajouter", **fields).headers["location"] == f"{page}?ok=ajoute"
    assert "Le rendez-vous compte 42 parents" in lea.get(page).text


def test_presses_that_cancel_each_other_out_change_nothing(
    sign_in: SignIn, page: str, press: Press, db: Session, event: UUID, world: World
) -> None:
    lea = sign_in("lea")
    press(3)
    html = lea.get(f"{page}/cloture").text
    form(lea, f"{page}/cloture", total="3", version=hidden(html, "version"))
    press(1)
    press(1, delta=-1)
    html = lea.get(page).text
    assert "rien, ils s’annulent" in html
    assert "Les ranger sans rien changer" in html
    form(lea, f"{page}/ajouter", total="3", version=hidden(html, "version"))
    assert "ils s’annulent" not in lea.get(page).text
    assert event_or_404(db, world.a.id, event).parents_present == 3


def test_a_number_already_typed_is_shown_before_it_is_replaced(
    sign_in: SignIn, page: str, press: Press, db: Session, event: UUID, world: World
) -> None:
    typed = EventIn(planned_on=TODAY.replace(day=6), state=EventState.HELD, parents_present=14)
    revise_event(db, world.actor(db, "claire"), A, event, typed, 1)
    press(16)
    html = sign_in("lea").get(f"{page}/cloture").text
    assert "Le rendez-vous dit déjà 14 parents. Clore le remplace par 16 parents." in html


def test_the_event_leads_to_its_counter(sign_in: SignIn, page: str, event: UUID) -> None:
    claire = sign_in("claire")
    html = claire.get(f"/ecoles/{A}/rendez-vous/{event}").text
    assert f'href="{page}"' in html
    action = re.search(rf"/ecoles/{A}/actions/[0-9a-f-]+", html)
    assert action
    assert f'href="{page}"' in claire.get(action[0]).text


def test_what_the_page_tells_the_phone_names_nobody(sign_in: SignIn, page: str, press: Press) -> None:
    press(1, grade="CP")
    html = sign_in("lea").get(page).text
    found = re.search(r'<script type="application/json">(.*?)</script>', html)
    assert found
    assert "Lea" not in found[1]
    assert '"sums": {"CP": 1}' in found[1]
