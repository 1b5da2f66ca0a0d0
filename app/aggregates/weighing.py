"""Levers: what the figures of the schools that took one up say, group by group, once a school year is over.

A group is written with the release of a third term, from released figures only, and never again (ADR 0028).
"""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.aggregates import weighing_queries as queries
from app.domain.lever_effects import GroupEffect, Passage, group_effect, linked_indicators
from app.domain.levers import LEVERS
from app.domain.rates import Rate
from app.domain.school_year import SchoolYear, Term
from app.library.models import LeverEffect

Group = tuple[str, str, int]
"""Lever, indicator, number."""


def weigh_levers(db: Session, year: SchoolYear) -> list[LeverEffect]:
    """Tell of every lever what may be told of the schools that took it up until the end of `year`.

    A school enters one group of a lever and indicator at most. Those who cannot be told of yet wait for the
    next year. Writes without an audit event: the release that this belongs to has its own.
    """
    counted: dict[Group, dict[str, Term]] = defaultdict(dict)
    for one in queries.schools_weighed(db):
        counted[one.lever, one.indicator, one.number][str(one.school_id)] = Term(one.term)
    begun: dict[str, dict[UUID, Term]] = defaultdict(dict)
    for row in queries.levers_begun(db):
        if Term(row.term).year <= year:
            begun[row.lever][row.school_id] = Term(row.term)
    told = []
    for lever in LEVERS:
        for indicator in linked_indicators(lever):
            numbers = [number for of, slug, number in counted if (of, slug) == (lever, indicator)]
            number = max(numbers, default=0) + 1
            already = {school for each in numbers for school in counted[lever, indicator, each]}
            waiting = {key: term for key, term in begun[lever].items() if str(key) not in already}
            passages = list(_passages(db, indicator, waiting))
            others = [began for (_, slug, _), began in counted.items() if slug == indicator]
            found = group_effect(passages, others)
            if isinstance(found, GroupEffect):
                counted[lever, indicator, number] = {passage.school: passage.began for passage in passages}
                effect = _row(lever, indicator, number, found)
                queries.add_group(db, effect, {UUID(passage.school): passage.began for passage in passages})
                told.append(effect)
    return told


def _passages(db: Session, indicator: str, begun: dict[UUID, Term]) -> Iterable[Passage]:
    """The schools that were counted in both releases: the term they began in, and the same a year before."""
    terms = {each for term in begun.values() for each in (term, term.same_last_year)}
    figures = queries.figures_last_released(db, [indicator], terms)
    for school_id, term in begun.items():
        before = figures.get((school_id, indicator, term.same_last_year))
        after = figures.get((school_id, indicator, term))
        if before is None or after is None or not before.out_of or not after.out_of:
            continue
        read_by = None if after.is_small else str(after.circonscription_id)
        yield Passage(
            str(school_id),
            read_by,
            term,
            Rate(before.counted, before.out_of),
            Rate(after.counted, after.out_of),
        )


def _row(lever: str, indicator: str, number: int, found: GroupEffect) -> LeverEffect:
    return LeverEffect(
        lever=lever,
        indicator=indicator,
        number=number,
        first_year=found.first_year,
        last_year=found.last_year,
        schools=found.schools,
        persons=found.persons,
        low=found.low,
        high=found.high,
        weighed_at=clock.now(),
    )
