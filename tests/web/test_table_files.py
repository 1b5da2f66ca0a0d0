"""A table written and read back, by readers that are not its writers."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from python_calamine import CalamineWorkbook

from app.errors import NotAcceptable
from app.web import xlsx_writer
from app.web.answers import encoded, write
from app.web.csv_writer import Dialect, disarmed, plain, rounded
from app.web.formats import Format, Wanted
from app.web.tabular import BATCH, Cell, Column, Kind, Row, Table, WrongCell, slug
from app.web.xlsx_writer import sheet_name
from tests.web.conftest import BASE, COLUMNS, NOON, ROWS, texts, with_rows

SPREADSHEET = Wanted(Format.CSV)
OPEN_DATA = Wanted(Format.CSV, Dialect.OPEN_DATA)
XLSX, JSON, PARQUET = Wanted(Format.XLSX), Wanted(Format.JSON), Wanted(Format.PARQUET)
ALL = (SPREADSHEET, OPEN_DATA, XLSX, JSON, PARQUET)
HOSTILE = (
    "=1+1",
    "+33 1 60 00 00 00",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1;2)",
    "\tx",
    "\rx",
    "\nx",
    "＝1+1",
    '=HYPERLINK("http://x";"y")',
    "https://x.invalid",
    "<r><t>x</t></r>",
    "<r>a & b</r>",
    "_x0041_",
    "a;b,c",
    '"',
    " both ends ",
    "École 𝒜 \u202f’",
    "\x01",
)


def by_key(wanted: Wanted) -> str:
    return wanted.key


def csv_rows(content: bytes, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parquet(content: bytes) -> Any:
    return pyarrow.parquet.read_table(io.BytesIO(content))


# --- what each format says -----------------------------------------------------------------------------


def test_csv_for_a_french_spreadsheet() -> None:
    content = encoded(BASE, SPREADSHEET)
    assert content.startswith(b"\xef\xbb\xbfTerritoire;Familles venues;Part (%)")
    assert content.count(b"\r\n") == 4
    assert csv_rows(content, ";")[1:] == [
        ["Évry « nord »", "1234", "70,4", "oui", "09/10/2026", "21/11/2026 12:58"],
        ["Melun; Sénart, est", "", "", "non", "", "21/11/2026 12:58"],
        ['a "quoted"\nname', "-5", "-0,1", "oui", "01/01/2027", "21/11/2026 12:58"],
    ]


def test_csv_as_open_data() -> None:
    content = encoded(BASE, OPEN_DATA)
    assert content.startswith(b"territory,counted,rate,is_complete,held_on,recorded_at\r\n")
    assert csv_rows(content, ",")[1:] == [
        ["Évry « nord »", "1234", "70.4", "true", "2026-10-09", "2026-11-21T11:58:00Z"],
        ["Melun; Sénart, est", "", "", "false", "", "2026-11-21T11:58:00Z"],
        ['a "quoted"\nname', "-5", "-0.05", "true", "2027-01-01", "2026-11-21T11:58:00Z"],
    ]


def test_json_is_a_list_of_the_api() -> None:
    told = json.loads(encoded(BASE, JSON, following="77"))
    assert told["next"] == "77"
    assert told["items"][0] == {
        "territory": "Évry « nord »",
        "counted": 1234,
        "rate": 70.4,
        "is_complete": True,
        "held_on": "2026-10-09",
        "recorded_at": "2026-11-21T11:58:00Z",
    }
    assert told["items"][1] == dict.fromkeys(told["items"][0]) | {
        "territory": "Melun; Sénart, est",
        "is_complete": False,
        "recorded_at": "2026-11-21T11:58:00Z",
    }
    assert encoded(with_rows([]), JSON) == b'{"items":[],"next":null}'


@pytest.mark.parametrize("count", [1, 1_999, 2_000, 2_001, 4_000])
def test_no_row_is_lost_where_a_batch_ends(count: int) -> None:
    table = Table("n", "N", (Column("n", "N", Kind.INTEGER),), ((n,) for n in range(count)))
    assert [row["n"] for row in json.loads(encoded(table, JSON))["items"]] == list(range(count))
    again = with_rows(([n] for n in range(count)), table)
    assert [row[0] for row in csv_rows(encoded(again, OPEN_DATA), ",")] == ["n", *map(str, range(count))]


def test_a_workbook_holds_numbers_and_dates() -> None:
    found = sheets(encoded(BASE, XLSX))
    assert list(found) == ["Relevé d’automne", "Colonnes"]
    assert found["Relevé d’automne"] == [
        [column.title for column in COLUMNS],
        ["Évry « nord »", 1234, 70.4, True, date(2026, 10, 9), datetime(2026, 11, 21, 12, 58)],
        ["Melun; Sénart, est", "", "", False, "", datetime(2026, 11, 21, 12, 58)],
        ['a "quoted"\nname', -5, -0.05, True, date(2027, 1, 1), datetime(2026, 11, 21, 12, 58)],
    ]
    assert found["Colonnes"][1] == ["Territoire", "territory", "Le nom de la circonscription"]
    assert found["Colonnes"][-1] == ["Relevé d’automne", "releve", "Ce que les écoles ont transmis."]


def test_a_workbook_opens_ready_to_read() -> None:
    with zipfile.ZipFile(io.BytesIO(encoded(BASE, XLSX))) as files:
        sheet = files.read("xl/worksheets/sheet1.xml").decode()
        styles = files.read("xl/styles.xml").decode()
    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in sheet
    assert '<autoFilter ref="A1:F4"/>' in sheet
    assert '<col min="1" max="1" width="24.7109375"' in sheet
    assert {"dd/mm/yyyy", "#,##0.0"} <= set(styles.split('"'))
    assert "<f>" not in sheet


def test_parquet_keeps_the_types() -> None:
    table = parquet(encoded(BASE, PARQUET))
    assert [(field.name, str(field.type), field.nullable) for field in table.schema] == [
        ("territory", "string", False),
        ("counted", "int64", True),
        ("rate", "double", True),
        ("is_complete", "bool", False),
        ("held_on", "date32[day]", True),
        ("recorded_at", "timestamp[us, tz=UTC]", False),
    ]
    assert table.schema.field("territory").metadata[b"description"] == b"Le nom de la circonscription"
    assert table.schema.metadata[b"title"] == "Relevé d’automne".encode()
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("Évry « nord »", 1234, 70.4, True, date(2026, 10, 9), NOON),
        ("Melun; Sénart, est", None, None, False, None, NOON),
        ('a "quoted"\nname', -5, -0.05, True, date(2027, 1, 1), NOON),
    ]


def test_a_number_has_all_its_digits_and_no_exponent() -> None:
    assert [plain(value) for value in (0.1, 1e-07, 1e22, 12, 2**70, Fraction(1, 8))] == [
        "0.1",
        "0.0000001",
        "10000000000000000000000",
        "12",
        "1180591620717411303424",
        "0.125",
    ]
    typed: list[tuple[float | Fraction | Decimal, int]] = [
        (2.675, 2),
        (250_000, 1),
        (Fraction(2, 3), 1),
        (-0.05, 1),
        (Decimal("-0.04"), 1),
        (7, 2),
        (1e-07, 0),
        (0.5, 0),
    ]
    assert [rounded(*one) for one in typed] == ["2,68", "250000,0", "0,7", "-0,1", "0,0", "7,00", "0", "1"]


@pytest.mark.parametrize("wanted", ALL, ids=by_key)
def test_the_same_table_gives_the_same_bytes(wanted: Wanted) -> None:
    """A strong ETag stands for bytes, whichever process wrote them."""
    assert encoded(BASE, wanted) == encoded(BASE, wanted)


# --- hostile words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_no_reader_is_given_a_formula_and_nothing_else_is_changed(text: str) -> None:
    table = texts(text)
    (shown,) = csv_rows(encoded(table, SPREADSHEET), ";")[1]
    assert shown in {text, f"'{text}"}
    assert not shown.startswith(tuple("=+-@\t\r\n＝"))
    assert csv_rows(encoded(table, OPEN_DATA), ",")[1] == [text]
    assert json.loads(encoded(table, JSON))["items"] == [{"said": text}]
    assert parquet(encoded(table, PARQUET)).to_pylist() == [{"said": text}]
    with zipfile.ZipFile(io.BytesIO(encoded(table, XLSX))) as files:
        sheet = files.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    if text not in {"\rx", "\x01"}:  # the reader leaves the _x000D_ of Excel as it is
        assert sheets(encoded(table, XLSX))["Textes"][1] == [text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("-5", "-5"), ("-12,5", "-12,5"), ("+3.25", "+3.25"), ("-5-", "'-5-"), ("-1e5", "'-1e5"), ("-", "'-")],
)
def test_a_negative_number_is_no_formula(text: str, shown: str) -> None:
    assert disarmed(text) == shown


def test_a_heading_is_disarmed_too() -> None:
    table = Table("t", "=cmd()", (Column("a", "=A1"),), [("x",)])
    assert csv_rows(encoded(table, SPREADSHEET), ";")[0] == ["'=A1"]
    assert sheets(encoded(table, XLSX))["=cmd()"][0] == ["=A1"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("'a/b\\c?d*e[f]:g'", "a b c d e f  g"),
        ("x" * 40, "x" * 31),
        ("///", "Tableau"),
        ("History", "History 2"),
        ("Colonnes", "Colonnes"),
    ],
)
def test_any_title_names_a_sheet(title: str, name: str) -> None:
    found = sheets(encoded(replace(BASE, title=title), XLSX))
    assert list(found) == [name, "Colonnes 2" if title == "Colonnes" else "Colonnes"]
    assert sheet_name(title) == name


@pytest.mark.parametrize("name", ["", "é", "a b", "../a", "a/b", 'a"b', "-a", "a\r\nb", "a..b"])
def test_a_file_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="not a table name"):
        replace(BASE, name=name)


def test_a_name_is_made_from_a_title() -> None:
    assert slug("Circonscription d’Évry-Cœur / nord") == "circonscription-d-evry-coeur-nord"
    assert slug("…") == "tableau"
    assert replace(BASE, name=slug("L’Haÿ-les-Roses")).name == "l-hay-les-roses"


@pytest.mark.parametrize("name", ["Rate", "é", "a b", "", "1a"])
def test_a_column_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="not a column name"):
        Column(name, "x")


@pytest.mark.parametrize("columns", [(), (Column("a", "A"), Column("a", "B"))])
def test_columns_are_there_and_differ(columns: tuple[Column, ...]) -> None:
    with pytest.raises(ValueError, match="named twice"):
        replace(BASE, columns=columns)


# --- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, 5),
        (Kind.TEXT, None),
        (Kind.INTEGER, 1.0),
        (Kind.INTEGER, True),
        (Kind.INTEGER, "1"),
        (Kind.NUMBER, float("nan")),
        (Kind.NUMBER, float("inf")),
        (Kind.NUMBER, False),
        (Kind.NUMBER, "1,5"),
        (Kind.BOOLEAN, 1),
        (Kind.DATE, NOON),
        (Kind.DATE, "2026-10-01"),
        (Kind.DATETIME, date(2026, 10, 1)),
        (Kind.DATETIME, datetime(2026, 10, 1)),
    ],
)
@pytest.mark.parametrize("wanted", ALL, ids=by_key)
def test_a_cell_of_another_kind_stops_the_file(wanted: Wanted, kind: Kind, value: Cell) -> None:
    table = Table("t", "T", (Column("a", "A", kind),), [(value,)])
    with pytest.raises(WrongCell, match=r"t, row 1, a: (nothing|a [a-z]+) for"):
        encoded(table, wanted)


@pytest.mark.parametrize(
    "row", [("x",), (*ROWS[0], "x"), {"territory": "x"}, dict.fromkeys("abcdef", 1)], ids=str
)
def test_a_row_of_another_shape_stops_the_file(row: Row) -> None:
    with pytest.raises(WrongCell, match="releve, row 2"):
        encoded(with_rows([ROWS[0], row]), SPREADSHEET)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "x" * 32_768),
        (Kind.INTEGER, 10**15),
        (Kind.NUMBER, -(10**15)),
        (Kind.DATE, date(1899, 12, 31)),
        (Kind.DATETIME, datetime(1899, 12, 31, tzinfo=UTC)),
    ],
)
def test_a_workbook_never_cuts_a_cell(kind: Kind, value: Cell) -> None:
    table = Table("t", "T", (Column("a", "A", kind),), [(value,)])
    with pytest.raises(WrongCell, match="more than a cell of a workbook holds"):
        encoded(table, XLSX)
    assert len(encoded(table, OPEN_DATA)) > 5


def test_a_workbook_never_cuts_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_writer, "MAX_ROWS", 3)
    assert len(sheets(encoded(texts("a", "b", "c"), XLSX))["Textes"]) == 4
    with pytest.raises(NotAcceptable, match="demandez le CSV") as refusal:
        encoded(texts("a", "b", "c", "d"), XLSX)
    assert refusal.value.code == "too_many_rows"


def test_the_limit_is_that_of_a_sheet() -> None:
    from xlsxwriter.worksheet import Worksheet

    assert Worksheet().xls_rowmax - 1 == xlsx_writer.MAX_ROWS


# --- size ----------------------------------------------------------------------------------------------

MANY = 200_000
LONG = Table("long", "Long", (Column("name", "Nom"), Column("counted", "Nombre", Kind.INTEGER)), ())
"""Two columns only: it is the rows that would fill the memory."""


class Sink(io.RawIOBase):
    """Counts what it takes, and keeps nothing."""

    taken = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.taken += len(data)
        return len(data)


def many(count: int = MANY) -> Iterator[Row]:
    for number in range(count):
        yield (f"École élémentaire publique {number}", number)


@pytest.mark.parametrize("wanted", [SPREADSHEET, OPEN_DATA, JSON], ids=by_key)
def test_rows_leave_as_they_come(wanted: Wanted) -> None:
    """However many rows there are, no more than a batch waits."""
    sink, taken = Sink(), []

    def watched() -> Iterator[Row]:
        for number, row in enumerate(many(10 * BATCH)):
            if number % BATCH == 0:
                taken.append(sink.taken)
            yield row

    write(with_rows(watched(), LONG), wanted, sink)  # type: ignore[arg-type]  # all that a writer needs
    batches = [after - before for before, after in pairwise([*taken, sink.taken])]
    assert len(batches) == 10
    assert max(batches) < 1.5 * min(batches)


@pytest.mark.long
@pytest.mark.parametrize("wanted", ALL, ids=by_key)
def test_a_long_table_never_sits_in_memory(wanted: Wanted, tmp_path: Path) -> None:
    """200,000 rows: 7 MB of text, 30 of Python objects."""
    encoded(BASE, wanted)  # what is imported on the way is not the table's
    with (tmp_path / "long").open("w+b") as file:
        tracemalloc.start()
        try:
            write(with_rows(many(), LONG), wanted, file)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        file.seek(0)
        content = file.read()
    assert peak < (8 if wanted is PARQUET else 4) * 1024 * 1024
    last = f"École élémentaire publique {MANY - 1}"
    if wanted is XLSX:
        assert sheets(content)["Long"][-1] == [last, MANY - 1]
    elif wanted is PARQUET:
        assert parquet(content).num_rows == MANY
    else:
        assert last.encode() in content[-100:]
