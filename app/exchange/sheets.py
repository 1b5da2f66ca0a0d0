"""A file on its way in: sheets of text cells, read within bounds whatever the file is.

CSV, XLSX and ODS end in the same shape: what a person would read in the cells, and on which line.
"""

from dataclasses import dataclass, field

from app.domain.french import number
from app.errors import Invalid

MAX_LINES = 5_000
"""Lines that are not blank, headings included. A school of twenty classes writes some 3,000 in ten years."""
MAX_LINES_ONE_BY_ONE = 500
"""Lines of a kind whose rows are written one by one, 10 to 20 ms each: seconds, not minutes."""
MAX_COLUMNS = 120
MAX_CELL = 4_000
"""Characters; the longest answer of the service takes 1,000."""
MAX_SHEETS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One line that is not blank; `line` is its number in the file, from 1."""

    line: int
    cells: list[str]


@dataclass(slots=True)
class Sheet:
    """`broken` says why a cell cannot be read: a formula that was never worked out, an error shown."""

    name: str
    rows: list[Row] = field(default_factory=list)
    broken: dict[tuple[int, int], str] = field(default_factory=dict)

    def add(self, line: int, cells: list[str]) -> None:
        """Keep a line, unless it is blank. Raises Invalid past the bounds."""
        while cells and not cells[-1].strip() and (line, len(cells) - 1) not in self.broken:
            cells.pop()
        if not cells:
            return
        if len(self.rows) >= MAX_LINES:
            raise too_many_lines()
        if len(cells) > MAX_COLUMNS:
            raise refused(f"La ligne {line} a plus de {MAX_COLUMNS} colonnes.", "too_many_columns")
        if any(len(cell) > MAX_CELL for cell in cells):
            told = f"Une cellule de la ligne {line} a plus de 4\u202f000 caractères."
            raise refused(told, "cell_too_long")
        self.rows.append(Row(line, [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in cells]))


def refused(told: str, code: str) -> Invalid:
    """The whole file cannot be taken, and why."""
    return Invalid.one("file", told, code)


def unknown_format() -> Invalid:
    told = "Ce n’est ni un CSV, ni un classeur XLSX ou ODS\u202f: enregistrez le fichier dans l’un des trois."
    return refused(told, "unknown_format")


def too_many_lines(most: int = MAX_LINES) -> Invalid:
    told = f"Ce fichier a plus de {number(most)} lignes de cette sorte\u202f: envoyez-le en plusieurs fois."
    return refused(told, "too_many_rows")


def read_sheets(content: bytes) -> list[Sheet]:
    """The visible sheets of a workbook, or the one sheet of a CSV. Raises Invalid on `file`.

    The first bytes say what a file is; neither its name nor the announced type is believed.
    """
    from app.exchange.csv_reader import read_csv
    from app.exchange.workbook_reader import read_workbook

    if not content.strip():
        raise refused("Ce fichier est vide.", "empty_file")
    if content.startswith(b"PK"):
        sheets = read_workbook(content)
    elif content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise unknown_format()
    else:
        sheets = [read_csv(content)]
    if not any(sheet.rows for sheet in sheets):
        raise refused("Ce fichier est vide.", "empty_file")
    return [sheet for sheet in sheets if sheet.rows]
