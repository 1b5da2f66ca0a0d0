"""What the elected parents read of one term: plain words, and no figure that may not leave the school.

Every figure passes `withheld` before anything is made of it, so that no sentence, comparison or distance to a
target can tell one that is not shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import today_at
from app.actions.models import Action
from app.actions.queries import actions_of_school
from app.domain import french
from app.domain.disclosure import withheld
from app.domain.indicators import OFFICIAL, Indicator
from app.domain.readings import Target, reading
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, GoalState
from app.goals.models import Goal
from app.goals.queries import goals_of_school
from app.measurements.service import Series, Total, grades_of, series_of_school, shown_total
from app.parents import queries
from app.reviews.overview import target_of, target_text
from app.schools.models import School
from app.schools.queries import profiles_of_school
from app.schools.service import calendar_for, indicators_of
from app.web.french import long_day

QUESTIONS = {
    "individual_meetings": "Pour combien d’élèves quelqu’un est-il venu rencontrer l’enseignant\u202f?",
    "visits": "Combien de fois des parents sont-ils venus, en dehors de ces rencontres\u202f?",
    "election_turnout": "Combien de parents ont voté pour élire leurs représentants\u202f?",
    "joint_actions": "Combien d’actions ont eu lieu avec un partenaire de l’école\u202f?",
    "shared_analysis": "Combien de fois en avons-nous parlé avec les parents élus\u202f?",
}
"""The official indicators, as one parent would ask another."""


@dataclass(frozen=True, slots=True)
class SharedFigure:
    question: str
    answer: str
    is_withheld: bool = False


@dataclass(frozen=True, slots=True)
class SharedGoal:
    title: str
    target: str


@dataclass(frozen=True, slots=True)
class SharedAction:
    title: str
    held: str
    next: str


@dataclass(frozen=True, slots=True)
class SharedPage:
    """One page of one school: words only, nothing that leads back to a row."""

    school_name: str
    term: Term
    figures: list[SharedFigure]
    goals: list[SharedGoal]
    actions: list[SharedAction]

    @property
    def hides_something(self) -> bool:
        return any(figure.is_withheld for figure in self.figures)


def shared_page(db: Session, school: School, term: Term) -> SharedPage:
    """The page of a term, as it stands now. A constant number of queries."""
    indicators = indicators_of(db, school)
    goals = goals_of_school(db, school.id, state=GoalState.ACTIVE)
    reader = _Reader(db, school, term, {goal.target_indicator: target_of(goal) for goal in goals})
    dates = queries.dates_by_action(db, school.id, term.year.terms, today_at(school))
    return SharedPage(
        school.name,
        term,
        [reader.figure(indicators[slug]) for slug in OFFICIAL],
        [_goal(goal, indicators) for goal in goals],
        [
            _action(action, dates, term)
            for action in actions_of_school(db, school.id, state=ActionState.RUNNING)
        ],
    )


class _Reader:
    """The figures of one term and what each may be compared with."""

    def __init__(
        self, db: Session, school: School, term: Term, targets: Mapping[str | None, Target | None]
    ) -> None:
        self.term = term
        self.targets = targets
        self.series: Series = series_of_school(db, school)
        self.pupils = {profile.year: profile.pupils for profile in profiles_of_school(db, school.id)}
        self.every_grade = len(grades_of(db, school, term.year))
        self.is_over = calendar_for(db, school, term.year).dates(term)[1] < today_at(school)

    def figure(self, indicator: Indicator) -> SharedFigure:
        question, total = QUESTIONS[indicator.slug], shown_total(self.series, indicator, self.term)
        if reason := withheld(indicator, total.figure):
            return SharedFigure(question, f"{reason.label[:1].upper()}{reason.label[1:]}.", is_withheld=True)
        before = self._before(indicator, total)
        sentence = reading(
            indicator,
            total.figure,
            term=self.term,
            pupils=self._pupils_at(total.term.year),
            target=self.targets.get(indicator.slug),
            before=before.figure if before else None,
            before_term=before.term if before else None,
            before_pupils=self._pupils_at(before.term.year) if before else None,
        )
        return SharedFigure(question, sentence)

    def _before(self, indicator: Indicator, total: Total) -> Total | None:
        """The term (or year) before, when it may be told and the two are complete."""
        earlier = total.term.year.previous.terms[0] if indicator.is_yearly else total.term.previous
        before = shown_total(self.series, indicator, earlier)
        same_grain = total.grades == before.grades and total.grades in (0, self.every_grade)
        still_growing = not (indicator.is_rate or indicator.is_yearly or self.is_over)
        if withheld(indicator, before.figure) or not same_grain or still_growing:
            return None
        return before

    def _pupils_at(self, year: str) -> int | None:
        """The number of the year, else of the latest year before it."""
        known = [self.pupils[at] for at in sorted(self.pupils) if at <= year]
        return known[-1] if known else None


def _goal(goal: Goal, indicators: Mapping[str, Indicator]) -> SharedGoal:
    target = target_of(goal)
    indicator = indicators.get(target.indicator) if target else None
    if target is None or indicator is None:
        return SharedGoal(goal.title, "")
    name = f"{indicator.title[:1].lower()}{indicator.title[1:]}"
    return SharedGoal(goal.title, f"Nous visons {target_text(indicator, target)} ({name}).")


def _action(action: Action, dates: Mapping[UUID, Any], term: Term) -> SharedAction:
    row = dates.get(action.id)
    held = french.counted(row.held, ("rendez-vous a eu lieu", "rendez-vous ont eu lieu")) if row else ""
    return SharedAction(
        action.title,
        f"{held} en {term.year}." if row and row.held else "",
        f"Prochain rendez-vous le {long_day(row.next_on)}." if row and row.next_on else "",
    )
