"""A whole database as one file, back again, or into another database; every row is compared afterwards.

A backup is always a SQLite file, of whichever database: it can be opened, checked and restored into either.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, make_url

from app.db import ROOT, make_engine, migrate
from app.operation import queries
from app.tables import metadata


def back_up(url: str, target: Path) -> int:
    """Copy a database in use into a file that must not exist; its number of bytes.

    What is copied is one moment: writes that come meanwhile wait for nothing, and are not in it.
    """
    if target.exists():
        raise ValueError(f"{target} exists: a backup never replaces another")
    with _beside(target) as unfinished:
        if (source := file_of(url)) is not None:
            _copy_file(source, unfinished)
        else:
            migrate(f"sqlite:///{unfinished}")
            copy(url, f"sqlite:///{unfinished}")
        _must_be_sound(unfinished)
        with open(unfinished, "rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    return target.stat().st_size


def restore(backup: Path, url: str) -> dict[str, int]:
    """Bring a backup into an empty database, at today's schema; rows of each table."""
    if not backup.exists():
        raise ValueError(f"{backup} does not exist")
    _must_be_sound(backup)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "backup.db"
        _copy_file(backup, fresh)
        migrate(f"sqlite:///{fresh}")
        return move(f"sqlite:///{fresh}", url)


def move(url: str, target: str) -> dict[str, int]:
    """Copy a database into another, empty one, and compare every row; rows of each table."""
    if make_url(url) == make_url(target):
        raise ValueError("that is the same database")
    _must_be_current(url)
    migrate(target)
    return copy(url, target)


def copy(url: str, target: str) -> dict[str, int]:
    """All rows, in one transaction on each side; rows of each table.

    ValueError when the other is not empty, or not the same afterwards: then nothing was written.
    """
    with _reading(url) as source, _writing(target) as other:
        filled = [
            table.name
            for table in metadata.sorted_tables
            if table.name != queries.SEEDED and queries.count_of(other, table)
        ]
        if filled:
            raise ValueError(f"the database to fill is not empty: {', '.join(filled)}")
        queries.empty_seeded(other, metadata.tables[queries.SEEDED])
        counts = {}
        for table in metadata.sorted_tables:
            queries.write(other, table, queries.rows_of(source, table))
            before, after = (queries.fingerprint_of(one, table) for one in (source, other))
            if before != after:
                raise ValueError(f"{table.name} is not the same after the copy: nothing was kept")
            counts[table.name] = after[0]
    return counts


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None for another."""
    parts = make_url(url)
    return Path(parts.database or "") if parts.get_backend_name() == "sqlite" else None


# --- pieces --------------------------------------------------------------------------------------------


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name in the same folder, readable by us alone; nothing of it stays when the work fails."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent)
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
    finally:
        for leftover in (unfinished, *(Path(f"{name}{end}") for end in ("-wal", "-shm", "-journal"))):
            leftover.unlink(missing_ok=True)


def _copy_file(source: Path, target: Path) -> None:
    """All pages in one step, so that a writer never makes it begin again; then one file without a journal."""
    if not source.exists():
        raise ValueError(f"{source} does not exist")
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
        other.execute("PRAGMA journal_mode=DELETE")


def _must_be_sound(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            strays = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as problem:
        raise ValueError(f"{file} is not a sound backup: {problem}") from None
    if said != "ok" or strays:
        raise ValueError(f"{file} is not a sound backup: {said}, {len(strays)} stray rows")


def _must_be_current(url: str) -> None:
    head = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini"))).get_current_head()
    with _reading(url) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != head:
        raise ValueError(f"this database is at {found or 'no schema'}, not at {head}: run `migrate` first")


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    """One moment of the database, whatever is written meanwhile."""
    engine = make_engine(url, threads=1)
    options: dict[str, Any] = {"read_only": True, "postgresql_readonly": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ"}
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    engine = make_engine(url, threads=1)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
