"""What a conseil des maîtres has still to decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.actions.models import Action
from app.actions.queries import actions_of_school
from app.domain.vocabulary import ActionState, GoalState
from app.goals.models import Goal
from app.goals.queries import goals_of_school
from app.reviews.kinds import TargetKind
from app.reviews.models import Decision
from app.reviews.overview import Overview
from app.schools.models import School


@dataclass(frozen=True, slots=True)
class Undecided:
    kind: TargetKind
    id: UUID
    title: str


def undecided(db: Session, school: School, decisions: Iterable[Decision]) -> list[Undecided]:
    """The active goals and running actions that no decision speaks of, in the order of the sheet."""
    goals = goals_of_school(db, school.id, state=GoalState.ACTIVE)
    return _left(goals, actions_of_school(db, school.id, state=ActionState.RUNNING), decisions)


def undecided_in(seen: Overview, decisions: Iterable[Decision]) -> list[Undecided]:
    """The same, from a sheet that was read."""
    actions = (view.action for view in seen.running_actions)
    return _left((view.goal for view in seen.active_goals), actions, decisions)


def _left(goals: Iterable[Goal], actions: Iterable[Action], decisions: Iterable[Decision]) -> list[Undecided]:
    decided = {decision.target_id for decision in decisions}
    waiting = [Undecided(TargetKind.GOAL, goal.id, goal.title) for goal in goals]
    waiting += [Undecided(TargetKind.ACTION, action.id, action.title) for action in actions]
    return [item for item in waiting if item.id not in decided]
