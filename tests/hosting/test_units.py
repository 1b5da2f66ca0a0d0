"""The units of docs/exploitation.md, read by systemd itself."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hosting.harness import block, instead, missing

pytestmark = [pytest.mark.long, pytest.mark.sqlite]
UNITS = ("confiance.service", "confiance-nuit.service", "confiance-nuit.timer")
MOST_EXPOSED = 20
"""In tenths, of 100: `systemd-analyze security` calls less « OK », and 11 was found in systemd 252."""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The files as an operator would write them, for the Python that is here."""
    for name in UNITS:
        text = block(f"`/etc/systemd/system/{name}` :")
        if name.endswith(".service"):
            text = instead(text, {"/opt/confiance/.venv/bin/python": sys.executable})
        (tmp_path / name).write_text(text)
    return tmp_path


def analysed(*arguments: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("systemd-analyze"):
        missing("systemd-analyze", "systemd")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)


def test_systemd_finds_nothing_to_say(units: Path) -> None:
    told = analysed("verify", "--man=no", *(str(units / name) for name in UNITS))
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_the_service_is_shut_in(units: Path) -> None:
    unit = str(units / "confiance.service")
    told = analysed("security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", unit)
    assert told.returncode == 0, told.stdout + told.stderr
