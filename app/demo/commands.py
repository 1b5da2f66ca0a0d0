"""`python -m app demo`: fill an empty database with the invented schools, and mark it for ever."""

import argparse
import sys
from typing import Any

from app.settings import Settings


def add_commands(subparsers: Any) -> None:
    parser = subparsers.add_parser("demo", help="fill an empty database with invented schools")
    parser.add_argument(
        "--if-empty", action="store_true", help="do nothing, without complaint, when it is not empty"
    )
    parser.set_defaults(run=_demo)


def _demo(chosen: argparse.Namespace, settings: Settings) -> int:
    from app import clock
    from app.db import Database, make_engine
    from app.demo.world import fill, is_empty

    clock.pin(settings.now)
    database = Database(make_engine(settings.database_url))
    with database.session() as db:
        if not is_empty(db):
            if chosen.if_empty:
                return 0
            print(
                "This database already holds schools or accounts: the demo only fills an empty one.",
                file=sys.stderr,
            )
            return 1
        print("Preparing the demonstration: three years of twenty-four invented schools…", file=sys.stderr)
        fill(db)
    print(
        "The demonstration is ready: the sign-in page has a button for each of its people.", file=sys.stderr
    )
    return 0
