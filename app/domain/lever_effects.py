"""How a rate moved in the schools that took a lever up: an interval for a group of them, and no cause.

A group is told of once and never again: groups of a lever have no school in common, and what is told is
rounded. There is nothing to subtract (ADR 0028).
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.disclosure import FEWEST_ON_EITHER_SIDE
from app.domain.french import NARROW, number
from app.domain.indicators import INDICATORS, Indicator
from app.domain.practices import PRACTICES
from app.domain.rates import FEWEST_FOR_PERCENT, Rate
from app.domain.release_rules import (
    PERSONS,
    Floor,
    Part,
    Tally,
    fault_for_insiders,
    fault_for_strangers,
)
from app.domain.school_year import SchoolYear, Term
from app.domain.statistics import pooled_rate_change
from app.domain.vocabulary import Labelled

FEWEST_SCHOOLS = 5
FEWEST_TERMS = 3
"""Different terms in which the schools of a group began: what happened in one of them is not what is told."""
HEAVIEST = 50
"""In per cent of the persons of a group: no school is half of it."""
ROUNDED_TO = 10
GROUP = Floor(FEWEST_SCHOOLS, FEWEST_FOR_PERCENT, FEWEST_ON_EITHER_SIDE, HEAVIEST)
METHOD = (
    "Chaque école est comparée à elle-même\u202f: le trimestre où elle a tenu son premier rendez-vous, et le "
    "même trimestre un an avant. Les nombres s’ajoutent, et l’intervalle à 95\u202f% tient compte de ce que "
    "les familles d’une école se ressemblent (Woodruff 1971, Student). Il ne dit pas pourquoi les chiffres "
    "ont bougé."
)


class Untold(Labelled):
    """Why nothing is told of a group."""

    TOO_FEW_SCHOOLS = "too_few_schools", "il faudrait au moins cinq écoles"
    TOO_FEW_TERMS = "too_few_terms", "il faudrait des écoles parties à trois trimestres différents"
    TOO_FEW_FAMILIES = "too_few_families", "trop peu de familles, ou une école y pèse trop"
    SUBTRACTION = "subtraction", "une soustraction ferait trouver une école"


@dataclass(frozen=True, slots=True)
class Passage:
    """One school around the term in which it took a lever up.

    `read_by` is the circonscription whose inspector reads its figures live; None when nobody does.
    """

    school: str
    read_by: str | None
    began: Term
    before: Rate
    after: Rate


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """What is told of a group: when it began, schools, persons to the ten below, points outwards."""

    first_year: SchoolYear
    last_year: SchoolYear
    schools: int
    persons: int
    low: int
    high: int


def linked_indicators(lever: str) -> tuple[str, ...]:
    """The rates followed beside a lever: the one of persons that every school measures each term, then those
    that its practices name. Attendances are left out: an action is not proved by its own."""
    named = [
        slug for practice in PRACTICES.values() if practice.lever == lever for slug in practice.indicators
    ]
    return tuple(dict.fromkeys(slug for slug in ("individual_meetings", *named) if _is_comparable(slug)))


def _is_comparable(slug: str) -> bool:
    indicator = INDICATORS[slug]
    return indicator.is_rate and indicator.counts == "persons" and not indicator.is_yearly


def group_effect(
    passages: Collection[Passage], told_before: Iterable[Mapping[str, Term]] = ()
) -> GroupEffect | Untold:
    """What may be told of these schools, or why nothing is.

    `told_before` says of each group that was told of the same indicator, for any lever, when its schools
    began: one where fewer than five schools differ, or began in another term, would let a subtraction speak
    of those few.
    """
    if len(passages) < FEWEST_SCHOOLS:
        return Untold.TOO_FEW_SCHOOLS
    if len({passage.began for passage in passages}) < FEWEST_TERMS:
        return Untold.TOO_FEW_TERMS
    began = {passage.school: passage.began for passage in passages}
    apart = ({school for school, _ in began.items() ^ told.items()} for told in told_before)
    if any(0 < len(schools) < FEWEST_SCHOOLS for schools in apart):
        return Untold.SUBTRACTION
    for side in (_side(passages, "before"), _side(passages, "after")):
        tallies = Tally.of(side)
        if fault_for_strangers(tallies, GROUP):
            return Untold.TOO_FEW_FAMILIES
        if fault_for_insiders(tallies, PERSONS):
            return Untold.SUBTRACTION
    change = pooled_rate_change([(_pair(p.before), _pair(p.after)) for p in passages])
    assert change is not None
    persons = sum(_pair(passage.after)[1] for passage in passages)
    years = sorted(passage.began.year for passage in passages)
    return GroupEffect(
        years[0],
        years[-1],
        len(passages),
        persons - persons % ROUNDED_TO,
        math.floor(100 * change.low),
        math.ceil(100 * change.high),
    )


def _pair(rate: Rate) -> tuple[int, int]:
    return rate.counted, rate.out_of or 0


def _side(passages: Collection[Passage], name: str) -> Sequence[Part]:
    rates = [(passage, getattr(passage, name)) for passage in passages]
    return [
        Part(
            passage.school,
            (passage.read_by or "", "", "", ""),
            ("", ""),
            rate.counted,
            rate.out_of,
            rate.out_of or 0,
            is_small=passage.read_by is None,
        )
        for passage, rate in rates
    ]


def reading(indicator: Indicator, schools: int, persons: int, low: int, high: int) -> str:
    """« Entre −2 et +8 points d’une année à l’autre, dans 9 écoles (au moins 1 340 élèves). »"""
    between = f"Entre {_signed(low)} et {_signed(high)} points d’une année à l’autre"
    who = f"dans {number(schools)} écoles (au moins {number(persons)} {indicator.unit[1]})"
    chance = f"{NARROW}: le hasard peut suffire" if low <= 0 <= high else ""
    return f"{between}, {who}{chance}."


def _signed(points: int) -> str:
    return f"+{number(points)}" if points > 0 else number(points)
