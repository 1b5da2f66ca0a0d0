"""What leaves a school when it transmits a term, and which of it its own inspector may read."""

from app.domain.disclosure import FEWEST_COUNTED_OUT_OF
from app.domain.indicators import Indicator
from app.domain.rates import Rate
from app.domain.school_year import Term
from app.domain.vocabulary import Source


def leaves_the_school(indicator: Indicator, term: Term) -> bool:
    """Whether a transmission of `term` carries the indicator.

    A school's own indicators never leave it; a vote's result is published without being transmitted; a
    yearly figure belongs to the first term.
    """
    return not (
        indicator.is_own or is_published_at_once(indicator) or (indicator.is_yearly and term.number != 1)
    )


def is_published_at_once(indicator: Indicator) -> bool:
    """The result of an election is public by law, from the moment it is recorded."""
    return indicator.fed_by is Source.ELECTION


def base_of(rate: Rate, pupils: int | None) -> int:
    """Among how many a figure was counted: its denominator, or the school's pupils for a plain count.

    0 when nobody said how many pupils there are: then nothing vouches for the figure.
    """
    return rate.out_of if rate.out_of is not None else pupils or 0


def is_small(indicator: Indicator, rate: Rate, pupils: int | None) -> bool:
    """Persons counted among fewer than 11: not for the inspector's eyes, and only in large totals."""
    return indicator.counts == "persons" and base_of(rate, pupils) < FEWEST_COUNTED_OUT_OF
