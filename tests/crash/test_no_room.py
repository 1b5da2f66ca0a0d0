"""The disk is full: writes are refused with a sentence, reading goes on, and room is all that is missing."""

from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.web.problems import is_full
from tests.ground.conftest import PATIENCE, Served
from tests.world import A

GOALS = f"/api/v1/schools/{A}/goals"
LARGE = {"stake": "dialogue", "title": "Grand", "why": "x" * 1000}


@pytest.fixture
def room(served: Served) -> list[int]:
    """The most pages that the database may have; SQLite answers as on a full disk above them."""
    most = [2**30]

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most[0]}")

    event.listen(served.app.state.database.engine, "checkout", limit)
    return most


@pytest.mark.sqlite
def test_a_full_disk_refuses_writes_only(served: Served, room: list[int]) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=PATIENCE) as client:
        assert client.post(GOALS, json=LARGE).status_code == 201
        room[0] = 1  # what it has already stays: the limit is never below that
        answers: list[httpx.Response] = []
        while not answers or answers[-1].status_code == 201:
            answers.append(client.post(GOALS, json=LARGE))
        refused = answers[-1]
        before = len(client.get(GOALS, params={"limit": 500}).json()["items"])
        page = client.post(
            f"/ecoles/{A}/objectifs/nouveau",
            data=LARGE | {"csrf": "csrf-of-claire"},
            headers={"Cookie": "session=cookie-of-claire", "Authorization": ""},
        )
        assert client.get("/readyz").status_code == 200
        after = len(client.get(GOALS, params={"limit": 500}).json()["items"])
        room[0] = 2**30
        again = client.post(GOALS, json=LARGE)
    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["Retry-After"]
    assert (page.status_code, "Plus de place" in page.text) == (507, True)
    assert before == after == len(answers)
    assert again.status_code == 201


def test_a_full_disk_is_known_on_both_engines() -> None:
    class Full(Exception):
        sqlstate = "53100"

    class Away(Exception):
        sqlstate = "57P01"

    assert is_full(OperationalError("INSERT", {}, Full()))
    assert not is_full(OperationalError("INSERT", {}, Away()))
