"""What the conseil des maîtres can decide, and what a decision does to the plan."""

from typing import overload

from app.domain.vocabulary import ActionState, GoalState, Labelled


class ActionVerdict(Labelled):
    KEEP = "keep", "garder"
    CHANGE = "change", "modifier"
    STOP = "stop", "arrêter"
    FINISH = "finish", "terminer"


class GoalVerdict(Labelled):
    KEEP = "keep", "garder"
    CHANGE = "change", "modifier"
    STOP = "stop", "abandonner"
    REACHED = "reached", "atteint"


class AddVerdict(Labelled):
    ADD = "add", "ajouter"


Verdict = ActionVerdict | GoalVerdict | AddVerdict

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


def needs_reason(verdict: Verdict) -> bool:
    """Everything but keeping and adding is explained to those who read the minutes."""
    return verdict.value not in {"keep", "add"}


@overload
def state_after(state: ActionState, verdict: ActionVerdict) -> ActionState: ...
@overload
def state_after(state: GoalState, verdict: GoalVerdict) -> GoalState: ...
def state_after(
    state: ActionState | GoalState, verdict: ActionVerdict | GoalVerdict
) -> ActionState | GoalState:
    """The state a decision leads to.

    Keeping what an earlier version of the review had ended takes it up again; a planned action stays planned.
    """
    if isinstance(state, ActionState):
        ended = {"stop": ActionState.DROPPED, "finish": ActionState.DONE}.get(verdict.value)
        return ended or (state if state is ActionState.PLANNED else ActionState.RUNNING)
    return {"stop": GoalState.DROPPED, "reached": GoalState.REACHED}.get(verdict.value, GoalState.ACTIVE)
