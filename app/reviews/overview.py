"""The whole sheet of a school and term, assembled once for the sheet, the dashboard and the meeting.

A constant number of queries, whatever the number of goals, actions and terms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import dropwhile
from typing import Any

from sqlmodel import Session

from app.actions.models import Action
from app.actions.queries import actions_of_school
from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import Figure, Rate, per_hundred
from app.domain.readings import Reading, Target, distance_sentence
from app.domain.school_year import Term, year_of
from app.domain.verdicts import ChangeKind
from app.domain.vocabulary import ActionState, Axis, GoalState
from app.goals.models import Goal
from app.goals.queries import goals_of_school
from app.measurements.checks import grades_in
from app.measurements.service import Series, Total, shown_total
from app.reviews import sheet_queries
from app.reviews.kinds import FigureKind
from app.reviews.moments import ENDED, Moment, moments_of
from app.reviews.said import Figures, figures_of, pupils_at
from app.schools.frame import Frame
from app.web.french import long_day


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """One indicator of the ANALYSER column, with its history and its sentence."""

    indicator: Indicator
    total: Total
    target: Target | None
    reading: Reading
    history: tuple[Total, ...]
    """This school year and the two before, oldest first; what was never answered is not measured."""
    pupils: Mapping[str, int | None]

    @property
    def figure(self) -> Figure:
        return self.total.figure

    @property
    def sentence(self) -> str:
        return self.reading.text

    @property
    def change(self) -> ChangeKind:
        return self.reading.change

    @property
    def counts(self) -> tuple[str, str] | None:
        """The big number and what follows it in small."""
        rate = self.figure.rate
        if rate is None:
            return None
        unit = french.plural(rate.counted, *self.indicator.unit)
        if rate.out_of is None:
            return french.number(rate.counted), unit + self._per_hundred(rate.counted)
        share = f" ({french.percent(rate.share)})" if rate.share is not None and rate.out_of >= 20 else ""
        return french.number(rate.counted), f"{unit} sur {french.number(rate.out_of)}{share}"

    def _per_hundred(self, counted: int) -> str:
        """« (16 pour 100 élèves) », where it helps to read schools of different sizes."""
        pupils = pupils_at(self.pupils, self.total.term.year)
        scaled = per_hundred(counted, pupils) if self.indicator.per_pupils else None
        return f" ({french.decimal(scaled, 0)} pour 100 élèves)" if scaled and (pupils or 0) >= 20 else ""

    @property
    def said(self) -> str:
        """The sentence, unless it only repeats the counts that stand above it."""
        counts = self.counts
        return "" if counts and self.sentence == f"{counts[0]} {counts[1]}." else self.sentence

    @property
    def is_answered(self) -> bool:
        return self.total.answers > 0


@dataclass(frozen=True, slots=True)
class GoalView:
    """One goal and how far its target is."""

    goal: Goal
    target: Target | None
    target_text: str
    sentence: str
    share: float | None
    """Of the indicator, 0–1, for the little bar; None without a rate."""

    @property
    def aim(self) -> float | None:
        return self.target.value / 100 if self.target and self.share is not None else None


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action and what took place."""

    action: Action
    sentence: str
    held: int
    parents: int
    is_ahead: bool
    """It belongs to the next school year: shown already, not counted yet."""


@dataclass
class Overview:
    term: Term
    figures: Figures
    goals: list[GoalView] = field(default_factory=list)
    actions: list[ActionView] = field(default_factory=list)
    indicators: list[IndicatorView] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    grades: Mapping[str, int] = field(default_factory=dict)
    """How many grades the school had, by year."""

    @cached_property
    def by_axis(self) -> list[tuple[Axis, list[ActionView]]]:
        return [(axis, [view for view in self.actions if view.action.axis is axis]) for axis in Axis]

    @cached_property
    def plan(self) -> dict[Axis, dict[ActionState, int]]:
        """How many actions, by axis and state, as the plan stands today."""
        return {
            axis: {state: sum(view.action.state is state for view in views) for state in ActionState}
            for axis, views in self.by_axis
        }

    @property
    def active_goals(self) -> list[GoalView]:
        return [view for view in self.goals if view.goal.state is GoalState.ACTIVE]

    @property
    def running_actions(self) -> list[ActionView]:
        return [view for view in self.actions if view.action.state is ActionState.RUNNING]

    @property
    def answered(self) -> int:
        return sum(view.is_answered for view in self.indicators)

    def as_figures(self) -> Iterator[dict[str, Any]]:
        """Everything shown, as the columns of `review_figure`."""
        for view in self.indicators:
            rate = view.figure.rate
            yield {
                "kind": FigureKind.INDICATOR,
                "key": view.indicator.slug,
                "label": view.indicator.title,
                "status": view.figure.status,
                "counted": rate.counted if rate else None,
                "out_of": rate.out_of if rate else None,
                "target": target_text(view.indicator, view.target) if view.target else "",
                "target_value": view.target.value if view.target else None,
                "target_by": view.target.by if view.target else None,
                "sentence": view.sentence,
            }
        for goal in self.goals:
            yield {
                "kind": FigureKind.GOAL,
                "key": str(goal.goal.id),
                "label": goal.goal.title,
                "state": goal.goal.state.value,
                "target": goal.target_text,
                "sentence": goal.sentence,
            }
        for action in self.actions:
            yield {
                "kind": FigureKind.ACTION,
                "key": str(action.action.id),
                "label": action.action.title,
                "state": action.action.state.value,
                "axis": action.action.axis,
                "sentence": action.sentence,
            }


def overview(db: Session, frame: Frame, term: Term) -> Overview:
    """Read the whole sheet as it stands for `term`."""
    goals = goals_of_school(db, frame.school.id)
    targets = {goal.target_indicator: target for goal in goals if (target := target_of(goal)) and _aims(goal)}
    figures = figures_of(db, frame, term)
    views = {
        slug: _indicator_view(indicator, figures, targets.get(slug))
        for slug, indicator in frame.indicators(term).items()
    }
    return Overview(
        term,
        figures,
        [_goal_view(goal, views) for goal in goals],
        _action_views(db, frame, term),
        list(views.values()),
        moments_of(db, frame, term),
        {profile.year: len(grades_in(profile)) for profile in frame.profiles},
    )


def _aims(goal: Goal) -> bool:
    return goal.state is GoalState.ACTIVE


def target_of(goal: Goal) -> Target | None:
    if goal.target_indicator is None or goal.target_value is None or goal.target_term is None:
        return None
    baseline = (
        Rate(goal.baseline_counted, goal.baseline_out_of) if goal.baseline_counted is not None else None
    )
    return Target(goal.target_indicator, goal.target_value, Term(goal.target_term), baseline)


def target_text(indicator: Indicator, target: Target) -> str:
    """« 85 % au 3e trimestre 2026-2027 »."""
    value = f"{target.value}{NARROW}%" if indicator.is_rate else french.counted(target.value, indicator.unit)
    return f"{value} au {target.by.label}"


def _indicator_view(indicator: Indicator, figures: Figures, target: Target | None) -> IndicatorView:
    total = shown_total(figures.series, indicator, figures.term)
    said = figures.reading_of(indicator, target)
    history = history_of(figures.series, indicator, figures.term)
    return IndicatorView(indicator, total, target, said, history, figures.pupils)


def history_of(series: Series, indicator: Indicator, term: Term) -> tuple[Total, ...]:
    """This school year up to `term` and the two before, oldest first."""
    year = term.year
    terms = [
        at for shown in (year.previous.previous, year.previous, year) for at in shown.terms if at <= term
    ]
    yearly = [at for at in terms if not indicator.is_yearly or at.number == 1]
    return tuple(shown_total(series, indicator, at) for at in yearly)


def since_first_answer(history: Sequence[Total]) -> list[Total]:
    """What a chart shows: an indicator taken up this year has no gaps of the years before."""
    return list(dropwhile(lambda total: not total.answers, history))


def _goal_view(goal: Goal, views: Mapping[str, IndicatorView]) -> GoalView:
    target = target_of(goal)
    view = views.get(target.indicator) if target else None
    if target is None or view is None:
        return GoalView(goal, target, "", "", None)
    rate = view.figure.rate
    share = float(rate.share) if rate is not None and rate.share is not None else None
    said = [f"{counts[0]} {counts[1]}." if (counts := view.counts) else "Non mesuré pour l’instant."]
    if distance := distance_sentence(view.indicator, view.figure, target):
        said.append(distance)
    return GoalView(goal, target, target_text(view.indicator, target), " ".join(said), share)


def _action_views(db: Session, frame: Frame, term: Term) -> list[ActionView]:
    """The actions of this school year and those still open, with what took place this school year.

    What begins later is shown ahead in the current year, and is not on the sheet of one that is over.
    """
    school, is_over = frame.school, term.year < frame.now.year
    efforts = sheet_queries.effort_by_action(db, school.id, term.year.terms)
    partners = sheet_queries.partners_by_action(db, school.id)
    views = []
    for action in actions_of_school(db, school.id):
        effort = efforts.get(action.id)
        has_ended = action.state in ENDED and year_of(action.planned_to, school.departement) < term.year
        is_ahead = effort is None and year_of(action.planned_from, school.departement) > term.year
        if (has_ended and effort is None) or (is_ahead and is_over):
            continue
        said = _action_sentence(action, effort, partners.get(action.id, []))
        held, parents = (effort.held, effort.parents) if effort else (0, 0)
        views.append(ActionView(action, said, held, parents, is_ahead))
    return views


def _action_sentence(action: Action, effort: sheet_queries.Effort | None, partners: list[str]) -> str:
    """« 5 rendez-vous tenus, 63 venues · avec le centre social »."""
    said: list[str] = []
    if effort and effort.held:
        held = french.counted(effort.held, ("rendez-vous tenu", "rendez-vous tenus"))
        said.append(f"{held}, {french.counted(effort.parents, ('venue', 'venues'))}")
    if effort and effort.next_on:
        said.append(f"prochain rendez-vous le {long_day(effort.next_on)}")
    if not said and action.state is ActionState.PLANNED:
        said.append(f"à partir du {long_day(action.planned_from)}")
    if partners:
        said.append(f"avec {', '.join(partners)}")
    return " · ".join(said)
