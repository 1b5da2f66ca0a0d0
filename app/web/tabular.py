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
from typing import Any, NoReturn, TypeAlias

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
        rows, before = iter(self.rows), 0
        while batch := list(islice(rows, BATCH)):
            ordered = self._in_order(batch, before)
            for column, values in zip(self.columns, zip(*ordered, strict=True), strict=True):
                if not _fit(column, values):
                    self._refuse(column, values, before)
            yield from ordered
            before += len(batch)

    def _in_order(self, batch: list[Row], before: int) -> Sequence[Sequence[Cell]]:
        names = [column.name for column in self.columns]
        if set(map(len, batch)) != {len(names)}:
            number, row = next(found for found in enumerate(batch, before + 1) if len(found[1]) != len(names))
            raise WrongCell(f"{self.name}, row {number}: {len(row)} cells for {len(names)} columns")
        if not any(issubclass(kind, Mapping) for kind in set(map(type, batch))):
            return batch  # type: ignore[return-value]  # a row that is no mapping is a sequence
        ordered: list[Sequence[Cell]] = []
        for number, row in enumerate(batch, before + 1):
            try:
                ordered.append([row[name] for name in names] if isinstance(row, Mapping) else row)
            except KeyError:
                raise WrongCell(f"{self.name}, row {number}: a column is missing") from None
        return ordered

    def _refuse(self, column: Column, values: Sequence[Cell], before: int) -> NoReturn:
        wrong = (found for found in enumerate(values, before + 1) if not _fit(column, found[1:]))
        number, value = next(wrong)
        told = "nothing" if value is None else f"a {type(value).__name__}"
        raise WrongCell(f"{self.name}, row {number}, {column.name}: {told} for {column.kind}")


def slug(text: str) -> str:
    """« Circonscription d’Évry » → `circonscription-d-evry`, for the name of a table."""
    return french.fold(text).replace(" ", "-") or "tableau"


def _fit(column: Column, values: Sequence[Cell]) -> bool:
    """Whether they are what the column holds: nearly always their types say so, for all at once."""
    types = set(map(type, values))
    if column.is_nullable:
        types.discard(NoneType)
    if not all(_FITS[column.kind](kind) for kind in types):
        return False
    if column.kind is Kind.NUMBER and any(issubclass(kind, float | Decimal) for kind in types):
        return all(math.isfinite(value) for value in values if isinstance(value, float | Decimal))
    if column.kind is Kind.DATETIME:  # without a zone it would be read as another hour in each file
        return all(value.tzinfo is not None for value in values if isinstance(value, datetime))
    return True


_FITS: dict[Kind, Callable[[type], bool]] = {
    Kind.TEXT: lambda kind: issubclass(kind, str),
    Kind.INTEGER: lambda kind: issubclass(kind, int) and kind is not bool,
    Kind.NUMBER: lambda kind: issubclass(kind, int | Fraction | float | Decimal) and kind is not bool,
    Kind.BOOLEAN: lambda kind: kind is bool,
    Kind.DATE: lambda kind: issubclass(kind, date) and not issubclass(kind, datetime),
    Kind.DATETIME: lambda kind: issubclass(kind, datetime),
}
