"""A table as Parquet, a group of rows at a time. Imported once it is known that pyarrow is installed."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import IO, Any

import pyarrow
from pyarrow.parquet import ParquetWriter

from app.web.tabular import Cell, Column, Kind, Table

GROUP = 20_000
"""Rows held at a time."""

_TYPES: dict[Kind, Callable[[], Any]] = {
    Kind.TEXT: pyarrow.string,
    Kind.INTEGER: pyarrow.int64,
    Kind.NUMBER: pyarrow.float64,
    Kind.BOOLEAN: pyarrow.bool_,
    Kind.DATE: pyarrow.date32,
    Kind.DATETIME: lambda: pyarrow.timestamp("us", tz="UTC"),
}
_VALUES: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: str,  # an enumeration is text too
    Kind.NUMBER: float,
    Kind.DATETIME: lambda value: datetime.astimezone(value, UTC),
}


def write_parquet(table: Table, file: IO[bytes]) -> None:
    """Nothing missing becomes a null, and a column that may not be null says so in its type."""
    schema = pyarrow.schema(
        [_field(column) for column in table.columns],
        metadata={"title": table.title, "description": table.description},
    )
    with ParquetWriter(file, schema) as parquet:
        waiting: list[Sequence[Cell]] = []
        for row in table.cells():
            waiting.append(row)
            if len(waiting) == GROUP:
                parquet.write_table(_group(table, waiting, schema))
                waiting = []
        if waiting:
            parquet.write_table(_group(table, waiting, schema))


def _field(column: Column) -> Any:
    told = {"title": column.title, "description": column.description}
    return pyarrow.field(column.name, _TYPES[column.kind](), nullable=column.is_nullable, metadata=told)


def _group(table: Table, rows: list[Sequence[Cell]], schema: Any) -> Any:
    arrays = []
    for place, (column, field) in enumerate(zip(table.columns, schema, strict=True)):
        value = _VALUES.get(column.kind, _as_it_is)
        cells = [None if row[place] is None else value(row[place]) for row in rows]
        arrays.append(pyarrow.array(cells, type=field.type))
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _as_it_is(value: Any) -> Any:
    return value
