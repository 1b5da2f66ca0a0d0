"""What is looked at in a workbook before a library opens it: how much there is, never what it says.

A few kilobytes can hold gigabytes: entries that inflate, one long text shared by every cell, one cell at the
far end of a sheet (3 GB in the library, measured). Everything is counted here as it is read, in a stream.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from app.errors import Invalid
from app.exchange.sheets import MAX_COLUMNS, MAX_LINES, refused, too_many_lines

MAX_INFLATED = 20 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 50
_LAST_LINE = 20 * MAX_LINES
"""Blank lines may lie between; further down a cell is a slip, or an attack."""
_CHUNK = 64 * 1024
_NEEDED = re.compile(r".*\.(?:xml|rels)|mimetype", re.IGNORECASE)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def unpacked(content: bytes) -> dict[str, bytes]:
    """The entries that a reader needs. Raises Invalid on `file` when they are too many or too big."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _too_big()
            left = min(MAX_INFLATED, max(MAX_RATIO * len(content), 1024 * 1024))
            found: dict[str, bytes] = {}
            for entry in entries:
                if entry.flag_bits & 1:
                    raise refused(
                        "Ce classeur est protégé par un mot de passe\u202f: retirez-le.", "password"
                    )
                if _NEEDED.fullmatch(entry.filename):
                    found[entry.filename] = _inflated(archive, entry, left)
                    left -= len(found[entry.filename])
            return found
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        raise damaged() from None


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """What is counted is what comes out, not what the entry says of itself."""
    whole = io.BytesIO()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if whole.tell() + len(chunk) > left:
                raise _too_big()
            whole.write(chunk)
    return whole.getvalue()


def packed(entries: dict[str, bytes]) -> io.BytesIO:
    """The same entries for the library: what it opens is what was counted, whatever the file says."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    whole.seek(0)
    return whole


def _too_big() -> Invalid:
    told = (
        "Ce classeur est bien plus gros qu’il n’y paraît\u202f: enregistrez-le en CSV, ou en plusieurs fois."
    )
    return refused(told, "inflates")


def damaged() -> Invalid:
    told = "Ce classeur est abîmé\u202f: ouvrez-le dans votre tableur, enregistrez-le, puis recommencez."
    return refused(told, "damaged")


@dataclass
class Looked:
    """The cells of a worksheet that the library would read as empty, though they show something."""

    broken: dict[tuple[int, int], str] = field(default_factory=dict)


_UNSAVED = (
    "Cette cellule est une formule sans résultat\u202f: ouvrez le fichier dans votre tableur et "
    "enregistrez-le, ou écrivez le nombre."
)
_ERROR = "Cette cellule affiche une erreur de calcul\u202f: écrivez le nombre."


def parse(content: bytes, parser: expat.XMLParserType) -> None:
    """Raises Invalid for what is no plain XML; entities, a few of which make gigabytes, are refused."""

    def doctype(*_: object) -> None:
        raise damaged()

    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = False
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise damaged() from None


def text_lengths(content: bytes) -> list[int]:
    """How long each shared text of an XLSX is."""
    lengths: list[int] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, _: dict[str, str]) -> None:
        if name.endswith(" si"):
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parse(content, parser)
    return lengths


class Budget:
    """How many characters may still come out of shared texts, over all the sheets."""

    def __init__(self, lengths: list[int]) -> None:
        self.lengths = lengths
        self.left = MAX_INFLATED

    def spend(self, place: str) -> None:
        if place.isdecimal() and int(place) < len(self.lengths):
            self.left -= self.lengths[int(place)]
        if self.left < 0:
            raise _too_big()


def look_at_worksheet(content: bytes, budget: Budget) -> Looked:
    """Count a worksheet's cells that say something, and find those that the library would leave empty."""
    found = Looked()
    line = column = 0
    kind = ""
    has_formula, value, is_value = False, "", False
    parser = expat.ParserCreate(namespace_separator=" ")
    lines: set[int] = set()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal line, column, kind, has_formula, value, is_value
        tag = name.rpartition(" ")[2]
        if tag == "row":
            line, column = int(attributes.get("r") or line + 1), 0
        elif tag == "c":
            if place := _PLACE.fullmatch(attributes.get("r", "")):
                column, line = _column(place[1]), int(place[2])
            else:
                column += 1
            kind, has_formula, value = attributes.get("t", "n"), False, ""
        elif tag == "f":
            has_formula = True
        is_value = tag in {"v", "t"}

    def text(data: str) -> None:
        nonlocal value
        if is_value and len(value) < 10:
            value += data

    def end(name: str) -> None:
        nonlocal is_value
        is_value = False
        if name.rpartition(" ")[2] != "c":
            return
        if value or has_formula:
            lines.add(line)
            _check_place(line, column, len(lines))
        if kind == "s":
            budget.spend(value)
        elif kind == "e":
            found.broken[line, column - 1] = _ERROR
        elif has_formula and not value and kind != "str":
            found.broken[line, column - 1] = _UNSAVED

    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    try:
        parse(content, parser)
    except ValueError:
        raise damaged() from None
    return found


def look_at_ods(content: bytes) -> None:
    """Count the cells of an ODS: one element may stand for a million rows, or columns, alike."""
    line = column = 0
    times = 1
    lines = 0
    total = 0
    is_counted = False
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal line, column, times, lines, is_counted
        tag = name.rpartition(" ")[2]
        told = {key.rpartition(" ")[2]: text for key, text in attributes.items()}
        if tag == "table":
            line = lines = 0
        elif tag == "table-row":
            times = int(told.get("number-rows-repeated", 1))
            line, column, is_counted = line + times, 0, False
        elif tag in {"table-cell", "covered-table-cell"}:
            column += int(told.get("number-columns-repeated", 1))
            if "value-type" in told:
                if not is_counted:
                    lines, is_counted = lines + times, True
                _check_place(line, column, lines)

    def text(data: str) -> None:
        nonlocal total
        if line and column and data.strip():
            total += len(data) * times
            if total > MAX_INFLATED:
                raise _too_big()

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    try:
        parse(content, parser)
    except ValueError:
        raise damaged() from None


def _check_place(line: int, column: int, lines: int) -> None:
    if column > MAX_COLUMNS:
        raise refused(f"Ce classeur a plus de {MAX_COLUMNS} colonnes.", "too_many_columns")
    if line > _LAST_LINE or lines > MAX_LINES:
        raise too_many_lines()


def _column(letters: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def parts(entries: dict[str, bytes], pattern: str) -> Iterator[tuple[str, bytes]]:
    """The entries whose whole name is the pattern, whatever its case."""
    for name, content in entries.items():
        if re.fullmatch(pattern, name, re.IGNORECASE):
            yield name, content
