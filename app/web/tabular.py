"""A table of answers before it is a file: named, typed, checked columns, and rows read once.

`csv_writer`, `json_writer`, `xlsx_writer` and `parquet_writer` write it; `formats` chooses; `answers` sends.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import islice
from types import NoneType
from typing import Any, TypeAlias

from app.domain import french

Cell: TypeAlias = str | int | float | Fraction | Decimal | bool | date | datetime | None
Row: TypeAlias = Mapping[str, Any] | Sequence[Any]

BATCH = 2_000
"""Rows checked, and turned into bytes, at a time."""

_COLUMN = re.compile(r"[a-z][a-z0-9_]*")
_TABLE = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")


class Kind(StrEnum):
    """What a column holds; the values are the type names of a Table Schema, but for text."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"


class WrongCell(ValueError):
    """A row that is not what its table says. The file is not written; the value itself is not told."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `name` for programs (JSON, Parquet, open data), `title` for people (spreadsheets).

    `places` is how many decimals people see of a number (0 rounds to whole); programs get all of them.
    """

    name: str
    title: str
    kind: Kind = Kind.TEXT
    description: str = ""
    is_nullable: bool = False
    places: int | None = None

    def __post_init__(self) -> None:
        if not _COLUMN.fullmatch(self.name):
            raise ValueError(f"not a column name: {self.name!r}")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and rows as mappings by column name or as sequences in column order.

    `name` is the file without its extension, in plain ASCII (`slug` makes one). `rows` may be a generator:
    it is read once, and never held whole. `as_of` is when the figures were read, for the workbook's own
    properties: the same table gives the same bytes everywhere, so that a strong ETag may stand for them.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    description: str = ""
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        if not _TABLE.fullmatch(self.name):
            raise ValueError(f"not a table name: {self.name!r}")
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"{self.name}: columns are missing or named twice")

    def cells(self) -> Iterator[Sequence[Cell]]:
        """Each row in column order, checked against its columns. Raises WrongCell."""
        names = [column.name for column in self.columns]
        rows, before = enumerate(self.rows, start=1), 0
        while batch := [self._in_order(names, number, row) for number, row in islice(rows, BATCH)]:
            for column, values in zip(self.columns, zip(*batch, strict=True), strict=True):
                # Nearly every cell has the usual type of its column: a set of types says so for all at once.
                usual = _USUAL[column.kind] | {NoneType} if column.is_nullable else _USUAL[column.kind]
                if not set(map(type, values)) <= usual:
                    self._check(column, values, before)
            yield from batch
            before += len(batch)

    def _in_order(self, names: Sequence[str], number: int, row: Row) -> Sequence[Cell]:
        if len(row) != len(names):
            raise WrongCell(f"{self.name}, row {number}: {len(row)} cells for {len(names)} columns")
        if not isinstance(row, Mapping):
            return row
        try:
            return [row[name] for name in names]
        except KeyError:
            raise WrongCell(f"{self.name}, row {number}: a column is missing") from None

    def _check(self, column: Column, values: Sequence[Any], before: int) -> None:
        for number, value in enumerate(values, start=before + 1):
            if not (column.is_nullable if value is None else _FITS[column.kind](value)):
                told = "nothing" if value is None else f"a {type(value).__name__}"
                raise WrongCell(f"{self.name}, row {number}, {column.name}: {told} for {column.kind}")


def slug(text: str) -> str:
    """« Circonscription d’Évry » → `circonscription-d-evry`, for the name of a table."""
    return french.fold(text).replace(" ", "-") or "tableau"


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | Fraction) or (isinstance(value, float | Decimal) and math.isfinite(value))


_USUAL: dict[Kind, set[type]] = {
    Kind.TEXT: {str},
    Kind.INTEGER: {int},
    Kind.NUMBER: {int},
    Kind.BOOLEAN: {bool},
    Kind.DATE: {date},
    Kind.DATETIME: set(),
}
"""Types that always fit."""
_FITS: dict[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: lambda value: isinstance(value, str),
    Kind.INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    Kind.NUMBER: _is_number,
    Kind.BOOLEAN: lambda value: isinstance(value, bool),
    Kind.DATE: lambda value: isinstance(value, date) and not isinstance(value, datetime),
    # Without a zone it would be read as another hour in each file.
    Kind.DATETIME: lambda value: isinstance(value, datetime) and value.tzinfo is not None,
}
