"""`import-schools` and `import-figures` at the keyboard, and what a long one shows."""

import io
from pathlib import Path

import pytest

from app.cli import main
from app.db import Database, make_engine, migrate
from app.progress import progress
from app.schools.import_queries import schools_by_uai
from tests.schools.test_import import HEADINGS, ecole, uai, written


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of the command's own: it commits."""
    url = f"sqlite:///{tmp_path / 'commands.db'}"
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", url)
    migrate(url)
    return url


@pytest.mark.sqlite
def test_the_commands_read_files(elsewhere: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory, figures = tmp_path / "annuaire.csv", tmp_path / "effectifs.csv"
    directory.write_bytes(written([ecole(), ecole("0350002")]))
    figures.write_text(f"{HEADINGS}\n2022;{uai('0350001')};0;0;6;120\n")
    assert main(["import-schools", str(directory), str(directory)]) == 0
    assert main(["import-figures", str(figures)]) == 0
    said = capsys.readouterr().out
    assert "annuaire.csv\u202f: écoles créées 2" in said
    assert "écoles créées 0, modifiées 0, inchangées 2" in said
    assert "écoles créées 0, modifiées 1" in said
    database = Database(make_engine(elsewhere))
    with database.session(reading=True) as db:
        assert len(schools_by_uai(db)) == 2
    database.engine.dispose()


@pytest.mark.sqlite
def test_what_cannot_be_read_is_said_in_one_line(
    elsewhere: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "autre.csv"
    other.write_text("nom;ville\n")
    assert main(["import-schools", str(other)]) == 1
    assert main(["import-schools", str(tmp_path / "absent.csv")]) == 1
    said = capsys.readouterr().err
    assert "il manque «\u202fidentifiant de l etablissement\u202f»" in said
    assert "absent.csv" in said


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(out: io.StringIO, seconds: float) -> str:
    """What is shown when ten items take so long in all."""
    moments = iter(step * seconds / 10 for step in range(1000))
    assert list(progress(range(10), "Lecture", out=out, now=lambda: next(moments))) == list(range(10))
    return out.getvalue()


def test_a_short_command_shows_nothing() -> None:
    assert watched(Terminal(), 1.5) == ""


def test_a_long_one_shows_a_bar_and_clears_it() -> None:
    shown = watched(Terminal(), 20)
    assert "Lecture ░" in shown or "Lecture █" in shown
    assert shown.endswith("\r")
    assert "\n" not in shown


def test_a_log_gets_whole_lines() -> None:
    shown = watched(io.StringIO(), 100)
    assert "\r" not in shown
    assert shown.endswith("\n")
    assert "20%" in shown
