"""`python -m app backup | restore | move | forget`: what an operator does to the whole database."""

import argparse
from pathlib import Path
from typing import Any

from app.settings import Settings


def add_commands(commands: Any) -> None:
    backup = commands.add_parser("backup", help="copy the database in use into a file, whole and checked")
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)

    restore = commands.add_parser("restore", help="bring a backup into an empty database, and check it")
    restore.add_argument("file", type=Path)
    restore.set_defaults(run=_restore)

    move = commands.add_parser("move", help="copy everything into another, empty database, row by row")
    move.add_argument("--to", required=True, metavar="URL", help="the database to fill")
    move.set_defaults(run=_move)

    forget = commands.add_parser("forget", help="remove what is not to be kept any longer; once a day")
    forget.set_defaults(run=_forget)


def _backup(chosen: argparse.Namespace, settings: Settings) -> int:
    from app.operation.copying import back_up

    size = back_up(settings.database_url, chosen.file)
    print(f"{chosen.file}: {size} bytes, checked.")
    return 0


def _restore(chosen: argparse.Namespace, settings: Settings) -> int:
    from app.operation.copying import restore

    return _told(restore(chosen.file, settings.database_url), "restored")


def _move(chosen: argparse.Namespace, settings: Settings) -> int:
    from app.operation.copying import move

    return _told(move(settings.database_url, chosen.to), "copied")


def _told(counts: dict[str, int], what: str) -> int:
    for name, count in counts.items():
        if count:
            print(f"{name}: {count}")
    print(f"{sum(counts.values())} rows {what}, every one compared. Next: `verify` and `audit verify`.")
    return 0


def _forget(_: argparse.Namespace, settings: Settings) -> int:
    from app import clock
    from app.accounts.actor import command_actor
    from app.accounts.audit import record, take_turn
    from app.db import Database, make_engine
    from app.operation.leaving_queries import anonymise
    from app.operation.queries import forget

    clock.pin(settings.now)
    database = Database(make_engine(settings.database_url, threads=1))
    try:
        with database.session() as db:
            turn = take_turn(db)  # first, as whoever accepts an invitation does: neither waits for the other
            people = anonymise(db, clock.now())
            gone = {name: count for name, count in forget(db, clock.now()).items() if count}
            if people or gone:
                after = gone | ({"anonymised": people} if people else {})
                record(db, command_actor(), turn, "service.forgot", "service:retention", after=after)
    finally:
        database.engine.dispose()
    told = [f"{name}: {count}" for name, count in gone.items()]
    told += [f"accounts anonymised: {len(people)}"] if people else []
    print("\n".join(told) or "Nothing to forget.")
    return 0
