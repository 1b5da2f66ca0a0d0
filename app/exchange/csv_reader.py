"""CSV as spreadsheets and other tools write it: which encoding and which separator is read from the file."""

import csv
import io
import re

from app.exchange.sheets import MAX_LINES, Sheet, refused, too_many_lines
from app.web.csv_writer import armed

_SEPARATORS = ";\t,"
_SAID = re.compile(r"sep=([;,\t])?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def read_csv(content: bytes) -> Sheet:
    """Raises Invalid on `file` when the bytes are no text, a quote stays open, or the bounds are passed."""
    text = decoded(content)
    text, skipped, separator = _separated(text)
    sheet = Sheet("")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    blank = 0
    at = 0
    try:
        for cells in lines:
            at, begins = lines.line_num, at + 1
            blank = 0 if any(cells) else blank + 1
            if blank > 20 * MAX_LINES:
                raise too_many_lines()
            sheet.add(begins + skipped, [armed(cell) for cell in cells])
    except csv.Error:
        told = f"La ligne {at + 1 + skipped} n’est pas lisible\u202f: un guillemet y reste ouvert."
        raise refused(told, "bad_quotes") from None
    return sheet


def decoded(content: bytes) -> str:
    """A byte order mark says it all; without one UTF-8 when it is, else what Windows writes in France.

    Bytes that neither can hold, and text with control characters (UTF-16 without its mark, a program), are
    refused: a guess would put wrong letters in the school's words.
    """
    try:
        has_wide_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16") if has_wide_mark else _utf8(content)
        if not _CONTROL.search(text):
            return text
    except UnicodeDecodeError:
        pass
    told = (
        "Les lettres de ce fichier ne sont pas lisibles\u202f: dans votre tableur, enregistrez-le "
        "en «\u202fCSV UTF-8\u202f»."
    )
    raise refused(told, "unreadable_text")


def _utf8(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _separated(text: str) -> tuple[str, int, str]:
    """The text, how many lines were left out before it, and the separator of most of its first lines."""
    first, _, rest = text.partition("\n")
    if found := _SAID.fullmatch(first.strip()):
        return rest, 1, found[1] or "\t"  # a tab was stripped
    head = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    return text, 0, max(_SEPARATORS, key=lambda separator: sum(separator in line for line in head))
