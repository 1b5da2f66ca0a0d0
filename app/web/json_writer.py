"""A table as JSON, in the shape of every list of the API: `{items, next}`, one object a row."""

import json
from collections.abc import Callable
from typing import IO, Any

from app.web.csv_writer import BATCH, iso
from app.web.tabular import Kind, Table

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def write_json(table: Table, file: IO[bytes], following: str | None = None) -> None:
    """`following` is the key of the next page; a file that holds everything has none."""
    names = [column.name for column in table.columns]
    told = [(at, _TOLD[column.kind]) for at, column in enumerate(table.columns) if column.kind in _TOLD]
    waiting: list[str] = []
    before = '{"items":['
    for row in table.cells():
        cells = list(row)
        for at, tell in told:
            if cells[at] is not None:
                cells[at] = tell(cells[at])
        waiting.append(_encode(dict(zip(names, cells, strict=True))))
        if len(waiting) == BATCH:
            file.write((before + ",".join(waiting)).encode())
            before, waiting = ",", []
    if not waiting and before == ",":
        before = ""
    file.write((before + ",".join(waiting) + f'],"next":{_encode(following)}}}').encode())


_TOLD: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: lambda value: value if isinstance(value, int) else float(value),
    Kind.DATE: lambda value: value.isoformat(),
    Kind.DATETIME: iso,
}
"""What JSON has no word for."""
