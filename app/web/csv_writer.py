"""The one writer of CSV, in two dialects: for a French spreadsheet, and as open data."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import IO, Any
from zoneinfo import ZoneInfo

from app.domain.vocabulary import Labelled
from app.web.tabular import BATCH, Column, Kind, Table

_COMMANDS = tuple("=+-@\t\r\n＝＋－＠")
_NUMERIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_PARIS = ZoneInfo("Europe/Paris")


class Dialect(Labelled):
    """`tableur`: French titles, semicolons, decimal commas, dd/mm/yyyy, a byte order mark, cells disarmed.
    `donnees-ouvertes`: column names, commas, points, ISO dates (RFC 4180), text exactly as it is.
    """

    SPREADSHEET = "tableur", "pour un tableur français"
    OPEN_DATA = "donnees-ouvertes", "données ouvertes"


def write_csv(table: Table, file: IO[bytes], dialect: Dialect) -> None:
    is_open = dialect is Dialect.OPEN_DATA
    text = io.StringIO(newline="")
    line = csv.writer(text, delimiter="," if is_open else ";", lineterminator="\r\n")
    headings = [column.name if is_open else disarmed(column.title) for column in table.columns]
    writers = [(_open if is_open else _spreadsheet)(column) for column in table.columns]

    def flush() -> None:
        file.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()

    if not is_open:
        text.write("\ufeff")
    line.writerow(headings)
    for number, row in enumerate(table.cells(), start=1):
        line.writerow(["" if cell is None else write(cell) for cell, write in zip(row, writers, strict=True)])
        if number % BATCH == 0:
            flush()
    flush()


def disarmed(text: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe; a number, even negative, is left.

    The rule of OWASP's « CSV Injection »: = + - @, tab, line ends, and the full-width signs. What has
    apostrophes before such a sign gets one more, so that `armed` gives back exactly what was there.
    """
    return f"'{text}" if _is_command(text.lstrip("'")) else text


def armed(text: str) -> str:
    """The inverse of `disarmed`: a cell as it was before it was written."""
    return text[1:] if text.startswith("'") and _is_command(text.lstrip("'")) else text


def _is_command(text: str) -> bool:
    return text.startswith(_COMMANDS) and not _NUMERIC.fullmatch(text)


def local(moment: datetime) -> datetime:
    """The hour as people in France read it, without its zone."""
    return moment.astimezone(_PARIS).replace(tzinfo=None)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(value: float | Fraction | Decimal) -> str:
    """All the digits, never an exponent: 1e-07 is text to a spreadsheet."""
    exact = Decimal(value) if isinstance(value, int | Decimal) else Decimal(repr(float(value)))
    return f"{exact:f}"


def rounded(value: float | Fraction | Decimal, places: int) -> str:
    """With so many decimals after a comma, half up, away from zero: 2,675 to two places is 2,68."""
    # Through its shortest text, so that 2.675 is the 2.675 that was typed and not the binary number below it.
    exact = Decimal(repr(float(value))) if isinstance(value, float) else value
    above, below = exact.as_integer_ratio()
    scaled = (2 * abs(above) * 10**places + below) // (2 * below)
    digits = f"{scaled:0{places + 1}d}"
    sign = "-" if above < 0 and scaled else ""
    return f"{sign}{digits[:-places]},{digits[-places:]}" if places else f"{sign}{digits}"


def _open(column: Column) -> Callable[[Any], str]:
    by_kind: dict[Kind, Callable[[Any], str]] = {
        Kind.TEXT: str,
        Kind.INTEGER: str,
        Kind.NUMBER: plain,
        Kind.BOOLEAN: lambda value: "true" if value else "false",
        Kind.DATE: date.isoformat,
        Kind.DATETIME: iso,
    }
    return by_kind[column.kind]


def _spreadsheet(column: Column) -> Callable[[Any], str]:
    places = column.places

    def number(value: float | Fraction | Decimal) -> str:
        return plain(value).replace(".", ",") if places is None else rounded(value, places)

    by_kind: dict[Kind, Callable[[Any], str]] = {
        Kind.TEXT: disarmed,
        Kind.INTEGER: str,
        Kind.NUMBER: number,
        Kind.BOOLEAN: lambda value: "oui" if value else "non",
        Kind.DATE: lambda value: f"{value:%d/%m/%Y}",
        Kind.DATETIME: lambda value: f"{local(value):%d/%m/%Y %H:%M}",
    }
    return by_kind[column.kind]
