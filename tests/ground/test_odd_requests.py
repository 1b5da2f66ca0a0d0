"""Requests that no browser of ours sends: a chosen address, an odd method, a parameter said twice."""

import re
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import uvicorn
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy.engine import Engine
from sqlmodel import Session

from app import cli
from app.accounts.signing_in import MOST_FAILURES, subjects_of
from app.actions.models import ActionIn
from app.actions.service import add_action
from app.goals.models import GoalIn
from app.goals.queries import goals_of_school
from app.goals.service import add_goal
from app.settings import Settings
from tests.goals.test_goals import GOALS, MEET
from tests.matrix import ACTION
from tests.world import A, World, form

SignIn = Callable[[str], TestClient]


@pytest.fixture
def served(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[uvicorn.Config]:
    """The application as `serve` hands it to uvicorn, with all that uvicorn puts around it."""
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    given: list[uvicorn.Config] = []
    engines: list[Engine] = []

    def run(app: Any, **options: Any) -> None:
        given.append(uvicorn.Config(app, **options))
        engines.append(app.state.database.engine)

    monkeypatch.setattr(uvicorn, "run", run)
    settings = Settings(database_url=database_url, public_url="https://testserver", log_level="ERROR")
    assert cli._serve(Namespace(host="127.0.0.1", port=8000), settings) == 0
    given[0].load()
    yield given[0]
    engines[0].dispose()


@pytest.mark.parametrize(
    ("peer", "told", "counted"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # what stands before it, anyone may write
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_a_stranger_does_not_choose_their_address(
    served: uvicorn.Config, monkeypatch: pytest.MonkeyPatch, peer: str, told: str, counted: str
) -> None:
    """Only the proxy on this machine says where a request comes from: the throttle counts that address."""
    seen: list[str] = []

    def noted(account: str, address: str) -> tuple[str, str]:
        seen.append(address)
        return subjects_of(account, address)

    monkeypatch.setattr("app.accounts.signing_in.subjects_of", noted)
    browser = TestClient(served.loaded_app, base_url="https://testserver", client=(peer, 5000))
    data = {"email": "personne@demo.invalid", "password": "pas le bon mot"}
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-User-ID"):
        browser.headers[header] = told
    assert browser.post("/connexion", data=data).status_code == 422
    assert seen == [counted]
    assert MOST_FAILURES > 1


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PROPFIND", "x\ty"])
@pytest.mark.parametrize("path", ["/", "/connexion", GOALS])
def test_a_method_that_nothing_takes(sign_in: SignIn, method: str, path: str) -> None:
    answer = sign_in("claire").request(method, path, headers={"X-Secret": "Zebulon"})
    assert answer.status_code in {405, 400}
    assert "Zebulon" not in answer.text


def test_a_parameter_said_twice_counts_once_and_in_its_own_place(
    sign_in: SignIn, db: Session, world: World
) -> None:
    """A form's answer is not taken from the address, a cookie or a header, nor two answers joined."""
    claire = sign_in("claire")
    claire.cookies.set("title", "Du-cookie")
    answers = {name: str(value) for name, value in MEET.items() if not isinstance(value, dict)}
    without = {name: value for name, value in answers.items() if name != "title"}
    page = f"/ecoles/{A}/objectifs/nouveau"
    assert form(claire, f"{page}?title=De+l+adresse", **without).status_code == 422
    twice: dict[str, Any] = answers | {"title": ["Le premier objectif", "Le second objectif"]}
    assert form(claire, page, **twice).status_code == 303
    assert [goal.title for goal in goals_of_school(db, world.a.id)] == ["Le second objectif"]


def test_password_boxes_hide_and_let_a_manager_fill(sign_in: SignIn) -> None:
    for person, page, wanted in (
        ("anonymous", "/connexion", ["current-password"]),
        ("claire", "/mon-compte/mot-de-passe", ["current-password", "new-password"]),
    ):
        boxes = re.findall(r"<input\b[^>]*password[^>]*>", sign_in(person).get(page).text)
        assert all('type="password"' in box for box in boxes)
        assert [re.search(r'autocomplete="([^"]+)"', box)[1] for box in boxes] == wanted  # type: ignore[index]  # each has one


def test_what_was_typed_never_becomes_markup(sign_in: SignIn, db: Session, world: World) -> None:
    """On the pages that show it, in the state and the figures that their scripts read, and in a message."""
    sharp = "Zoé </script><img src=x onerror=alert(1)> \" ' & {{ 7 * 7 }}"
    claire, actor = sign_in("claire"), world.actor(db, "claire")
    add_goal(db, actor, A, GoalIn.model_validate(MEET | {"title": sharp}))
    action = add_action(db, actor, A, ActionIn.model_validate(ACTION | {"title": sharp}))
    here, shown = f"/actions/{action.id}", 0
    for page in ("", here, f"{here}/modifier", f"{here}/rapport", "/tableau-de-bord", "/conseil"):
        answer = claire.get(f"/ecoles/{A}{page}", follow_redirects=True)
        assert answer.status_code in {200, 404}, page
        assert "<img src=x" not in answer.text
        assert "49" not in re.findall(r"Zoé[^0-9]*(\d+)", answer.text)
        shown += "Zoé &lt;/script&gt;&lt;img" in answer.text
    assert shown >= 4
    refused = form(claire, f"/ecoles/{A}/objectifs/nouveau", stake="climate", title=sharp * 9)
    assert refused.status_code == 422
    assert "<img src=x" not in refused.text


def test_an_address_outside_the_machine_is_https() -> None:
    for there in ("http://confiance.exemple.fr", "ftp://confiance.exemple.fr", "confiance.exemple.fr"):
        with pytest.raises(ValidationError, match="https"):
            Settings(public_url=there)
    assert Settings(public_url="http://127.0.0.1:8000").session_cookie == "session"
    assert Settings(public_url="https://confiance.exemple.fr/").session_cookie == "__Host-session"


def test_a_secret_may_come_from_a_file_that_systemd_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://confiance:motdepasse@hote/base"
    (tmp_path / "confiance_database_url").write_text(f"{url}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.delenv("CONFIANCE_DATABASE_URL", raising=False)
    assert Settings().database_url == url
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", "sqlite:///autre.db")
    assert Settings().database_url == "sqlite:///autre.db"


def test_a_new_database_has_no_account(empty_engine: Engine) -> None:
    with empty_engine.connect() as connection:
        assert connection.scalar(sa.text('SELECT count(*) FROM "user"')) == 0
        assert connection.scalar(sa.text("SELECT count(*) FROM api_token")) == 0
