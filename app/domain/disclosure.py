"""Which figures may leave a school: counts of persons only where nobody can be recognised in them."""

from app.domain.indicators import Indicator
from app.domain.rates import Figure
from app.domain.vocabulary import Labelled

FEWEST_COUNTED_OUT_OF = 11
"""Under this many, what is counted out of them is not shown; nor is a plain count of attendances below it."""
FEWEST_ON_EITHER_SIDE = 5
"""Those who came, and those who did not."""


class Withheld(Labelled):
    """Why a figure stays in the school."""

    TOO_FEW = "too_few", "chiffre non montré\u202f: trop peu de familles pour rester anonyme"


def withheld(indicator: Indicator, figure: Figure) -> Withheld | None:
    """The reason why a figure may not leave the school; None when it may.

    Persons: 11 to be counted out of, 5 counted and 5 not; 11 for a plain count, such as attendances. What the
    school itself did (events) and what a vote made known (public) may always be told; so may that nothing was
    measured.
    """
    rate = figure.rate
    if indicator.counts != "persons" or rate is None:
        return None
    if rate.out_of is None:
        return Withheld.TOO_FEW if rate.counted < FEWEST_COUNTED_OUT_OF else None
    smaller_side = min(rate.counted, rate.out_of - rate.counted)
    has_enough = rate.out_of >= FEWEST_COUNTED_OUT_OF and smaller_side >= FEWEST_ON_EITHER_SIDE
    return None if has_enough else Withheld.TOO_FEW
