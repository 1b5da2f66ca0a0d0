"""What the conseil des maîtres can decide, and what a decision does to the plan."""

from typing import Any, TypeVar

from app.domain.vocabulary import ActionState, GoalState, Labelled

State = TypeVar("State", ActionState, GoalState)


class Verdict(Labelled):
    """Every verdict of a review; the two tuples say which fit an action and which a goal."""

    KEEP = "keep", "poursuivre"
    CHANGE = "change", "modifier"
    STOP = "stop", "arrêter"
    FINISH = "finish", "terminer"
    REACHED = "reached", "atteint"
    ADD = "add", "ajouter"


ACTION_VERDICTS = (Verdict.KEEP, Verdict.CHANGE, Verdict.STOP, Verdict.FINISH)
GOAL_VERDICTS = (Verdict.KEEP, Verdict.CHANGE, Verdict.STOP, Verdict.REACHED)

# Two tables and not one: members of different enums with the same value are equal strings, so the same key.
_ACTION_MAY_BECOME = {
    ActionState.PLANNED: {ActionState.RUNNING, ActionState.DONE, ActionState.DROPPED},
    ActionState.RUNNING: {ActionState.DONE, ActionState.DROPPED},
    ActionState.DONE: {ActionState.RUNNING},
    ActionState.DROPPED: {ActionState.PLANNED, ActionState.RUNNING},
}
_GOAL_MAY_BECOME = {
    GoalState.ACTIVE: {GoalState.REACHED, GoalState.DROPPED},
    GoalState.REACHED: {GoalState.ACTIVE},
    GoalState.DROPPED: {GoalState.ACTIVE},
}


def may_become(before: ActionState | GoalState, after: ActionState | GoalState) -> bool:
    """Whether a state may follow another. What was ended can be taken up again; staying is always allowed."""
    if isinstance(before, ActionState):
        return after is before or after in _ACTION_MAY_BECOME[before]
    return after is before or after in _GOAL_MAY_BECOME[before]


def way(before: State, after: State) -> list[State]:
    """The states to go through one by one, `after` last: reached, active again, dropped."""
    ways: list[list[Any]] = [[before]]
    while ways[0][-1] is not after:
        gone: list[Any] = ways.pop(0)
        ways += [[*gone, one] for one in type(before) if one not in gone and may_become(gone[-1], one)]
    return ways[0][1:] or [after]


def needs_reason(verdict: Verdict) -> bool:
    """Everything but keeping and adding is explained to those who read the minutes."""
    return verdict not in {Verdict.KEEP, Verdict.ADD}


def action_state_after(state: ActionState, verdict: Verdict) -> ActionState:
    """The state a decision leads to; ValueError for a verdict that is not an action's.

    Keeping what an earlier version of the review had ended takes it up again; a planned action stays planned.
    """
    if verdict not in ACTION_VERDICTS:
        raise ValueError(f"«\u202f{verdict.label}\u202f» ne se dit pas d’une action.")
    ended = {Verdict.STOP: ActionState.DROPPED, Verdict.FINISH: ActionState.DONE}.get(verdict)
    return ended or (state if state is ActionState.PLANNED else ActionState.RUNNING)


def goal_state_after(verdict: Verdict) -> GoalState:
    """The state a decision leads to; ValueError for a verdict that is not a goal's."""
    if verdict not in GOAL_VERDICTS:
        raise ValueError(f"«\u202f{verdict.label}\u202f» ne se dit pas d’un objectif.")
    return {Verdict.STOP: GoalState.DROPPED, Verdict.REACHED: GoalState.REACHED}.get(
        verdict, GoalState.ACTIVE
    )
