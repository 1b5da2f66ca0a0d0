"""`python -m app import-schools`, `import-figures`: the ministry's files, as they are downloaded."""

import argparse
from pathlib import Path
from typing import Any

from app.accounts.actor import command_actor
from app.db import Database, make_engine
from app.errors import AppError
from app.progress import progress
from app.schools.directory import read_directory, read_figures
from app.schools.imports import Summary, import_directory, import_figures
from app.settings import Settings

SHOWN = 20
SOURCE = "ministère chargé de l’Éducation nationale (data.education.gouv.fr), Licence Ouverte 2.0"


def add_commands(commands: Any) -> None:
    schools = commands.add_parser(
        "import-schools", help="read official directory exports (fr-en-annuaire-education)"
    )
    schools.set_defaults(run=_import_schools)
    figures = commands.add_parser(
        "import-figures",
        help="read pupils-and-classes exports (fr-en-ecoles-effectifs-nb_classes) as they are",
    )
    figures.set_defaults(run=_import_figures)
    for parser in (schools, figures):
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")


def _import_schools(chosen: argparse.Namespace, settings: Settings) -> int:
    return _import(chosen.files, settings, read_directory, import_directory)


def _import_figures(chosen: argparse.Namespace, settings: Settings) -> int:
    return _import(chosen.files, settings, read_figures, import_figures)


def _import(files: list[Path], settings: Settings, read: Any, verb: Any) -> int:
    """One transaction a file, opened once the file is read: nobody waits while lines are looked at."""
    database = Database(make_engine(settings.database_url, threads=1))
    try:
        for path in files:
            reading = read(path.name, path.read_bytes(), progress)
            with database.session() as db:
                summary = verb(db, command_actor(), reading, progress)
            print(told(summary))
    except AppError as refusal:
        raise ValueError(refusal.detail) from None
    finally:
        database.engine.dispose()
    print(f"Source\u202f: {SOURCE}.")
    return 0


def told(summary: Summary) -> str:
    """What the operator reads: counts, reasons, then the bad lines with their number."""
    counts = {
        "écoles créées": summary.created,
        "modifiées": summary.updated,
        "inchangées": summary.unchanged,
        "lignes laissées": summary.skipped.total(),
        "à revoir": len(summary.problems),
    }
    lines = [f"{summary.file}\u202f: " + ", ".join(f"{word} {number}" for word, number in counts.items())]
    lines += [f"  laissées {number}\u202f: {reason}" for reason, number in summary.skipped.most_common()]
    lines += [f"  ligne {number}\u202f: {problem}" for number, problem in summary.problems[:SHOWN]]
    if len(summary.problems) > SHOWN:
        lines.append(f"  … et {len(summary.problems) - SHOWN} autres lignes à revoir")
    return "\n".join(lines)
