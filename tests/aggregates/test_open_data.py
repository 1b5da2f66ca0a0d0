"""Open data over HTTP: what a re-user fetches, the standard's validator accepts, and no school is in it."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from app.accounts.actor import command_actor
from app.aggregates.releasing import prepare_release, publish_release
from app.domain.school_year import Term
from tests.aggregates.conftest import Region
from tests.world import T1

SignIn = Callable[[str], TestClient]
HERE = "/api/v1/open-data/"
FIRST = f"{HERE}{T1}.1/"


@pytest.fixture
def anyone(sign_in: SignIn) -> TestClient:
    return sign_in("anonymous")


@pytest.fixture
def released(region: Region) -> Region:
    publish_release(region.db, command_actor(), prepare_release(region.db, command_actor(), Term(T1)))
    return region


def rows_of(client: TestClient, url: str) -> list[dict[str, str]]:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return list(csv.DictReader(io.StringIO(answer.text)))


def fetched(client: TestClient, address: str, folder: Path) -> dict[str, Any]:
    """The package on disk, its files fetched by their relative addresses as a re-user does."""
    answer = client.get(address)
    assert answer.status_code == 200
    (folder / "datapackage.json").write_bytes(answer.content)
    told: dict[str, Any] = answer.json()
    for table in told["resources"]:
        file = client.get(urljoin(address, table["path"]))
        assert file.headers["content-type"].startswith("text/csv")
        path = folder / table["path"]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file.content)
    return told


def test_a_standard_validator_accepts_what_is_served(
    anyone: TestClient, released: Region, tmp_path: Path
) -> None:
    fetched(anyone, HERE, tmp_path)
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    report: dict[str, Any] = json.loads(done.stdout)
    wrong = [error["message"] for task in report["tasks"] for error in task["errors"]]
    assert (report["valid"], wrong, report["errors"], report["warnings"]) == (True, [], [], [])
    assert [task["stats"]["rows"] > 3 for task in report["tasks"]] == [True, True]


@pytest.mark.parametrize("address", [HERE, f"{HERE}datapackage.json", f"{FIRST}datapackage.json"])
def test_every_descriptor_leads_to_the_files_that_it_describes(
    anyone: TestClient, released: Region, tmp_path: Path, address: str
) -> None:
    for table in fetched(anyone, address, tmp_path)["resources"]:
        content = (tmp_path / table["path"]).read_bytes()
        assert (table["bytes"], table["hash"]) == (
            len(content),
            f"sha256:{hashlib.sha256(content).hexdigest()}",
        )


def test_the_figures_are_those_of_the_release(anyone: TestClient, released: Region) -> None:
    rows = rows_of(anyone, f"{FIRST}aggregates.csv")
    levels = [row["level"] for row in rows]
    assert list(dict.fromkeys(levels)) == ["national", "academie", "departement", "circonscription"]
    shown = [row for row in rows if row["counted"]]
    hidden = [row for row in rows if row["suppressed"] == "true"]
    assert shown
    assert hidden
    assert all(not row["counted"] and not row["rate"] and row["reason"] for row in hidden)
    valley = next(row for row in rows if row["code"] == "0990900Z")
    assert (valley["departement"], valley["name"]) == ("099", "Val-des-Tilleuls")
    assert {row["code"] for row in rows if row["level"] == "academie"} == {"A99"}
    text = anyone.get(f"{FIRST}aggregates.csv").text
    assert "École" not in text
    assert released.schools["valley0"][0] not in text


def test_each_indicator_of_the_figures_is_told(anyone: TestClient, released: Region) -> None:
    told = {row["indicator"]: row for row in rows_of(anyone, f"{FIRST}indicators.csv")}
    assert {row["indicator"] for row in rows_of(anyone, f"{FIRST}aggregates.csv")} <= set(told)
    assert told["individual_meetings"]["out_of"] == "Élèves dont les responsables ont été invités"
    assert told["visits"]["out_of"] == ""


def test_before_the_first_release_it_says_so(anyone: TestClient, region: Region) -> None:
    answer = anyone.get(HERE)
    assert (answer.status_code, answer.json()["code"]) == (404, "nothing_released")
    assert "première publication" in answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    ["2026-2027-T1.2/datapackage.json", "2026-2027-T1/datapackage.json", "x.y/aggregates.csv",
     "2026-2027-T1.1/schools.csv", "2026-2027-T1.99999999999/aggregates.csv"],
)  # fmt: skip
def test_what_was_not_released_is_not_found(anyone: TestClient, released: Region, path: str) -> None:
    assert anyone.get(HERE + path).status_code == 404


@pytest.mark.parametrize("path", ["", f"{T1}.1/aggregates.csv", f"{T1}.1/indicators.csv"])
def test_who_has_it_already_is_told_so(anyone: TestClient, released: Region, path: str) -> None:
    first = anyone.get(HERE + path)
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cache-control"] == "public, no-cache"
    again = anyone.get(HERE + path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_next_release_has_addresses_of_its_own(anyone: TestClient, released: Region) -> None:
    """Who reads the descriptor of one never gets the file of the other."""
    before = anyone.get(HERE)
    old = anyone.get(f"{FIRST}aggregates.csv").content
    for name, counted in (("valley0", 29), ("valley1", 44), ("valley2", 21), ("coast0", 12)):
        released.say(name, counted, {"valley0": 40, "valley1": 60, "valley2": 50, "coast0": 30}[name])
        released.send(name)
    publish_release(released.db, command_actor(), prepare_release(released.db, command_actor(), Term(T1)))
    after = anyone.get(HERE)
    assert after.headers["etag"] != before.headers["etag"]
    assert (before.json()["version"], after.json()["version"]) == (f"{T1}.1", f"{T1}.2")
    assert after.json()["resources"][0]["path"] == f"{T1}.2/aggregates.csv"
    assert anyone.get(f"{FIRST}aggregates.csv").content == old
