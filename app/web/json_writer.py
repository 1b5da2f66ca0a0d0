"""A table as JSON, in the shape of every list of the API: `{items, next}`, one object a row."""

from datetime import UTC, datetime
from itertools import islice
from typing import IO

import orjson

from app.web.tabular import BATCH, Kind, Table


def write_json(table: Table, file: IO[bytes], following: str | None = None) -> None:
    """`following` is the key of the next page; a file that holds everything has none.

    JSON has no word for a Fraction or a Decimal: they are told as floats.
    """
    names = [column.name for column in table.columns]
    moments = [column.name for column in table.columns if column.kind is Kind.DATETIME]
    cells, before = table.cells(), b""
    file.write(b'{"items":[')
    while batch := [dict(zip(names, row, strict=True)) for row in islice(cells, BATCH)]:
        for name in moments:
            for row in batch:
                moment = row[name]
                if isinstance(moment, datetime) and moment.tzinfo is not UTC:
                    row[name] = moment.astimezone(UTC)
        file.write(before + orjson.dumps(batch, default=float, option=orjson.OPT_UTC_Z)[1:-1])
        before = b","
    file.write(b'],"next":' + orjson.dumps(following) + b"}")
