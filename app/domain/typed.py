"""What people type, on a form or in a spreadsheet, and the value it stands for. Nothing is ever guessed."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from app.domain.french import fold
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import Labelled

_SPACES = re.compile(r"[ \u00a0\u202f\u2009]")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_DAY = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_YEAR = re.compile(r"\b(20\d\d) (20\d\d)\b")
_ORDINAL = re.compile(r"t ?([123])|([123])(?:er|ere|e|eme|nd)? trim(?:estre)?|trim(?:estre)? ([123])")
_YES, _NO = frozenset({"oui", "o", "vrai", "true", "x", "1"}), frozenset({"non", "n", "faux", "false", "0"})
_BETWEEN = "|"
_QUOTED = re.compile(r"[|\"\r\n]")
Choice = TypeVar("Choice", bound=Labelled)


def read_number(text: str) -> int | float | str:
    """`1 234` → 1234, `12,5` → 12.5; anything ambiguous comes back as typed, for the model to refuse.

    Accepted: digits, spaces (also narrow ones) between groups of three, one decimal comma or point.
    `18.500,00`, `1_000` and `12,5,1` are refused, never guessed.
    """
    cleaned = _SPACES.sub(" ", text.strip())
    if _GROUPED.fullmatch(cleaned):
        cleaned = cleaned.replace(" ", "")
    if len(cleaned) > 18 or not cleaned.isascii() or not _NUMBER.fullmatch(cleaned):
        return text
    return float(cleaned.replace(",", ".")) if "," in cleaned or "." in cleaned else int(cleaned)


def read_day(text: str) -> str:
    """`1/10/2026` → `2026-10-01`; an ISO day stays; anything else comes back as typed."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        return text.strip()
    day, month, year = (int(part) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02}"


def read_term(text: str) -> Term:
    """`2026-2027-T1`, « T1 2026/2027 », « 1er trimestre 2026-2027 ». ValueError, in French, otherwise."""
    folded = fold(text)
    years = _YEAR.search(folded)
    ordinal = _ORDINAL.fullmatch(_YEAR.sub("", folded, count=1).strip())
    if not years or not ordinal:
        raise ValueError("Un trimestre s’écrit 2026-2027-T1, ou «\u202f1er trimestre 2026-2027\u202f».")
    number = next(group for group in ordinal.groups() if group)
    return Term(f"{years[1]}-{years[2]}-T{number}")


def read_year(text: str) -> SchoolYear:
    """`2026-2027`, « 2026/2027 ». ValueError, in French, otherwise."""
    return SchoolYear(fold(text).replace(" ", "-"))


def read_yes_no(text: str) -> bool:
    """ValueError, in French, for anything but a yes or a no."""
    folded = fold(text)
    if folded not in _YES | _NO:
        raise ValueError("Répondez par oui ou par non.")
    return folded in _YES


def read_choice(kind: type[Choice], text: str) -> Choice:
    """The answer whose French label, or stable value, was written. ValueError that lists the answers."""
    wanted = fold(text)
    for member in kind:
        if wanted in {fold(member.label), fold(member.value)}:
            return member
    answers = ", ".join(f"«\u202f{member.label}\u202f»" for member in kind)
    raise ValueError(f"Choisissez une des réponses\u202f: {answers}.")


def split_names(text: str) -> list[str]:
    """« Mairie | Centre social » → two names; quotes keep a bar, or a line end, inside a name."""
    if not text.strip():
        return []
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_BETWEEN, skipinitialspace=True)
    return [name.strip() for line in lines for name in line if name.strip()]


def join_names(names: Iterable[str]) -> str:
    """The inverse of `split_names`."""
    quoted = ('"' + name.replace('"', '""') + '"' if _QUOTED.search(name) else name for name in names)
    return f" {_BETWEEN} ".join(quoted)


def numbered(titles: Sequence[str]) -> list[str]:
    """The same titles, told apart where they fold alike: « Fête », « Fête (2) »."""
    taken: set[str] = set()
    told: list[str] = []
    for title in titles:
        names = (title if number == 1 else f"{title} ({number})" for number in range(1, len(titles) + 2))
        free = next(name for name in names if bare(name) not in taken)
        taken.add(bare(free))
        told.append(free)
    return told


def bare(text: str) -> str:
    """How two titles are found to be the same one: by their letters, or as they are without any."""
    return fold(text) or text.strip()
