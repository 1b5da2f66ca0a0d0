"""A table as JSON, in the shape of every list of the API: `{items, next}`, one object a row."""

import json
from collections.abc import Callable
from typing import IO, Any

from app.web.csv_writer import BATCH, iso
from app.web.tabular import Kind, Table

_text = json.JSONEncoder(ensure_ascii=False).encode


def write_json(table: Table, file: IO[bytes], following: str | None = None) -> None:
    """`following` is the key of the next page; a file that holds everything has none."""
    names = [json.dumps(column.name) for column in table.columns]
    writers = [_WRITERS[column.kind] for column in table.columns]
    waiting: list[str] = []
    before = '{"items":['
    for row in table.cells():
        pairs = (
            f"{name}:{'null' if cell is None else write(cell)}"
            for name, cell, write in zip(names, row, writers, strict=True)
        )
        waiting.append("{" + ",".join(pairs) + "}")
        if len(waiting) == BATCH:
            file.write((before + ",".join(waiting)).encode())
            before, waiting = ",", []
    if not waiting and before == ",":
        before = ""
    file.write((before + ",".join(waiting) + f'],"next":{_text(following)}}}').encode())


_WRITERS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: int.__repr__,
    Kind.NUMBER: lambda value: repr(value if isinstance(value, int) else float(value)),
    Kind.BOOLEAN: lambda value: "true" if value else "false",
    Kind.DATE: lambda value: f'"{value.isoformat()}"',
    Kind.DATETIME: lambda value: f'"{iso(value)}"',
}
