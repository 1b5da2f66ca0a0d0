"""Which goals and actions belong to a school year, and in what state the year left them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlmodel import Session

from app.domain import french
from app.domain.french import NARROW
from app.domain.readings import units_missing
from app.domain.school_year import SchoolYear, today_in, year_of
from app.domain.vocabulary import ActionState, GoalState
from app.reviews import sheet_queries, year_queries
from app.reviews.overview import ActionView, GoalView, IndicatorView, Overview
from app.schools.models import School

ENDED = {ActionState.DONE, ActionState.DROPPED}


@dataclass(frozen=True, slots=True)
class YearGoal:
    title: str
    state: GoalState
    sentence: str
    reason: str
    is_met: bool
    """Whether the target is reached by the last figure; someone still has to say that the goal is."""

    @property
    def said(self) -> str:
        return joined(self.sentence, self.reason)


@dataclass(frozen=True, slots=True)
class YearAction:
    """`state` is what it was when the year ended; `reach` is what took place that year."""

    title: str
    state: ActionState
    reach: str
    reason: str

    @property
    def said(self) -> str:
        return joined(self.reach, self.reason)


def joined(*parts: str) -> str:
    """Sentences one after the other; one that people left without a full stop gets it."""
    said = [part if part.endswith((".", "!", "?", "…")) else f"{part}." for part in parts if part]
    return " ".join(said)


def goals_of_year(db: Session, school: School, seen: Overview) -> list[YearGoal]:
    """The goals that were alive in the year; one that ended later was still active."""
    decided = year_queries.goals_ended_by_review(db, school.id)
    by_hand = _ended_by_hand(db, school, "goal")
    views = {view.indicator.slug: view for view in seen.indicators}
    year = seen.term.year
    lines = []
    for view in seen.goals:
        goal, ends = view.goal, [decided[view.goal.id].year] if view.goal.id in decided else []
        ends += [by_hand[goal.id]] if goal.id in by_hand else []
        end = max(ends, default=None)
        if _year_at(school, goal.created_at) > year:
            continue
        if goal.state is not GoalState.ACTIVE and end and end < year:
            continue
        is_over = goal.state is not GoalState.ACTIVE and not (end and end > year)
        target = f"Cible{NARROW}: {view.target_text}. " if view.target_text else ""
        lines.append(
            YearGoal(
                goal.title,
                goal.state if is_over else GoalState.ACTIVE,
                f"{target}{view.sentence}".strip(),
                goal.reason or "" if is_over else "",
                _is_met(view, views),
            )
        )
    return lines


def _ended_by_hand(db: Session, school: School, what: Literal["goal", "action"]) -> dict[UUID, SchoolYear]:
    """Goal or action → the school year in which its state was last set outside a review."""
    moved = year_queries.moved_at(db, school.id, what)
    return {target: _year_at(school, moment) for target, moment in moved.items()}


def _year_at(school: School, moment: datetime) -> SchoolYear:
    return year_of(today_in(school.departement, moment), school.departement)


def _is_met(goal: GoalView, views: Mapping[str, IndicatorView]) -> bool:
    view = views.get(goal.target.indicator) if goal.target else None
    rate = view.figure.rate if view else None
    if goal.target is None or view is None or rate is None or rate.out_of == 0:
        return False
    return units_missing(view.indicator, rate, goal.target) <= 0


def actions_of_year(db: Session, school: School, seen: Overview) -> list[YearAction]:
    """The actions of the year.

    One ends with the review that said so; else with its planned end, or earlier on the day its state was set.
    """
    decided = sheet_queries.endings_by_review(db, school.id)
    by_hand = _ended_by_hand(db, school, "action")
    year = seen.term.year
    lines = []
    for view in seen.actions:
        action = view.action
        planned = year_of(action.planned_to, school.departement)
        known = decided.get(action.id)
        end = known.year if known else min(planned, by_hand.get(action.id, planned))
        if year_of(action.planned_from, school.departement) > year or (end < year and not view.held):
            continue
        is_over = action.state in ENDED and end <= year
        state = action.state if is_over or action.state not in ENDED else ActionState.RUNNING
        lines.append(YearAction(action.title, state, _reach(view), action.reason or "" if is_over else ""))
    return lines


def _reach(view: ActionView) -> str:
    """« 5 rendez-vous tenus, 63 venues. »; nothing for an action that is not made of events."""
    if not view.held:
        return ""
    held = french.counted(view.held, ("rendez-vous tenu", "rendez-vous tenus"))
    return f"{held}, {french.counted(view.parents, ('venue', 'venues'))}."
