"""XLSX and ODS: the visible sheets, as a person reads their cells."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from xml.etree import ElementTree

from app.exchange.bounds import (
    Budget,
    damaged,
    look_at_ods,
    look_at_worksheet,
    packed,
    parse,
    parts,
    text_lengths,
    unpacked,
)
from app.exchange.sheets import MAX_SHEETS, Sheet, refused, unknown_format

Broken = Mapping[tuple[int, int], str]
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_workbook(content: bytes) -> list[Sheet]:
    """Raises Invalid on `file`. Hidden sheets are left out: nobody confirms what nobody sees."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    entries = unpacked(content)
    broken = _looked_at(entries)
    try:
        with CalamineWorkbook.from_filelike(packed(entries)) as book:
            seen = [told.name for told in book.sheets_metadata if told.visible is SheetVisibleEnum.Visible]
            if len(seen) > MAX_SHEETS:
                raise refused(f"Ce classeur a plus de {MAX_SHEETS} feuilles.", "too_many_sheets")
            sheets = []
            for name in seen:
                sheet = Sheet(name, broken=dict(broken.get(name, {})))
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                _fill(sheet, rows)
                sheets.append(sheet)
            return sheets
    except (CalamineError, ValueError):
        raise damaged() from None


def _looked_at(entries: dict[str, bytes]) -> dict[str, Broken]:
    """Sheet → its cells that cannot be read, once everything was counted. Raises Invalid past the bounds."""
    if documents := list(parts(entries, r"content\.xml")):
        look_at_ods(documents[0][1])
        return {}
    if not list(parts(entries, r"xl/workbook\.xml")):
        raise unknown_format()
    lengths = [text_lengths(content) for _, content in parts(entries, r"xl/sharedStrings\.xml")]
    budget = Budget(lengths[0] if lengths else [])
    looked = {
        name.lower(): look_at_worksheet(content, budget).broken
        for name, content in parts(entries, r"xl/worksheets/[^/]+\.xml")
    }
    return {sheet: looked.get(name.lower(), {}) for sheet, name in _places(entries).items()}


def _places(entries: dict[str, bytes]) -> dict[str, str]:
    """Name of a sheet → the entry that holds it."""
    book = _tree(next(parts(entries, r"xl/workbook\.xml"))[1])
    relations = [content for _, content in parts(entries, r"xl/_rels/workbook\.xml\.rels")]
    targets = {
        link.get("Id", ""): link.get("Target", "") for content in relations for link in _tree(content).iter()
    }
    return {
        sheet.get("name", ""): re.sub(r"^/?(?:xl/)?", "xl/", targets.get(sheet.get(_RELATION, ""), ""))
        for sheet in book.iter()
        if sheet.tag.endswith("}sheet")
    }


def _tree(content: bytes) -> ElementTree.Element:
    from xml.parsers import expat

    parse(content, expat.ParserCreate())  # refuses a DOCTYPE before a tree is made
    return ElementTree.fromstring(content)


def _fill(sheet: Sheet, rows: Sequence[Sequence[object]]) -> None:
    for line, values in enumerate(rows, start=1):
        sheet.add(line, [_text(value) for value in values])


def _text(value: object) -> str:
    """What a person would have typed: 12, not 12.0; 2026-10-12, not midnight."""
    match value:
        case bool():
            return "oui" if value else "non"
        case float():
            return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)
