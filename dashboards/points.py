"""What a chart is made from: a figure per term, and the moments when something began or ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.domain.indicators import Indicator
from app.domain.rates import NOT_MEASURED, Figure
from app.domain.school_year import Term

MOST_TERMS = 60


@dataclass(frozen=True, slots=True)
class Point:
    """The figure of a term. `complete` is False when only some of the school's grades were counted.

    Of several schools together, `nothing` says why there is no figure, on lines apart by « <br> »; `aside`
    says how many of them are behind it.
    """

    term: Term
    figure: Figure
    pupils: int | None = None
    complete: bool = True
    nothing: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """An action that began with a term, or ended with it."""

    term: Term
    label: str
    kind: Literal["start", "stop"]


@dataclass(frozen=True, slots=True)
class Names:
    """How a term is called: on both rows of an axis, and in full."""

    year: str
    short: str
    full: str


@lru_cache(maxsize=1024)
def names_of(term: Term) -> Names:
    """Remembered: a page of charts names the same few terms hundreds of times."""
    return Names(str(term.year), term.short, term.label)


@lru_cache(maxsize=1024)
def _after(term: Term, is_yearly: bool) -> Term:
    return term.year.next.terms[0] if is_yearly else term.next


def _between(indicator: Indicator, first: Term, last: Term) -> Iterator[Term]:
    while first <= last:
        yield first
        first = _after(first, indicator.is_yearly)


def every_term(indicator: Indicator, points: Sequence[Point]) -> list[Point]:
    """The points in order, with the terms nobody answered for: a gap is seen only if it has a place.

    A yearly figure belongs to the first term and is shown once a year.
    """
    known = {point.term: point for point in points if point.term.number == 1 or not indicator.is_yearly}
    if not known:
        return []
    terms = list(_between(indicator, min(known), max(known)))[-MOST_TERMS:]
    return [known.get(term) or Point(term, NOT_MEASURED) for term in terms]
