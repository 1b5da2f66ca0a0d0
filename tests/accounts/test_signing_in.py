"""Sign-in, sessions, CSRF, tokens: what opens, what closes, and what says nothing."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from app.accounts import secrets, session_queries
from app.accounts.models import InvitationIn, TokenIn, TokenScope, User
from app.accounts.service import invite
from app.accounts.signing_in import MOST_FAILURES, browser_label
from app.accounts.tokens import MOST_TOKENS, make_token
from app.domain.vocabulary import Role
from app.errors import Conflict
from app.web.http import JsonFormatter
from tests.world import NOW, PASSWORD, A, World, add_token, form

SignIn = Callable[[str], TestClient]
COOKIE = "__Host-session"
CLAIRE = "claire@demo.invalid"


def try_in(browser: TestClient, email: str = CLAIRE, password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/connexion", data={"email": email, "password": password} | more)


# --- the door ------------------------------------------------------------------------------------------


def test_the_right_password_opens_a_session(sign_in: SignIn, db: Session, world: World) -> None:
    browser = sign_in("anonymous")
    page = browser.get("/connexion").text
    assert 'autocomplete="current-password"' in page
    assert "demo" not in page.split("</header>")[1]
    answer = try_in(browser, " Claire@demo.invalid ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
    assert "Max-Age" not in cookie
    assert browser.get("/connexion").headers["location"] == "/"
    assert browser.get(f"/ecoles/{A}/comptes").status_code == 200
    stored = {row.token_hash for row in session_queries.live_sessions(db, world.users["claire"].id)}
    assert browser.cookies[COOKIE] not in stored
    assert secrets.fingerprint(browser.cookies[COOKIE]) in stored


def test_signing_in_again_rotates_the_cookie(sign_in: SignIn) -> None:
    browser = sign_in("claire")
    before = browser.cookies[COOKIE]
    assert try_in(browser).status_code == 303
    after = [cookie.value for cookie in browser.cookies.jar if cookie.name == COOKIE][-1]
    assert after != before
    old = sign_in("anonymous")
    old.cookies.set(COOKIE, before, domain="testserver.local")
    assert old.get("/api/v1/me").status_code == 401


def test_an_unknown_account_gets_the_same_answer(
    sign_in: SignIn, count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bool] = []

    def counted(stored: str | None, password: str) -> bool:
        checked.append(stored is None)
        return False

    monkeypatch.setattr(secrets, "password_matches", counted)
    seen = []
    for email in (CLAIRE, "personne@demo.invalid"):
        with count_queries() as sent:
            answer = try_in(sign_in("anonymous"), email, "pas le bon mot")
        seen.append((answer.status_code, answer.text.replace(email, "…"), len(sent)))
    assert seen[0] == seen[1]
    assert seen[0][0] == 422
    assert checked == [False, True]  # both were verified, the unknown one against a decoy


@pytest.mark.sqlite
def test_nobody_waits_while_a_password_is_worked_on(
    sign_in: SignIn, web: FastAPI, db: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for SQLite's one writer nor for one of the few places: argon2 has a queue of its own."""
    link = invite(
        db, world.actor(db, "claire"), A, InvitationIn(email="mona@demo.invalid", role=Role.TEACHER)
    ).path
    held: list[tuple[bool, int]] = []

    def note() -> None:
        gate = web.state.gate
        held.append((gate.writer.statistics().locked, gate.room.statistics().borrowed_tokens))

    def matches(stored: str | None, password: str) -> bool:
        note()
        return True

    def hashed(password: str) -> str:
        note()
        return "x"

    monkeypatch.setattr(secrets, "password_matches", matches)
    monkeypatch.setattr(secrets, "hash_password", hashed)
    assert try_in(sign_in("anonymous")).status_code == 303
    answer = sign_in("anonymous").post(link, data={"name": "Mona", "password": PASSWORD})
    assert answer.status_code == 303
    changed = form(
        sign_in("claire"),
        "/mon-compte/mot-de-passe",
        current_password=PASSWORD,
        password="trois mots sans lien",
    )
    assert changed.status_code == 303
    assert held == [(False, 0)] * 4
    assert web.state.gate.room.statistics().borrowed_tokens == 0


def test_a_decoy_is_really_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    class Hasher:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return True

    decoy = secrets._decoy()
    monkeypatch.setattr(secrets, "_hasher", Hasher())
    assert secrets.password_matches(None, "mot") is False
    assert verified == [decoy]


@pytest.mark.parametrize("bad", [{"email": ""}, {"password": ""}, {"password": "faux mot de passe"}])
def test_a_refusal_keeps_the_address_and_forgets_the_password(sign_in: SignIn, bad: dict[str, str]) -> None:
    answer = try_in(sign_in("anonymous"), **{"email": CLAIRE, "password": PASSWORD} | bad)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert PASSWORD not in answer.text
    assert "faux mot" not in answer.text
    assert ("email" in bad) or f'value="{CLAIRE}"' in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        (f"/ecoles/{A}/comptes", f"/ecoles/{A}/comptes"),
        ("https://ailleurs.example/", "/"),
        ("//ailleurs.example/", "/"),
        ("/\\ailleurs.example", "/"),
        ("javascript:alert(1)", "/"),
        ("ecoles", "/"),
    ],
)
def test_next_leads_to_our_own_pages_only(sign_in: SignIn, wanted: str, reached: str) -> None:
    assert try_in(sign_in("anonymous"), next=wanted).headers["location"] == reached
    assert sign_in("claire").get("/connexion", params={"next": wanted}).headers["location"] == reached


def test_someone_without_a_password_does_not_enter(sign_in: SignIn, db: Session, world: World) -> None:
    db.merge(world.users["claire"]).password_hash = None
    db.flush()
    assert try_in(sign_in("anonymous")).status_code == 422


def test_a_refused_try_is_in_the_log_by_the_number_of_the_account(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "confiance.security")  # an earlier test's application may have been quiet
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonFormatter().format(record))

    security = logging.getLogger("confiance.security")
    security.setLevel(logging.WARNING)  # a server that ran here before may have said less
    monkeypatch.setattr(security, "handlers", [Kept()])
    emails = (CLAIRE, "personne@demo.invalid")
    answers = [try_in(sign_in("anonymous"), email, "pas le bon mot") for email in emails]
    tries = [json.loads(line) for line in written]
    assert [(line["event"], line["user"]) for line in tries] == [
        ("wrong password", str(world.users["claire"].id)),
        ("wrong password", "unknown"),
    ]
    assert [line["request_id"] for line in tries] == [answer.headers["X-Request-ID"] for answer in answers]
    assert "demo.invalid" not in "".join(written)


def test_a_password_is_hashed_again_when_the_settings_have_changed(
    sign_in: SignIn, db: Session, world: World
) -> None:
    lighter = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    db.merge(world.users["claire"]).password_hash = lighter
    db.flush()
    assert try_in(sign_in("anonymous"), password="pas le bon mot").status_code == 422
    assert db.get_one(User, world.users["claire"].id).password_hash == lighter
    assert try_in(sign_in("anonymous")).status_code == 303
    renewed = db.get_one(User, world.users["claire"].id).password_hash
    assert renewed != lighter
    assert not secrets.is_outdated(renewed)
    assert secrets.password_matches(renewed, PASSWORD)


# --- the throttle --------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", [CLAIRE, "personne@demo.invalid"])
def test_ten_failures_close_the_account_for_five_minutes(sign_in: SignIn, email: str) -> None:
    browser = sign_in("anonymous")
    for _ in range(MOST_FAILURES):
        assert try_in(browser, email, "pas le bon mot").status_code == 422
    refused = try_in(browser, email)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "300"
    assert f'value="{email}"' in refused.text
    clock.pin(NOW + timedelta(minutes=5, seconds=1))
    assert try_in(browser, email).status_code == (303 if email == CLAIRE else 422)


def test_an_address_is_throttled_across_accounts(sign_in: SignIn) -> None:
    browser = sign_in("anonymous")
    for number in range(MOST_FAILURES):
        try_in(browser, f"personne{number}@demo.invalid", "pas le bon mot")
    assert try_in(browser).status_code == 429


def test_an_account_is_throttled_across_addresses(sign_in: SignIn, web: FastAPI) -> None:
    sign_in("anonymous")  # puts the test's own transaction behind the app
    answers = []
    for number in range(MOST_FAILURES + 1):
        far = TestClient(web, base_url="https://testserver", client=(f"2001:db8:0:{number}::1", 1))
        answers.append(try_in(far, CLAIRE, "pas le bon mot").status_code)
    assert answers == [422] * MOST_FAILURES + [429]


def test_old_failures_are_forgotten(sign_in: SignIn, db: Session) -> None:
    browser = sign_in("anonymous")
    try_in(browser, CLAIRE, "pas le bon mot")
    clock.pin(NOW + timedelta(minutes=6))
    try_in(browser, "personne@demo.invalid", "pas le bon mot")
    subject = secrets.fingerprint(f"account:{CLAIRE}")
    assert session_queries.recent_attempts(db, subject, NOW - timedelta(days=1)) == 0


# --- the session ---------------------------------------------------------------------------------------


def test_a_session_ends_after_an_idle_hour(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    clock.pin(NOW + timedelta(minutes=59))
    assert claire.get("/api/v1/me").status_code == 200
    clock.pin(NOW + timedelta(minutes=59 + 59))
    assert claire.get("/api/v1/me").status_code == 200
    clock.pin(NOW + timedelta(minutes=59 + 59 + 60))
    assert claire.get("/api/v1/me").status_code == 401


def test_a_session_ends_after_twelve_hours(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    for minutes in range(50, 720, 50):
        clock.pin(NOW + timedelta(minutes=minutes))
        assert claire.get("/api/v1/me").status_code == 200
    clock.pin(NOW + timedelta(hours=12))
    assert claire.get("/api/v1/me").status_code == 401


def test_signing_out_ends_the_session_on_the_server(sign_in: SignIn) -> None:
    claire, copy = sign_in("claire"), sign_in("claire")
    answer = form(claire, "/deconnexion")
    assert answer.headers["location"] == "/connexion?ok=deconnexion"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert copy.get("/api/v1/me").status_code == 401


def test_one_closes_ones_own_sessions_only(sign_in: SignIn, db: Session, world: World) -> None:
    claire, elsewhere = sign_in("claire"), sign_in("anonymous")
    elsewhere.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    try_in(elsewhere)
    page = claire.get("/mon-compte").text
    assert "Firefox sur Windows" in page
    assert "(celle-ci)" in page
    other = next(row for row in session_queries.live_sessions(db, world.users["claire"].id) if row.browser)
    assert form(sign_in("lea"), f"/mon-compte/sessions/{other.id}/fermer").status_code == 404
    assert form(claire, f"/mon-compte/sessions/{other.id}/fermer").status_code == 303
    assert elsewhere.get("/api/v1/me").status_code == 401
    assert claire.get("/api/v1/me").status_code == 200
    try_in(elsewhere)
    form(claire, "/mon-compte/sessions/fermer")
    assert elsewhere.get("/api/v1/me").status_code == 401
    assert claire.get("/api/v1/me").status_code == 200


def test_a_browser_left_open_does_not_close_the_others(sign_in: SignIn, db: Session, world: World) -> None:
    claire, elsewhere = sign_in("claire"), sign_in("anonymous")
    try_in(elsewhere)
    own, other = session_queries.live_sessions(db, world.users["claire"].id)
    if secrets.fingerprint(claire.cookies[COOKIE]) == other.token_hash:
        own, other = other, own
    clock.pin(NOW + timedelta(minutes=16))
    for path in ("/mon-compte/sessions/fermer", f"/mon-compte/sessions/{other.id}/fermer"):
        answer = form(claire, path)
        assert answer.headers["location"].startswith("/connexion?encore=1&next=")
    assert elsewhere.get("/api/v1/me").status_code == 200
    assert form(claire, f"/mon-compte/sessions/{own.id}/fermer").status_code == 303  # one's own: signing out
    assert claire.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome sur Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1",
            "Safari sur iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("curl/8", "Navigateur"),
    ],
)
def test_a_browser_is_told_in_two_words(agent: str, label: str) -> None:
    assert browser_label(agent) == label


# --- forged forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://ailleurs.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused(sign_in: SignIn, headers: dict[str, str]) -> None:
    claire = sign_in("claire")
    fields = {"csrf": claire.headers["X-Test-CSRF"], "label": "Tableur", "scope": "read", "days": "90"}
    assert claire.post("/mon-compte/jetons", data=fields, headers=headers).status_code == 403
    signing = {"email": CLAIRE, "password": PASSWORD}
    assert sign_in("anonymous").post("/connexion", data=signing, headers=headers).status_code == 403


@pytest.mark.parametrize("csrf", ["", "csrf-of-lea", "csrf-of-claire "])
def test_the_token_of_the_form_is_the_sessions_own(sign_in: SignIn, csrf: str) -> None:
    fields = {"csrf": csrf, "label": "Tableur", "scope": "read", "days": "90"}
    assert sign_in("claire").post("/mon-compte/jetons", data=fields).status_code == 403
    assert sign_in("claire").post("/deconnexion", data={"csrf": csrf}).status_code == 403


# --- the demonstration ---------------------------------------------------------------------------------


def test_the_buttons_exist_in_a_demonstration_only(
    sign_in: SignIn, web: FastAPI, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, claire = sign_in("anonymous"), {"user_id": str(world.users["claire"].id)}
    assert browser.post("/connexion/demo", data=claire).status_code == 404
    monkeypatch.setitem(web.state._state, "is_demo", True)
    page = browser.get("/connexion").text
    assert "Claire dirige l’école des Tilleuls" in page
    assert "Ines est IEN" in page
    for nobody in ({}, {"user_id": "x"}, {"user_id": str(uuid4())}):
        assert browser.post("/connexion/demo", data=nobody).status_code == 404
    assert browser.post("/connexion/demo", data=claire | {"next": "//x.example"}).headers["location"] == "/"
    assert browser.get("/api/v1/me").json()["name"] == "Claire"


# --- tokens --------------------------------------------------------------------------------------------


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_token_is_shown_once(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    made = claire.post("/api/v1/tokens", json={"label": "Tableur", "scope": "read", "days": 30})
    assert made.status_code == 201
    text = made.json()["token"]
    assert text.startswith("cfe_")
    (listed,) = claire.get("/api/v1/tokens").json()["items"]
    assert "token" not in listed
    anyone = sign_in("anonymous")
    me = anyone.get("/api/v1/me", headers=bearer(text)).json()
    assert (me["name"], me["may_write"], me["schools"][0]["role"]) == ("Claire", False, "head_teacher")
    assert claire.delete(f"/api/v1/tokens/{listed['id']}").status_code == 204
    assert anyone.get("/api/v1/me", headers=bearer(text)).status_code == 401
    assert claire.delete(f"/api/v1/tokens/{listed['id']}").status_code == 409


def test_a_reading_token_writes_nothing(sign_in: SignIn, db: Session, world: World) -> None:
    read = bearer(add_token(db, world.users["claire"], TokenScope.READ))
    write = bearer(add_token(db, world.users["claire"], TokenScope.WRITE))
    url, body = f"/api/v1/schools/{A}/invitations", {"email": "m@demo.invalid", "role": "teacher"}
    anyone = sign_in("anonymous")
    refused = anyone.post(url, json=body, headers=read)
    assert (refused.status_code, refused.json()["code"]) == (403, "read_only_token")
    assert anyone.post(url, json=body, headers=write).status_code == 201
    assert anyone.get(url, headers=read).status_code == 200


@pytest.mark.parametrize("change", [{"expires_at": NOW}, {"revoked_at": NOW}])
def test_a_token_that_is_over_opens_nothing(
    sign_in: SignIn, db: Session, world: World, change: dict[str, Any]
) -> None:
    text = add_token(db, world.users["claire"], **change)
    assert sign_in("anonymous").get("/api/v1/me", headers=bearer(text)).status_code == 401


@pytest.mark.parametrize("text", ["", "cfe_", "cfe_x_y", f"cfe_{'0' * 32}_secret", "Claire"])
def test_what_is_no_token_is_refused(sign_in: SignIn, text: str) -> None:
    answer = sign_in("anonymous").get("/api/v1/me", headers=bearer(text))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_opens_no_form(sign_in: SignIn, db: Session, world: World) -> None:
    headers = bearer(add_token(db, world.users["claire"]))
    answer = sign_in("anonymous").post("/mon-compte/sessions/fermer", data={"csrf": ""}, headers=headers)
    assert answer.status_code == 403


def test_a_token_does_not_outlive_the_one_that_made_it(sign_in: SignIn, db: Session, world: World) -> None:
    until = NOW + timedelta(days=3)
    headers = bearer(add_token(db, world.users["claire"], expires_at=until))
    body = {"label": "Suivant", "scope": "write", "days": 365}
    made = sign_in("anonymous").post("/api/v1/tokens", json=body, headers=headers).json()
    assert made["expires_at"] == "2026-11-24T09:00:00Z"


def test_there_are_twenty_tokens_at_most(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    for number in range(MOST_TOKENS):
        make_token(db, claire, TokenIn(label=f"Jeton {number}"))
    with pytest.raises(Conflict):
        make_token(db, claire, TokenIn(label="Un de trop"))


@pytest.mark.parametrize(
    ("field", "typed"), [("days", "366"), ("days", "0"), ("days", "12,5"), ("label", "x"), ("scope", "tout")]
)
def test_a_token_form_keeps_what_was_typed(sign_in: SignIn, field: str, typed: str) -> None:
    fields = {"label": "Mon tableur", "scope": "read", "days": "90"} | {field: typed}
    answer = form(sign_in("claire"), "/mon-compte/jetons", **fields)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert field == "scope" or f'value="{typed}"' in answer.text


def test_a_token_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    made = form(claire, "/mon-compte/jetons", label="Mon tableur", scope="read", days="90")
    assert made.status_code == 201
    assert "cfe_" in made.text
    page = claire.get("/mon-compte").text
    assert "Mon tableur" in page
    assert "cfe_" not in page
    (token,) = session_queries.tokens_of_user(db, world.users["claire"].id)
    url = f"/mon-compte/jetons/{token.id}/revoquer"
    assert "Mon tableur" in claire.get(url).text
    assert form(claire, url).status_code == 303
    assert "Mon tableur" not in claire.get("/mon-compte").text


# --- the start page and the house's pages --------------------------------------------------------------


def test_the_start_page_knows_where_one_works(sign_in: SignIn) -> None:
    assert sign_in("claire").get("/").headers["location"] == f"/ecoles/{A}"
    assert sign_in("anonymous").get("/").headers["location"] == "/connexion"
    ines = sign_in("ines").get("/").text
    assert "École des Tilleuls" in ines
    assert "École du Port" not in ines
    assert 'href="/inviter"' in ines
    rita = sign_in("rita").get("/").text
    assert "École du Port" in rita
    assert 'href="/inviter"' not in rita
    assert "sans voir les chiffres" in sign_in("admin").get("/").text


@pytest.mark.parametrize("page", ["/aide", "/accessibilite", "/donnees-personnelles", "/mentions-legales"])
def test_anyone_reads_the_pages_of_the_house(sign_in: SignIn, page: str) -> None:
    assert sign_in("anonymous").get(page).status_code == 200
    assert "Se déconnecter" in sign_in("claire").get(page).text


def test_me_tells_territories_too(sign_in: SignIn) -> None:
    me = sign_in("ines").get("/api/v1/me").json()
    assert me["territories"] == [
        {"level": "circonscription", "code": "0990900Z", "name": "Val-des-Tilleuls", "role": "inspector"}
    ]
