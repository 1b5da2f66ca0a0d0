"""AJUSTER: the conseil des maîtres decides on every running action and active goal, once a term.

Deciding writes drafts. Closing applies them all in one transaction and copies what was seen. Reopening undoes
nothing: the next version starts from the same decisions and applies what differs.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.access import check_version, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import plain, record, take_turn
from app.domain.school_year import Term
from app.errors import Conflict, Invalid, Stale
from app.reviews import queries
from app.reviews.decisions import apply_decision, fields_of
from app.reviews.kinds import ReviewState
from app.reviews.models import (
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
from app.reviews.undecided import Undecided, undecided_in
from app.schools.frame import Frame
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


def decide(
    db: Session, actor: Actor, uai: str, term: Term, data: DecisionIn, version: int | None = None
) -> Decision:
    """Write one decision, or replace the one already taken on the same target.

    `version` is that of the decision the person saw, 0 for none; without it the last one to decide wins.
    Raises Conflict once the review is closed, Stale when somebody else has decided meanwhile, and Invalid
    when the verdict does not fit its target.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    review = open_review_of(db, school, term)
    wanted = fields_of(db, school, data)
    target_id = wanted["action_id"] or wanted["goal_id"]
    decision = queries.decision_on(db, review, target_id) if target_id else None
    before = plain(decision) if decision else None
    seen = decision.version if decision else 0
    if version is not None and version != seen:
        raise Stale(seen)
    if decision is None:
        decision = Decision(school_id=school.id, term=term, number=review.number, version=0, **wanted)
    for name, value in wanted.items():
        setattr(decision, name, value)
    decision.version += 1
    db.add(decision)
    db.flush()
    record(db, actor, turn, "review.decided", f"review:{term}", before=before, after=decision)
    return decision


def withdraw_decision(db: Session, actor: Actor, uai: str, term: Term, decision_id: UUID) -> None:
    """Take a decision back before the closing; what an earlier version made stays made."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    decision = queries.decision_or_404(db, open_review_of(db, school, term), decision_id)
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
    review = open_review_of(db, school, term)
    if version is not None:
        check_version(review, version)
    _check_meeting_day(db, school, term, data)
    decisions = queries.decisions_of_term(db, school.id, term, review.number)
    seen = overview(db, Frame(db, school), term)
    if missing := undecided_in(seen, decisions):
        raise Conflict(_missing_sentence(missing), code="undecided")
    closed = ReviewVersion(
        school_id=school.id,
        term=term,
        number=review.number,
        **(data.model_dump() | {"notes": review.notes if data.notes is None else data.notes}),
        reopen_reason=review.reopen_reason,
        ledger_version=turn.version,
        closed_at=clock.now(),
        closed_by=actor.user_id,
    )
    db.add(closed)
    db.flush()
    db.add_all(
        ReviewFigure(school_id=school.id, term=term, number=review.number, position=position, **shown)
        for position, shown in enumerate(seen.as_figures())
    )
    before = {decision.target_id: decision for decision in _previous(db, review)}
    for decision in decisions:
        apply_decision(db, school, decision, before.get(decision.target_id) if decision.target_id else None)
    review.state = ReviewState.CLOSED
    review.chair_role, review.members_present, review.notes = (
        closed.chair_role,
        closed.members_present,
        closed.notes,
    )
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
    review.started_at = None
    copied = ("kind", "action_id", "goal_id", "title", "verdict", "reason", "changes")
    for decision in taken:
        fields = {name: getattr(decision, name) for name in copied}
        db.add(Decision(school_id=school.id, term=term, number=review.number, **fields))
    db.flush()
    record(db, actor, turn, "review.reopened", f"review:{term}", before=before, after=review)
    return review


# --- checks --------------------------------------------------------------------------------------------


def _missing_sentence(missing: list[Undecided]) -> str:
    named = ", ".join(f"«\u202f{item.title}\u202f»" for item in missing[:3])
    more = f" et {len(missing) - 3} autres" if len(missing) > 3 else ""
    return f"Il reste à décider pour {named}{more}."


def open_review_of(db: Session, school: School, term: Term) -> Review:
    review = queries.review_or_404(db, school.id, term)
    if review.state is not ReviewState.OPEN:
        raise Conflict("Ce bilan est clos\u202f: rouvrez-le pour changer une décision.", code="closed")
    return review


def _previous(db: Session, review: Review) -> Iterable[Decision]:
    return (
        queries.decisions_of_term(db, review.school_id, review.term, review.number - 1)
        if review.number > 1
        else ()
    )


def _check_meeting_day(db: Session, school: School, term: Term, data: ClosingIn) -> None:
    first, _ = calendar_for(db, school, term.year).dates(term)
    if not first <= data.held_on <= today_at(school):
        raise Invalid.one(
            "held_on",
            "Le conseil se tient après le début du trimestre, et au plus tard aujourd’hui.",
            "out_of_term",
        )
