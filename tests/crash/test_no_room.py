"""The disk is full: writes are refused with a sentence, reading goes on, and room is all that is missing."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.web.problems import is_full
from tests.crash.harness import Nursery, Place, serving, settle
from tests.ground.conftest import PATIENCE, Served
from tests.ports import kept_port
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 16 MB, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a disk may not be mounted here: it takes root, and a container that lets it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room there is left."""
    filler = disk / "filler"
    with suppress(OSError):  # the service writes there as well
        filler.write_bytes(bytes(shutil.disk_usage(disk).free))
    return filler


@pytest.mark.sqlite
@pytest.mark.long
def test_a_disk_that_is_really_full(nursery: Nursery, small_disk: Path) -> None:
    """The system says so, and not SQLite's own limit; what was acknowledged before is still there after."""
    with kept_port() as port:
        place = settle(f"sqlite:///{small_disk}/service.db", port)
        with (
            serving(nursery, place),
            httpx.Client(headers=place.headers, timeout=PATIENCE, trust_env=False) as client,
        ):
            fill_and_make_room(client, place, small_disk)


def fill_and_make_room(client: httpx.Client, place: Place, disk: Path) -> None:
    kept = [client.post(place.goals, json=LARGE)]
    filler = fill(disk)
    while kept[-1].status_code == 201:  # the room that the file of the last writes has already
        kept.append(client.post(place.goals, json=LARGE))
    refused = kept.pop()
    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    assert refused.headers["Retry-After"]
    assert goals_there(client, place) == {answer.json()["id"] for answer in kept}
    filler.unlink()
    kept.append(client.post(place.goals, json=LARGE))
    assert kept[-1].status_code == 201, kept[-1].text
    assert goals_there(client, place) == {answer.json()["id"] for answer in kept}


def goals_there(client: httpx.Client, place: Place) -> set[str]:
    answer = client.get(place.goals, params={"limit": 500})
    assert answer.status_code == 200, answer.text
    return {goal["id"] for goal in answer.json()["items"]}


def test_a_full_disk_is_known_on_both_engines() -> None:
    class Full(Exception):
        sqlstate = "53100"

    class Away(Exception):
        sqlstate = "57P01"

    assert is_full(OperationalError("INSERT", {}, Full()))
    assert not is_full(OperationalError("INSERT", {}, Away()))
