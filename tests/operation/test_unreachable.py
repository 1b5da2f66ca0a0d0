"""A database that is not there: every command says so in one sentence, and no secret of its address."""

from pathlib import Path

import pytest

from app.cli import main

COMMANDS = (
    ["migrate"],
    ["serve", "--port", "1"],
    ["invite", "claire@demo.invalid", "--role", "teacher", "--school", "0990001X"],
    ["unlink", "claire@demo.invalid"],
    ["end-sessions", "--all"],
    ["token", "claire@demo.invalid", "--label", "Tableur"],
    ["audit", "verify"],
    ["verify"],
    ["forget"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////nowhere/none.db",
        "postgresql+psycopg://c:motdepasse@127.0.0.1:1/c",
        "none",
        "none://c:motdepasse@d/e",
    ],
)
def test_one_sentence_for_a_database_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str, command: list[str]
) -> None:
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", address)
    assert main(command) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("python -m app: ")
    assert told.err.count("\n") == 1
    assert "motdepasse" not in told.err


def test_one_sentence_for_a_database_that_was_never_migrated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    assert main(["end-sessions", "--all"]) == 1
    assert "migrate" in capsys.readouterr().err
