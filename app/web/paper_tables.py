"""The tables of a document: rows with their header, cards side by side, boxes to write in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.web.drawings import Verb
from app.web.paper import WIDTH, border, element, filled, say

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell

_AFTER_BORDERS = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption")
_AFTER_TCBORDERS = ("w:shd", "w:noWrap", "w:tcMar", "w:vAlign")
"""Word refuses a file whose properties come in another order than its schema's."""


def table_of(document: Document, headers: Sequence[str], widths: Sequence[float], name: str) -> Table:
    """A table of fixed widths (cm) with its header row; `name` is what a screen reader announces."""
    from docx.shared import Cm

    table: Table = document.add_table(rows=1, cols=len(headers))
    table.autofit = False
    table._tbl.tblPr.append(element("w:tblCaption", **{"w:val": name}))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for cell, header, width in zip(table.rows[0].cells, headers, widths, strict=True):
        cell.width = Cm(width)
        if header:
            say(cell, header, bold=True, colour="soft")
    _mark(table.rows[0]._tr, "w:cantSplit", "w:tblHeader")
    return table


def grid_of(document: Document, count: int, *, columns: int = 2, boxes: float = 0) -> list[_Cell]:
    """Places beside each other, `columns` to a row; `boxes` draws them, that high (cm)."""
    from docx.shared import Cm

    rows = -(-count // columns)
    table: Table = document.add_table(rows=rows, cols=columns)
    table.autofit = False
    (boxed if boxes else carded)(table)
    places: list[_Cell] = []
    for row in table.rows:
        _mark(row._tr, "w:cantSplit")
        if boxes:
            row.height = Cm(boxes)
        for cell in row.cells:
            cell.width = Cm(WIDTH / columns)
            places.append(cell)
    return places


def row_of(table: Table, texts: Sequence[str], *, may_split: bool = False) -> Sequence[_Cell]:
    """One more row, on one page unless it `may_split`."""
    row: Any = table.add_row()  # type: ignore[no-untyped-call]  # python-docx types all but this
    if not may_split:
        _mark(row._tr, "w:cantSplit")
    for cell, like, text in zip(row.cells, table.rows[0].cells, texts, strict=True):
        cell.width = like.width
        if text:
            say(cell, text)
    return tuple(row.cells)


def ruled(table: Table) -> Table:
    """Thin lines between the rows, and room inside the cells."""
    lines = element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        lines.append(border(side, 4, "line"))
    return _lay_out(table, lines, side=0, top=50)


def boxed(table: Table) -> Table:
    """A line around every cell."""
    lines = element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        lines.append(border(side, 4, "edge"))
    return _lay_out(table, lines, side=170, top=70)


def carded(table: Table) -> Table:
    """White between the columns, so that they stand apart like cards."""
    lines = element("w:tblBorders")
    lines.append(
        element("w:insideV", **{"w:val": "single", "w:sz": "48", "w:space": "0", "w:color": "FFFFFF"})
    )
    return _lay_out(table, lines, side=170, top=70)


def shade(cell: _Cell, verb: Verb) -> None:
    """The tint of a verb, under its line."""
    properties = cell._tc.get_or_add_tcPr()
    lines = element("w:tcBorders")
    lines.append(border("top", 24, verb))
    properties.insert_element_before(lines, *_AFTER_TCBORDERS)
    properties.insert_element_before(filled(verb), *_AFTER_TCBORDERS[1:])


def _lay_out(table: Table, lines: Any, side: int, top: int) -> Table:
    """Borders, and the room inside the cells in twentieths of a point."""
    properties: Any = table._tbl.tblPr
    properties.insert_element_before(lines, *_AFTER_BORDERS)
    room = element("w:tblCellMar")
    for name, twips in (("top", top), ("left", side), ("bottom", top), ("right", max(side, 110))):
        room.append(element(f"w:{name}", **{"w:w": str(twips), "w:type": "dxa"}))
    properties.insert_element_before(room, *_AFTER_BORDERS[3:])
    return table


def _mark(row: Any, *tags: str) -> None:
    for tag in tags:
        row.get_or_add_trPr().append(element(tag))
