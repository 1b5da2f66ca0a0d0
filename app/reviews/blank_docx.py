"""The blank sheet as a document: one landscape A4."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from app.reviews.blank import BAND, COLUMNS, HEAD, TITLE, Blank
from app.web import paper
from app.web import paper_tables as tables

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

WRITTEN = datetime(2026, 9, 1, tzinfo=UTC)
"""The file's own date: the sheet is the same for everyone, every day."""


@cache
def blank_docx() -> bytes:
    """Made once: it is the same for all."""
    document = paper.new_paper(f"{TITLE}, feuille vierge", "Confiance", TITLE, WRITTEN)
    paper.say(document, TITLE, "Title")
    _head(document)
    width = paper.WIDTH / 3
    table = tables.carded(tables.table_of(document, [""] * 3, [width] * 3, "La feuille"))
    cells = tables.row_of(table, [""] * 3, may_split=True)
    for header, cell, column in zip(table.rows[0].cells, cells, COLUMNS, strict=True):
        tables.shade(header, column.verb)
        paper.say(header, column.title, "Heading 2", colour=column.verb)
        paper.say(header, column.subtitle, colour="soft")
        for blank in column.blanks:
            _write(cell, blank, width - 0.7)
    heading = paper.say(document, BAND.title, "Heading 2", colour=BAND.verb)
    for paragraph in (heading, paper.say(document, BAND.subtitle)):
        paper.band(paragraph, BAND.verb)
    places = tables.grid_of(document, len(BAND.blanks), columns=len(BAND.blanks))
    for cell, blank in zip(places, BAND.blanks, strict=True):
        _write(cell, blank, width - 0.7)
    return paper.as_bytes(document)


def _head(document: Document) -> None:
    line = paper.say(document, "")
    for number, prompt in enumerate(HEAD, start=1):
        paper.add_words(line, f"{prompt} " if number == 1 else f"  {prompt} ")
        paper.line_to_fill(line, paper.WIDTH * number / len(HEAD))


def _write(cell: _Cell, blank: Blank, width: float) -> None:
    paper.say(cell, blank.title, "Heading 3")
    for choice in blank.choices:
        paper.say(cell, f"☐ {choice}")
    for _ in range(blank.lines):
        paper.line_to_fill(paper.say(cell, ""), width)
    for prompt in blank.prompts:
        paper.line_to_fill(paper.say(cell, prompt), width)
