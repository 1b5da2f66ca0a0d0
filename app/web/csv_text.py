"""A table as a file that a French spreadsheet opens with a double click."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from app.domain import french

Cell = str | int | Fraction | date | None

MEDIA_TYPE = "text/csv; charset=utf-8"
_COMMANDS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(?:,\d+)?")


def spreadsheet(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Semicolons, decimal commas, dd/mm/yyyy, UTF-8 with its mark, CRLF; no cell is ever run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([written(column) for column in columns])
    writer.writerows([written(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def written(cell: Cell) -> str:
    """One cell: whole numbers bare, fractions to a tenth, and text that a spreadsheet would obey disarmed."""
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, Fraction):
        return french.decimal(cell).replace(french.NARROW, "").replace("−", "-")
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return f"'{cell}" if cell.startswith(_COMMANDS) and not _NUMBER.fullmatch(cell) else cell
