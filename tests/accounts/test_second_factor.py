"""The second factor: who has to have one, what opens without it, and that a code serves once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app import clock
from app.accounts import factor_queries, session_queries
from app.accounts.actor import command_actor
from app.accounts.factor_models import EnrolmentIn, FactorResetIn, RecoveryCode, SecondFactor
from app.accounts.factors import (
    MOST_IN_A_ROW,
    RECOVERY_CODES,
    begin_enrolment,
    confirm_enrolment,
    give_up_factor,
    reset_factor,
)
from app.accounts.models import AuditEvent, InvitationIn, SessionProof, TokenScope, User
from app.accounts.secrets import fingerprint
from app.accounts.service import invite
from app.accounts.signing_in import MOST_FAILURES
from app.domain.one_time import code_at, step_at, written_key
from app.domain.vocabulary import Role
from app.errors import Conflict, Forbidden, Invalid
from app.once.models import IdempotencyRecord
from tests.world import NOW, PASSWORD, A, World, add_token, form

SignIn = Callable[[str], TestClient]
FACTOR, CODE, RESET = "/mon-compte/second-facteur", "/connexion/code", "/comptes/second-facteur"
COOKIE = "__Host-session"


def enrol(db: Session, world: World, name: str) -> tuple[bytes, list[str]]:
    """A factor that works; its last code was that of NOW."""
    actor = world.actor(db, name)
    secret = begin_enrolment(db, actor).secret
    codes = confirm_enrolment(db, actor, EnrolmentIn(one_time_code=code_at(secret, step_at(NOW))))
    return secret, codes


def later(steps: int = 1) -> int:
    """The clock moves on by so many steps; the step it is then."""
    clock.pin(NOW + timedelta(seconds=30 * steps))
    return step_at(NOW) + steps


def with_password(sign_in: SignIn, name: str) -> TestClient:
    """A browser in which only the password was given."""
    browser = sign_in("anonymous")
    answer = browser.post("/connexion", data={"email": f"{name}@demo.invalid", "password": PASSWORD})
    assert answer.status_code == 303
    return browser


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def post(browser: TestClient, url: str, **fields: Any) -> Any:
    """Send the form of a page of the browser's own session."""
    page = browser.get(CODE if url == CODE else FACTOR).text
    return browser.post(url, data={"csrf": csrf_of(page)} | fields)


# --- who has to ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ines", "rita", "admin"])
def test_some_make_one_before_anything_else(sign_in: SignIn, name: str) -> None:
    browser = with_password(sign_in, name)
    for page in ("/", "/mon-compte", "/inviter", f"/ecoles/{A}/comptes"):
        answer = browser.get(page)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, FACTOR)
    refused = browser.get("/api/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_needed")
    assert post(browser, "/mon-compte/jetons", label="Tableur", scope="read", days="9").status_code == 403
    assert 'href="/mon-compte"' not in browser.get(FACTOR).text


@pytest.mark.parametrize("name", ["claire", "lea", "karim"])
def test_the_others_may(sign_in: SignIn, name: str) -> None:
    browser = with_password(sign_in, name)
    assert browser.get("/mon-compte").status_code == 200
    assert browser.get(FACTOR).status_code == 200


def test_a_session_that_waits_has_no_duty(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second wall: even a page that forgot the step would show nothing."""
    from app.accounts.actor import Step

    browser = with_password(sign_in, "ines")
    monkeypatch.setattr(Step, "leads_to", lambda *_: True)
    assert browser.get("/inviter").status_code == 404
    assert browser.get(f"/api/v1/schools/{A}").status_code == 404


def test_a_waiting_session_can_be_closed(sign_in: SignIn, db: Session, world: World) -> None:
    browser = with_password(sign_in, "ines")
    before = len(session_queries.live_sessions(db, world.users["ines"].id))
    assert post(browser, "/deconnexion").headers["location"].startswith("/connexion")
    assert len(session_queries.live_sessions(db, world.users["ines"].id)) == before - 1


def test_a_waiting_visitor_is_nobody(sign_in: SignIn) -> None:
    browser = with_password(sign_in, "ines")
    assert "Ines" not in browser.get("/aide").text
    assert browser.get("/connexion").status_code == 200


def test_what_was_typed_meanwhile_is_not_lost(sign_in: SignIn) -> None:
    browser = with_password(sign_in, "ines")
    answer = browser.post("/inviter", data={"csrf": "old", "email": "nouvelle@demo.invalid"})
    assert answer.status_code == 403
    assert "nouvelle@demo.invalid" in answer.text
    assert FACTOR in answer.text


def test_an_invited_inspector_makes_one_too(sign_in: SignIn, db: Session, world: World) -> None:
    from app.accounts.service import invite_above

    link = invite_above(
        db, world.actor(db, "admin"), "neuf@demo.invalid", Role.INSPECTOR, world.territories["valley"]
    )
    browser = sign_in("anonymous")
    assert browser.post(link.path, data={"name": "Neuf", "password": PASSWORD}).status_code == 303
    assert browser.get("/").headers["location"] == FACTOR


def test_the_demonstration_needs_no_phone(
    sign_in: SignIn, web: FastAPI, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines = str(world.users["ines"].id)
    browser = sign_in("anonymous")
    assert browser.post("/connexion/demo", data={"user_id": ines}).status_code == 404
    monkeypatch.setitem(web.state._state, "is_demo", True)
    assert browser.post("/connexion/demo", data={"user_id": ines}).status_code == 303
    assert browser.get("/inviter").status_code == 200
    with_it = with_password(sign_in, "ines")
    assert with_it.get("/inviter").status_code == 303  # a password is a password, in a demonstration too


def test_a_token_goes_on_working(sign_in: SignIn, db: Session, world: World) -> None:
    """It was made in a session that was complete, or by the operator."""
    enrol(db, world, "ines")
    bearer = {"Authorization": f"Bearer {add_token(db, db.merge(world.users['ines']))}"}
    assert sign_in("anonymous").get("/api/v1/me", headers=bearer).status_code == 200


# --- making one ----------------------------------------------------------------------------------------


def test_from_the_first_page_to_the_recovery_codes(sign_in: SignIn, db: Session, world: World) -> None:
    browser = with_password(sign_in, "ines")
    assert "Avant de commencer" in browser.get(FACTOR).text
    assert post(browser, f"{FACTOR}/commencer").headers["location"] == FACTOR
    page = browser.get(FACTOR).text
    factor = factor_queries.factor_of(db, world.users["ines"].id)
    assert factor
    assert written_key(factor.secret) in page
    assert "<svg" in page
    assert "style=" not in page
    assert 'autocomplete="one-time-code"' in page
    wrong = post(browser, FACTOR, one_time_code="000000")
    assert wrong.status_code == 422
    assert "000000" not in wrong.text
    assert browser.get("/").status_code == 303
    before = browser.cookies[COOKIE]
    made = post(browser, FACTOR, one_time_code=code_at(factor.secret, step_at(NOW)))
    assert made.status_code == 201
    assert browser.cookies[COOKIE] != before
    assert csrf_of(made.text) == csrf_of(browser.get(FACTOR).text)
    former = sign_in("anonymous")
    former.cookies.set(COOKIE, before, domain="testserver.local")
    assert former.get("/inviter").headers["location"].startswith("/connexion")
    codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){5})</code>", made.text)
    assert len(set(codes)) == RECOVERY_CODES
    assert browser.get("/inviter").status_code == 200
    after = browser.get(FACTOR).text
    assert written_key(factor.secret) not in after
    assert not [code for code in codes if code in after]
    assert "10 codes de secours sur 10" in after


def test_the_qr_code_says_the_key(sign_in: SignIn, db: Session, world: World) -> None:
    """Drawn again from the same words, the picture is the same."""
    import segno

    from app.domain.one_time import enrolment_uri

    browser = sign_in("claire")
    form(browser, f"{FACTOR}/commencer")
    secret = db.get_one(SecondFactor, world.users["claire"].id).secret
    uri = enrolment_uri(secret, "claire@demo.invalid", "Confiance")
    drawn = segno.make(uri, error="m", micro=False).svg_inline(omitsize=True, border=4, light="#fff")
    path = re.search(r'd="(M4 4[^"]+)"', drawn)
    assert path
    assert path[1] in browser.get(FACTOR).text


def test_a_key_that_was_not_confirmed_asks_for_nothing(sign_in: SignIn, db: Session, world: World) -> None:
    begin_enrolment(db, world.actor(db, "claire"))
    assert with_password(sign_in, "claire").get("/mon-compte").status_code == 200


def test_beginning_again_makes_another_key(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    first = begin_enrolment(db, claire).secret
    assert begin_enrolment(db, claire).secret != first
    with pytest.raises(Invalid):
        confirm_enrolment(db, claire, EnrolmentIn(one_time_code=code_at(first, step_at(NOW))))


def test_a_factor_that_works_is_not_replaced_in_passing(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    with pytest.raises(Conflict, match="plus à confirmer"):
        confirm_enrolment(db, claire, EnrolmentIn(one_time_code="123456"))
    enrol(db, world, "claire")
    with pytest.raises(Conflict, match="déjà"):
        begin_enrolment(db, claire)
    with pytest.raises(Conflict):
        confirm_enrolment(db, claire, EnrolmentIn(one_time_code="123456"))


# --- giving a code -------------------------------------------------------------------------------------


def test_a_code_opens_and_the_cookie_changes(sign_in: SignIn, db: Session, world: World) -> None:
    secret, _ = enrol(db, world, "ines")
    step = later()
    browser = with_password(sign_in, "ines")
    before = browser.cookies[COOKIE]
    page = browser.get("/inviter")
    assert page.headers["location"] == f"{CODE}?next=/inviter"
    answer = post(browser, CODE, one_time_code=code_at(secret, step), next="/inviter")
    assert (answer.status_code, answer.headers["location"]) == (303, "/inviter")
    assert answer.cookies[COOKIE] != before
    assert browser.get("/inviter").status_code == 200
    old = sign_in("anonymous")
    old.cookies.set(COOKIE, before, domain="testserver.local")
    assert old.get(CODE).headers["location"].startswith("/connexion")


def test_the_same_code_does_not_open_twice(sign_in: SignIn, db: Session, world: World) -> None:
    secret, _ = enrol(db, world, "ines")
    used = code_at(secret, step_at(NOW))  # the one that confirmed
    refused = post(with_password(sign_in, "ines"), CODE, one_time_code=used)
    assert refused.status_code == 422
    assert used not in refused.text.partition("<main")[2]
    code = code_at(secret, later())
    assert post(with_password(sign_in, "ines"), CODE, one_time_code=code).status_code == 303
    assert post(with_password(sign_in, "ines"), CODE, one_time_code=code).status_code == 422


def test_only_one_of_two_requests_uses_a_step(db: Session, world: World) -> None:
    enrol(db, world, "ines")
    user_id, step = world.users["ines"].id, later()
    assert factor_queries.use_step(db, user_id, step)
    assert not factor_queries.use_step(db, user_id, step)
    assert not factor_queries.use_step(db, user_id, step - 1)


def test_a_recovery_code_opens_once(sign_in: SignIn, db: Session, world: World) -> None:
    _, codes = enrol(db, world, "ines")
    typed = codes[0].upper().replace("-", " ")
    browser = with_password(sign_in, "ines")
    assert post(browser, CODE, one_time_code=typed).status_code == 303
    assert "9 codes de secours sur 10" in browser.get("/mon-compte").text
    assert post(with_password(sign_in, "ines"), CODE, one_time_code=typed).status_code == 422
    assert post(with_password(sign_in, "ines"), CODE, one_time_code=codes[1]).status_code == 303


def test_someone_elses_codes_open_nothing(sign_in: SignIn, db: Session, world: World) -> None:
    enrol(db, world, "ines")
    secret, codes = enrol(db, world, "paul")
    step = later()
    browser = with_password(sign_in, "ines")
    assert post(browser, CODE, one_time_code=code_at(secret, step)).status_code == 422
    assert post(browser, CODE, one_time_code=codes[0]).status_code == 422


def test_ten_wrong_codes_close_for_five_minutes(sign_in: SignIn, db: Session, world: World) -> None:
    secret, _ = enrol(db, world, "ines")
    browser = with_password(sign_in, "ines")
    for _ in range(MOST_FAILURES):
        assert post(browser, CODE, one_time_code="000000").status_code == 422
    refused = post(browser, CODE, one_time_code=code_at(secret, later()))
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "300"
    step = later(11)
    assert post(browser, CODE, one_time_code=code_at(secret, step)).status_code == 303


def test_guessing_for_days_closes_the_phone_and_not_the_recovery_codes(
    sign_in: SignIn, db: Session, world: World
) -> None:
    secret, codes = enrol(db, world, "ines")
    browser = with_password(sign_in, "ines")
    factor = db.get_one(SecondFactor, world.users["ines"].id)
    factor.failures = MOST_IN_A_ROW - 1
    db.flush()
    last = post(browser, CODE, one_time_code="000000")
    assert "Trop de codes faux de suite" in last.text
    assert post(browser, CODE, one_time_code=code_at(secret, later())).status_code == 422
    assert post(browser, CODE, one_time_code=codes[0]).status_code == 303
    again = with_password(sign_in, "ines")
    assert post(again, CODE, one_time_code=code_at(secret, later(2))).status_code == 303


def test_a_right_code_starts_the_count_again(sign_in: SignIn, db: Session, world: World) -> None:
    secret, _ = enrol(db, world, "ines")
    browser = with_password(sign_in, "ines")
    assert post(browser, CODE, one_time_code="000000").status_code == 422
    assert db.get_one(SecondFactor, world.users["ines"].id).failures == 1
    assert post(browser, CODE, one_time_code=code_at(secret, later())).status_code == 303
    assert db.get_one(SecondFactor, world.users["ines"].id).failures == 0


def test_a_browser_left_open_signs_in_again_first(sign_in: SignIn, db: Session, world: World) -> None:
    browser = with_password(sign_in, "claire")
    later(32)  # a quarter of an hour, and a minute
    refused = form(sign_in("claire"), f"{FACTOR}/commencer")
    assert refused.status_code == 303
    assert refused.headers["location"].startswith("/connexion?encore=1&next=")
    assert factor_queries.factor_of(db, world.users["claire"].id) is None
    page = browser.get("/connexion?encore=1&next=/mon-compte")
    assert page.status_code == 200
    assert "Reconnectez-vous" in page.text
    data = {"email": "claire@demo.invalid", "password": PASSWORD, "next": FACTOR}
    assert browser.post("/connexion", data=data).headers["location"] == FACTOR
    assert post(browser, f"{FACTOR}/commencer").headers["location"] == FACTOR


def test_a_token_makes_no_factor(sign_in: SignIn, db: Session, world: World) -> None:
    token = add_token(db, db.merge(world.users["claire"]), scope=TokenScope.WRITE)
    bearer = {"Authorization": f"Bearer {token}"}
    assert sign_in("anonymous").post(f"{FACTOR}/commencer", headers=bearer).status_code == 403
    assert factor_queries.factor_of(db, world.users["claire"].id) is None


def test_the_code_page_sends_on_whoever_is_in(sign_in: SignIn) -> None:
    assert sign_in("claire").get(f"{CODE}?next=/mon-compte").headers["location"] == "/mon-compte"
    assert sign_in("claire").get(f"{CODE}?next=//ailleurs.example").headers["location"] == "/"
    assert sign_in("anonymous").get(CODE).status_code == 303


def test_a_link_to_a_new_password_does_not_replace_the_code(
    sign_in: SignIn, db: Session, world: World
) -> None:
    from app.accounts.duties import renew_account_link

    enrol(db, world, "ines")
    link = renew_account_link(db, world.actor(db, "admin"), "ines@demo.invalid")
    browser = sign_in("anonymous")
    assert browser.post(link.path, data={"password": "quatre mots sans lien"}).status_code == 303
    assert browser.get("/").headers["location"] == CODE


def test_one_more_duty_does_not_either(sign_in: SignIn, db: Session, world: World) -> None:
    enrol(db, world, "karim")
    link = invite(
        db, world.actor(db, "claire"), A, InvitationIn(email="karim@demo.invalid", role=Role.TEACHER)
    )
    browser = sign_in("anonymous")
    assert browser.post(link.path, data={"password": PASSWORD}).status_code == 303
    assert browser.get("/").headers["location"] == CODE


# --- it ends -------------------------------------------------------------------------------------------


def test_giving_it_up_takes_a_code_and_closes_the_rest(sign_in: SignIn, db: Session, world: World) -> None:
    secret, codes = enrol(db, world, "claire")
    first, browser = with_password(sign_in, "claire"), with_password(sign_in, "claire")
    assert post(first, CODE, one_time_code=codes[0]).status_code == 303
    assert post(browser, CODE, one_time_code=codes[1]).status_code == 303
    assert post(browser, f"{FACTOR}/retirer", one_time_code="000000").status_code == 422
    answer = post(browser, f"{FACTOR}/retirer", one_time_code=code_at(secret, later()))
    assert answer.headers["location"] == f"{FACTOR}?ok=retire"
    assert browser.get("/mon-compte").status_code == 200
    assert first.get("/mon-compte").headers["location"].startswith("/connexion")
    assert db.scalars(select(RecoveryCode)).all() == []
    assert with_password(sign_in, "claire").get("/mon-compte").status_code == 200


def test_an_inspector_without_a_factor_makes_another_at_once(
    sign_in: SignIn, db: Session, world: World
) -> None:
    _, codes = enrol(db, world, "ines")
    browser = with_password(sign_in, "ines")
    post(browser, CODE, one_time_code=codes[0])
    post(browser, f"{FACTOR}/retirer", one_time_code=codes[1])
    assert browser.get("/inviter").headers["location"].startswith(FACTOR)


def test_an_administrator_resets_it(sign_in: SignIn, db: Session, world: World) -> None:
    enrol(db, world, "claire")
    open_before = with_password(sign_in, "claire")
    admin = sign_in("admin")
    assert RESET in admin.get("/inviter").text
    assert admin.get(RESET).status_code == 200
    assert form(admin, RESET, email="personne@demo.invalid").status_code == 422
    assert form(admin, RESET, email=" Claire@demo.invalid ").status_code == 303
    assert form(admin, RESET, email="claire@demo.invalid").status_code == 409
    assert open_before.get(CODE).headers["location"].startswith("/connexion")
    assert with_password(sign_in, "claire").get("/mon-compte").status_code == 200


def test_the_operator_resets_it_too(db: Session, world: World) -> None:
    enrol(db, world, "admin")
    reset_factor(db, command_actor(), FactorResetIn(email="admin@demo.invalid"))
    assert factor_queries.factor_of(db, world.users["admin"].id) is None


def test_nobody_else_resets_it(db: Session, world: World) -> None:
    enrol(db, world, "lea")
    for name in ("claire", "ines", "rita", "lea"):
        with pytest.raises(Forbidden):
            reset_factor(db, world.actor(db, name), FactorResetIn(email="lea@demo.invalid"))
    enrol(db, world, "admin")
    with pytest.raises(Conflict, match="Mon compte"):
        reset_factor(db, world.actor(db, "admin"), FactorResetIn(email="admin@demo.invalid"))


# --- what is kept --------------------------------------------------------------------------------------


def test_every_act_is_in_the_audit_and_no_secret_is(sign_in: SignIn, db: Session, world: World) -> None:
    secret, codes = enrol(db, world, "claire")
    browser = with_password(sign_in, "claire")
    post(browser, CODE, one_time_code=codes[0])
    give_up_factor(db, world.actor(db, "claire"), SessionProof.FACTOR)
    enrol(db, world, "claire")
    reset_factor(db, world.actor(db, "admin"), FactorResetIn(email="claire@demo.invalid"))
    events = list(db.scalars(select(AuditEvent).order_by(col(AuditEvent.position))))
    assert [event.verb for event in events] == [
        "factor.begun",
        "factor.confirmed",
        "session.opened",
        "session.completed",
        "factor.given_up",
        "factor.begun",
        "factor.confirmed",
        "factor.reset",
    ]
    assert [event.after for event in events if event.verb.startswith("session.")] == [
        {"proof": "password"},
        {"proof": "recovery_code"},
    ]
    said = repr([(event.before, event.after, event.target) for event in events])
    hidden = [written_key(secret), secret.hex(), repr(secret), *codes, *map(fingerprint, codes)]
    assert not [one for one in hidden if one in said]


def test_no_answer_with_a_secret_is_kept(sign_in: SignIn, db: Session, world: World) -> None:
    browser = sign_in("claire")
    form(browser, f"{FACTOR}/commencer", once="a-key")
    secret = db.get_one(SecondFactor, world.users["claire"].id).secret
    before = len(db.scalars(select(IdempotencyRecord)).all())
    page = form(browser, FACTOR, once="another", one_time_code=code_at(secret, step_at(NOW)))
    assert page.status_code == 201
    assert len(db.scalars(select(IdempotencyRecord)).all()) == before


def test_recovery_codes_are_kept_as_hashes(db: Session, world: World) -> None:
    _, codes = enrol(db, world, "claire")
    kept = db.scalars(select(RecoveryCode)).all()
    assert {row.code_hash for row in kept} == {fingerprint(code.replace("-", "")) for code in codes}


# --- the password --------------------------------------------------------------------------------------

NEW = "cheval ardoise mistral"


def change(browser: TestClient, current: str = PASSWORD, password: str = NEW) -> Any:
    return form(browser, "/mon-compte/mot-de-passe", current_password=current, password=password)


def test_a_new_password_by_who_knows_the_present_one(sign_in: SignIn, db: Session, world: World) -> None:
    other, browser, left = with_password(sign_in, "claire"), sign_in("claire"), sign_in("claire")
    page = browser.get("/mon-compte/mot-de-passe").text
    assert 'autocomplete="new-password"' in page
    answer = change(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/mon-compte?ok=mot-de-passe")
    assert "est changé" in browser.get("/mon-compte?ok=mot-de-passe").text
    for closed in (other, left):  # the cookie of before opens nothing either
        assert closed.get("/mon-compte").headers["location"].startswith("/connexion")
    anonymous = sign_in("anonymous")
    for password, status in ((PASSWORD, 422), (NEW, 303)):
        data = {"email": "claire@demo.invalid", "password": password}
        assert anonymous.post("/connexion", data=data).status_code == status
    changed = db.scalars(select(AuditEvent).where(AuditEvent.verb == "account.password_changed")).one()
    assert changed.after == {"sessions_ended": 1}


@pytest.mark.parametrize(
    ("current", "password", "told"),
    [
        ("pas le bon mot", NEW, "mot de passe actuel"),
        (PASSWORD, "court", "12"),
        (PASSWORD, "aaaaaaaaaaaaaaa", "se devine"),
        ("", NEW, "aria-invalid"),
    ],
)
def test_a_password_is_not_changed(
    sign_in: SignIn, db: Session, world: World, current: str, password: str, told: str
) -> None:
    before = db.get_one(User, world.users["claire"].id).password_hash
    answer = change(sign_in("claire"), current, password)
    assert answer.status_code == 422
    assert told in answer.text
    assert NEW not in answer.text
    assert PASSWORD not in answer.text
    assert db.get_one(User, world.users["claire"].id).password_hash == before


def test_the_present_password_cannot_be_guessed(sign_in: SignIn) -> None:
    browser = sign_in("claire")
    for _ in range(MOST_FAILURES):
        assert change(browser, "pas le bon mot").status_code == 422
    assert change(browser).status_code == 429
