"""docs/inspecteur.md, done as it is written, against a real server on loopback: R alone is not tried."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.accounts.actor import command_actor
from app.accounts.models import TokenScope
from app.aggregates import rows
from app.aggregates.releasing import prepare_release, publish_release
from app.db import Database, make_engine
from app.domain.disclosure import Withheld
from app.domain.release_rules import Hidden
from app.domain.school_year import Term
from app.domain.vocabulary import Status
from tests.aggregates.conftest import build_region, send_first_term
from tests.browser.conftest import new_database, serve
from tests.ground.conftest import PATIENCE
from tests.world import T1, add_token, build_world

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "inspecteur.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
CURLS = [block for kind, block in BLOCKS if kind == "sh" and "curl" in block]
PROMISED = "https://confiance.example"


@dataclass
class Service:
    url: str
    token: str

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {"CONFIANCE_URL": self.url, "CONFIANCE_TOKEN": self.token}

    def run(self, command: str, folder: Path) -> None:
        done = subprocess.run(
            ["sh", "-e", "-c", command],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Service]:
    """The région of these tests, committed, with a release, and Ines's token of scope read."""
    url = new_database(tmp_path_factory, worker_id, "recipes")
    database = Database(make_engine(url))
    with database.session() as db:
        world = build_world(db)
        send_first_term(build_region(db, world))
        token = add_token(db, world.users["ines"], TokenScope.READ)
        publish_release(db, command_actor(), prepare_release(db, command_actor(), Term(T1)))
    database.engine.dispose()
    for site in serve(url):
        yield Service(site.url, token)


def test_the_guide_has_the_recipes() -> None:
    assert len(CURLS) == 4
    assert [kind for kind, _ in BLOCKS if kind != "sh"] == ["adresse", "r"]
    assert "not executed" in GUIDE[GUIDE.index("## R") : GUIDE.index("## Python")]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
@pytest.mark.parametrize("number", range(len(CURLS)))
def test_each_command_of_the_guide_works(service: Service, tmp_path: Path, number: int) -> None:
    command = CURLS[number]
    service.run(command, tmp_path)
    for name in re.findall(r"--output (\S+)", command):
        written = (tmp_path / name).read_bytes()
        if name.endswith(".csv"):
            assert written.decode("utf-8-sig").startswith("Niveau;Code;Nom;")
        else:
            assert json.loads(written)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
def test_the_morning_command_keeps_its_file_while_nothing_changed(service: Service, tmp_path: Path) -> None:
    (morning,) = (command for command in CURLS if "--etag-compare" in command)
    service.run(morning, tmp_path)
    first = (tmp_path / "suivi.csv").read_bytes()
    tag = (tmp_path / "circonscription.etag").read_text()
    assert tag.strip().startswith('"')
    service.run(morning, tmp_path)
    assert (tmp_path / "suivi.csv").read_bytes() == first
    again = httpx.get(
        f"{service.url}/api/v1/aggregates.csv?term=current",
        headers={"Authorization": f"Bearer {service.token}", "If-None-Match": tag.strip()},
        timeout=PATIENCE,
    )
    assert again.status_code == 304


def test_the_address_for_a_spreadsheet_opens_as_the_guide_says(service: Service) -> None:
    (address,) = (block.strip() for kind, block in BLOCKS if kind == "adresse")
    bearer = {"Authorization": f"Bearer {service.token}"}
    answer = httpx.get(address.replace(PROMISED, service.url), headers=bearer, timeout=PATIENCE)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    meetings = [row for row in table if row["Indicateur"] == "individual_meetings"]
    assert [row["Trimestre"][:9] for row in meetings] == ["2025-2026"] * 3 + ["2026-2027"]
    assert (meetings[-1]["Nombre"], meetings[-1]["Sur combien"], meetings[-1]["Taux"]) == (
        "155",
        "230",
        "0,674",
    )
    assert re.fullmatch(r"21/11/2026.*", meetings[-1]["État du"])


def example(service: Service, *terms: str) -> subprocess.CompletedProcess[str]:
    """The command of the guide, with other terms."""
    (command,) = (block for kind, block in BLOCKS if kind == "sh" and block.startswith("python"))
    script = command.split()[1]
    return subprocess.run(
        [sys.executable, str(ROOT / script), *(terms or (command.split()[2],))],
        env=service.environment | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_python_example_writes_a_table(service: Service) -> None:
    done = example(service)
    assert done.returncode == 0, done.stderr
    table = list(csv.DictReader(io.StringIO(done.stdout)))
    row = next(r for r in table if (r["indicator"], r["term"]) == ("individual_meetings", T1))
    assert (row["counted"], row["out_of"]) == ("155", "230")
    assert f"election_turnout, {T1} : nothing_transmitted" in done.stderr


def test_the_python_example_says_what_the_service_refused(service: Service) -> None:
    done = example(service, "2030-2031-T1")
    assert done.returncode == 1
    assert "n’a pas commencé" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_python_example_is_as_short_as_the_guide_says() -> None:
    assert len((ROOT / "examples" / "pull_aggregates.py").read_text(encoding="utf-8").splitlines()) <= 30


def test_the_guide_tells_every_reason_of_an_empty_box() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)) - {"reason"}
    constants = {
        rows.NOTHING_TRANSMITTED,
        rows.NOT_RELEASED,
        rows.NOT_TRANSMITTED,
        rows.NOT_RECORDED,
        rows.NOT_CONCERNED,
        rows.FIRST_TERM_ONLY,
        Status.NOT_MEASURED.value,
        Status.NOT_APPLICABLE.value,
        Withheld.TOO_FEW.value,
    }
    assert told == constants | {reason.value for reason in Hidden}
