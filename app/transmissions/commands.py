"""`python -m app verify`: do the totals that everyone reads say what was recorded and transmitted?"""

import argparse
from typing import Any

from app.db import Database, make_engine
from app.measurements.service import verify_totals
from app.settings import Settings
from app.transmissions.publishing import verify_published


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("verify", help="recompute every total and tell those that differ")
    parser.set_defaults(run=_verify)


def _verify(_: argparse.Namespace, settings: Settings) -> int:
    """1 when something differs, so that a nightly job notices."""
    database = Database(make_engine(settings.database_url, threads=1))
    try:
        with database.session(reading=True) as db:
            wrong = verify_totals(db) + verify_published(db)
    finally:
        database.engine.dispose()
    print("\n".join(wrong) or "Tous les totaux correspondent aux relevés et aux transmissions.")
    return 1 if wrong else 0
