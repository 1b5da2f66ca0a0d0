"""Marks say when an action really began and ended, and only on the figures it may have to do with."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from app.accounts.actor import Actor
from app.actions.models import Action, ActionIn, ActionStateIn, EventIn, PartnerIn
from app.actions.service import add_action, add_event, add_partner, set_action_state
from app.domain.indicators import INDICATORS
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, Axis, EventState, Grade, PartnerKind, PartnerSector
from app.goals.models import GoalIn, TargetIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reviews.charts import action_chart, chart_of, points_of
from app.reviews.kinds import TargetKind
from app.reviews.models import ClosingIn, DecisionIn, ReviewIn, TargetRef
from app.reviews.moments import moments_of
from app.reviews.overview import IndicatorView, Overview, overview
from app.reviews.service import close_review, decide, open_review
from app.schools.frame import Frame
from dashboards.points import Point
from tests.world import LAST_YEAR, T1, TODAY, A, World

TERM = Term(T1)
LAST_T1, LAST_T2, LAST_T3 = (Term(f"{LAST_YEAR}-T{number}") for number in (1, 2, 3))
STATES = {
    ActionState.PLANNED: (),
    ActionState.RUNNING: (ActionState.RUNNING,),
    ActionState.DONE: (ActionState.RUNNING, ActionState.DONE),
    ActionState.DROPPED: (ActionState.RUNNING, ActionState.DROPPED),
}


@pytest.fixture
def claire(db: Session, world: World) -> Actor:
    return world.actor(db, "claire")


def act(
    db: Session,
    claire: Actor,
    first: tuple[int, int, int],
    last: tuple[int, int, int],
    state: ActionState = ActionState.PLANNED,
    title: str = "Café des parents",
    **more: Any,
) -> Action:
    days: dict[str, Any] = {"planned_from": date(*first), "planned_to": date(*last)}
    action = add_action(db, claire, A, ActionIn(axis=Axis.FAMILIARITY, title=title, **days, **more))
    for step in STATES[state]:
        action = set_action_state(
            db, claire, A, action.id, ActionStateIn(state=step, reason="Une raison"), action.version
        )
    return action


def hold(db: Session, claire: Actor, action: Action, *days: date, parents: int = 5, **more: Any) -> None:
    for day in days:
        event = EventIn(planned_on=day, state=EventState.HELD, parents_present=parents, **more)
        add_event(db, claire, A, action.id, event)


def told(db: Session, world: World, term: Term = TERM) -> list[tuple[str, str]]:
    return [(moment.kind, moment.term) for moment in moments_of(db, Frame(db, world.a), term)]


def test_an_action_begins_with_its_first_event_and_not_with_its_plan(
    db: Session, world: World, claire: Actor
) -> None:
    action = act(db, claire, (2025, 10, 1), (2027, 6, 25))
    assert told(db, world) == []
    hold(db, claire, action, date(2026, 3, 6), date(2026, 5, 29))
    assert told(db, world) == [("start", LAST_T2)]


def test_without_events_it_begins_as_planned_once_it_is_under_way(
    db: Session, world: World, claire: Actor
) -> None:
    act(db, claire, (2026, 1, 15), (2026, 5, 30), ActionState.DONE)
    act(db, claire, (2027, 1, 15), (2027, 5, 30), ActionState.RUNNING, title="Déjà commencée")
    assert told(db, world) == [("start", LAST_T2), ("stop", LAST_T3), ("start", TERM)]


def test_one_that_was_dropped_without_an_event_never_began(db: Session, world: World, claire: Actor) -> None:
    act(db, claire, (2025, 10, 1), (2026, 6, 25), ActionState.DROPPED)
    assert told(db, world) == []


def test_an_end_is_never_in_a_term_to_come_nor_before_the_last_event(
    db: Session, world: World, claire: Actor
) -> None:
    early = act(db, claire, (2025, 10, 1), (2027, 6, 25), title="Finie avant")
    hold(db, claire, early, date(2026, 3, 6))
    set_action_state(db, claire, A, early.id, ActionStateIn(state=ActionState.DONE, reason="Fini"), 2)
    late = act(db, claire, (2025, 10, 1), (2025, 11, 25), title="Finie après")
    hold(db, claire, late, date(2025, 10, 6), date(2026, 5, 29))
    set_action_state(db, claire, A, late.id, ActionStateIn(state=ActionState.DONE, reason="Fini"), 2)
    found = {(m.title, m.kind): m.term for m in moments_of(db, Frame(db, world.a), TERM)}
    assert found == {
        ("Finie avant", "start"): LAST_T2,
        ("Finie avant", "stop"): TERM,
        ("Finie après", "start"): LAST_T1,
        ("Finie après", "stop"): LAST_T3,
    }


def test_a_past_term_knows_nothing_of_what_came_after(db: Session, world: World, claire: Actor) -> None:
    act(db, claire, (2026, 1, 15), (2026, 11, 10), ActionState.DONE)
    act(db, claire, (2026, 10, 1), (2027, 6, 25), ActionState.RUNNING, title="Commencée depuis")
    assert told(db, world, LAST_T3) == [("start", LAST_T2)]
    assert told(db, world) == [("start", LAST_T2), ("stop", TERM), ("start", TERM)]


def test_what_a_review_ended_ended_with_its_term(db: Session, world: World, claire: Actor) -> None:
    action = act(db, claire, (2026, 1, 15), (2027, 6, 25), ActionState.RUNNING)
    open_review(db, claire, A, ReviewIn(term=LAST_T3))
    target = TargetRef(kind=TargetKind.ACTION, id=action.id)
    stopped = DecisionIn(target=target, verdict=Verdict.STOP, reason="Peu de monde")
    decide(db, claire, A, LAST_T3, stopped)
    closing = ClosingIn(held_on=date(2026, 6, 30), members_present=9)
    close_review(db, claire, A, LAST_T3, closing)
    assert told(db, world) == []  # dropped, and nothing shows that it had ever been held
    hold(db, claire, action, date(2026, 3, 6))
    assert told(db, world) == [("start", LAST_T2), ("stop", LAST_T3)]
    assert told(db, world, LAST_T2) == [("start", LAST_T2)]


def test_what_the_next_year_takes_up_did_not_end(db: Session, world: World, claire: Actor) -> None:
    first = act(db, claire, (2025, 10, 1), (2026, 6, 25))
    hold(db, claire, first, date(2025, 11, 7))
    set_action_state(db, claire, A, first.id, ActionStateIn(state=ActionState.DONE, reason="Fini"), 2)
    assert told(db, world) == [("start", LAST_T1), ("stop", LAST_T3)]
    act(db, claire, (2026, 10, 1), (2027, 6, 25), title="Cafe des  parents")
    assert told(db, world) == [("start", LAST_T1)]


def test_an_action_of_one_term_has_one_mark(db: Session, world: World, claire: Actor) -> None:
    act(db, claire, (2026, 1, 15), (2026, 3, 30), ActionState.DONE)
    (moment,) = moments_of(db, Frame(db, world.a), TERM)
    assert (moment.kind, moment.label) == ("start", "Café des parents, un trimestre")


def test_an_action_is_marked_on_what_it_feeds_and_aims_at(db: Session, world: World, claire: Actor) -> None:
    aim = TargetIn(indicator="individual_meetings", value=85, term=T1)
    goal = add_goal(db, claire, A, GoalIn(stake="dialogue", title="Rencontrer chaque famille", target=aim))
    centre = PartnerIn(
        name="Centre social", kind=PartnerKind.SOCIAL_CENTRE, sector=PartnerSector.CULTURE_LEISURE
    )
    partner = add_partner(db, claire, A, centre)
    aimed = act(db, claire, (2026, 10, 1), (2027, 6, 25), title="Avec un but", goal_ids=[goal.id])
    alone = act(db, claire, (2026, 10, 1), (2027, 6, 25), title="Sans but")
    act(db, claire, (2026, 10, 1), (2027, 6, 25), ActionState.RUNNING, title="Sans rien")
    hold(db, claire, aimed, date(2026, 11, 6), partner_ids=[partner.id])
    hold(db, claire, alone, date(2026, 11, 6))
    moments = moments_of(db, Frame(db, world.a), TERM)
    marked = {
        slug: {moment.title for moment in moments if moment.is_told_on(INDICATORS[slug])}
        for slug in ("individual_meetings", "visits", "joint_actions", "shared_analysis", "class_meetings")
    }
    assert marked == {
        "individual_meetings": {"Avec un but", "Sans rien"},
        "visits": {"Avec un but", "Sans but"},
        "joint_actions": {"Avec un but"},
        "shared_analysis": set(),
        "class_meetings": {"Sans rien"},
    }


def view_of(seen: Overview, slug: str) -> IndicatorView:
    return next(view for view in seen.indicators if view.indicator.slug == slug)


def test_the_chart_of_an_indicator_has_its_marks_and_its_words(
    db: Session, world: World, claire: Actor
) -> None:
    for term, counted in ((LAST_T3, 120), (TERM, 158)):
        answer = MeasurementIn(indicator="individual_meetings", term=term, counted=counted, out_of=196)
        record_measurement(db, claire, A, answer)
    act(db, claire, (2026, 10, 1), (2027, 6, 25), ActionState.RUNNING, title="Messages courts")
    seen = overview(db, Frame(db, world.a), TERM)
    chart = chart_of(view_of(seen, "individual_meetings"), seen)
    notes = [note["text"] for note in chart.block["figure"]["layout"]["annotations"]]
    assert "début\u202f: Messages courts" in notes
    assert chart.note == "Le trait vertical\u202f: ce que le hasard seul laisse possible."
    assert chart_of(view_of(seen, "visits"), seen).note == ""


def test_a_total_of_some_grades_is_not_complete(db: Session, world: World, claire: Actor) -> None:
    def points() -> list[Point]:
        seen = overview(db, Frame(db, world.a), TERM)
        return points_of(view_of(seen, "individual_meetings"), seen)

    assert points() == []
    grades = (Grade.CP, Grade.CE1, Grade.CE2, Grade.CM1, Grade.CM2)
    for place, grade in enumerate(grades):
        answer = MeasurementIn(indicator="individual_meetings", term=TERM, grade=grade, counted=20, out_of=39)
        record_measurement(db, claire, A, answer)
        assert [point.complete for point in points()] == [place == len(grades) - 1]


def test_an_actions_chart_splits_what_its_events_made(db: Session, world: World, claire: Actor) -> None:
    cafe = act(db, claire, (2026, 10, 1), (2027, 6, 25))
    hold(db, claire, cafe, date(2026, 11, 6), parents=14)
    other = act(db, claire, (2025, 10, 1), (2027, 6, 25), title="Autre action")
    hold(db, claire, other, date(2026, 5, 29), TODAY, parents=9)
    seen = overview(db, Frame(db, world.a), TERM)
    chart = action_chart(view_of(seen, "visits"), seen, {TERM: 14}, "Café des parents")
    rest, own = chart.block["figure"]["data"]
    assert (rest["y"][-1], own["y"][-1]) == (9, 14)
    assert chart.columns[-1] == "Dont cette action"
    assert [row[-1] for row in chart.rows[-2:]] == ["0", "14"]
    notes = [note["text"] for note in chart.block["figure"]["layout"]["annotations"]]
    assert [text for text in notes if "début" in text] == ["début\u202f: Café des parents"]
    rate = action_chart(view_of(seen, "individual_meetings"), seen, {TERM: 14}, "Café des parents")
    assert rate.columns[-1] == "Part"
