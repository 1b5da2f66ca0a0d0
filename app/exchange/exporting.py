"""What a school holds, in the columns that an import reads: one kind as a table, or all in one file."""

import zipfile
from collections.abc import Iterator, Sequence
from tempfile import TemporaryDirectory
from typing import IO

from sqlmodel import Session

from app import clock
from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.exchange.catalogue import KINDS
from app.exchange.kinds import FileKind, Flat, Work
from app.exchange.service import work_of
from app.schools.models import School
from app.web.csv_writer import Dialect, write_csv
from app.web.tabular import Cell, Table


def rows_as_table(db: Session, actor: Actor, uai: str, kind: FileKind, *, template: bool = False) -> Table:
    """The school's rows of one kind; a template adds a line for each box still empty."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return _table(work_of(db, actor, school), kind, template=template)


def school_tables(db: Session, actor: Actor, uai: str) -> list[Table]:
    """Everything that the school wrote, one table a kind, in the order in which it is brought in again."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    work = work_of(db, actor, school)
    return [_table(work, kind) for kind in KINDS]


def _table(work: Work, kind: FileKind, *, template: bool = False) -> Table:
    flats = list(kind.spread(kind.rows(work)))
    if template:
        flats += kind.unanswered(work)
    return Table(
        f"{file_name(work.school)}-{kind.slug}",
        kind.label,
        [column.column for column in kind.columns],
        _cells(work, kind, flats),
        kind.description,
        clock.now(),
    )


def _cells(work: Work, kind: FileKind, flats: Sequence[Flat]) -> Iterator[Sequence[Cell]]:
    for flat in flats:
        yield [
            None if (value := flat.get(column.name)) is None else column.type.write(value, work.lookups)
            for column in kind.columns
        ]


def file_name(school: School) -> str:
    return f"confiance-{school.uai}"


def write_archive(tables: Sequence[Table], file: IO[bytes]) -> None:
    """A CSV a kind, as a French spreadsheet opens it."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, TemporaryDirectory() as folder:
        for table in tables:
            path = f"{folder}/{table.name}.csv"
            with open(path, "wb") as one:
                write_csv(table, one, Dialect.SPREADSHEET)
            archive.write(path, f"{table.name}.csv")
