"""From a cookie or a token to who acts: what a request knows, asks once and writes down."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from app import clock
from app.accounts import access, audit_queries, session_queries
from app.accounts.actor import Step, command_actor
from app.accounts.models import ApiToken, TokenScope, WebSession
from app.domain.vocabulary import Door, Role
from app.errors import SignInAgain
from app.prepared import Prepared
from tests.accounts.place import Place, plain
from tests.world import NOW, PASSWORD, A, World, add_school, add_token

SignIn = Callable[[str], TestClient]
INVITED = {"email": "mona@demo.invalid", "role": "teacher"}
INVITATIONS = f"/api/v1/schools/{A}/invitations"


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def with_password(sign_in: SignIn, name: str) -> TestClient:
    browser = sign_in("anonymous")
    assert sign_in_with(browser, name).status_code == 303
    return browser


def sign_in_with(browser: TestClient, name: str, password: str = PASSWORD) -> Any:
    return browser.post("/connexion", data={"email": f"{name}@demo.invalid", "password": password})


# --- who it is -----------------------------------------------------------------------------------------


def test_an_event_has_the_number_of_its_request(sign_in: SignIn, db: Session, world: World) -> None:
    """The one that the answer and the log have: from a complaint to the act."""
    by_cookie = sign_in("claire").post(INVITATIONS, json=INVITED)
    token = add_token(db, world.users["claire"])
    by_token = sign_in("anonymous").post(INVITATIONS, json=INVITED, headers=bearer(token))
    events = audit_queries.audit_chain(db, world.a.id)
    sent = [answer.headers["X-Request-ID"] for answer in (by_cookie, by_token)]
    assert [event.request_id for event in events] == sent
    assert [event.door for event in events] == [Door.PAGE, Door.API]
    assert {event.user_id for event in events} == {world.users["claire"].id}


def test_a_request_is_logged_with_the_number_of_the_account(
    sign_in: SignIn, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    browser = sign_in("claire")
    with caplog.at_level(logging.INFO, "confiance.request"):
        assert browser.get("/mon-compte").status_code == 200
    lines = [json.loads(one.getMessage()) for one in caplog.records if one.name == "confiance.request"]
    assert [line.get("user") for line in lines] == [str(world.users["claire"].id)]


def test_a_page_says_who_is_in(sign_in: SignIn) -> None:
    assert "Claire" in sign_in("claire").get("/mon-compte").text
    assert "Lea" in sign_in("lea").get("/aide").text


@pytest.mark.parametrize("by", ["cookie", "token"])
def test_duties_are_read_with_the_credential(
    sign_in: SignIn, db: Session, world: World, count_queries: Any, by: str
) -> None:
    """And not once more for each request."""
    browser, sent = sign_in("claire"), {}
    if by == "token":
        browser, sent = sign_in("anonymous"), bearer(add_token(db, world.users["claire"]))
    with count_queries() as asked:
        assert browser.get(INVITATIONS, headers=sent).status_code == 200
    assert len([one for one in asked if "school_membership" in one]) == 1


@pytest.mark.parametrize("sent", ["Bearer {}", "bearer {}", "Bearer  {}"])
def test_how_a_token_is_sent(sign_in: SignIn, db: Session, world: World, sent: str) -> None:
    token = add_token(db, world.users["claire"])
    answer = sign_in("anonymous").get("/api/v1/me", headers={"Authorization": sent.format(token)})
    assert answer.status_code == 200


def test_a_reading_token_is_told_so(sign_in: SignIn, db: Session, world: World) -> None:
    token = add_token(db, world.users["claire"], TokenScope.READ)
    refused = sign_in("anonymous").post(INVITATIONS, json=INVITED, headers=bearer(token))
    said = refused.json()
    assert (said["code"], said["detail"]) == ("read_only_token", "Ce jeton ne permet que la lecture.")


def test_a_form_that_is_too_old_is_told_so(sign_in: SignIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "confiance.request"):
        refused = sign_in("claire").post("/mon-compte/jetons", data={"csrf": "old"})
    assert refused.status_code == 403
    assert "Cette page a expiré : rechargez-la, puis envoyez à nouveau." in plain(refused.text)
    assert "Claire" in refused.text
    (line,) = [json.loads(one.getMessage()) for one in caplog.records if one.name == "confiance.request"]
    assert line["code"] == "csrf"


def test_who_asks_is_read_without_the_write_lock(
    sign_in: SignIn, web: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one: a request that waits for it is already known, and its password not looked at yet."""
    browser, database, asked = sign_in("claire"), web.state.database, list[bool]()
    session, ask = database.session, database.ask

    def noted(*, reading: bool = False) -> Any:
        asked.append(reading)
        return session(reading=reading)

    def noted_alone(prepared: Prepared, given: Mapping[str, Any]) -> Any:
        asked.append(True)
        return ask(prepared, given)

    monkeypatch.setattr(database, "session", noted)
    monkeypatch.setattr(database, "ask", noted_alone)
    for act in (
        lambda: browser.post(INVITATIONS, json=INVITED),
        lambda: browser.get("/aide"),
        lambda: sign_in_with(browser, "claire"),
    ):
        asked.clear()
        act()
        assert asked[0] is True


# --- when it was last used -----------------------------------------------------------------------------


def test_a_use_is_noted_every_five_minutes(sign_in: SignIn, db: Session, world: World) -> None:
    def seen() -> Any:
        one = select(WebSession).where(WebSession.user_id == world.users["claire"].id)
        return db.scalars(one).one().last_seen_at

    browser = sign_in("claire")
    for minutes, noted in ((4, 0), (5, 5), (9, 5), (10, 10)):
        clock.pin(NOW + timedelta(minutes=minutes))
        assert browser.get("/mon-compte").status_code == 200
        assert seen() == NOW + timedelta(minutes=noted)


def test_a_token_s_use_is_noted_too(sign_in: SignIn, db: Session, world: World) -> None:
    token, browser = add_token(db, world.users["claire"]), sign_in("anonymous")
    for minutes, noted in ((0, 0), (4, 0), (5, 5)):
        clock.pin(NOW + timedelta(minutes=minutes))
        assert browser.get("/api/v1/me", headers=bearer(token)).status_code == 200
        assert db.scalars(select(ApiToken)).one().last_used_at == NOW + timedelta(minutes=noted)


def test_a_public_page_notes_nothing(sign_in: SignIn, db: Session, world: World) -> None:
    browser = sign_in("claire")
    clock.pin(NOW + timedelta(minutes=30))
    assert "Claire" in browser.get("/aide").text
    assert {row.last_seen_at for row in db.scalars(select(WebSession))} == {NOW}


def test_a_use_that_cannot_be_noted_is_in_the_log(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer has left already; the next request notes it."""
    broken = OperationalError("touch", {}, Exception("locked"))

    def touch(*_: object) -> None:
        raise broken

    monkeypatch.setattr(session_queries, "touch", touch)
    browser = sign_in("claire")
    clock.pin(NOW + timedelta(minutes=5))
    assert browser.get("/mon-compte").status_code == 200
    (said,) = [one for one in caplog.records if one.name == "confiance.error"]
    assert said.getMessage() == "touch"
    assert said.exc_info is not None
    assert said.exc_info[1] is broken


@pytest.mark.parametrize(("minutes", "is_recent"), [(15, True), (16, False)])
def test_a_quarter_of_an_hour_is_recent(db: Session, world: World, minutes: int, is_recent: bool) -> None:
    actor = replace(Place(db, world).claire, opened_at=NOW)
    clock.pin(NOW + timedelta(minutes=minutes))
    if is_recent:
        assert access.recently_signed_in(actor) is actor
    else:
        with pytest.raises(SignInAgain):
            access.recently_signed_in(actor)


def test_a_day_and_a_year_are_the_school_s_own(db: Session, world: World) -> None:
    """On 31 July at 20:30 UTC it is August in La Réunion, and the new school year."""
    clock.pin(datetime(2026, 7, 31, 20, 30, tzinfo=UTC))
    school = add_school(db, "9740001A", "École du Récif", None)
    school.departement = "974"
    assert [access.today_at(one).isoformat() for one in (world.a, school)] == ["2026-07-31", "2026-08-01"]
    assert [access.current_year(one) for one in (world.a, school)] == ["2025-2026", "2026-2027"]


# --- what is left to do --------------------------------------------------------------------------------


def test_where_a_waiting_session_is_led(sign_in: SignIn, db: Session, world: World) -> None:
    """Back to the page that was asked for once the code is given; a new factor ends at the start."""
    Place(db, world).enrol("claire")
    code = with_password(sign_in, "claire")
    assert code.get("/mon-compte").headers["location"] == "/connexion/code?next=/mon-compte"
    assert code.get("/").headers["location"] == "/connexion/code"
    assert code.post("/mon-compte/jetons").headers["location"] == "/connexion/code"
    enrolling = with_password(sign_in, "ines")
    assert enrolling.get("/mon-compte").headers["location"] == "/mon-compte/second-facteur"
    said = code.get("/api/v1/me").json()
    assert (said["code"], plain(said["detail"])) == (
        "second_factor_needed",
        "Votre connexion n’est pas terminée : passez d’abord l’étape du second facteur.",
    )


@pytest.mark.parametrize(
    ("name", "page"), [("claire", f"/ecoles/{A}/comptes"), ("ines", "/inviter"), ("admin", "/inviter")]
)
def test_a_waiting_session_has_no_duty_at_all(
    sign_in: SignIn, db: Session, world: World, monkeypatch: pytest.MonkeyPatch, name: str, page: str
) -> None:
    Place(db, world).enrol(name)
    browser = with_password(sign_in, name)
    monkeypatch.setattr(Step, "leads_to", lambda *_: True)
    assert browser.get(page).status_code == 404


def test_the_operator_at_the_keyboard() -> None:
    operator = command_actor()
    assert (operator.user_id, operator.name, operator.door) == (None, "commande", Door.COMMAND)
    assert operator.is_administrator
    assert command_actor("démonstration").name == "démonstration"


def test_the_role_that_the_audit_keeps(db: Session, world: World) -> None:
    """The school's own duty, then one above it, then the service's, then none: the door."""
    at = Place(db, world)
    assert at.claire.role_at(world.a.id) == Role.HEAD_TEACHER.value
    assert at.claire.role_at(world.b.id) == "page"
    assert at.rita.role_at(world.a.id) == Role.AUTHORITY.value
    assert at.admin.role_at(world.a.id) == Role.ADMINISTRATOR.value
