"""What a gap between two terms may be: chance, something to discuss, or a clear change (ADR 0008)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain import french
from app.domain.indicators import Indicator
from app.domain.rates import FEWEST_FOR_PERCENT, Figure, Rate
from app.domain.school_year import Term
from app.domain.statistics import TO_DISCUSS, Change, change_level, clustered_change, newcombe_interval
from app.domain.vocabulary import Labelled

MOST_UNEQUAL = 2
"""Groups of which one is more than so many times the other are not compared."""
TOGETHER = 1.5
"""How many persons answer as one, on average: brothers and sisters, two parents of a child.

The design effect 1 + (b − 1)·ρ (Kish 1965) of 1.3 children a family, or of pairs of parents who mostly vote
together. Only the word « net » needs it: « à discuter » keeps the interval that everyone can recompute.
"""


class ChangeKind(Labelled):
    """What a reading says of a change."""

    NONE = "none", "sans comparaison"
    WITHIN_CHANCE = "within_chance", "dans ce que le hasard permet"
    TO_DISCUSS = "to_discuss", "à discuter"
    CLEAR = "clear", "changement net"

    @property
    def is_worth_a_word(self) -> bool:
        return self in (ChangeKind.TO_DISCUSS, ChangeKind.CLEAR)


@dataclass(frozen=True, slots=True)
class TermFigure:
    """The figure of one term, and what it takes to read it."""

    term: Term
    figure: Figure
    pupils: int | None = None
    events: Sequence[int] | None = None
    """How many parents came to each held event; None when the events are not the whole figure."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a figure is from the same figure of the term `since`, and how far chance alone may take it.

    Both in whole points for a rate, rounded as the percentages are printed; in attendances per event for what
    events feed.
    """

    kind: ChangeKind
    since: Term
    gap: int
    margin: int


def compared_terms(indicator: Indicator, term: Term) -> tuple[Term, ...]:
    """What a term is compared with, in the order it is said: the last term, then the same one last year.

    A running total only with the same term; a yearly figure once a year, in the term it belongs to.
    """
    if indicator.is_yearly:
        return (term.same_last_year,) if term.number == 1 else ()
    return (term.same_last_year,) if indicator.is_running_total else (term.previous, term.same_last_year)


def is_judged(indicator: Indicator) -> bool:
    """Whether chance can be computed: persons counted once each, or attendances of events."""
    return indicator.counts_attendances or (indicator.is_rate and not indicator.repeats)


def comparisons_a_year(indicators: Iterable[Indicator]) -> int:
    """How many verdicts the readings of a school give in a school year: one a term, one a year if yearly."""
    return sum(1 if indicator.is_yearly else 3 for indicator in indicators if is_judged(indicator))


def verdict_on(
    indicator: Indicator, now: TermFigure, pasts: Sequence[TermFigure], comparisons: int
) -> Verdict | None:
    """One verdict a figure: on the same term last year if it can be judged, else on the last term.

    Terms have their seasons: the first of a year is not expected to look like the third of the one before.
    Only an official indicator changes clearly: a school has many others to choose from.
    """
    if not is_judged(indicator):
        return None
    for past in reversed(pasts):
        usual = _change(past, now, TO_DISCUSS)
        if usual is not None:
            sure = _change(past, now, change_level(comparisons), together=TOGETHER)
            is_clear = indicator.is_official and sure is not None and sure.is_clear
            return _verdict(past, now, usual, is_clear)
    return None


def are_unequal(before: TermFigure, after: TermFigure) -> bool:
    """Whether two groups are too different in size for their shares to answer the same question."""
    sizes = [seen.figure.rate.out_of or 0 for seen in (before, after) if seen.figure.rate is not None]
    return max(sizes) >= FEWEST_FOR_PERCENT and max(sizes) > MOST_UNEQUAL * min(sizes)


def _change(before: TermFigure, after: TermFigure, level: float, *, together: float = 1) -> Change | None:
    """After − before, as a share (0–1) or in attendances per event; None when it cannot be judged."""
    pairs = [
        (rate.counted, rate.out_of)
        for rate in (before.figure.rate, after.figure.rate)
        if rate and rate.out_of
    ]
    if len(pairs) < 2:
        return clustered_change(before.events or (), after.events or (), level)
    (then, n1), (now, n2) = pairs
    if min(n1, n2) < FEWEST_FOR_PERCENT or are_unequal(before, after):
        return None
    low, high = newcombe_interval((then / together, n1 / together), (now / together, n2 / together), level)
    return Change(now / n2 - then / n1, low, high)


def _verdict(before: TermFigure, after: TermFigure, change: Change, is_clear: bool) -> Verdict:
    gap, margin = _as_printed(before.figure.rate, after.figure.rate, change)
    if not gap or not change.is_clear:
        kind = ChangeKind.WITHIN_CHANCE
    else:
        kind = ChangeKind.CLEAR if is_clear else ChangeKind.TO_DISCUSS
    return Verdict(kind, before.term, gap, margin)


def _as_printed(before: Rate | None, after: Rate | None, change: Change) -> tuple[int, int]:
    """The gap as the reader's own subtraction finds it; the margin rounded up, not below a gap within it."""
    if before and after and before.share is not None and after.share is not None:
        gap = french.whole_percent(after.share) - french.whole_percent(before.share)
        return gap, math.ceil(round(change.margin * 100, 9))
    gap = math.floor(abs(change.change) + 0.5)
    return gap if change.change > 0 else -gap, math.ceil(round(change.margin, 9))
