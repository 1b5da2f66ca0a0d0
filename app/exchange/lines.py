"""The lines of one sheet as items: each cell read by its column, each mistake with its line and its field."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from app.errors import AppError, FieldError, Invalid
from app.exchange.columns import FileColumn, Lookups
from app.exchange.kinds import FileKind, Flat, Item, Misread
from app.exchange.matching import Part
from app.exchange.models import LineProblem
from app.web.forms import field_errors

MISSING = "Remplissez cette case."


def items_of(part: Part, lookups: Lookups) -> Iterator[Item | Misread]:
    """The items of a sheet in the order of its lines; what cannot be read is given back as such."""
    read: list[Item] = []
    columns = [(place, _named(part.kind, name)) for place, name in part.columns.items()]
    readers = {place: _reader(column, lookups) for place, column in columns}
    for row in part.lines:
        problems: list[LineProblem] = []
        given: Flat = {}
        for place, column in columns:
            cell = row.cells[place].strip() if place < len(row.cells) else ""
            try:
                if told := part.sheet.broken.get((row.line, place)):
                    raise ValueError(told)
                given[column.name] = readers[place](cell) if cell else column.blank
            except ValueError as problem:
                problems.append(_problem(row.line, column, "unreadable", str(problem)))
        if any(row.cells[place].strip() for place in part.columns if place < len(row.cells)) or problems:
            if not problems:
                problems = [
                    _problem(row.line, column, "missing", MISSING)
                    for column in part.kind.required
                    if given.get(column.name) in (None, "")
                ]
            if problems:
                yield Misread(problems)
            else:
                read.append(Item(row.line, given))
    yield from part.kind.gather(read)


def _named(kind: FileKind, name: str) -> FileColumn:
    column = kind.named(name)
    assert column is not None, name
    return column


def _reader(column: FileColumn, lookups: Lookups) -> Callable[[str], Any]:
    """A column says the same few things again and again: each is read once."""
    return lru_cache(maxsize=1_000)(lambda cell: column.type.read(cell, lookups))


def _problem(line: int, column: FileColumn, code: str, detail: str) -> LineProblem:
    return LineProblem(line=line, field=column.name, column=column.title, code=code, detail=detail)


def problems_of(kind: FileKind, item: Item, refusal: Exception) -> list[LineProblem]:
    """What a verb, or the model of its body, found in an item."""
    if isinstance(refusal, ValidationError):
        found: list[FieldError] = field_errors(refusal)
    elif isinstance(refusal, Invalid):
        found = list(refusal.errors)
    else:
        assert isinstance(refusal, AppError)
        found = [FieldError("/", refusal.detail, refusal.code)]
    return [_told(kind, item, error) for error in found]


def _told(kind: FileKind, item: Item, error: FieldError) -> LineProblem:
    """On the line of the list it is about, when it is about one."""
    parts = error.pointer.strip("/").split("/")
    line = item.line
    if len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(item.lines):
        line = item.lines[int(parts[1])]
    plain = "/".join(part for part in parts if not part.isdecimal())
    name = kind.pointers.get(plain, plain)
    column = kind.named(name)
    return LineProblem(
        line=line,
        field=name if column else "",
        column=column.title if column else "",
        code=error.code,
        detail=error.detail,
    )


def text_of(column: FileColumn, value: Any, lookups: Lookups) -> str:
    """A value as a person reads it in a sentence."""
    if value in (None, "", []):
        return "vide"
    if isinstance(value, str) and column.type.kind.value == "date":
        return "/".join(reversed(value.split("-")))
    written = column.type.write(value, lookups)
    return f"{written:%d/%m/%Y}" if hasattr(written, "strftime") else str(written)
