"""Signing in with an identity provider: a real one on loopback, and one that lies."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pydantic import ValidationError
from sqlmodel import Session, select

from app import clock
from app.accounts import audit_queries, session_queries
from app.accounts.actor import NIL, command_actor
from app.accounts.factor_models import EnrolmentIn, ProviderIdentity
from app.accounts.factors import begin_enrolment, confirm_enrolment
from app.accounts.identities import unlink_identity, unlink_identity_of
from app.accounts.models import (
    MOST_ID_TOKEN,
    AuditEvent,
    InvitationIn,
    SessionProof,
    User,
    WebSession,
)
from app.accounts.provider import Journey, Person, Provider, ProviderFailed, read_journey
from app.accounts.secrets import fingerprint
from app.accounts.service import invite, invite_above
from app.accounts.signing_in import open_session
from app.domain.one_time import code_at, step_at
from app.domain.vocabulary import Role
from app.errors import Conflict, Forbidden, NotFound
from app.settings import Settings
from tests.accounts.conftest import PATIENCE
from tests.world import NOW, PASSWORD, A, World, form

SignIn = Callable[[str], TestClient]
START, BACK = "/connexion/fournisseur", "/connexion/fournisseur/retour"
UNLINK = "/mon-compte/fournisseur/delier"
SECRET = "un-secret-partage"
HERE = f"https://testserver{BACK}"


def settings_for(oidc_issuer: str, **more: str) -> Settings:
    own = {
        "oidc_issuer": oidc_issuer,
        "oidc_client_id": "confiance",
        "oidc_client_secret": "un-secret-partage",
    }
    return Settings.model_validate({"public_url": "https://testserver", **own, **more})


# --- against a real provider ---------------------------------------------------------------------------


@pytest.fixture
def with_provider(
    web: FastAPI, sign_in: SignIn, issuer: str, monkeypatch: pytest.MonkeyPatch, world: World, db: Session
) -> SignIn:
    """The provider works in real time: so do we, and the sessions of the world with us."""
    clock.pin(None)
    for session in db.scalars(select(WebSession)):
        session.created_at = session.last_seen_at = clock.now()
    db.flush()
    settings = settings_for(issuer, oidc_scope="openid profile email")
    monkeypatch.setattr("app.accounts.provider.TIMEOUT", PATIENCE)
    monkeypatch.setitem(web.state._state, "provider", Provider(settings))
    monkeypatch.setitem(web.state._state, "settings", settings)
    return sign_in


def authorize(url: str, subject: str) -> str:
    """What a person does at the provider; the address of ours that it sends the browser back to."""
    assert httpx.get(url, timeout=PATIENCE).status_code == 200
    answer = httpx.post(url, data={"sub": subject}, timeout=PATIENCE)
    assert answer.status_code == 302
    return answer.headers["location"]


def come_back(browser: TestClient, answer: Any, subject: str) -> Any:
    back = authorize(answer.headers["location"], subject)
    assert back.startswith(HERE)
    return browser.get(back.removeprefix("https://testserver"))


def say(issuer: str, subject: str, **claims: str) -> None:
    told = httpx.put(f"{issuer}/users/{subject}", json=claims, timeout=PATIENCE)
    assert told.status_code == 204


def test_an_invitation_makes_the_account_and_the_link(
    with_provider: SignIn, issuer: str, db: Session, world: World
) -> None:
    say(issuer, "mona-42", given_name="Mona", family_name="Diallo", email="autre@exemple.fr")
    link = invite(
        db, world.actor(db, "claire"), A, InvitationIn(email="mona@demo.invalid", role=Role.TEACHER)
    )
    browser = with_provider("anonymous")
    assert f"{link.path}/fournisseur" in browser.get(link.path).text
    answer = come_back(browser, browser.get(f"{link.path}/fournisseur"), "mona-42")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get(f"/ecoles/{A}/comptes").status_code == 200
    mona = db.scalars(select(User).where(User.email == "mona@demo.invalid")).one()
    assert (mona.name, mona.password_hash) == ("Mona Diallo", None)

    again = with_provider("anonymous")
    answer = come_back(again, again.get(f"{START}?next=/mon-compte"), "mona-42")
    assert answer.headers["location"] == "/mon-compte"
    assert "Ouvre aussi ce compte" in again.get("/mon-compte").text

    events = [event.verb for event in db.scalars(select(AuditEvent))]
    assert events.count("session.opened") == 2
    session = db.scalars(select(WebSession).where(WebSession.user_id == mona.id)).first()
    assert session
    assert session.proof is SessionProof.PROVIDER


def test_an_address_that_looks_alike_opens_nothing(
    with_provider: SignIn, issuer: str, db: Session, world: World
) -> None:
    say(issuer, "impostor", email="claire@demo.invalid", name="Claire")
    browser = with_provider("anonymous")
    answer = come_back(browser, browser.get(START), "impostor")
    assert answer.status_code == 404
    assert "Aucun compte n’est lié" in answer.text
    assert browser.get("/mon-compte").status_code == 303
    assert db.scalars(select(ProviderIdentity)).all() == []


def test_an_invitation_to_an_existing_account_wants_its_password(
    with_provider: SignIn, db: Session, world: World
) -> None:
    """Whoever found the link must not get into the account that the address has."""
    link = invite(
        db, world.actor(db, "claire"), A, InvitationIn(email="karim@demo.invalid", role=Role.TEACHER)
    )
    browser = with_provider("anonymous")
    assert "/fournisseur" not in browser.get(link.path).text
    answer = come_back(browser, browser.get(f"{link.path}/fournisseur"), "finder")
    assert answer.status_code == 409
    assert browser.get("/mon-compte").status_code == 303
    assert browser.post(link.path, data={"password": PASSWORD}).status_code == 303


def link_it(browser: TestClient, subject: str) -> Any:
    page = form(browser, "/mon-compte/fournisseur")
    assert page.status_code == 200
    url = re.search(r'class="button" href="([^"]+)"', page.text)
    assert url
    back = authorize(url[1].replace("&amp;", "&"), subject)
    return browser.get(back.removeprefix("https://testserver"))


def test_one_links_it_from_ones_own_account(with_provider: SignIn, db: Session, world: World) -> None:
    assert link_it(with_provider("karim"), "karim-7").headers["location"] == "/mon-compte?ok=lie#connexion"
    browser = with_provider("anonymous")
    assert come_back(browser, browser.get(START), "karim-7").status_code == 303
    refused = link_it(with_provider("claire"), "karim-7")
    assert refused.status_code == 409
    assert "autre compte" in refused.text
    linked = db.scalars(select(AuditEvent).where(AuditEvent.verb == "account.identity_linked")).one()
    assert linked.after is None


def test_only_who_began_it_is_linked(with_provider: SignIn, db: Session, world: World) -> None:
    browser = with_provider("claire")
    page = form(browser, "/mon-compte/fournisseur")
    url = re.search(r'class="button" href="([^"]+)"', page.text)
    assert url
    browser.cookies.set("__Host-session", world.cookies["karim"], domain="testserver.local")
    back = authorize(url[1].replace("&amp;", "&"), "claire-1").removeprefix("https://testserver")
    assert browser.get(back).headers["location"] == "/connexion?next=/mon-compte"
    assert db.scalars(select(ProviderIdentity)).all() == []


def test_one_unlinks_it(with_provider: SignIn, db: Session, world: World) -> None:
    browser = with_provider("karim")
    assert browser.get(UNLINK).status_code == 404
    link_it(browser, "karim-20")
    other = with_provider("anonymous")
    come_back(other, other.get(START), "karim-20")
    assert UNLINK in browser.get("/mon-compte").text
    assert browser.get(UNLINK).status_code == 200
    assert browser.post(UNLINK).status_code == 403
    assert form(browser, UNLINK).headers["location"] == "/mon-compte?ok=delie#connexion"
    assert other.get("/mon-compte").headers["location"].startswith("/connexion")
    assert come_back(other, other.get(START), "karim-20").status_code == 404
    unlinked = db.scalars(select(AuditEvent).where(AuditEvent.verb == "account.identity_unlinked")).one()
    assert unlinked.after == {"sessions_ended": 1}
    with pytest.raises(Conflict, match="n’est plus lié"):
        unlink_identity(db, world.actor(db, "karim"), "https://fournisseur.example")


def test_the_only_way_in_is_not_unlinked(with_provider: SignIn, db: Session, world: World) -> None:
    browser = with_provider("karim")
    link_it(browser, "karim-21")
    db.merge(world.users["karim"]).password_hash = None
    db.flush()
    answer = form(browser, UNLINK)
    assert answer.status_code == 409
    assert "plus rien n’ouvrirait" in answer.text
    assert len(db.scalars(select(ProviderIdentity)).all()) == 1


def test_the_operator_unlinks_somebody_else(db: Session, world: World) -> None:
    """From every provider, known to the settings or not; who has no password is then let in by a link."""
    lea, email = db.merge(world.users["lea"]), "lea@demo.invalid"
    lea.password_hash = None
    for issuer in ("https://un.example", "https://autre.example"):
        db.add(ProviderIdentity(issuer=issuer, subject="lea", user_id=lea.id, linked_at=NOW))
    db.flush()
    for name in ("claire", "lea", "ines"):
        with pytest.raises(Forbidden):
            unlink_identity_of(db, world.actor(db, name), email)
    assert unlink_identity_of(db, command_actor(), email) == 1
    assert db.scalars(select(ProviderIdentity)).all() == []
    assert session_queries.live_sessions(db, lea.id) == []
    assert session_queries.live_sessions(db, world.users["claire"].id)
    told = audit_queries.audit_chain(db, NIL)[-1]
    assert (told.verb, told.target) == ("account.identity_unlinked_by_operator", f"user:{lea.id}")
    assert told.after == {"sessions_ended": 1}
    with pytest.raises(Conflict, match="aucun fournisseur"):
        unlink_identity_of(db, command_actor(), email)
    with pytest.raises(NotFound):
        unlink_identity_of(db, command_actor(), "personne@demo.invalid")


def test_one_identity_of_a_provider_at_a_time(with_provider: SignIn, db: Session, world: World) -> None:
    browser = with_provider("karim")
    link_it(browser, "karim-22")
    refused = link_it(browser, "karim-23")
    assert refused.status_code == 409
    assert "déliez-la" in refused.text
    assert link_it(browser, "karim-22").status_code == 303  # the same one again says nothing new


@pytest.mark.parametrize(("method", "path"), [("POST", "/mon-compte/fournisseur"), ("POST", UNLINK)])
def test_a_browser_left_open_links_and_unlinks_nothing(
    with_provider: SignIn, db: Session, method: str, path: str
) -> None:
    browser = with_provider("karim")
    for session in db.scalars(select(WebSession)):
        session.created_at = clock.now() - timedelta(minutes=16)
    db.flush()
    assert form(browser, path).headers["location"].startswith("/connexion?encore=1")


def test_the_code_after_the_provider_keeps_the_way_out(
    with_provider: SignIn, db: Session, world: World
) -> None:
    """The session that a code completes is the one that the provider opened, with another cookie."""
    link_it(with_provider("karim"), "karim-24")
    secret = begin_enrolment(db, world.actor(db, "karim")).secret
    step = step_at(clock.now())
    confirm_enrolment(db, world.actor(db, "karim"), EnrolmentIn(one_time_code=code_at(secret, step)))
    browser = with_provider("anonymous")
    come_back(browser, browser.get(START), "karim-24")
    before = browser.cookies["__Host-session"]
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/connexion/code").text)
    assert csrf
    data = {"csrf": csrf[1], "one_time_code": code_at(secret, step + 1)}
    assert browser.post("/connexion/code", data=data).status_code == 303
    assert browser.cookies["__Host-session"] != before
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/mon-compte").text)
    assert csrf
    assert "id_token_hint" in browser.post("/deconnexion", data={"csrf": csrf[1]}).text


def test_linking_takes_our_own_form(with_provider: SignIn) -> None:
    """Otherwise someone else's page would link their identity to my account."""
    assert with_provider("claire").post("/mon-compte/fournisseur").status_code == 403
    assert with_provider("claire").get("/mon-compte/fournisseur").status_code == 405


def test_an_account_that_ended_does_not_open(with_provider: SignIn, db: Session, world: World) -> None:
    link_it(with_provider("karim"), "karim-8")
    db.merge(world.users["karim"]).ended_at = clock.now()
    db.flush()
    browser = with_provider("anonymous")
    assert come_back(browser, browser.get(START), "karim-8").status_code == 404


def test_an_inspector_gives_a_code_unless_the_level_says_enough(
    with_provider: SignIn, db: Session, world: World
) -> None:
    link_it(with_provider("ines"), "ines-1")
    browser = with_provider("anonymous")
    assert come_back(browser, browser.get(START), "ines-1").status_code == 303
    assert browser.get("/inviter").headers["location"] == "/mon-compte/second-facteur"


def test_signing_out_goes_by_the_provider(with_provider: SignIn, issuer: str, db: Session) -> None:
    link_it(with_provider("karim"), "karim-9")
    browser = with_provider("anonymous")
    come_back(browser, browser.get(START), "karim-9")
    page = browser.get("/mon-compte").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    answer = browser.post("/deconnexion", data={"csrf": csrf[1]})
    assert answer.status_code == 200
    url = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
    assert url
    said = parse_qs(urlsplit(url[1].replace("&amp;", "&")).query)
    assert said.keys() == {"id_token_hint", "state", "post_logout_redirect_uri"}
    assert said["post_logout_redirect_uri"] == ["https://testserver/connexion"]
    assert httpx.get(url[1].replace("&amp;", "&"), timeout=PATIENCE).status_code == 200
    assert browser.get("/mon-compte").headers["location"].startswith("/connexion")
    assert [row.id_token for row in db.scalars(select(WebSession)) if row.ended_at] == [None]


@pytest.mark.parametrize("bad", ["state", "cookie", "code", "iss", "twice"])
def test_a_way_back_that_is_not_ours(with_provider: SignIn, bad: str, db: Session) -> None:
    link_it(with_provider("karim"), "karim-10")
    browser = with_provider("anonymous")
    back = authorize(browser.get(START).headers["location"], "karim-10").removeprefix("https://testserver")
    if bad == "state":
        back = re.sub("state=[^&]+", "state=another", back)
    elif bad == "cookie":
        browser = with_provider("anonymous")
    elif bad == "code":
        back = re.sub("code=[^&]+", "code=", back)
    elif bad == "iss":
        back += "&iss=https://ailleurs.example"
    else:
        assert browser.get(back).status_code == 303
        browser.cookies.delete("__Host-session")
    answer = browser.get(back)
    assert answer.status_code == 400
    assert "__Host-session=" not in answer.headers.get("set-cookie", "")


def test_another_site_begins_no_sign_in(with_provider: SignIn) -> None:
    """With a session open at the provider, a link elsewhere would otherwise sign in without a gesture."""
    browser = with_provider("anonymous")
    for site in ("cross-site", "same-site"):
        answer = browser.get(f"{START}?next=/mon-compte", headers={"Sec-Fetch-Site": site})
        assert answer.headers["location"] == "/connexion?next=/mon-compte"
        assert "set-cookie" not in answer.headers
    for own in ("same-origin", "none"):
        assert "state=" in browser.get(START, headers={"Sec-Fetch-Site": own}).headers["location"]


def test_the_cookie_of_the_journey(with_provider: SignIn) -> None:
    answer = with_provider("anonymous").get(f"{START}?next=//ailleurs.example")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-provider=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    journey = read_journey(cookie.partition("=")[2].partition(";")[0].strip('"'))
    assert journey
    assert journey.about == "/"
    assert min(map(len, (journey.state, journey.nonce, journey.verifier))) >= 43


def test_without_a_provider_nothing_is_there(sign_in: SignIn) -> None:
    browser = sign_in("claire")
    for path in (START, BACK, "/invitation/x/fournisseur"):
        assert browser.get(path).status_code == 404
    assert form(browser, "/mon-compte/fournisseur").status_code == 404
    assert "/fournisseur" not in sign_in("anonymous").get("/connexion").text


# --- against one that lies -----------------------------------------------------------------------------

ISSUER = "https://fournisseur.example"


@dataclass
class Fake:
    """A provider in memory; each test changes one thing that it says."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    signing_key: Any = None
    userinfo: Any = None
    status: int = 200
    asked: list[httpx.Request] = field(default_factory=list)

    def token(self, claims: dict[str, Any]) -> str:
        own = {key: value for key, value in claims.items() if value is not None}
        return jwt.encode(self.header, own, self.signing_key or self.key)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path
        if path == "/.well-known/openid-configuration":
            own = {
                name: f"{ISSUER}/{name}"
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
            }
            return httpx.Response(self.status, json={"issuer": ISSUER} | own | self.metadata)
        if path == "/jwks_uri":
            return httpx.Response(200, json=KeySet([self.key]).as_dict())
        if path == "/userinfo_endpoint":
            if isinstance(self.userinfo, str):
                return httpx.Response(
                    200, text=self.userinfo, headers={"content-type": "application/jwt; charset=utf-8"}
                )
            return httpx.Response(200, json=self.userinfo)
        assert path == "/token_endpoint"
        return httpx.Response(200, json={"id_token": self.token(self.claims), "access_token": "at"})


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def fake(key: RSAKey) -> Fake:
    moment = int(NOW.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": "confiance",
        "sub": "abc",
        "nonce": JOURNEY.nonce,
        "iat": moment,
        "exp": moment + 300,
    }
    return Fake(key=key, claims=claims)


JOURNEY = Journey("sign_in")


def provider(fake: Fake, **more: str) -> Provider:
    return Provider(settings_for(ISSUER, **more), httpx.MockTransport(fake.answer))


async def redeemed(fake: Fake, **more: str) -> Person:
    return await provider(fake, **more).redeem(JOURNEY, "code", HERE)


def asked_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


PLAIN = {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"}


@pytest.mark.anyio
async def test_nothing_is_asked_that_the_provider_does_not_know(fake: Fake) -> None:
    asked = asked_of(await provider(fake).authorization_url(JOURNEY, HERE))
    assert asked.keys() == PLAIN
    assert len(asked["state"][0]) >= 32
    assert len(asked["nonce"][0]) >= 32


@pytest.mark.anyio
async def test_pkce_where_it_is_offered(fake: Fake) -> None:
    fake.metadata = {"code_challenge_methods_supported": ["plain", "S256"]}
    asked = asked_of(await provider(fake).authorization_url(JOURNEY, HERE))
    assert asked.keys() == PLAIN | {"code_challenge", "code_challenge_method"}
    await redeemed(fake)
    sent = parse_qs(fake.asked[-2].content.decode())
    assert sent["code_verifier"] == [JOURNEY.verifier]


@pytest.mark.anyio
async def test_the_level_is_asked_for(fake: Fake) -> None:
    levels = {"oidc_acr": "eidas2 eidas3"}
    asked = asked_of(await provider(fake, **levels).authorization_url(JOURNEY, HERE))
    assert asked["acr_values"] == ["eidas2 eidas3"]
    fake.metadata = {"claims_parameter_supported": True}
    asked = asked_of(await provider(fake, **levels).authorization_url(JOURNEY, HERE))
    assert "acr_values" not in asked
    wanted = json.loads(asked["claims"][0])
    assert wanted == {"id_token": {"acr": {"essential": True, "values": ["eidas2", "eidas3"]}}}
    for acr, is_strong in (("eidas2", True), ("eidas1", False), (None, False)):
        fake.claims["acr"] = acr
        assert (await redeemed(fake, **levels)).is_strong is is_strong
    fake.claims["acr"] = "eidas2"
    assert not (await redeemed(fake)).is_strong  # nobody said that this level is enough


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("methods", "is_posted"), [(None, False), (["client_secret_basic", "client_secret_post"], True)]
)
async def test_how_the_service_proves_itself(fake: Fake, methods: Any, is_posted: bool) -> None:
    fake.metadata = {"token_endpoint_auth_methods_supported": methods} if methods else {}
    await redeemed(fake)
    request = next(one for one in fake.asked if one.url.path == "/token_endpoint")
    assert (b"client_secret=un-secret-partage" in request.content) is is_posted
    assert ("authorization" in request.headers) is not is_posted


@pytest.mark.anyio
@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://ailleurs.example"},
        {"aud": "another"},
        {"aud": ["confiance", "another"]},
        {"aud": ["confiance", "another"], "azp": "another"},
        {"aud": None},
        {"nonce": "x" * 43},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"exp": None},
        {"exp": int(NOW.timestamp()) - 61},
        {"iat": int(NOW.timestamp()) + 3600},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_us(fake: Fake, lie: dict[str, Any]) -> None:
    assert (await redeemed(fake)).subject == "abc"
    fake.claims |= lie
    with pytest.raises(ProviderFailed):
        await redeemed(fake)


@pytest.mark.anyio
async def test_a_token_signed_by_someone_else(fake: Fake) -> None:
    fake.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    with pytest.raises(ProviderFailed):
        await redeemed(fake)


@pytest.mark.anyio
async def test_a_token_that_we_could_have_signed(fake: Fake) -> None:
    fake.header, fake.signing_key = {"alg": "HS256"}, OctKey.import_key("un-secret-partage-de-32-octets-au")
    with pytest.raises(ProviderFailed):
        await redeemed(fake)


@pytest.mark.anyio
async def test_a_token_that_nobody_signed(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    def part(said: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()

    monkeypatch.setattr(Fake, "token", lambda self, claims: f"{part({'alg': 'none'})}.{part(claims)}.")
    with pytest.raises(ProviderFailed):
        await redeemed(fake)


@pytest.mark.anyio
async def test_a_new_key_is_looked_for_once(fake: Fake) -> None:
    one = provider(fake)
    await one.redeem(JOURNEY, "code", HERE)
    fake.key, fake.header = RSAKey.generate_key(2048, {"kid": "two"}), {"alg": "RS256", "kid": "two"}
    await one.redeem(JOURNEY, "code", HERE)
    assert len([request for request in fake.asked if request.url.path == "/jwks_uri"]) == 2


@pytest.mark.anyio
async def test_the_name_comes_signed_or_plain(fake: Fake) -> None:
    person = await redeemed(fake)
    fake.userinfo = {"sub": "abc", "given_name": "Mona", "usual_name": "Diallo"}
    assert await provider(fake).name_of(person) == "Mona Diallo"
    fake.userinfo = fake.token(fake.userinfo | {"iss": ISSUER, "aud": "confiance"})
    assert await provider(fake).name_of(person) == "Mona Diallo"
    fake.userinfo = {"sub": "abc", "name": "Mona"}
    assert await provider(fake).name_of(person) == "Mona"
    fake.userinfo = {"sub": "another", "name": "Mona"}
    with pytest.raises(ProviderFailed):
        await provider(fake).name_of(person)
    fake.userinfo = fake.token({"sub": "abc", "name": "Mona", "iss": ISSUER, "aud": "another"})
    with pytest.raises(ProviderFailed):
        await provider(fake).name_of(person)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://ailleurs.example"},
        {"token_endpoint": None},
        {"token_endpoint": "http://fournisseur.example/token_endpoint"},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"jwks_uri": 3},
    ],
    ids=str,
)
async def test_a_discovery_that_does_not_hold(fake: Fake, lie: dict[str, Any]) -> None:
    fake.metadata = lie
    with pytest.raises(ProviderFailed):
        await redeemed(fake)


@pytest.mark.anyio
async def test_a_provider_that_is_down(fake: Fake) -> None:
    fake.status = 502
    with pytest.raises(ProviderFailed) as failure:
        await redeemed(fake)
    assert failure.value.why == "status 502"
    fake.status = 302
    with pytest.raises(ProviderFailed) as failure:  # nor is it followed elsewhere
        await redeemed(fake)
    assert failure.value.why == "status 302"

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    with pytest.raises(ProviderFailed):
        await Provider(settings_for(ISSUER), httpx.MockTransport(refuse)).authorization_url(JOURNEY, HERE)


def test_the_page_says_that_it_is_down(
    web: FastAPI, sign_in: SignIn, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.status = 502
    monkeypatch.setitem(web.state._state, "provider", provider(fake))
    answer = sign_in("anonymous").get(START)
    assert answer.status_code == 503
    assert "mot de passe" in answer.text


# --- what is kept, and what may be set -----------------------------------------------------------------


@pytest.mark.anyio
async def test_an_answer_names_its_issuer_where_that_was_announced(fake: Fake) -> None:
    assert await provider(fake).is_own_answer("")
    fake.metadata = {"authorization_response_iss_parameter_supported": True}
    one = provider(fake)
    assert [await one.is_own_answer(iss) for iss in ("", ISSUER, "https://ailleurs.example")] == [
        False,
        True,
        False,
    ]


def test_a_long_id_token_is_not_kept(db: Session, world: World) -> None:
    """PostgreSQL would refuse the session."""
    karim = world.users["karim"].id
    for length, is_kept in ((MOST_ID_TOKEN, True), (MOST_ID_TOKEN + 1, False)):
        cookie = open_session(db, karim, browser="", request_id="", replaces=None, id_token="x" * length)
        session = db.scalars(select(WebSession).where(WebSession.token_hash == fingerprint(cookie))).one()
        assert (session.id_token is not None) is is_kept


@pytest.mark.parametrize(
    "text", ["", "é", "bm90IGpzb24=", "W10=", "WzEsMiwzLDQsNV0=", Journey("another").written()]
)
def test_a_cookie_that_is_no_journey(text: str) -> None:
    assert read_journey(text) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://fournisseur.example"},
        {"oidc_client_id": ""},
        {"oidc_client_secret": ""},
        {"oidc_scope": "email"},
    ],
    ids=str,
)
def test_settings_that_are_not_whole(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings_for(**({"oidc_issuer": ISSUER} | wrong))


def test_the_secret_is_in_no_text() -> None:
    assert "un-secret-partage" not in repr(settings_for(ISSUER))


def test_an_inspector_may_begin_with_the_provider(
    with_provider: SignIn, issuer: str, db: Session, world: World
) -> None:
    link = invite_above(
        db, world.actor(db, "admin"), "neuf@demo.invalid", Role.INSPECTOR, world.territories["valley"]
    )
    browser = with_provider("anonymous")
    assert come_back(browser, browser.get(f"{link.path}/fournisseur"), "neuf-1").status_code == 303
    assert browser.get("/").headers["location"] == "/mon-compte/second-facteur"
    assert fingerprint(browser.cookies["__Host-session"]) in {
        row.token_hash for row in db.scalars(select(WebSession))
    }
