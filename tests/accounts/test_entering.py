"""From a cookie or a token to who acts: what a request knows, asks once and writes down."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app import clock
from app.accounts import queries, signing_in
from app.accounts.actor import Step, command_actor
from app.accounts.models import ApiToken, SignInAttempt, TokenScope, WebSession
from app.domain.vocabulary import Door, Role
from app.errors import TooMany
from tests.accounts.place import Place, plain
from tests.world import NOW, PASSWORD, A, World, add_token

SignIn = Callable[[str], TestClient]
INVITED = {"email": "mona@demo.invalid", "role": "teacher"}
INVITATIONS = f"/api/v1/schools/{A}/invitations"


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def with_password(sign_in: SignIn, name: str) -> TestClient:
    browser = sign_in("anonymous")
    given = {"email": f"{name}@demo.invalid", "password": PASSWORD}
    assert browser.post("/connexion", data=given).status_code == 303
    return browser


# --- who it is -----------------------------------------------------------------------------------------


def test_an_event_has_the_number_of_its_request(sign_in: SignIn, db: Session, world: World) -> None:
    """The one that the answer and the log have: from a complaint to the act."""
    by_cookie = sign_in("claire").post(INVITATIONS, json=INVITED)
    token = add_token(db, world.users["claire"])
    by_token = sign_in("anonymous").post(INVITATIONS, json=INVITED, headers=bearer(token))
    events = queries.audit_chain(db, world.a.id)
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


def test_a_form_that_is_too_old_is_told_so(sign_in: SignIn) -> None:
    refused = sign_in("claire").post("/mon-compte/jetons", data={"csrf": "old"})
    assert refused.status_code == 403
    assert "Cette page a expiré : rechargez-la, puis envoyez à nouveau." in plain(refused.text)


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


# --- tries ---------------------------------------------------------------------------------------------


def test_who_counts_as_one_address() -> None:
    """An IPv6 subscriber is given a /64 and may use all of it; an IPv4 address is one."""

    def same(one: str, other: str) -> bool:
        return signing_in.subjects_of("account:x", one)[1] == signing_in.subjects_of("account:x", other)[1]

    assert same("2001:db8:0:1::1", "2001:db8:0:1:ffff::1")
    assert same("2001:db8:0:1::1", "2001:db8:0:1:8000::1")
    assert not same("2001:db8:0:1::1", "2001:db8:0:2::1")
    assert not same("192.0.2.1", "192.0.2.2")
    assert not same("testclient", "another")


def test_failures_older_than_five_minutes_are_deleted(db: Session) -> None:
    subjects = signing_in.subjects_of("account:x", "192.0.2.1")
    for seconds in (0, 1, 301):
        clock.pin(NOW + timedelta(seconds=seconds))
        signing_in.count_failure(db, subjects)
    kept = sorted((row.subject_hash, row.at) for row in db.scalars(select(SignInAttempt)))
    assert kept == sorted((one, NOW + timedelta(seconds=seconds)) for one in subjects for seconds in (1, 301))


def test_what_the_security_log_says(db: Session, world: World, caplog: pytest.LogCaptureFixture) -> None:
    claire, subjects = world.users["claire"].id, signing_in.subjects_of("account:x", "192.0.2.1")
    signing_in.admit(db, signing_in.Attempt(subjects, tried=claire))
    signing_in.admit(db, signing_in.Attempt(subjects))
    for _ in range(8):
        signing_in.count_failure(db, subjects)
    with pytest.raises(TooMany):
        signing_in.admit(db, signing_in.Attempt(subjects, claire))
    said = [(record.getMessage(), getattr(record, "user", None)) for record in caplog.records]
    assert said == [("wrong password", claire), ("wrong password", "unknown"), ("too many tries", None)]
