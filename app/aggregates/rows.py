"""One row of an answer, and the reasons why its box is empty: null says which nothing it is, never 0."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.aggregates.models import Breakdown, Level
from app.aggregates.queries import LiveSum
from app.domain.indicators import INDICATORS
from app.domain.rates import per_hundred
from app.domain.school_year import Term


class Row(NamedTuple):
    """As `AggregateOut` tells it: `rate` is a share 0–1; `per_100_pupils` where all schools told theirs."""

    level: Level
    code: str
    name: str
    indicator: str
    term: Term
    breakdown: Breakdown
    value: str
    counted: int | None
    out_of: int | None
    rate: float | None
    per_100_pupils: float | None
    schools_reporting: int
    schools_expected: int | None
    suppressed: bool
    reason: str | None
    as_of: datetime | None


NOTHING_TRANSMITTED, NOT_RELEASED = "nothing_transmitted", "not_released"
NOT_TRANSMITTED, NOT_RECORDED, NOT_CONCERNED = "not_transmitted", "not_recorded", "not_concerned"
FIRST_TERM_ONLY = "first_term_only"
"""A yearly figure belongs to the first term."""


@dataclass
class Sum:
    """What is known of one cell before it becomes a row."""

    counted: int | None = None
    out_of: int | None = None
    pupils: int | None = None
    schools: int = 0
    expected: int | None = None
    reason: str | None = None
    suppressed: bool = False
    as_of: datetime | None = None

    def add(self, one: LiveSum) -> None:
        """The schools of one more circonscription. No pupils are told where a school did not say its own."""
        self.counted = (self.counted or 0) + one.counted
        if self.out_of is not None:
            self.out_of += one.out_of
        if self.pupils is not None:
            self.pupils = self.pupils + one.pupils if one.schools_with_pupils == one.schools else None
        self.schools += one.schools
        if one.changed_at is not None and (self.as_of is None or self.as_of < one.changed_at):
            self.as_of = one.changed_at


def nothing(slug: str, term: Term, otherwise: str) -> str:
    """Why there is no figure: the term when the indicator is yearly, the given reason otherwise."""
    return FIRST_TERM_ONLY if INDICATORS[slug].is_yearly and term.number != 1 else otherwise


def figure_row(
    level: Level, code: str, name: str, slug: str, term: Term, breakdown: Breakdown, value: str, found: Sum
) -> Row:
    counted = found.counted
    scaled = per_hundred(counted, found.pupils) if counted is not None and found.pupils else None
    return Row(
        level,
        code,
        name,
        slug,
        term,
        breakdown,
        value,
        counted,
        found.out_of,
        counted / found.out_of if counted is not None and found.out_of else None,
        float(scaled) if scaled is not None else None,
        found.schools,
        found.expected,
        found.suppressed,
        found.reason,
        found.as_of,
    )
