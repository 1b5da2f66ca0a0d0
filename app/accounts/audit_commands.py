"""`python -m app audit verify | seal`: the proof of every act, and old acts that leave for files."""

import argparse
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from app.accounts import audit_queries
from app.accounts.actor import command_actor
from app.accounts.audit import broken_links
from app.accounts.commands import opened
from app.accounts.sealing import export_segment, problems_of_file, refuse_recent, seal_segment
from app.settings import Settings


def add_commands(commands: Any) -> None:
    audit = commands.add_parser("audit", help="about the record of every act").add_subparsers(
        dest="what", required=True
    )
    verify = audit.add_parser(
        "verify", help="recompute every chain: an event that was changed, removed or moved is found"
    )
    verify.add_argument(
        "--file",
        nargs="+",
        type=Path,
        default=[],
        help="sealed files instead: each by itself and by its seal",
    )
    verify.set_defaults(run=_verify)

    seal = audit.add_parser("seal", help="move old acts into files, one a school, and remove them here")
    seal.add_argument(
        "--before", required=True, type=date.fromisoformat, metavar="DAY", help="the first day that stays"
    )
    seal.add_argument("--to", required=True, type=Path, metavar="FOLDER", help="where the files go")
    seal.set_defaults(run=_seal)


def _verify(chosen: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database, database.session(reading=True) as db:
        found = [problems_of_file(db, path) for path in chosen.file] or [broken_links(db)]
    return _told(sum(checked for checked, _ in found), [one for _, problems in found for one in problems])


def _told(checked: int, problems: list[str]) -> int:
    for problem in problems:
        print(problem)
    print(f"{checked} events checked, {len(problems)} problems found.")
    return 1 if problems else 0


def _seal(chosen: argparse.Namespace, settings: Settings) -> int:
    """A chain at a time: written and read back first, then removed in a transaction of its own."""
    before, problems, left = datetime.combine(chosen.before, time(), UTC), list[str](), 0
    with opened(settings) as database:
        refuse_recent(before)
        if not chosen.to.is_dir():
            raise ValueError(f"{chosen.to} is not a folder")
        with database.session(reading=True) as db:
            chains = audit_queries.chains(db)
        for chain in chains:
            try:
                with database.session(reading=True) as db:
                    export = export_segment(db, chain, before, chosen.to)
            except ValueError as refusal:
                problems.append(str(refusal))
                continue
            if export is not None:
                with database.session() as db:
                    seal_segment(db, command_actor(), export.segment)
                print(f"{export.path}: {export.segment.events} events", flush=True)
                left += export.segment.events
    for problem in problems:
        print(problem)
    print(f"{left} events left for files, {len(problems)} chains refused. Keep the files with the backups.")
    return 1 if problems else 0
