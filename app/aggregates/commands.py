"""`python -m app publish TERM`: freeze the totals above the school."""

import argparse
from typing import Any

from app import clock
from app.accounts.actor import command_actor
from app.aggregates.releasing import prepare_release, publish_release
from app.db import Database, make_engine
from app.domain.school_year import Term
from app.errors import AppError
from app.settings import Settings


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("publish", help="freeze the totals of a term for authorities and open data")
    parser.add_argument("term", type=Term, help="2026-2027-T1")
    parser.set_defaults(run=_publish)


def _publish(chosen: argparse.Namespace, settings: Settings) -> int:
    """Decides while reading, then writes: nobody waits for the seconds that a national set takes."""
    clock.pin(settings.now)
    database = Database(make_engine(settings.database_url, threads=1))
    actor = command_actor()
    try:
        with database.session(reading=True) as db:
            prepared = prepare_release(db, actor, chosen.term)
        with database.session() as db:
            done = publish_release(db, actor, prepared)
    except AppError as refusal:
        raise ValueError(refusal.detail) from None
    finally:
        database.engine.dispose()
    print(
        f"{done.term}, publication {done.number}\u202f: {done.shown} totaux montrés, {done.hidden} masqués, "
        f"{done.kept} gardés de la publication précédente."
    )
    return 0
