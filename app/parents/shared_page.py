"""What the elected parents read of one term: plain words, and no figure that may not leave the school.

Every figure passes `withheld` before anything is made of it, so that no sentence, comparison or distance to a
target can tell one that is not shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actions.models import Action
from app.actions.queries import actions_of_school
from app.domain import french
from app.domain.disclosure import withheld
from app.domain.indicators import OFFICIAL, Indicator
from app.domain.readings import Target
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, GoalState
from app.goals.models import Goal
from app.goals.queries import goals_of_school
from app.measurements.service import shown_total
from app.parents import queries
from app.reviews.overview import target_of, target_text
from app.reviews.said import Figures, figures_of
from app.schools.frame import Frame
from app.schools.models import School
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
    frame = Frame(db, school)
    indicators = frame.indicators()
    goals = goals_of_school(db, school.id, state=GoalState.ACTIVE)
    targets = {goal.target_indicator: target_of(goal) for goal in goals}
    figures = figures_of(db, frame, term)
    dates = queries.dates_by_action(db, school.id, term.year.terms, frame.today)
    return SharedPage(
        school.name,
        term,
        [_figure(indicators[slug], figures, targets.get(slug)) for slug in OFFICIAL],
        [_goal(goal, indicators) for goal in goals],
        [
            _action(action, dates, term)
            for action in actions_of_school(db, school.id, state=ActionState.RUNNING)
        ],
    )


def _figure(indicator: Indicator, figures: Figures, target: Target | None) -> SharedFigure:
    """A figure in words, compared with nothing that is not told either."""
    question, figure = QUESTIONS[indicator.slug], shown_total(figures.series, indicator, figures.term).figure
    if reason := withheld(indicator, figure):
        return SharedFigure(question, f"{reason.label[:1].upper()}{reason.label[1:]}.", is_withheld=True)
    told = figures.reading_of(indicator, target, lambda past: withheld(indicator, past) is None)
    return SharedFigure(question, told.text)


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
