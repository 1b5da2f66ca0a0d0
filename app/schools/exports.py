"""One of the ministry's exports, line by line: a bad line never stops the rest."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.domain.french import fold
from app.progress import Watch

Row = TypeVar("Row")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass
class Reading(Generic[Row]):
    """What a file holds: rows, lines left out by reason, and lines that could not be read."""

    name: str
    rows: list[Row] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, str]] = field(default_factory=list)
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    """Code of a circonscription by département and folded name, from the circonscriptions' own lines."""


class Skip(Exception):
    """A good line that is not ours; the message is the reason, counted in the summary."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a column that the file does not have reads as empty."""

    number: int
    columns: dict[str, int]
    cells: list[str]

    def __getitem__(self, column: str) -> str:
        place = self.columns.get(column)
        return " ".join(self.cells[place].split()) if place is not None else ""


def read_all(
    content: bytes,
    required: Sequence[str],
    read: Callable[[Line], Row],
    reading: Reading[Row],
    watch: Watch,
) -> None:
    """Fill `reading` with what `read` makes of each line; ValueError when a required heading is missing.

    Headings are matched folded: the columns of both generations (`Code postal`, `Code_postal`) are the same.
    """
    lines = io.StringIO(_decoded(content), newline=None).readlines()
    separator = max(";,\t", key=lines[0].count) if lines else ";"
    header: list[str] = next(csv.reader(lines[:1], delimiter=separator), [])
    columns = {fold(name): place for place, name in enumerate(header)}
    missing = [name for name in required if name not in columns]
    if missing:
        raise ValueError(
            f"{reading.name}\u202f: ce n’est pas le fichier attendu, il manque «\u202f{missing[0]}\u202f»."
        )
    body = watch(lines[1:], f"Lecture de {reading.name}")
    for number, cells in _cells(body, separator, len(header), reading):
        line = Line(number, columns, cells)
        try:
            reading.rows.append(read(line))
        except Skip as reason:
            reading.skipped[str(reason)] += 1
        except ValueError as problem:
            reading.problems.append((line.number, str(problem)))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _cells(
    lines: Iterable[str], separator: str, width: int, reading: Reading[Row]
) -> Iterator[tuple[int, list[str]]]:
    """Each line is parsed alone: an open quote harms its own line, not the rest of the file."""
    for number, text in enumerate(lines, start=2):
        if not text.strip():
            continue
        try:
            cells = next(csv.reader([text], delimiter=separator, strict=True))
        except csv.Error:
            reading.problems.append((number, "La ligne n’est pas lisible\u202f: guillemets ouverts."))
            continue
        if len(cells) != width:
            told = f"{len(cells)} colonnes au lieu de {width}"
            reading.problems.append((number, f"La ligne n’est pas complète\u202f: {told}."))
        elif _CONTROL.search(text):
            reading.problems.append((number, "La ligne contient un caractère illisible."))
        else:
            yield number, cells
