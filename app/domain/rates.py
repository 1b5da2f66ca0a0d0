"""Counts first: a rate keeps its two numbers, and nothing has three kinds."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from app.domain.vocabulary import Status

FEWEST_FOR_PERCENT = 20
"""Out of fewer, one person weighs more than five points: the counts stand alone."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`counted` out of `out_of`; a plain count when `out_of` is None. ValueError when that cannot be."""

    counted: int
    out_of: int | None = None

    def __post_init__(self) -> None:
        if self.counted < 0:
            raise ValueError("Un nombre compté ne peut pas être négatif.")
        if self.out_of is not None and self.counted > self.out_of:
            raise ValueError(f"On ne peut pas en compter {self.counted} sur {self.out_of}.")

    @property
    def share(self) -> Fraction | None:
        """Exact share (0–1); None for a plain count or when there was nobody to count."""
        return Fraction(self.counted, self.out_of) if self.out_of else None


def pooled(rates: Iterable[Rate]) -> Rate:
    """Add up families, not percentages: a school of 300 weighs more than one of 30."""
    rates = list(rates)
    wholes = [r.out_of for r in rates if r.out_of is not None]
    if not rates or 0 < len(wholes) < len(rates):
        raise ValueError("On additionne des nombres de même nature, et au moins un.")
    return Rate(sum(r.counted for r in rates), sum(wholes) if wholes else None)


@dataclass(frozen=True, slots=True)
class Figure:
    """One box of the sheet: a value (zero included), not measured, not applicable, or withdrawn."""

    status: Status
    rate: Rate | None = None

    def __post_init__(self) -> None:
        if (self.status is Status.VALUE) != (self.rate is not None):
            raise ValueError("Un relevé porte des nombres s’il est mesuré, et seulement alors.")

    @classmethod
    def of(cls, counted: int, out_of: int | None = None) -> "Figure":
        return cls(Status.VALUE, Rate(counted, out_of))


NOT_MEASURED = Figure(Status.NOT_MEASURED)
NOT_APPLICABLE = Figure(Status.NOT_APPLICABLE)


def fold(figures: Iterable[Figure]) -> Figure:
    """The total of a term: the sum of what was measured.

    Withdrawn figures count for nothing. When nothing was measured, the total is not applicable if every
    remaining answer says so, and otherwise not measured: silence is never zero.
    """
    live = [f for f in figures if f.status is not Status.WITHDRAWN]
    rates = [f.rate for f in live if f.rate is not None]
    if rates:
        return Figure(Status.VALUE, pooled(rates))
    return NOT_APPLICABLE if live and all(f == NOT_APPLICABLE for f in live) else NOT_MEASURED


def per_hundred(count: int, pupils: int | None) -> Fraction | None:
    """A count per 100 pupils, so that schools of different sizes can be read; None without pupils."""
    return Fraction(100 * count, pupils) if pupils else None
