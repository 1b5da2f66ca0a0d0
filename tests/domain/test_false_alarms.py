"""Simulated school years (seeded): « changement net » is rare where nothing changes, said where much does.

People come in groups: brothers and sisters, two parents of a child, families who come to a parents' café
together. Terms hold more or fewer events, and now and then a fête that brings five times as many.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest

from app.domain.indicators import INDICATORS, OFFICIAL
from app.domain.rates import Figure
from app.domain.readings import reading
from app.domain.school_year import SchoolYear, Term
from app.domain.verdicts import ChangeKind, TermFigure, comparisons_a_year

PACKS = ("report_handover", "class_meetings", "digital_access", "blank_null_votes")
FOLLOWED = [INDICATORS[slug] for slug in (*OFFICIAL, *PACKS)]
MOST = comparisons_a_year(FOLLOWED)
YEAR = SchoolYear("2026-2027")
SIZES = (40, 100, 200, 400)
HOUSEHOLDS = {"pupils": (0.75, 0.20, 0.05), "parents": (0.20, 0.80), "alone": (1.0,)}
"""Shares of the households that have one, two, three persons in the school or on the electoral roll."""
AS_ONE = 0.8
"""Share of the households whose members all come, or all stay away."""


@dataclass
class School:
    """A school whose habits never change from one term to the next."""

    rng: np.random.Generator
    pupils: int
    held: tuple[int, int] = (3, 12)
    """The fewest and the most events of a term."""
    feasts: float = 0.05
    """The share of its events that are a fête."""

    def __post_init__(self) -> None:
        self.shares = {indicator.slug: self.rng.uniform(0.1, 0.9) for indicator in FOLLOWED}
        self.attendance, self.dispersion = self.rng.uniform(4, 20), self.rng.uniform(1.5, 8)

    def figure(self, slug: str, term: Term, factor: float = 1) -> TermFigure:
        """`factor` multiplies who comes: 1 when nothing changes."""
        indicator = INDICATORS[slug]
        if indicator.counts_attendances:
            events = self._events(factor)
            return TermFigure(term, Figure.of(sum(events)), self.pupils, events)
        if not indicator.is_rate:
            return TermFigure(term, Figure.of(int(self.rng.poisson(3))))
        kind = {"élève": "pupils", "parent": "parents"}.get(indicator.unit[0], "alone")
        invited = round(self.pupils * self.rng.uniform(0.85, 1.1) * (1.7 if kind == "parents" else 1))
        share = min(self.shares[slug] * factor, 1.0)
        return TermFigure(term, Figure.of(self._who_comes(invited, share, HOUSEHOLDS[kind]), invited))

    def _who_comes(self, invited: int, share: float, households: tuple[float, ...]) -> int:
        sizes, mix = np.arange(1, len(households) + 1), np.array(households)
        families = (invited * mix / (mix * sizes).sum()).astype(int)
        families[0] += invited - (families * sizes).sum()
        as_one = self.rng.binomial(families, AS_ONE)
        alone = ((families - as_one) * sizes).sum()
        return int((sizes * self.rng.binomial(as_one, share)).sum() + self.rng.binomial(alone, share))

    def _events(self, factor: float) -> list[int]:
        """Negative binomial: variance = dispersion × mean."""
        held = self.rng.integers(*self.held, endpoint=True)
        means = self.attendance * factor * np.where(self.rng.random(held) < self.feasts, 5, 1)
        drawn = self.rng.negative_binomial(means / (self.dispersion - 1), 1 / self.dispersion)
        return [int(parents) for parents in drawn]


def changes(school: School, factor: float = 1) -> Iterable[tuple[str, ChangeKind]]:
    """What a school's readings say all year, the year before being the same but for `factor`."""
    for indicator in FOLLOWED:
        terms = YEAR.terms[:1] if indicator.is_yearly else YEAR.terms
        past = {term.same_last_year: school.figure(indicator.slug, term.same_last_year) for term in terms}
        now = {term: school.figure(indicator.slug, term, factor) for term in terms}
        for figure in now.values():
            found = reading(indicator, figure, before=[*past.values(), *now.values()], comparisons=MOST)
            yield indicator.slug, found.change


def share_of_false_alarms(years: int, size: int) -> float:
    rng = np.random.default_rng(size)
    alarmed = sum(
        any(kind is ChangeKind.CLEAR for _, kind in changes(School(rng, size))) for _ in range(years)
    )
    return alarmed / years


def test_a_school_where_nothing_changes_is_left_in_peace() -> None:
    assert sum(share_of_false_alarms(60, size) for size in SIZES) / len(SIZES) < 0.05


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES)
def test_a_school_of_any_size_is_left_in_peace(size: int) -> None:
    assert share_of_false_alarms(1_000, size) < 0.05


@pytest.mark.parametrize(
    ("slug", "factor"), [("individual_meetings", 2), ("election_turnout", 2), ("visits", 3)]
)
def test_a_large_change_is_said(slug: str, factor: float) -> None:
    """The rule does not keep quiet by never speaking."""
    rng, said = np.random.default_rng(7), 0
    for _ in range(50):
        school = School(rng, 200, held=(6, 9), feasts=0)
        school.shares[slug], school.attendance, school.dispersion = 0.4, 12, 3
        past = school.figure(slug, YEAR.previous.terms[0])
        now = school.figure(slug, YEAR.terms[0], factor)
        said += reading(INDICATORS[slug], now, before=[past], comparisons=MOST).change is ChangeKind.CLEAR
    assert said > 40
