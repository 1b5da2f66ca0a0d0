"""Messy and hostile files: read as a person would, or refused with a sentence, within bounded memory."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from app.errors import Invalid
from app.exchange.sheets import MAX_LINES, Sheet, read_sheets
from tests.exchange.books import ods, ods_number, ods_row, ods_text, row, text, xlsx

WANTED = [["Nombre", "Été"], ["1,5", "à"], ["2", "b"]]


def cells(content: bytes) -> list[list[str]]:
    (sheet,) = read_sheets(content)
    return [one.cells for one in sheet.rows]


TEXT = "Nombre;Été\r\n1,5;à\r\n2;b\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        TEXT.replace(";", "\t").encode(),
        TEXT.replace("1,5", '"1,5"').replace(";", ",").encode(),
        TEXT.replace("\r\n", "\n").encode(),
        b"sep=;\r\n" + TEXT.encode(),
        TEXT.encode() + b";\r\n" * 200 + b"\r\n" * 200,
        xlsx(row(1, "Nombre", "Été") + row(2, "1,5", "à") + row(3, "2", "b")),
        ods(
            ods_row(ods_text("Nombre"), ods_text("Été"))
            + ods_row(ods_text("1,5"), ods_text("à"))
            + ods_row(ods_number(2), ods_text("b"))
            + ods_row('<table:table-cell table:number-columns-repeated="16384"/>', times=1_048_573)
        ),
    ],
    ids=[
        "utf-8", "bom", "cp1252", "utf-16", "tab", "comma", "unix", "sep=", "blank lines", "xlsx", "ods",
    ],
)  # fmt: skip
def test_the_same_lines_whatever_the_file(content: bytes) -> None:
    assert cells(content) == WANTED


def test_lines_keep_their_number_in_the_file() -> None:
    (sheet,) = read_sheets(b'a;b\n\n"x\ny";1\n;\nc;2\n')
    assert [(one.line, one.cells) for one in sheet.rows] == [
        (1, ["a", "b"]),
        (3, ["x\ny", "1"]),
        (6, ["c", "2"]),
    ]
    (sheet,) = read_sheets(xlsx(row(3, "a") + row(9, "b")))
    assert [one.line for one in sheet.rows] == [3, 9]


def test_an_apostrophe_that_disarmed_a_cell_is_taken_off() -> None:
    assert cells(b"a\n'=1+1\n''=x\n'a\n") == [["a"], ["=1+1"], ["'=x"], ["'a"]]


def test_what_a_cell_of_a_workbook_says() -> None:
    numbers = '<row r="1"><c r="A1"><v>12</v></c><c r="B1"><v>12.5</v></c><c r="C1" t="b"><v>1</v></c></row>'
    assert cells(xlsx(numbers)) == [["12", "12.5", "oui"]]


def test_hidden_sheets_are_left_out() -> None:
    found = read_sheets(xlsx(row(1, "a"), row(1, "secret"), row(1, "c"), hidden=frozenset({2})))
    assert [sheet.name for sheet in found] == ["F1", "F3"]


def test_a_formula_says_what_it_shows_or_that_it_shows_nothing() -> None:
    (sheet,) = read_sheets(
        xlsx(
            '<row r="1"><c r="A1"><f>6*7</f><v>42</v></c><c r="B1"><f>A1</f></c>'
            '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1"><v>1</v></c></row>'
        )
    )
    assert sheet.rows[0].cells == ["42", "", "", "1"]
    assert {place: told.split("\u202f")[0] for place, told in sheet.broken.items()} == {
        (1, 1): "Cette cellule est une formule sans résultat",
        (1, 2): "Cette cellule affiche une erreur de calcul",
    }
    assert cells(ods(ods_row(ods_number(42, "6*7")))) == [["42"]]


# --- hostile -------------------------------------------------------------------------------------------


def _bomb() -> bytes:
    """100 MB of blanks in 100 kB."""
    file = io.BytesIO(xlsx(row(1, "a")))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet2.xml", b" " * 100_000_000)
    return file.getvalue()


def _many_entries() -> bytes:
    file = io.BytesIO(xlsx(row(1, "a")))
    with zipfile.ZipFile(file, "a") as book:
        for n in range(60):
            book.writestr(f"xl/media/{n}.png", b"")
    return file.getvalue()


def _shared_by_all() -> bytes:
    """One text of a megabyte that a thousand cells share: a gigabyte once read."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1001))
    return xlsx(rows, shared=f"<si><t>{'x' * 1_000_000}</t></si>")


def _lying() -> bytes:
    """An entry that says it is small."""
    content = bytearray(_bomb())
    size = (100_000_000).to_bytes(4, "little")
    return bytes(content.replace(size, (1000).to_bytes(4, "little")))


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty_file"),
    "blank": (lambda: b"\n;;\n", "empty_file"),
    "a program": (lambda: bytes(range(256)) * 10, "unreadable_text"),
    "utf-16 without its mark": (lambda: TEXT.encode("utf-16-le"), "unreadable_text"),
    "neither utf-8 nor cp1252": (lambda: b"a;\x81\x8d\n", "unreadable_text"),
    "half a utf-16": (lambda: b"\xff\xfea", "unreadable_text"),
    "xls": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 500, "unknown_format"),
    "pdf": (lambda: b"%PDF-1.7", "unknown_format"),
    "a zip of something else": (lambda: _zip({"a.txt": b"a"}), "unknown_format"),
    "a cut zip": (lambda: xlsx(row(1, "a"))[:300], "damaged"),
    "broken xml": (lambda: xlsx('<row r="1"><c>'), "damaged"),
    "entities": (lambda: xlsx(row(1, "a"), before=ENTITIES), "damaged"),
    "an odd line number": (lambda: xlsx('<row r="x"><c r="A1"><v>1</v></c></row>'), "damaged"),
    "an open quote": (lambda: b'a;b\n"c;d\n' + b"e;f\n" * 50, "bad_quotes"),
    "zip bomb": (_bomb, "inflates"),
    "lying zip": (_lying, "damaged"),
    "60 entries": (_many_entries, "inflates"),
    "a shared text": (_shared_by_all, "inflates"),
    "a cell far down": (lambda: xlsx(row(1, "a") + row(1_048_576, "b")), "too_many_rows"),
    "a cell far right": (lambda: xlsx('<row r="1">' + text("XFD1", "a") + "</row>"), "too_many_columns"),
    "10^6 lines of csv": (lambda: b"1;2\n" * 1_000_000, "too_many_rows"),
    "10^6 lines of xlsx": (lambda: xlsx("<row><c><v>1</v></c></row>" * 700_000), "inflates"),
    "6,000 lines of xlsx": (lambda: xlsx("<row><c><v>1</v></c></row>" * 6_000), "too_many_rows"),
    "10^6 lines of ods": (lambda: ods(ods_row(ods_number(1), times=1_000_000)), "too_many_rows"),
    "10^6 columns of csv": (lambda: b";".join([b"1"] * 1_000_000), "too_many_columns"),
    "a huge cell": (lambda: b"a;b\n" + b"x" * 100_000 + b";1\n", "cell_too_long"),
    "a cell of 200 kB": (lambda: b"a;b\n" + b"x" * 200_000 + b";1\n", "bad_quotes"),
    "blank lines without end": (lambda: b"a;b\n" + b"\n" * 300_000, "too_many_rows"),
}


def _zip(entries: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_little_memory(name: str) -> None:
    make, code = HOSTILE[name]
    content = make()
    tracemalloc.start()
    try:
        with pytest.raises(Invalid) as refusal:
            read_sheets(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    (error,) = refusal.value.errors
    assert (error.pointer, error.code) == ("/file", code)
    assert error.detail.endswith(".")
    assert peak < 150 * 1024 * 1024


def test_as_many_lines_as_allowed_are_read() -> None:
    sheet = read_sheets(b"1;2\n" * MAX_LINES)[0]
    assert isinstance(sheet, Sheet)
    assert len(sheet.rows) == MAX_LINES
