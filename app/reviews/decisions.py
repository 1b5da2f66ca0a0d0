"""A decision: whether it fits its target, and what it makes of the plan at the closing."""

from typing import Any

from sqlmodel import Session

from app.actions.queries import action_or_404
from app.actions.service import make_action, move_action, rewrite_action
from app.domain.plan import (
    ACTION_VERDICTS,
    GOAL_VERDICTS,
    Verdict,
    action_state_after,
    goal_state_after,
    may_become,
    needs_reason,
)
from app.domain.vocabulary import ActionState, GoalState
from app.errors import FieldError, Invalid
from app.goals.queries import goal_or_404
from app.goals.service import make_goal, move_goal, rewrite_goal
from app.reviews.kinds import TargetKind
from app.reviews.models import ChangesIn, Decision, DecisionIn
from app.schools.models import School


def fields_of(db: Session, school: School, data: DecisionIn) -> dict[str, Any]:
    """The columns of a decision, once verdict, reason and changes were found to fit its target."""
    if needs_reason(data.verdict) and not data.reason:
        raise Invalid.one("reason", "Dites en une phrase pourquoi.", "reason_missing")
    changes = data.changes or ChangesIn()
    if data.verdict is Verdict.ADD:
        return _fields_of_addition(data, changes)
    if data.target is None:
        raise Invalid.one("target", "Dites de quelle action ou de quel objectif il s’agit.", "target_missing")
    kind, key = data.target.kind, data.target.id
    allowed = ACTION_VERDICTS if kind is TargetKind.ACTION else GOAL_VERDICTS
    if data.verdict not in allowed:
        choices = ", ".join(verdict.label for verdict in allowed)
        raise Invalid.one(
            "verdict", f"Pour un {kind.label}, choisissez parmi\u202f: {choices}.", "verdict_unfit"
        )
    find = action_or_404 if kind is TargetKind.ACTION else goal_or_404
    title = find(db, school.id, key).title
    other = changes.goal if kind is TargetKind.ACTION else changes.action
    if other is not None or (data.changes is not None and data.verdict is not Verdict.CHANGE):
        raise Invalid.one("changes", "Ces changements ne vont pas avec cette décision.", "changes_unfit")
    return {
        "kind": kind,
        "action_id": key if kind is TargetKind.ACTION else None,
        "goal_id": key if kind is TargetKind.GOAL else None,
        "title": title,
        "verdict": data.verdict,
        "reason": data.reason,
        "changes": _stored(data.changes),
    }


def _fields_of_addition(data: DecisionIn, changes: ChangesIn) -> dict[str, Any]:
    item = changes.action or changes.goal
    if data.target is not None or item is None or (changes.action and changes.goal):
        raise Invalid(
            [
                FieldError(
                    "/changes",
                    "Pour ajouter, donnez la nouvelle action ou le nouvel objectif.",
                    "addition_unfit",
                )
            ]
        )
    return {
        "kind": TargetKind.ACTION if changes.action else TargetKind.GOAL,
        "action_id": None,
        "goal_id": None,
        "title": item.title,
        "verdict": data.verdict,
        "reason": data.reason,
        "changes": _stored(changes),
    }


def _stored(changes: ChangesIn | None) -> dict[str, Any] | None:
    return changes.model_dump(mode="json", exclude_none=True) if changes else None


# --- applying ------------------------------------------------------------------------------------------


def apply_decision(db: Session, school: School, decision: Decision, applied: Decision | None) -> None:
    """Make the plan what the decision says; what the version before already applied is left alone."""
    if applied and (applied.verdict, applied.reason, applied.changes) == (
        decision.verdict,
        decision.reason,
        decision.changes,
    ):
        return
    changes = ChangesIn.model_validate(decision.changes) if decision.changes else ChangesIn()
    if decision.verdict is Verdict.ADD:
        if changes.action:
            decision.action_id = make_action(db, school, changes.action).id
        elif changes.goal:
            decision.goal_id = make_goal(db, school, changes.goal).id
    elif decision.action_id:
        _apply_to_action(db, school, decision, changes)
    elif decision.goal_id:
        _apply_to_goal(db, school, decision, changes)
    db.flush()


def _apply_to_action(db: Session, school: School, decision: Decision, changes: ChangesIn) -> None:
    assert decision.action_id is not None
    action = action_or_404(db, school.id, decision.action_id)
    if changes.action:
        rewrite_action(db, school, action, changes.action)
    after = action_state_after(action.state, decision.verdict)
    if not may_become(action.state, after):  # ended otherwise by an earlier version: taken up again first
        move_action(action, ActionState.RUNNING, None)
    if after is not action.state:
        move_action(action, after, decision.reason)


def _apply_to_goal(db: Session, school: School, decision: Decision, changes: ChangesIn) -> None:
    assert decision.goal_id is not None
    goal = goal_or_404(db, school.id, decision.goal_id)
    if changes.goal:
        rewrite_goal(db, school, goal, changes.goal)
    after = goal_state_after(decision.verdict)
    if not may_become(goal.state, after):
        move_goal(goal, GoalState.ACTIVE, None)
    if after is not goal.state:
        move_goal(goal, after, decision.reason)
