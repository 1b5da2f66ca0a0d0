"""What one answer of the action sheet may be. It is any JSON; nothing of it comes back in a sentence."""

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.action_sheet_parts import (
    COUNT_MOST,
    DETAIL_MOST,
    KEYWORD_MOST,
    KEYWORDS_MOST,
    LINE_MOST,
    LINK_MOST,
    LINKS_MOST,
    TEXT_MOST,
    Choice,
    Kind,
    Part,
)
from app.domain.french import number
from app.domain.personal import refuse_personal

Path = tuple[str | int, ...]
_WHEN = re.compile(r"\d{4}(-\d{2})?(-\d{2})?")
_LINK = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+")
_WORD = re.compile(r"[A-Za-z0-9_]{1,60}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Where in the answer, and what to do about it."""

    path: Path
    told: str
    code: str


def problems_of(part: Part, value: Any) -> Iterator[Problem]:
    """Everything wrong with the answer to a part; None stands for no answer."""
    if value is not None:
        yield from _BY_KIND[part.kind](part, value)


# --- words ---------------------------------------------------------------------------------------------


def _line(_: Part, value: Any) -> Iterator[Problem]:
    yield from _text_problems((), value, LINE_MOST)


def _text(_: Part, value: Any) -> Iterator[Problem]:
    yield from _text_problems((), value, TEXT_MOST)


def _text_problems(path: Path, value: Any, most: int) -> Iterator[Problem]:
    """A text of the sheet is read by others one day: no person is named in it, or reached by it."""
    found = list(_string_problems(path, value, most))
    yield from found
    if not found:
        try:
            refuse_personal(value)
        except ValueError as problem:
            yield Problem(path, str(problem), "personal")


def _string_problems(path: Path, value: Any, most: int) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(path, "Écrivez un texte.", "string_type")
    elif any((ord(char) < 32 and char not in "\n\r\t") or 0xD800 <= ord(char) <= 0xDFFF for char in value):
        yield Problem(path, "Ce texte contient un caractère qui ne peut pas être enregistré.", "value_error")
    elif len(value.strip()) > most:
        yield Problem(path, f"Écrivez au plus {number(most)} caractères.", "string_too_long")


def _links(_: Part, value: Any) -> Iterator[Problem]:
    found = list(_words(value, LINKS_MOST, LINK_MOST, _string_problems))
    yield from found
    for at, text in enumerate(() if found else value):
        if text.strip() and not _LINK.fullmatch(text.strip()):
            told = "Écrivez une adresse entière par ligne, par exemple https://www.exemple.fr/bilan."
            yield Problem((at,), told, "not_a_link")


def _keywords(_: Part, value: Any) -> Iterator[Problem]:
    yield from _words(value, KEYWORDS_MOST, KEYWORD_MOST, _text_problems)


def _words(
    value: Any, most: int, longest: int, problems: Callable[[Path, Any, int], Iterator[Problem]]
) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem((), "Donnez une liste.", "list_type")
    elif len(value) > most:
        yield Problem((), f"Donnez au plus {number(most)} réponses.", "too_long")
    else:
        for at, text in enumerate(value):
            yield from problems((at,), text, longest)


# --- closed lists --------------------------------------------------------------------------------------


def _one(part: Part, value: Any) -> Iterator[Problem]:
    if not _is_offered(part, value):
        yield _not_offered((), part.by_code)


def _several(part: Part, value: Any) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem((), "Donnez un objet.", "dict_type")
        return
    yield from _unknown_names((), value, ("chosen", "details"))
    codes = value.get("chosen")
    found = list(_chosen_problems(("chosen",), codes, part.by_code)) if codes is not None else []
    yield from found
    if not found:
        yield from _detail_problems(part, codes or [], value.get("details"))


def _chosen_problems(path: Path, value: Any, offered: Mapping[str, Choice]) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, "Donnez une liste.", "list_type")
        return
    unknown = [at for at, code in enumerate(value) if not (isinstance(code, str) and code in offered)]
    for at in unknown:
        yield _not_offered((*path, at), offered)
    if unknown:
        return
    if len(set(value)) < len(value):
        yield Problem(path, "Une réponse y est deux fois.", "twice")
    for code in value:
        others = [other for other in value if other != code]
        if offered[code].is_alone and others:
            told = f"«\u202f{offered[code].label}\u202f» ne va pas avec une autre réponse."
            yield Problem(path, told, "alone")
        for other in (other for other in offered[code].against if other in others):
            told = f"«\u202f{offered[code].label}\u202f» ne va pas avec «\u202f{offered[other].label}\u202f»."
            yield Problem(path, told, "against")


def _detail_problems(part: Part, codes: Sequence[str], details: Any) -> Iterator[Problem]:
    if details is None:
        return
    if not isinstance(details, Mapping):
        yield Problem(("details",), "Donnez un objet.", "dict_type")
        return
    yield from _unknown_names(
        ("details",), details, [choice.code for choice in part.choices if choice.detail]
    )
    dates: dict[str, str] = {}
    for choice in part.choices:
        text = details.get(choice.code)
        if not choice.detail or text is None:
            continue
        path: Path = ("details", choice.code)
        found = list(_text_problems(path, text, DETAIL_MOST))
        yield from found
        if found or not text.strip():
            continue
        if choice.code not in codes:
            told = f"Cochez aussi «\u202f{choice.label}\u202f», ou videz cette réponse."
            yield Problem(path, told, "unchosen")
        elif choice.is_date and not _is_when(text.strip()):
            told = "Écrivez une année, un mois ou un jour, par exemple 2026, 10/2026 ou 02/10/2026."
            yield Problem(path, told, "not_a_date")
        elif choice.is_date:
            dates[choice.code] = text.strip()
    yield from _order_problems(part, dates)


def _is_when(text: str) -> bool:
    """2005, 2005-12 or 2005-12-01, that exists."""
    if not _WHEN.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def _order_problems(part: Part, dates: Mapping[str, str]) -> Iterator[Problem]:
    """Compared as far as both are known: 2005-12 is not after 2005."""
    known = [code for code in part.in_order if code in dates]
    for before, after in itertools.pairwise(known):
        shared = min(len(dates[before]), len(dates[after]))
        if dates[before][:shared] > dates[after][:shared]:
            told = f"Cette date vient avant «\u202f{part.by_code[before].detail}\u202f»."
            yield Problem(("details", after), told, "out_of_order")


# --- lines of a grid -----------------------------------------------------------------------------------


def _counts(part: Part, value: Any) -> Iterator[Problem]:
    for row, count in _rows(value):
        if row in part.row_by_code and count is not None:
            if type(count) is not int:
                yield Problem((row,), "Écrivez un nombre entier, par exemple 42.", "int_type")
            elif not 0 <= count <= COUNT_MOST:
                told = f"Écrivez un nombre de 0 à {number(COUNT_MOST)}."
                yield Problem((row,), told, "out_of_range")
    yield from _row_problems(part, value)


def _grid_one(part: Part, value: Any) -> Iterator[Problem]:
    for row, code in _rows(value):
        if row in part.row_by_code and code is not None and not _is_offered(part, code):
            yield _not_offered((row,), part.by_code)
    yield from _row_problems(part, value)


def _grid_several(part: Part, value: Any) -> Iterator[Problem]:
    found = list(_row_problems(part, value))
    for row, codes in _rows(value):
        if row in part.row_by_code and codes is not None:
            found += _chosen_problems((row,), codes, part.by_code)
    yield from found
    if found:
        return
    for alone in (row for row in part.rows if row.is_alone):
        there = {row: set(codes or ()) for row, codes in value.items()}
        elsewhere = set().union(*(codes for row, codes in there.items() if row != alone.code))
        if there.get(alone.code, set()) & elsewhere:
            told = f"«\u202f{alone.label}\u202f» ne va pas avec une autre réponse."
            yield Problem((alone.code,), told, "alone")


def _rows(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()


def _row_problems(part: Part, value: Any) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem((), "Donnez un objet.", "dict_type")
    else:
        yield from _unknown_names((), value, part.row_by_code)


# --- shared --------------------------------------------------------------------------------------------


def _is_offered(part: Part, code: Any) -> bool:
    return isinstance(code, str) and code in part.by_code


def _not_offered(path: Path, offered: Collection[str]) -> Problem:
    return Problem(path, f"Choisissez une de ces valeurs\u202f: {', '.join(offered)}.", "unknown_choice")


def plain_name(name: str) -> str:
    """A name that the caller made up is not repeated unless it is a plain word."""
    return name if _WORD.fullmatch(name) else "_"


def _unknown_names(path: Path, value: Mapping[Any, Any], known: Collection[str]) -> Iterator[Problem]:
    for name in value:
        if name not in known:
            word = name if _WORD.fullmatch(name) else "_"
            yield Problem(
                (*path, word), f"Cette réponse n’existe pas\u202f: {', '.join(known)}.", "unknown_name"
            )


_BY_KIND: Mapping[Kind, Callable[[Part, Any], Iterator[Problem]]] = {
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.ONE: _one,
    Kind.SEVERAL: _several,
    Kind.COUNTS: _counts,
    Kind.GRID_ONE: _grid_one,
    Kind.GRID_SEVERAL: _grid_several,
    Kind.LINKS: _links,
    Kind.KEYWORDS: _keywords,
}
