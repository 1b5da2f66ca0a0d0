"""A question asked again with a token: one statement, and nothing out of date, unknown or forbidden."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlalchemy.exc import DisconnectionError, OperationalError, TimeoutError
from sqlmodel import col

from app import clock
from app.accounts.models import ApiToken, TerritoryMembership, TokenScope
from app.accounts.queries import territory_duties
from app.accounts.secrets import read_token
from app.accounts.warm import Remembered
from app.aggregates.answers import Kept
from app.domain.vocabulary import Role
from app.prepared import Asks, Prepared, Row
from tests.aggregates.conftest import Region
from tests.world import NOW, T1, World, add_token

pytestmark = pytest.mark.one_process
SignIn = Callable[[str], TestClient]
Counting = Callable[[], AbstractContextManager[list[str]]]
URL = f"/api/v1/aggregates?term={T1}"
LATER = datetime(2027, 3, 1, tzinfo=UTC)


class Asker:
    """Someone with a token of scope read."""

    def __init__(self, browser: TestClient, region: Region, user: str) -> None:
        self.browser, self.db = browser, region.db
        self.text = add_token(region.db, region.world.users[user], TokenScope.READ, expires_at=LATER)
        found = read_token(self.text)
        assert found
        self.token_id = found[0]

    def ask(self, url: str = URL, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.text}"} | headers
        return self.browser.get(url, headers=sent)

    @property
    def token(self) -> ApiToken:
        return self.db.get_one(ApiToken, self.token_id)


@pytest.fixture
def ines(sign_in: SignIn, region: Region) -> Asker:
    asker = Asker(sign_in("anonymous"), region, "ines")
    asker.ask()  # the touch of a first use is not what these tests count
    return asker


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"/api/v1/aggregates.csv?term={T1}",
        f"/api/v1/aggregates/distribution?indicator=individual_meetings&term={T1}",
    ],
)
def test_a_warm_answer_takes_one_statement(ines: Asker, count_queries: Counting, url: str) -> None:
    first = ines.ask(url)
    assert first.status_code == 200
    with count_queries() as statements:
        again = ines.ask(url)
    assert len(statements) == 1, statements
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert again.headers.get("vary") == first.headers.get("vary")
    assert again.headers["cache-control"] == "private, no-cache"
    with count_queries() as statements:
        known = ines.ask(url, **{"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content, len(statements)) == (304, b"", 1)


def test_what_is_accepted_makes_another_question(ines: Asker) -> None:
    assert ines.ask(Accept="text/csv").headers["content-type"].startswith("text/csv")
    assert ines.ask(Accept="application/json").headers["content-type"] == "application/json"
    assert ines.ask(Accept="text/csv").headers["content-type"].startswith("text/csv")


def test_a_transmission_is_seen_at_once(ines: Asker, region: Region) -> None:
    before = ines.ask()
    region.say("valley0", 31, 40)
    region.send("valley0")
    after = ines.ask()
    row = next(row for row in after.json()["items"] if row["indicator"] == "individual_meetings")
    assert row["counted"] == 156
    assert after.headers["etag"] != before.headers["etag"]


def test_a_revoked_token_is_out_at_once(ines: Asker) -> None:
    assert ines.ask().status_code == 200
    ines.token.revoked_at = NOW
    ines.db.flush()
    assert ines.ask().status_code == 401


def test_an_expired_token_is_out_at_once(ines: Asker) -> None:
    assert ines.ask().status_code == 200
    clock.pin(LATER)
    assert ines.ask().status_code == 401


def test_an_ended_account_is_out_at_once(ines: Asker, world: World) -> None:
    assert ines.ask().status_code == 200
    user = ines.db.merge(world.users["ines"])
    user.ended_at = NOW
    ines.db.flush()
    assert ines.ask().status_code == 401


def test_another_secret_opens_nothing(ines: Asker) -> None:
    assert ines.ask().status_code == 200
    ines.text = ines.text[:-1] + "x"
    assert ines.ask().status_code == 401


def test_a_duty_that_ended_is_over_at_once(ines: Asker, world: World) -> None:
    assert ines.ask(f"{URL}&within=0990900Z").status_code == 200
    user = world.users["ines"].id
    assert list(territory_duties(ines.db, user).values()) == [Role.INSPECTOR]
    ended = update(TerritoryMembership).where(col(TerritoryMembership.user_id) == user)
    ines.db.execute(ended.values(ended_at=NOW))
    ines.db.flush()
    assert ines.ask(f"{URL}&within=0990900Z").status_code == 404


def test_another_s_answer_is_not_one_s_own(ines: Asker, sign_in: SignIn, region: Region) -> None:
    url = f"{URL}&within=0990900Z"
    assert ines.ask(url).status_code == 200
    assert Asker(sign_in("anonymous"), region, "paul").ask(url).status_code == 404


def test_current_is_another_term_when_the_day_has_come(ines: Asker) -> None:
    url = "/api/v1/aggregates?term=current"
    assert ines.ask(url).json()["items"][0]["term"] == T1
    clock.pin(datetime(2027, 2, 1, tzinfo=UTC))
    assert ines.ask(url).json()["items"][0]["term"] == "2026-2027-T2"


def test_a_use_is_written_down_as_on_the_ordinary_way(ines: Asker) -> None:
    ines.ask()
    used = ines.token.last_used_at
    clock.pin(NOW + timedelta(minutes=4))
    ines.ask()
    assert ines.token.last_used_at == used
    clock.pin(NOW + timedelta(minutes=6))
    ines.ask()
    assert ines.token.last_used_at == NOW + timedelta(minutes=6)


def test_a_restart_or_another_worker_begins_with_the_ordinary_way(
    ines: Asker, web: FastAPI, count_queries: Counting
) -> None:
    first = ines.ask()
    web.state.answers, web.state.remembered = Kept(), Remembered()
    with count_queries() as statements:
        again = ines.ask()
    assert len(statements) > 1
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])


def test_bytes_that_were_dropped_are_made_again(ines: Asker, web: FastAPI) -> None:
    first = ines.ask()
    web.state.answers = Kept()
    assert ines.ask().content == first.content


def test_a_refusal_is_not_remembered(ines: Asker) -> None:
    assert ines.ask("/api/v1/aggregates?term=2030-2031-T1").status_code == 422
    clock.pin(datetime(2030, 11, 1, tzinfo=UTC))
    ines.token.expires_at = datetime(2031, 1, 1, tzinfo=UTC)
    ines.db.flush()
    assert ines.ask("/api/v1/aggregates?term=2030-2031-T1").status_code == 200


def test_a_database_that_fails_at_the_look_is_asked_in_the_ordinary_way(
    ines: Asker, web: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, failing = ines.ask(), list[Exception]()
    ask: Asks = web.state.database.ask

    def fails_once(prepared: Prepared, given: Mapping[str, Any]) -> list[Row]:
        if failing:
            raise failing.pop()
        return ask(prepared, given)

    monkeypatch.setattr(web.state.database, "ask", fails_once)
    for error in (OperationalError("look", {}, Exception("gone")), TimeoutError(), DisconnectionError()):
        failing.append(error)
        again = ines.ask()
        assert (again.status_code, again.content, failing) == (200, first.content, [])
