"""AMBITIONNER: the verbs of a goal. Each writes one audit event in its own transaction."""

from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app import clock
from app.accounts.access import check_version, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import plain, record, take_turn
from app.domain.plan import may_become
from app.domain.vocabulary import GoalState
from app.errors import Conflict, Invalid
from app.goals.models import Goal, GoalChange, GoalIn, GoalStateIn
from app.goals.queries import goal_or_404
from app.schools.models import School
from app.schools.service import indicator_followed


def add_goal(db: Session, actor: Actor, uai: str, data: GoalIn) -> Goal:
    """Write down what the school wants."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    goal = make_goal(db, school, data)
    record(db, actor, turn, "goal.added", f"goal:{goal.id}", after=goal)
    return goal


def revise_goal(
    db: Session, actor: Actor, uai: str, goal_id: UUID, data: GoalChange, version: int | None
) -> Goal:
    """Replace a goal's text and target; outside a review this needs a reason."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    goal = goal_or_404(db, school.id, goal_id)
    check_version(goal, version)
    before = plain(goal)
    rewrite_goal(db, school, goal, data)
    record(
        db,
        actor,
        turn,
        "goal.revised",
        f"goal:{goal.id}",
        before=before,
        after=plain(goal) | {"why_changed": data.reason},
    )
    return goal


def set_goal_state(
    db: Session, actor: Actor, uai: str, goal_id: UUID, data: GoalStateIn, version: int | None
) -> Goal:
    """Reached, dropped (with its reason) or active again."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    goal = goal_or_404(db, school.id, goal_id)
    check_version(goal, version)
    before = plain(goal)
    move_goal(goal, data.state, data.reason)
    goal.state_set_at = clock.now()
    db.flush()
    record(db, actor, turn, "goal.state_set", f"goal:{goal.id}", before=before, after=goal)
    return goal


def delete_goal(db: Session, actor: Actor, uai: str, goal_id: UUID, version: int | None) -> None:
    """Remove a goal that nothing refers to. Raises Conflict when an action or a review does."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    goal = goal_or_404(db, school.id, goal_id)
    check_version(goal, version)
    before = plain(goal)
    try:
        with db.begin_nested():
            db.delete(goal)
            db.flush()
    except IntegrityError:
        raise Conflict(
            "Une action ou un bilan s’appuie sur cet objectif\u202f: abandonnez-le plutôt.",
            code="referred_to",
        ) from None
    record(db, actor, turn, "goal.deleted", f"goal:{goal_id}", before=before)


# --- what a review applies too: no audit of their own ---------------------------------------------------


def make_goal(db: Session, school: School, data: GoalIn) -> Goal:
    goal = Goal(school_id=school.id, created_at=clock.now(), **_columns(db, school, data))
    db.add(goal)
    db.flush()
    return goal


def rewrite_goal(db: Session, school: School, goal: Goal, data: GoalIn) -> None:
    for name, value in _columns(db, school, data).items():
        setattr(goal, name, value)
    goal.version += 1
    db.flush()


def move_goal(goal: Goal, state: GoalState, reason: str | None) -> None:
    if not may_become(goal.state, state):
        raise Conflict(f"Un objectif {goal.state.label} ne peut pas devenir «\u202f{state.label}\u202f».")
    if state is GoalState.DROPPED and not reason:
        raise Invalid.one(
            "reason", "Dites en une phrase pourquoi cet objectif est abandonné.", "reason_missing"
        )
    goal.state, goal.reason = state, reason
    goal.version += 1


def _columns(db: Session, school: School, data: GoalIn) -> dict[str, Any]:
    """The table's columns for an accepted body; checks the target against its indicator."""
    target = data.target
    if target is not None:
        indicator = indicator_followed(db, school, target.indicator, "target/indicator")
        if indicator.is_rate and target.value > 100:
            raise Invalid.one(
                "target/value", "Pour une part, écrivez un pourcentage de 0 à 100.", "above_hundred"
            )
        if target.baseline and indicator.is_rate != (target.baseline.out_of is not None):
            raise Invalid.one(
                "target/baseline", "Le point de départ se compte comme l’indicateur.", "baseline_kind"
            )
    baseline = target.baseline if target else None
    return {
        "stake": data.stake,
        "title": data.title,
        "why": data.why,
        "target_indicator": target.indicator if target else None,
        "target_value": target.value if target else None,
        "target_term": target.term if target else None,
        "baseline_counted": baseline.counted if baseline else None,
        "baseline_out_of": baseline.out_of if baseline else None,
    }
