"""AJUSTER through the verbs: every decision is applied at the closing, or none; what was seen stays."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.accounts.audit_queries import audit_chain
from app.actions.models import Action, ActionIn, ActionStateIn, EventIn
from app.actions.queries import action_or_404, actions_of_school
from app.actions.service import add_action, add_event, set_action_state
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, Axis, GoalState
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.goals.models import Goal, GoalIn
from app.goals.queries import goal_or_404, goals_of_school
from app.goals.service import add_goal, delete_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reviews import queries
from app.reviews.kinds import FigureKind, ReviewState, TargetKind
from app.reviews.models import ChangesIn, ClosingIn, DecisionIn, ReopeningIn, ReviewIn, TargetRef
from app.reviews.overview import overview
from app.reviews.service import (
    close_review,
    decide,
    open_review,
    reopen_review,
    withdraw_decision,
)
from app.reviews.undecided import undecided_in
from app.schools.frame import Frame
from tests.world import T1, T2, TODAY, A, World

TERM, LAST_TERM = Term(T1), Term("2025-2026-T3")
NEXT_YEAR = {"planned_from": date(2027, 9, 10), "planned_to": date(2028, 6, 20)}
CLOSING = ClosingIn(held_on=TODAY, members_present=9, notes="Dix minutes.")
REOPENING = ReopeningIn(reason="Un oubli")
ANSWER = MeasurementIn(indicator="individual_meetings", term=T1, counted=158, out_of=196)


def an_action(title: str = "Café des parents") -> ActionIn:
    return ActionIn(
        axis=Axis.FAMILIARITY, title=title, planned_from=date(2026, 10, 2), planned_to=date(2027, 6, 25)
    )


def on(item: Goal | Action, verdict: Verdict, reason: str | None = None, **changes: Any) -> DecisionIn:
    kind = TargetKind.GOAL if isinstance(item, Goal) else TargetKind.ACTION
    return DecisionIn(
        target=TargetRef(kind=kind, id=item.id),
        verdict=verdict,
        reason=reason,
        changes=ChangesIn(**changes) if changes else None,
    )


@pytest.fixture
def claire(db: Session, world: World) -> Actor:
    return world.actor(db, "claire")


@pytest.fixture
def goal(db: Session, claire: Actor) -> Goal:
    return add_goal(db, claire, A, GoalIn(stake="dialogue", title="Rencontrer chaque famille"))


@pytest.fixture
def cafe(db: Session, claire: Actor) -> Action:
    action = add_action(db, claire, A, an_action())
    return set_action_state(
        db, claire, A, action.id, ActionStateIn(state=ActionState.RUNNING), action.version
    )


@pytest.fixture
def opened(db: Session, claire: Actor, goal: Goal, cafe: Action) -> None:
    record_measurement(db, claire, A, ANSWER)
    open_review(db, claire, A, ReviewIn(term=T1))


def test_a_review_waits_for_every_goal_and_running_action(
    db: Session, world: World, claire: Actor, goal: Goal, cafe: Action, opened: None
) -> None:
    waiting = undecided_in(overview(db, Frame(db, world.a), TERM), [])
    assert [item.id for item in waiting] == [goal.id, cafe.id]
    decide(db, claire, A, TERM, on(goal, Verdict.KEEP))
    with pytest.raises(Conflict, match="Café des parents"):
        close_review(db, claire, A, TERM, CLOSING)
    assert action_or_404(db, world.a.id, cafe.id).state is ActionState.RUNNING


def test_the_sheet_of_a_year_that_is_over_has_that_years_actions(
    db: Session, world: World, claire: Actor, cafe: Action
) -> None:
    later = add_action(db, claire, A, ActionIn.model_validate(an_action("Fête").model_dump() | NEXT_YEAR))
    frame = Frame(db, world.a)
    assert [(view.action.id, view.is_ahead) for view in overview(db, frame, TERM).actions] == [
        (cafe.id, False),
        (later.id, True),
    ]
    assert overview(db, frame, LAST_TERM).actions == []
    open_review(db, claire, A, ReviewIn(term=LAST_TERM))
    close_review(db, claire, A, LAST_TERM, CLOSING)
    assert action_or_404(db, world.a.id, cafe.id).state is ActionState.RUNNING


def test_an_action_that_took_place_stays_on_the_sheet_whatever_its_dates_become(
    db: Session, world: World, claire: Actor, cafe: Action
) -> None:
    add_event(db, claire, A, cafe.id, EventIn(planned_on=date(2026, 10, 9)))
    cafe.planned_from, cafe.planned_to = date(2027, 9, 10), date(2028, 6, 20)
    db.flush()
    clock.pin(datetime(2027, 10, 1, 12, tzinfo=UTC))
    seen = overview(db, Frame(db, world.a), TERM)
    assert [(view.action.id, view.is_ahead) for view in seen.actions] == [(cafe.id, False)]


def test_closing_applies_everything_in_one_act(
    db: Session, world: World, claire: Actor, goal: Goal, cafe: Action, opened: None
) -> None:
    decide(db, claire, A, TERM, on(goal, Verdict.REACHED, "Toutes les familles sont venues."))
    decide(db, claire, A, TERM, on(cafe, Verdict.STOP, "Peu de monde à cette heure."))
    decide(
        db,
        claire,
        A,
        TERM,
        DecisionIn(verdict=Verdict.ADD, changes=ChangesIn(action=an_action("Goûter du mardi"))),
    )
    decide(
        db,
        claire,
        A,
        TERM,
        DecisionIn(verdict=Verdict.ADD, changes=ChangesIn(goal=GoalIn(stake="dialogue", title="Élargir"))),
    )
    assert goal_or_404(db, world.a.id, goal.id).state is GoalState.ACTIVE
    before = len(audit_chain(db, world.a.id))
    close_review(db, claire, A, TERM, CLOSING)
    assert goal_or_404(db, world.a.id, goal.id).state is GoalState.REACHED
    stopped = action_or_404(db, world.a.id, cafe.id)
    assert (stopped.state, stopped.reason) == (ActionState.DROPPED, "Peu de monde à cette heure.")
    assert [action.title for action in actions_of_school(db, world.a.id, state=ActionState.PLANNED)] == [
        "Goûter du mardi"
    ]
    assert [item.title for item in goals_of_school(db, world.a.id, state=GoalState.ACTIVE)] == ["Élargir"]
    events = audit_chain(db, world.a.id)
    assert len(events) == before + 1
    assert events[-1].verb == "review.closed"


def test_a_change_may_carry_the_new_text(
    db: Session, world: World, claire: Actor, goal: Goal, cafe: Action, opened: None
) -> None:
    decide(db, claire, A, TERM, on(goal, Verdict.KEEP))
    decide(
        db,
        claire,
        A,
        TERM,
        on(cafe, Verdict.CHANGE, "Un vendredi sur deux", action=an_action("Café d’un vendredi sur deux")),
    )
    close_review(db, claire, A, TERM, CLOSING)
    changed = action_or_404(db, world.a.id, cafe.id)
    assert (changed.title, changed.state) == ("Café d’un vendredi sur deux", ActionState.RUNNING)


def test_what_was_seen_stays_after_a_correction(
    db: Session, world: World, claire: Actor, goal: Goal, cafe: Action, opened: None
) -> None:
    for item in (goal, cafe):
        decide(db, claire, A, TERM, on(item, Verdict.KEEP))
    close_review(db, claire, A, TERM, CLOSING)
    (row,) = [r for r in queries.figures_of_term(db, world.a.id, T1) if r.key == "individual_meetings"]
    live = record_measurement(db, claire, A, ANSWER)
    record_measurement(db, claire, A, ANSWER.model_copy(update={"counted": 150, "replaces": live.id}))
    (kept,) = [r for r in queries.figures_of_term(db, world.a.id, T1) if r.key == "individual_meetings"]
    assert (kept.counted, kept.out_of, kept.sentence) == (158, 196, row.sentence)
    assert "158" in kept.sentence
    kinds = {figure.kind for figure in queries.figures_of_term(db, world.a.id, T1)}
    assert kinds == set(FigureKind)


def test_reopening_undoes_nothing_and_applies_what_differs(
    db: Session, world: World, claire: Actor, goal: Goal, cafe: Action, opened: None
) -> None:
    decide(db, claire, A, TERM, on(goal, Verdict.KEEP))
    decide(db, claire, A, TERM, on(cafe, Verdict.STOP, "Trop tôt"))
    decide(
        db,
        claire,
        A,
        TERM,
        DecisionIn(verdict=Verdict.ADD, changes=ChangesIn(action=an_action("Goûter du mardi"))),
    )
    close_review(db, claire, A, TERM, CLOSING)
    review = reopen_review(db, claire, A, TERM, REOPENING)
    assert (review.number, review.state) == (2, ReviewState.OPEN)
    assert action_or_404(db, world.a.id, cafe.id).state is ActionState.DROPPED
    decide(db, claire, A, TERM, on(cafe, Verdict.FINISH, "Il avait atteint son but"))
    close_review(db, claire, A, TERM, CLOSING)
    assert action_or_404(db, world.a.id, cafe.id).state is ActionState.DONE
    assert len(actions_of_school(db, world.a.id)) == 2, "the addition of version 1 is not made twice"
    assert [version.number for version in queries.versions_of_term(db, world.a.id, T1)] == [1, 2]
    first = queries.decisions_of_term(db, world.a.id, T1, 1)
    assert Verdict.STOP in {decision.verdict for decision in first}


def test_deciding_again_replaces_until_the_closing(
    db: Session, world: World, claire: Actor, goal: Goal, cafe: Action, opened: None
) -> None:
    decide(db, claire, A, TERM, on(goal, Verdict.STOP, "Trop large"))
    kept = decide(db, claire, A, TERM, on(goal, Verdict.KEEP))
    assert [d.verdict for d in queries.decisions_of_term(db, world.a.id, T1)] == [Verdict.KEEP]
    withdraw_decision(db, claire, A, TERM, kept.id)
    for item in (goal, cafe):
        decide(db, claire, A, TERM, on(item, Verdict.KEEP))
    close_review(db, claire, A, TERM, CLOSING)
    with pytest.raises(Conflict, match="clos"):
        decide(db, claire, A, TERM, on(goal, Verdict.KEEP))
    with pytest.raises(Conflict):
        delete_goal(db, claire, A, goal.id, goal_or_404(db, world.a.id, goal.id).version)


@pytest.mark.parametrize(
    ("verdict", "reason", "changes", "field"),
    [
        (Verdict.STOP, None, {}, "reason"),
        (Verdict.FINISH, "Fini", {}, "verdict"),
        (Verdict.KEEP, None, {"goal": {"stake": "dialogue", "title": "Autre"}}, "changes"),
        (Verdict.CHANGE, "Mieux", {"action": an_action()}, "changes"),
    ],
)
def test_a_verdict_fits_its_target(
    db: Session,
    claire: Actor,
    goal: Goal,
    opened: None,
    verdict: Verdict,
    reason: str | None,
    changes: Any,
    field: str,
) -> None:
    with pytest.raises(Invalid) as refusal:
        decide(db, claire, A, TERM, on(goal, verdict, reason, **changes))
    assert refusal.value.errors[0].field == field


def test_an_addition_carries_one_item(db: Session, claire: Actor, goal: Goal, opened: None) -> None:
    for wanted in (
        DecisionIn(verdict=Verdict.ADD),
        DecisionIn(verdict=Verdict.ADD, target=TargetRef(kind=TargetKind.GOAL, id=goal.id)),
    ):
        with pytest.raises(Invalid):
            decide(db, claire, A, TERM, wanted)
    with pytest.raises(Invalid):
        decide(db, claire, A, TERM, DecisionIn(verdict=Verdict.KEEP))


def test_one_review_a_term_and_none_ahead(db: Session, claire: Actor, opened: None) -> None:
    with pytest.raises(Conflict):
        open_review(db, claire, A, ReviewIn(term=T1))
    with pytest.raises(Invalid):
        open_review(db, claire, A, ReviewIn(term=T2))
    with pytest.raises(NotFound):
        reopen_review(db, claire, A, Term(T2), REOPENING)
    with pytest.raises(Conflict):
        reopen_review(db, claire, A, TERM, REOPENING)


def test_the_meeting_is_in_the_term_and_not_ahead(
    db: Session, claire: Actor, goal: Goal, cafe: Action, opened: None
) -> None:
    for item in (goal, cafe):
        decide(db, claire, A, TERM, on(item, Verdict.KEEP))
    for day in (date(2026, 8, 31), date(2026, 11, 22)):
        with pytest.raises(Invalid):
            close_review(db, claire, A, TERM, CLOSING.model_copy(update={"held_on": day}))


def test_a_teacher_reads_the_review_and_does_not_decide(
    db: Session, world: World, goal: Goal, opened: None
) -> None:
    with pytest.raises(Forbidden):
        decide(db, world.actor(db, "lea"), A, TERM, on(goal, Verdict.KEEP))
    with pytest.raises(NotFound):
        decide(db, world.actor(db, "karim"), A, TERM, on(goal, Verdict.KEEP))
