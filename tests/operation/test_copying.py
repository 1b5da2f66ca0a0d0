"""Backup, restore and move: while people write, into either database, every row the same."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from app.cli import main
from app.db import Database, make_engine, migrate
from app.operation import queries
from app.operation.copying import back_up, copy, move, restore
from app.tables import metadata
from tests import postgresql
from tests.conftest import ENGINE
from tests.ground.conftest import PATIENCE, Served
from tests.ground.rows import fill
from tests.world import A


def prints(url: str) -> dict[str, tuple[int, str]]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {table.name: queries.fingerprint_of(connection, table) for table in metadata.sorted_tables}
    engine.dispose()
    return found


@pytest.fixture
def others(tmp_path: Path) -> Iterator[list[str]]:
    """Empty databases to fill: a file always, and one of the server's when there is one."""
    urls = [f"sqlite:///{tmp_path}/other.db"]
    if ENGINE == "sqlite":
        yield urls
        return
    name = f"confiance_other_{os.getpid()}"
    yield [*urls, postgresql.fresh_database(os.environ["TEST_DATABASE_URL"], name)]
    postgresql.drop_database(os.environ["TEST_DATABASE_URL"], name)


@pytest.fixture
def full(own_database: Callable[[str], str]) -> str:
    """A row in every table."""
    url = own_database("full")
    migrate(url)
    engine = make_engine(url)
    with Database(engine).session() as db:
        queries.empty_seeded(db.connection(), metadata.tables[queries.SEEDED])
        fill(db.connection())
    engine.dispose()
    return url


def test_every_table_moves_row_by_row(full: str, others: list[str]) -> None:
    for target in others:
        counts = move(full, target)
        assert set(counts.values()) == {1}
        assert prints(target) == prints(full)
        with pytest.raises(ValueError, match="not empty"):
            move(full, target)


def test_a_backup_taken_while_people_write_is_one_moment(
    served: Served, tmp_path: Path, others: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each goal comes with its audit event and its place in the chain: a torn copy would show."""
    url = served.app.state.settings.database_url
    headers, over, written = {"Authorization": f"Bearer {served.token}"}, threading.Event(), list[str]()

    def write() -> None:
        with httpx.Client(headers=headers, timeout=PATIENCE) as client:
            while not over.is_set():
                body = {"stake": "dialogue", "title": f"Objectif {len(written)}"}
                answer = client.post(f"{served.url}/api/v1/schools/{A}/goals", json=body)
                assert answer.status_code == 201
                written.append(answer.json()["id"])

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        backups = []
        for number in range(3):
            before = len(written)
            back_up(url, tmp_path / f"backup-{number}.db")
            backups.append((before, tmp_path / f"backup-{number}.db"))
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)
    for before, file in backups:
        with closing(sqlite3.connect(file)) as connection:
            (goals,) = connection.execute("SELECT count(*) FROM goal").fetchone()
            (acts,) = connection.execute(
                "SELECT count(*) FROM audit_event WHERE verb = 'goal.added'"
            ).fetchone()
        assert goals == acts >= before
    file = backups[-1][1]
    for target in others:
        restore(file, target)
        assert prints(target) == prints(f"sqlite:///{file}")
        monkeypatch.setenv("CONFIANCE_DATABASE_URL", target)
        assert [main(["verify"]), main(["audit", "verify"])] == [0, 0]


def test_a_backup_replaces_nothing_and_leaves_nothing_behind(full: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(full, folder / "one.db")
    assert [path.name for path in folder.iterdir()] == ["one.db"]
    assert (folder / "one.db").stat().st_mode & 0o077 == 0
    with pytest.raises(ValueError, match="exists"):
        back_up(full, folder / "one.db")


@pytest.mark.parametrize("damage", ["cut", "text", "missing"])
def test_a_damaged_backup_is_not_restored(full: str, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "backup.db"
    if damage != "missing":
        back_up(full, file)
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"hello" * 100)
    with pytest.raises(ValueError, match=r"sound|does not exist"):
        restore(file, f"sqlite:///{tmp_path}/target.db")
    assert not (tmp_path / "target.db").exists()


def test_an_older_backup_comes_back_at_today_s_schema(tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path}/old.db"
    migrate(old, "0009")
    back_up(old, tmp_path / "backup.db")
    restore(tmp_path / "backup.db", f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(ValueError, match="run `migrate` first"):
        move(old, f"sqlite:///{tmp_path}/third.db")


def test_a_row_that_points_at_a_later_one_waits_for_it(full: str, tmp_path: Path) -> None:
    """A correction may have a smaller key than what it replaces: the client chose both."""
    source = f"sqlite:///{tmp_path}/source.db"
    move(full, source)
    engine = make_engine(source)
    table = metadata.tables["measurement"]
    with engine.begin() as connection:
        first = connection.execute(sa.select(table)).mappings().one()
        early = first["id"].__class__(int=1)
        connection.execute(sa.insert(table).values(**dict(first) | {"id": early, "replaces": first["id"]}))
    engine.dispose()
    target = f"sqlite:///{tmp_path}/target.db"
    migrate(target)
    assert copy(source, target)["measurement"] == 2


def test_the_commands(
    full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", full)
    assert main(["backup", f"{tmp_path}/b.db"]) == 0
    assert main(["move", "--to", f"sqlite:///{tmp_path}/moved.db"]) == 0
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", f"sqlite:///{tmp_path}/restored.db")
    assert main(["restore", f"{tmp_path}/b.db"]) == 0
    assert "every one compared" in capsys.readouterr().out
    assert main(["restore", f"{tmp_path}/b.db"]) == 1
    assert "not empty" in capsys.readouterr().err
    monkeypatch.setenv("CONFIANCE_NOW", "2030-01-01T00:00:00+00:00")
    assert main(["forget"]) == 0
    assert "web_session: 1" in capsys.readouterr().out
    assert main(["forget"]) == 0
    assert "Nothing to forget" in capsys.readouterr().out
    assert prints(f"sqlite:///{tmp_path}/restored.db")["audit_event"][0] == 2
