"""A table as JSON, in the shape of every list of the API: `{items, next}`, one object a row."""

from collections.abc import Callable
from datetime import UTC
from itertools import islice
from typing import IO, Any

import orjson

from app.web.tabular import BATCH, Kind, Table


def write_json(table: Table, file: IO[bytes], following: str | None = None) -> None:
    """`following` is the key of the next page; a file that holds everything has none."""
    names = [column.name for column in table.columns]
    told = [(column.name, _TOLD[column.kind]) for column in table.columns if column.kind in _TOLD]
    cells, before = table.cells(), b""
    file.write(b'{"items":[')
    while batch := [dict(zip(names, row, strict=True)) for row in islice(cells, BATCH)]:
        for name, tell in told:
            for row in batch:
                if row[name] is not None:
                    row[name] = tell(row[name])
        file.write(before + orjson.dumps(batch, option=orjson.OPT_UTC_Z)[1:-1])
        before = b","
    file.write(b'],"next":' + orjson.dumps(following) + b"}")


_TOLD: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: lambda value: value if isinstance(value, int) else float(value),
    Kind.DATETIME: lambda moment: moment if moment.tzinfo is UTC else moment.astimezone(UTC),
}
"""What JSON has no word for."""
