"""A table as a workbook: real numbers and dates, the headings frozen, no text ever read as a formula."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from app.errors import NotAcceptable
from app.web.csv_writer import local
from app.web.tabular import Column, Kind, Table, WrongCell

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_575  # under the headings: a sheet has 2^20 lines
_EXACT = 10**15  # a spreadsheet keeps 15 digits
_FIRST_YEAR = 1900  # and its days start then
_UNFIT = -2  # what the library answers for a text that it cut
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_WIDTHS = {
    Kind.TEXT: 24,
    Kind.INTEGER: 10,
    Kind.NUMBER: 10,
    Kind.BOOLEAN: 8,
    Kind.DATE: 12,
    Kind.DATETIME: 17,
}
_WIDEST = 40


def write_xlsx(table: Table, file: IO[bytes]) -> None:
    """The rows on one sheet, what the columns mean on the other.

    Raises NotAcceptable past 1,048,575 rows, and WrongCell for what a cell cannot hold whole: the library
    cuts it and says nothing. What was written to `file` until then is not to be sent.
    """
    write_workbook([table], file)


def write_workbook(tables: Sequence[Table], file: IO[bytes]) -> None:
    """A sheet a table, then what all their columns mean; refuses as `write_xlsx` does."""
    from xlsxwriter import Workbook

    # The library would write the present hour, and no two files would be equal.
    made = (tables[0].as_of or datetime(2000, 1, 1, tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
    with TemporaryDirectory() as folder:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "tmpdir": folder,
        }
        with Workbook(file, options) as book:
            book.set_properties({"title": tables[0].title, "created": made})
            for table in tables:
                _write_rows(book, table)
            _write_meanings(book, tables)


def _write_rows(book: "Workbook", table: Table) -> None:
    sheet = book.add_worksheet(sheet_name(table.title))
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _width(column))
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        _must(sheet.write_string(0, place, _text(column.title), heading), table, 0, column)
    writers = [_writer(book, sheet, column) for column in table.columns]
    last = 0
    for last, row in enumerate(table.cells(), start=1):
        if last > MAX_ROWS:
            raise NotAcceptable(
                "Un classeur s’arrête à 1\u202f048\u202f575 lignes, et cette réponse en a davantage\u202f: "
                "demandez le CSV ou le Parquet.",
                code="too_many_rows",
            )
        for place, (cell, write) in enumerate(zip(row, writers, strict=True)):
            if cell is not None:
                _must(write(last, place, cell), table, last, table.columns[place])
    sheet.autofilter(0, 0, last, len(table.columns) - 1)


def _write_meanings(book: "Workbook", tables: Sequence[Table]) -> None:
    sheet = book.add_worksheet(sheet_name("Colonnes", *(sheet_name(table.title) for table in tables)))
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for place, width in enumerate((_WIDEST, _WIDEST, 80)):
        sheet.set_column(place, place, width)
    lines = [("Colonne", "Nom dans les fichiers de données", "Ce qu’elle dit")]
    for table in tables:
        lines += [(column.title, column.name, column.description) for column in table.columns]
        if table.description:
            lines += [("", "", ""), (table.title, table.name, table.description)]
        lines += [("", "", "")] if table is not tables[-1] else []
    for number, line in enumerate(lines):
        for place, text in enumerate(line):
            sheet.write_string(number, place, _text(text), wrapped if number else bold)


def sheet_name(title: str, *beside: str) -> str:
    """At most 31 characters, none of []:*?/\\, no apostrophe at either end, never « History »."""
    name = _FORBIDDEN.sub(" ", title)[:31].strip("' ") or "Tableau"
    taken = {"history", *(name.casefold() for name in beside)}
    return name if name.casefold() not in taken else f"{name[:29]} 2"


def _width(column: Column) -> int:
    longest_word = max((len(word) for word in column.title.split()), default=0)
    return min(max(_WIDTHS[column.kind], longest_word + 2, len(column.title) // 2 + 2), _WIDEST)


def _text(text: str) -> str:
    """Text as it is: what looks like the library's own XML, `<r>…</r>`, is given to it as that XML."""
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text)}</t></r>'
    return text


def _must(code: int, table: Table, row: int, column: Column) -> None:
    if code:
        raise WrongCell(f"{table.name}, row {row}, {column.name}: more than a cell of a workbook holds")


def _writer(book: "Workbook", sheet: "Worksheet", column: Column) -> Callable[[int, int, Any], int]:
    if column.kind is Kind.TEXT:
        return lambda row, place, value: sheet.write_string(row, place, _text(value))
    if column.kind is Kind.BOOLEAN:
        return sheet.write_boolean
    if column.kind is Kind.DATE:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        return lambda row, place, value: (
            sheet.write_datetime(row, place, value, day) if value.year >= _FIRST_YEAR else _UNFIT
        )
    if column.kind is Kind.DATETIME:
        hour = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        return lambda row, place, value: (
            sheet.write_datetime(row, place, local(value), hour) if value.year >= _FIRST_YEAR else _UNFIT
        )
    shown = book.add_format({"num_format": _number_format(column)})

    def number(row: int, place: int, value: float | Fraction | Decimal) -> int:
        if isinstance(value, int) and abs(value) >= _EXACT:
            return _UNFIT
        return sheet.write_number(row, place, float(value), shown)

    return number


def _number_format(column: Column) -> str:
    """Excel shows these in the reader's own language: 1 234,5 in French."""
    if column.kind is Kind.INTEGER:
        return "#,##0"
    if column.places is None:
        return "General"
    return "#,##0." + "0" * column.places if column.places else "#,##0"
