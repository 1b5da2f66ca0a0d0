"""Signing in with npm's `oidc-provider`: a certified one, stricter than the one of test_provider.py.

Skipped, with the reason, where there is no node or no npm registry to take it from.
"""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app import clock
from app.accounts.factor_models import ProviderIdentity
from app.accounts.models import InvitationIn, SessionProof, User, WebSession
from app.accounts.provider import Provider, read_journey
from app.accounts.service import invite, invite_above
from app.domain.vocabulary import Role
from app.settings import Settings
from tests.accounts.conftest import PATIENCE, wait_for
from tests.ports import kept_port
from tests.world import A, World

pytestmark = pytest.mark.long
SignIn = Callable[[str], TestClient]
VERSION = "9.13.3"
OLDEST_NODE = 20
SERVER = Path(__file__).with_name("node_provider.mjs")
US = "https://testserver"
START, BACK = "/connexion/fournisseur", "/connexion/fournisseur/retour"
CLIENT = {
    "client_id": "confiance",
    "client_secret": "un-secret-partage-de-trente-deux-caracteres",
    "redirect_uris": [f"{US}{BACK}"],
    "post_logout_redirect_uris": [f"{US}/connexion"],
    "userinfo_signed_response_alg": "ES256",
}


@pytest.fixture(scope="session")
def library(request: pytest.FixtureRequest) -> Path:
    """The package, fetched once and kept among pytest's caches."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("no node and npm on this machine")
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(told.strip("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node {told.strip()} is too old for oidc-provider {VERSION}")
    kept = request.config.cache.mkdir("npm") / f"oidc-provider-{VERSION}"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=kept.parent, ignore_cleanup_errors=True) as folder:
            fetch = [npm, "install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit"]
            got = subprocess.run([*fetch, f"oidc-provider@{VERSION}"], capture_output=True, text=True)
            if got.returncode:
                pytest.skip(f"npm could not fetch oidc-provider {VERSION}: is a registry reachable?")
            with suppress(OSError):  # another worker was quicker
                Path(folder).rename(kept)
    return kept / "node_modules" / "oidc-provider" / "lib" / "index.js"


@pytest.fixture(scope="session")
def issuer(library: Path) -> Iterator[str]:
    with kept_port() as port, tempfile.TemporaryFile() as said:
        command = ["node", str(SERVER), library.as_uri(), json.dumps({"port": port, "client": CLIENT})]
        with subprocess.Popen(command, stdout=said, stderr=said) as provider:
            url = f"http://127.0.0.1:{port}"
            try:
                wait_for(url, provider)
                yield url
            except AssertionError as problem:
                said.seek(0)
                raise AssertionError(said.read().decode()) from problem
            finally:
                provider.terminate()


@pytest.fixture
def with_provider(
    web: FastAPI, sign_in: SignIn, issuer: str, monkeypatch: pytest.MonkeyPatch, db: Session
) -> SignIn:
    """The provider works in real time: so do we. The higher of its two levels is asked for."""
    clock.pin(None)
    for session in db.scalars(select(WebSession)):
        session.created_at = session.last_seen_at = clock.now()
    db.flush()
    own = {"oidc_client_id": CLIENT["client_id"], "oidc_client_secret": CLIENT["client_secret"]}
    settings = Settings.model_validate(
        {"public_url": US, "oidc_issuer": issuer, "oidc_acr": "eidas2", "log_level": "ERROR", **own}
    )
    monkeypatch.setattr("app.accounts.provider.TIMEOUT", PATIENCE)
    monkeypatch.setitem(web.state._state, "provider", Provider(settings))
    monkeypatch.setitem(web.state._state, "settings", settings)
    return sign_in


class There:
    """A browser at the provider's, with the session that it keeps there."""

    def __init__(self) -> None:
        self.browser = httpx.Client(trust_env=False, timeout=PATIENCE)

    def go(self, url: str) -> str:
        """Follow it until it asks something, or leads back to us; the address reached."""
        while not url.startswith(US):
            answer = self.browser.get(url)
            if not answer.has_redirect_location:
                assert answer.status_code == 200, answer.text
                return str(answer.url)
            url = str(answer.next_request.url) if answer.next_request else ""
        return url

    def sign_in(self, url: str, subject: str, level: str = "eidas2") -> str:
        """Where the provider sends the browser once the person said who they are."""
        asked = self.go(url)
        assert "/interaction/" in asked, asked
        return self.go(f"{asked}/as?sub={subject}&acr={level}")

    def refuse(self, url: str) -> str:
        return self.go(f"{self.go(url)}/abort")


@pytest.fixture
def there() -> Iterator[There]:
    person = There()
    yield person
    person.browser.close()


def ours(url: str) -> str:
    assert url.startswith(f"{US}{BACK}?"), url
    return url.removeprefix(US)


def accept(with_provider: SignIn, db: Session, world: World, there: There, subject: str) -> TestClient:
    """Somebody who came by an invitation, and is signed in."""
    wanted = InvitationIn(email=f"{subject}@demo.invalid", role=Role.TEACHER)
    link = invite(db, world.actor(db, "claire"), A, wanted)
    browser = with_provider("anonymous")
    away = browser.get(f"{link.path}/fournisseur").headers["location"]
    answer = browser.get(ours(there.sign_in(away, subject)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return browser


def test_from_discovery_to_the_account(
    with_provider: SignIn, issuer: str, db: Session, world: World, there: There
) -> None:
    """PKCE and the level are asked for, the ID token holds, and the name comes in a signed answer."""
    link = invite(
        db, world.actor(db, "claire"), A, InvitationIn(email="mona@demo.invalid", role=Role.TEACHER)
    )
    browser = with_provider("anonymous")
    away = browser.get(f"{link.path}/fournisseur").headers["location"]
    said = parse_qs(urlsplit(away).query)
    assert said["code_challenge_method"] == ["S256"]
    assert json.loads(said["claims"][0])["id_token"]["acr"] == {"essential": True, "values": ["eidas2"]}
    assert min(len(said[name][0]) for name in ("state", "nonce", "code_challenge")) >= 32
    assert browser.get(ours(there.sign_in(away, "mona"))).headers["location"] == "/"
    mona = db.scalars(select(User).where(User.email == "mona@demo.invalid")).one()
    assert (mona.name, mona.password_hash) == ("Mona Diallo", None)
    linked = db.scalars(select(ProviderIdentity)).one()
    assert (linked.issuer, linked.subject, linked.user_id) == (issuer, "mona", mona.id)
    opened = db.scalars(select(WebSession).where(WebSession.user_id == mona.id)).one()
    assert opened.proof is SessionProof.STRONG_PROVIDER

    again = with_provider("anonymous")  # the provider still knows her, and asks nothing
    back = there.go(again.get(f"{START}?next=/mon-compte").headers["location"])
    assert again.get(ours(back)).headers["location"] == "/mon-compte"


def test_a_level_that_was_reached_is_a_second_factor(
    with_provider: SignIn, db: Session, world: World, there: There
) -> None:
    territory = world.territories["valley"]
    link = invite_above(db, world.actor(db, "admin"), "neuf@demo.invalid", Role.INSPECTOR, territory)
    browser = with_provider("anonymous")
    away = browser.get(f"{link.path}/fournisseur").headers["location"]
    assert browser.get(ours(there.sign_in(away, "neuf"))).status_code == 303
    assert browser.get("/inviter").status_code == 200


def test_a_level_that_was_not_reached_lets_nobody_back(with_provider: SignIn, there: There) -> None:
    """The provider itself asks again: the level is essential."""
    browser = with_provider("anonymous")
    asked = there.sign_in(browser.get(START).headers["location"], "faible", level="eidas1")
    assert "/interaction/" in asked
    answer = browser.get(ours(there.go(f"{asked}/abort")))
    assert answer.status_code == 400
    assert "__Host-session" not in browser.cookies


def test_who_changes_their_mind_is_told(with_provider: SignIn, there: There) -> None:
    browser = with_provider("anonymous")
    back = there.refuse(browser.get(START).headers["location"])
    assert parse_qs(urlsplit(back).query)["error"] == ["access_denied"]
    answer = browser.get(ours(back))
    assert answer.status_code == 400
    assert "pas été menée jusqu’au bout" in answer.text


def test_somebody_nobody_invited_is_let_in_nowhere(with_provider: SignIn, there: There, db: Session) -> None:
    """Whatever address the provider gives for them."""
    browser = with_provider("anonymous")
    answer = browser.get(ours(there.sign_in(browser.get(START).headers["location"], "claire@demo.invalid")))
    assert answer.status_code == 404
    assert db.scalars(select(ProviderIdentity)).all() == []


@pytest.mark.parametrize(
    ("part", "status"), [("state", 400), ("iss", 400), ("nonce", 503), ("verifier", 503), ("code", 503)]
)
def test_a_way_back_that_was_changed(
    with_provider: SignIn, db: Session, world: World, there: There, part: str, status: int
) -> None:
    """By us, state and issuer; by the provider, the code and the verifier; in its token, the nonce."""
    accept(with_provider, db, world, there, "mona")
    browser = with_provider("anonymous")
    away = browser.get(START)
    back = ours(there.go(away.headers["location"]))
    if part in ("nonce", "verifier"):
        cookie = browser.cookies["__Host-provider"].strip('"')
        journey = read_journey(cookie)
        assert journey
        changed = replace(journey, nonce="x" * 43) if part == "nonce" else replace(journey, verifier="x" * 64)
        browser.cookies.set("__Host-provider", changed.written(), domain="testserver.local")
    elif part == "iss":
        assert "&iss=" in back
        back = re.sub(r"&iss=[^&]+", "", back)
    else:
        back = re.sub(rf"{part}=[^&]+", f"{part}=another", back)
    assert browser.get(back).status_code == status
    assert "__Host-session" not in browser.cookies


def test_a_code_opens_once(with_provider: SignIn, db: Session, world: World, there: There) -> None:
    accept(with_provider, db, world, there, "mona")
    browser = with_provider("anonymous")
    away = browser.get(START)
    back = ours(there.go(away.headers["location"]))
    cookie = browser.cookies["__Host-provider"]
    assert browser.get(back).status_code == 303
    thief = with_provider("anonymous")
    thief.cookies.set("__Host-provider", cookie.strip('"'), domain="testserver.local")
    assert thief.get(back).status_code == 503
    assert "__Host-session" not in thief.cookies


def test_signing_out_ends_both_sessions(
    with_provider: SignIn, db: Session, world: World, there: There
) -> None:
    browser = accept(with_provider, db, world, there, "mona")
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/mon-compte").text)
    assert csrf
    page = browser.post("/deconnexion", data={"csrf": csrf[1]}).text
    url = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert url
    asked = there.browser.get(url[1].replace("&amp;", "&"))
    assert asked.status_code == 200, asked.text
    action = re.search(r'action="([^"]+)"', asked.text)
    xsrf = re.search(r'name="xsrf" value="([^"]+)"', asked.text)
    assert action
    assert xsrf
    answer = there.browser.post(action[1], data={"xsrf": xsrf[1], "logout": "yes"})
    assert answer.headers["location"].startswith(f"{US}/connexion?state=")
    assert browser.get("/mon-compte").headers["location"].startswith("/connexion")
    again = with_provider("anonymous").get(START).headers["location"]
    assert "/interaction/" in there.go(again)  # the provider asks who they are again
