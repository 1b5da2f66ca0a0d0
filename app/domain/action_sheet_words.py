"""The answers of an action sheet in words: to read, to print, to search; and dates that are half known."""

import re
from typing import Any

from app.domain.action_sheet import PARTS, Answers
from app.domain.action_sheet_parts import Choice, Kind, Part
from app.domain.french import NARROW, number
from app.domain.search import search_text
from app.domain.typed import read_day

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_TYPED_MONTH = re.compile(r"(\d{1,2})[/. -](\d{4})")


def said(part: Part, value: Any) -> list[str]:
    """A tidy answer as lines of text; none for no answer."""
    if value is None:
        return []
    match part.kind:
        case Kind.ONE:
            return [part.by_code[value].label]
        case Kind.SEVERAL:
            details = value.get("details", {})
            return [_detailed(choice, details) for choice in part.choices if choice.code in value["chosen"]]
        case Kind.COUNTS:
            return [_line(row.label, number(value[row.code])) for row in part.rows if row.code in value]
        case Kind.GRID_ONE:
            return [
                _line(row.label, part.by_code[value[row.code]].label.lower())
                for row in part.rows
                if row.code in value
            ]
        case Kind.GRID_SEVERAL:
            return [
                _line(row.label, _chosen(part, value[row.code])) for row in part.rows if row.code in value
            ]
        case Kind.LINKS:
            return list(value)
        case Kind.KEYWORDS:
            return [", ".join(value)]
        case _:
            return [line for line in str(value).split("\n") if line.strip()]


def _line(label: str, text: str) -> str:
    return f"{label}{NARROW}: {text}"


def _chosen(part: Part, codes: list[str]) -> str:
    return ", ".join(choice.label.lower() for choice in part.choices if choice.code in codes)


def _detailed(choice: Choice, details: dict[str, str]) -> str:
    if choice.code not in details:
        return choice.label
    told = details[choice.code]
    return _line(choice.label, say_when(told) if choice.is_date else told)


def searched(answers: Answers) -> str:
    """The `search_text` of a sheet: its words, and the labels of what was chosen; addresses left out."""
    lines = (
        line
        for slug, value in answers.items()
        if PARTS[slug].kind is not Kind.LINKS
        for line in said(PARTS[slug], value)
    )
    return search_text(*lines)


# --- dates that are half known -------------------------------------------------------------------------


def say_when(text: str) -> str:
    """2005, décembre 2005, 1er décembre 2005."""
    year, *rest = text.split("-")
    if not rest:
        return year
    month = f"{_MONTHS[int(rest[0]) - 1]} {year}"
    if len(rest) == 1:
        return month
    return f"{'1er' if rest[1] == '01' else int(rest[1])} {month}"


def read_when(text: str) -> str:
    """« 12/2005 » → 2005-12; a year and a day as well; anything else comes back as typed."""
    found = _TYPED_MONTH.fullmatch(text.strip())
    return f"{found[2]}-{int(found[1]):02}" if found else read_day(text)


def write_when(text: str) -> str:
    """The inverse of `read_when`: 2005-12 → 12/2005."""
    return "/".join(reversed(text.split("-")))
