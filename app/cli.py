"""`python -m app …`: what an operator does. Each feature brings its own commands (`commands.py`)."""

import argparse
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.settings import Settings

if TYPE_CHECKING:
    from app.db import Database

Run = Callable[[argparse.Namespace, Settings], int]


def main(arguments: Sequence[str] | None = None) -> int:
    with _uncollected():
        parser = _parser()
    chosen = parser.parse_args(arguments)
    run: Run = chosen.run
    try:
        return run(chosen, Settings())
    except (ValueError, OSError) as problem:
        print(f"{parser.prog}: {problem}", file=sys.stderr)
    except Exception as problem:
        told = _told_of_database(problem)
        if told is None:
            raise
        print(f"{parser.prog}: {told}", file=sys.stderr)
    return 1


@contextmanager
def _uncollected() -> Iterator[None]:
    """What is imported stays: looking through it again and again was a tenth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description="Confiance")
    commands = parser.add_subparsers(dest="command", required=True)
    _add(commands, "migrate", "bring the database to the current schema", _migrate)
    serve = _add(commands, "serve", "answer requests (one process on SQLite)", _serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    for add_commands in _feature_commands():
        add_commands(commands)
    return parser


def _told_of_database(problem: Exception) -> str | None:
    """One sentence when the database is not there, or not ours yet; None for anything else, a defect."""
    from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

    if isinstance(problem, ArgumentError):
        return "CONFIANCE_DATABASE_URL is not the address of a database (docs/exploitation.md has examples)"
    if isinstance(problem, OperationalError | ProgrammingError):
        why = str(problem.orig).strip().partition("\n")[0]  # the driver's own words, without a password
        return f"the database cannot be used: {why}. Is it running, at this address, and migrated?"
    return None


def _add(commands: Any, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _feature_commands() -> list[Callable[[Any], None]]:
    """Imported here and not at the top: `serve` should not pay for what imports need."""
    from app.accounts import audit_commands as audit
    from app.accounts import commands as accounts
    from app.aggregates import commands as aggregates
    from app.demo import commands as demo
    from app.operation import commands as operation
    from app.schools import commands as schools
    from app.transmissions import commands as transmissions

    features = (accounts, audit, schools, transmissions, aggregates, demo, operation)
    return [feature.add_commands for feature in features]


def _migrate(_: argparse.Namespace, settings: Settings) -> int:
    from app.db import migrate

    migrate(settings.database_url)
    return 0


def _serve(chosen: argparse.Namespace, settings: Settings) -> int:
    with _uncollected():
        import uvicorn

        from app.main import create_app

        app = create_app(settings)
    _check_schema(app.state.database)
    print(f"Confiance : {settings.public_url}", flush=True)
    uvicorn.run(
        app,
        host=chosen.host,
        port=chosen.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=20,
    )
    return 0


def _check_schema(database: "Database") -> None:
    """A sentence instead of a trace when the database was never migrated."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from app.accounts.queries import service_note

    try:
        with database.session(reading=True) as db:
            service_note(db, "demo")
    except (OperationalError, ProgrammingError):
        raise ValueError(
            "this database cannot be read: is it there? run `python -m app migrate` first"
        ) from None
