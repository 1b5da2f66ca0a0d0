"""A PostgreSQL server for the tests: the one named by TEST_DATABASE_URL, or a throw-away one.

Standard library at import, so that `./run` can use it; psycopg only where a database is made.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

# Nothing here has to survive a power cut; 60 writers and 60 readers must fit, for each worker.
FAST_AND_FRAGILE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "300",
}


class NoServer(Exception):
    """Says why there is no PostgreSQL to test on, and what would help."""


@contextmanager
def server(wanted: Mapping[str, str] = FAST_AND_FRAGILE) -> Iterator[str]:
    """Give a server's URL, whose user may create databases; stop and remove a server started here.

    `wanted` are the settings of one started here.

    Raises NoServer with the reason to print.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield _sqlalchemy_url(given)
        return
    programs = _folder_of_programs()
    # /tmp by name: a socket's path holds about 100 characters, and TMPDIR can be longer.
    folder = Path(tempfile.mkdtemp(prefix="confiance-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
    with _stopped_by_sigterm():
        try:
            _start(programs, folder, wanted)
            yield f"postgresql+psycopg://confiance@/postgres?host={folder}"
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                _run(programs, folder, "pg_ctl", "stop", "-m", "immediate", "-w")
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def crashable_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """Give (URL, crash): a server of one's own that keeps what it acknowledged; restart as after a crash.

    Raises NoServer.
    """
    programs = _folder_of_programs()
    folder = Path(tempfile.mkdtemp(prefix="confiance-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
    kept = {name: value for name, value in FAST_AND_FRAGILE.items() if name != "synchronous_commit"}
    try:
        _start(programs, folder, kept)
        yield (
            f"postgresql+psycopg://confiance@/postgres?host={folder}",
            lambda: _must_run(
                programs, folder, "pg_ctl", "restart", "-m", "immediate", "-w", "-l", f"{folder}/log"
            ),
        )
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            _run(programs, folder, "pg_ctl", "stop", "-m", "immediate", "-w")
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(server_url: str, name: str) -> str:
    """Drop and create the database `name` on a server, and return its SQLAlchemy URL."""
    import psycopg
    from psycopg import sql

    drop_database(server_url, name)
    with psycopg.connect(_libpq_url(server_url), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    return urlunsplit(urlsplit(_sqlalchemy_url(server_url))._replace(path=f"/{name}"))


def drop_database(server_url: str, name: str) -> None:
    """Remove the database `name`, whoever is still connected to it."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(_libpq_url(server_url), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _sqlalchemy_url(url: str) -> str:
    return "postgresql+psycopg://" + url.partition("://")[2]


def _libpq_url(url: str) -> str:
    return "postgresql://" + url.partition("://")[2]


def _folder_of_programs() -> Path:
    """Find initdb and pg_ctl, which Debian keeps off the PATH."""
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin: -int(bin.parent.name))
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True)
        folders.append(Path(told.stdout.strip()))
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise NoServer(
        "no initdb and pg_ctl on this machine: install PostgreSQL (Debian: apt install postgresql), "
        "or give a server in TEST_DATABASE_URL"
    )


def _start(programs: Path, folder: Path, wanted: Mapping[str, str] = FAST_AND_FRAGILE) -> None:
    if user := _unprivileged_user():
        shutil.chown(folder, user)
    initdb = ["--no-sync", "--auth=trust", "--username=confiance", "--encoding=UTF8", "--no-locale"]
    settings = " ".join(f"-c {name}='{value}'" for name, value in wanted.items())
    _must_run(programs, folder, "initdb", *initdb)
    _must_run(
        programs, folder, "pg_ctl", "start", "-w", "-l", f"{folder}/log", "-o", f"-k {folder} {settings}"
    )


def _must_run(programs: Path, folder: Path, program: str, *arguments: str) -> None:
    done = _run(programs, folder, program, *arguments)
    if done.returncode:
        log = folder / "log"
        said = done.stderr + (log.read_text(errors="replace") if log.exists() else "")
        raise NoServer(f"{program} failed: {said.strip()[-1500:]}")


def _run(programs: Path, folder: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a session of its own: Ctrl-C reaches us alone, and we stop the server ourselves."""
    command = [str(programs / program), "-D", str(folder / "data"), *arguments]
    user = _unprivileged_user()
    with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open as long as the server it started
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C"},
            start_new_session=True,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, "", said.read())


def _unprivileged_user() -> str | None:
    """Name whom to run as when we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoServer("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Turn SIGTERM into an exit that runs the `finally` blocks, as Ctrl-C does by itself."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before: Any = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
