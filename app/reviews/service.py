"""AJUSTER: the conseil des maîtres decides on every running action and active goal, once a term.

Deciding writes drafts. Closing applies them all in one transaction and copies what was seen. Reopening undoes
nothing: the next version starts from the same decisions and applies what differs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.access import check_version, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import plain, record, take_turn
from app.actions.queries import action_or_404, actions_of_school
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
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, GoalState
from app.errors import Conflict, FieldError, Invalid
from app.goals.queries import goal_or_404, goals_of_school
from app.goals.service import make_goal, move_goal, rewrite_goal
from app.reviews import queries
from app.reviews.kinds import ReviewState, TargetKind
from app.reviews.models import (
    ChangesIn,
    ClosingIn,
    Decision,
    DecisionIn,
    ReopeningIn,
    Review,
    ReviewFigure,
    ReviewIn,
    ReviewVersion,
)
from app.reviews.overview import overview
from app.schools.models import School
from app.schools.service import calendar_for, past_or_current


def open_review(db: Session, actor: Actor, uai: str, data: ReviewIn) -> Review:
    """Begin the review of a term that has begun. Raises Conflict when it has one already."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    term = past_or_current(db, school, Term(data.term))
    if queries.review_or_none(db, school.id, term):
        raise Conflict("Ce trimestre a déjà son bilan.", code="already_open")
    review = Review(school_id=school.id, term=term, opened_at=clock.now())
    db.add(review)
    db.flush()
    record(db, actor, turn, "review.opened", f"review:{term}", after=review)
    return review


def decide(db: Session, actor: Actor, uai: str, term: Term, data: DecisionIn) -> Decision:
    """Write one decision, or replace the one already taken on the same target.

    Raises Conflict once the review is closed, and Invalid when the verdict does not fit its target.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    review = _open_review_of(db, school, term)
    wanted = _fields_of(db, school, data)
    target_id = wanted["action_id"] or wanted["goal_id"]
    decision = queries.decision_on(db, review, target_id) if target_id else None
    before = plain(decision) if decision else None
    if decision is None:
        decision = Decision(school_id=school.id, term=term, number=review.number, **wanted)
    for name, value in wanted.items():
        setattr(decision, name, value)
    db.add(decision)
    db.flush()
    record(db, actor, turn, "review.decided", f"review:{term}", before=before, after=decision)
    return decision


def withdraw_decision(db: Session, actor: Actor, uai: str, term: Term, decision_id: UUID) -> None:
    """Take a decision back before the closing; what an earlier version made stays made."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    decision = queries.decision_or_404(db, _open_review_of(db, school, term), decision_id)
    before = plain(decision)
    db.delete(decision)
    db.flush()
    record(db, actor, turn, "review.decision_withdrawn", f"review:{term}", before=before)


def close_review(
    db: Session, actor: Actor, uai: str, term: Term, data: ClosingIn, version: int | None = None
) -> ReviewVersion:
    """Freeze the decisions of the conseil des maîtres and apply them to the plan.

    Raises Conflict while an action or a goal still has no decision. One transaction: every decision is
    applied, or none. Every figure, status, target and sentence shown is copied, so that a later correction
    changes nothing of what was seen.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    review = _open_review_of(db, school, term)
    if version is not None:
        check_version(review, version)
    _check_meeting_day(db, school, term, data)
    decisions = queries.decisions_of_term(db, school.id, term, review.number)
    if missing := undecided(db, school, decisions):
        raise Conflict(_missing_sentence(missing), code="undecided")
    closed = ReviewVersion(
        school_id=school.id,
        term=term,
        number=review.number,
        **data.model_dump(),
        reopen_reason=review.reopen_reason,
        ledger_version=turn.version,
        closed_at=clock.now(),
        closed_by=actor.user_id,
    )
    db.add(closed)
    db.flush()
    db.add_all(
        ReviewFigure(school_id=school.id, term=term, number=review.number, position=position, **shown)
        for position, shown in enumerate(overview(db, school, term).as_figures())
    )
    before = {decision.target_id: decision for decision in _previous(db, review)}
    for decision in decisions:
        _apply(db, school, decision, before.get(decision.target_id) if decision.target_id else None)
    review.state = ReviewState.CLOSED
    review.version += 1
    db.flush()
    after = plain(closed) | {"decisions": plain(list(decisions))}
    record(db, actor, turn, "review.closed", f"review:{term}", after=after)
    return closed


def reopen_review(
    db: Session, actor: Actor, uai: str, term: Term, data: ReopeningIn, version: int | None = None
) -> Review:
    """Start the next version from the decisions of the last one. Undoes nothing by itself."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    review = queries.review_or_404(db, school.id, term)
    if review.state is ReviewState.OPEN:
        raise Conflict("Ce bilan est déjà ouvert.", code="already_open")
    if version is not None:
        check_version(review, version)
    before = plain(review)
    taken = queries.decisions_of_term(db, school.id, term, review.number)
    review.state, review.reopen_reason = ReviewState.OPEN, data.reason
    review.number += 1
    review.version += 1
    copied = ("kind", "action_id", "goal_id", "title", "verdict", "reason", "changes")
    for decision in taken:
        fields = {name: getattr(decision, name) for name in copied}
        db.add(Decision(school_id=school.id, term=term, number=review.number, **fields))
    db.flush()
    record(db, actor, turn, "review.reopened", f"review:{term}", before=before, after=review)
    return review


# --- what is still to decide ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Undecided:
    kind: TargetKind
    id: UUID
    title: str


def undecided(db: Session, school: School, decisions: Iterable[Decision]) -> list[Undecided]:
    """The active goals and running actions that no decision speaks of, in the order of the sheet."""
    decided = {decision.target_id for decision in decisions}
    goals = goals_of_school(db, school.id, state=GoalState.ACTIVE)
    actions = actions_of_school(db, school.id, state=ActionState.RUNNING)
    waiting = [Undecided(TargetKind.GOAL, goal.id, goal.title) for goal in goals]
    waiting += [Undecided(TargetKind.ACTION, action.id, action.title) for action in actions]
    return [item for item in waiting if item.id not in decided]


def _missing_sentence(missing: list[Undecided]) -> str:
    named = ", ".join(f"« {item.title} »" for item in missing[:3])
    more = f" et {len(missing) - 3} autres" if len(missing) > 3 else ""
    return f"Il reste à décider pour {named}{more}."


# --- one decision --------------------------------------------------------------------------------------


def _open_review_of(db: Session, school: School, term: Term) -> Review:
    review = queries.review_or_404(db, school.id, term)
    if review.state is not ReviewState.OPEN:
        raise Conflict("Ce bilan est clos : rouvrez-le pour changer une décision.", code="closed")
    return review


def _fields_of(db: Session, school: School, data: DecisionIn) -> dict[str, Any]:
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
        raise Invalid.one("verdict", f"Pour un {kind.label}, choisissez parmi : {choices}.", "verdict_unfit")
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


def _previous(db: Session, review: Review) -> Iterable[Decision]:
    return (
        queries.decisions_of_term(db, review.school_id, review.term, review.number - 1)
        if review.number > 1
        else ()
    )


def _apply(db: Session, school: School, decision: Decision, applied: Decision | None) -> None:
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


def _check_meeting_day(db: Session, school: School, term: Term, data: ClosingIn) -> None:
    first, _ = calendar_for(db, school, term.year).dates(term)
    if not first <= data.held_on <= today_at(school):
        raise Invalid.one(
            "held_on",
            "Le conseil se tient après le début du trimestre, et au plus tard aujourd’hui.",
            "out_of_term",
        )
