"""What the figures say around the beginning of each action, its own meetings taken out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlmodel import Session

from app.actions import queries
from app.actions.feeding import VISITS
from app.domain.effects import Effect, Side, effect_on
from app.domain.indicators import INDICATORS, OFFICIAL, Indicator
from app.domain.school_year import Term
from app.measurements.service import Series, series_of_school, shown_total
from app.schools.models import School
from app.schools.service import current_term, indicators_of

ASKED = tuple(slug for slug in OFFICIAL if INDICATORS[slug].counts != "events")
"""Meetings with a partner and sessions are what a school does, not what its actions may move."""


@dataclass(slots=True)
class Held:
    """Every held meeting of a school: when each action began, and who came where."""

    began: dict[UUID, tuple[date, Term]] = field(default_factory=dict)
    came: dict[Term, list[tuple[UUID, int]]] = field(default_factory=dict)

    def side(self, action_id: UUID, indicator: Indicator, series: Series, term: Term) -> Side:
        total = shown_total(series, indicator, term)
        if indicator.slug != VISITS:
            return Side(total.term, total.figure, is_whole=not total.grades)
        came = self.came.get(term, [])
        own = sum(parents for whose, parents in came if whose == action_id)
        others = tuple(parents for whose, parents in came if whose != action_id)
        return Side(total.term, total.figure, own, others, is_whole=not total.grades)


def effects_of_school(db: Session, school: School) -> dict[UUID, list[Effect]]:
    """Action → its effects, for every action that was held at least once; five queries however many."""
    held = _held(db, school)
    series, now = series_of_school(db, school), current_term(db, school)
    known, aims = indicators_of(db, school), queries.aims_of_actions(db, school.id)
    begun = Counter(term for _, term in held.began.values())
    return {
        action_id: list(_effects(action_id, held, series, now, _asked(aims.get(action_id, []), known), begun))
        for action_id in held.began
    }


def own_attendance(db: Session, school_id: UUID) -> dict[UUID, dict[Term, int]]:
    """Action → term → how many parents its own meetings brought."""
    found: dict[UUID, Counter[Term]] = {}
    for row in queries.attendances(db, school_id):
        found.setdefault(row.action_id, Counter())[Term(row.term)] += row.parents
    return {action_id: dict(came) for action_id, came in found.items()}


def _held(db: Session, school: School) -> Held:
    held = Held()
    for row in queries.attendances(db, school.id):
        term = Term(row.term)
        held.began.setdefault(row.action_id, (row.held_on, term))
        held.came.setdefault(term, []).append((row.action_id, row.parents))
    return held


def _asked(aims: Iterable[str], known: Mapping[str, Indicator]) -> list[Indicator]:
    """What the action's goals aim at first, then the official ones."""
    return [known[slug] for slug in dict.fromkeys([*aims, *ASKED]) if slug in known]


def _effects(
    action_id: UUID,
    held: Held,
    series: Series,
    now: Term,
    indicators: Iterable[Indicator],
    begun: Mapping[Term, int],
) -> Iterable[Effect]:
    day, start = held.began[action_id]
    for indicator in indicators:
        after = _first_after(indicator, day, start)
        before = after.year.previous.terms[0] if indicator.is_yearly else after.previous
        if after > now or (after == now and not indicator.is_rate):
            continue  # a term that still grows says nothing against a whole one
        one = held.side(action_id, indicator, series, before)
        two = held.side(action_id, indicator, series, after)
        if one.figure.rate is None and two.figure.rate is None:
            continue
        earlier = [series.get(indicator.slug, {}).get(term) for term in _terms_before(before)]
        figures = [total.figure for total in earlier if total]
        yield effect_on(indicator, one, two, earlier=figures, others_begun=begun[start] - 1)


def _first_after(indicator: Indicator, day: date, start: Term) -> Term:
    """The term an action began in; for a yearly figure, taken in October, the first it may have touched."""
    if not indicator.is_yearly:
        return start
    is_before_october = start.number == 1 and day.month < 10
    return (start.year if is_before_october else start.year.next).terms[0]


def _terms_before(term: Term) -> list[Term]:
    found = [term.previous]
    while len(found) < 9:
        found.append(found[-1].previous)
    return found
