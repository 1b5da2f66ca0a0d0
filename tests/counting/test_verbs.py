"""The counter's verbs: batches in any order, one number written once, nothing added in silence."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app import clock
from app.accounts.audit_queries import audit_chain
from app.actions.models import EventIn
from app.actions.queries import event_or_404, event_out
from app.actions.service import add_event, delete_event, revise_event
from app.counting.models import CountClosingIn, CountOut, LateIn, TapIn, TapsIn
from app.counting.service import add_late_taps, close_count, count_of_event, receive_taps
from app.domain import counting
from app.domain.counting import Tap
from app.domain.vocabulary import EventState, Grade
from app.errors import Conflict, NotFound, Stale
from app.measurements.queries import live_rows
from tests.counting.conftest import Press, presses
from tests.world import NOW, T1, TODAY, A, B, World


def count(db: Session, world: World, event: UUID) -> CountOut:
    return count_of_event(db, event_or_404(db, world.a.id, event))


def close(db: Session, world: World, event: UUID, total: int, **fields: object) -> None:
    version = event_or_404(db, world.a.id, event).version
    data = CountClosingIn.model_validate({"total": total} | fields)
    close_count(db, world.actor(db, "lea"), A, event, data, version)


def add_late(db: Session, world: World, event: UUID, total: int) -> None:
    version = event_or_404(db, world.a.id, event).version
    add_late_taps(db, world.actor(db, "lea"), A, event, LateIn(total=total), version)


def visits(db: Session, world: World) -> int:
    return sum(row.counted or 0 for row in live_rows(db, world.a.id, term=T1, indicator="visits"))


def verbs(db: Session, world: World) -> list[str]:
    return [event.verb for event in audit_chain(db, world.a.id)]


# --- receiving -----------------------------------------------------------------------------------------


def test_a_batch_is_an_act_and_its_repeat_is_none(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    batch = press(12)
    press(batch)
    press(list(reversed(batch[3:] + batch[:1])))
    assert count(db, world, event).total == 12
    assert verbs(db, world).count("taps.received") == 1
    told = audit_chain(db, world.a.id)[-1]
    assert (told.target, told.after) == (f"event:{event}", {"taps": 12, "sums": {"all": 12}})


def test_a_batch_that_overlaps_adds_only_what_is_new(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    first = press(5)
    press([*first[2:], *presses(2)])
    assert count(db, world, event).taps == 7
    after = audit_chain(db, world.a.id)[-1].after
    assert after
    assert after["taps"] == 2


def test_one_id_twice_in_a_batch_counts_once(db: Session, world: World, event: UUID, press: Press) -> None:
    (tap,) = presses(1)
    press([tap, tap])
    assert count(db, world, event).total == 1


def test_two_phones_add_to_one_total_grade_by_grade(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    press(3, grade="CP", who="lea")
    press(4, who="claire")
    press(1, delta=-1, grade="CP", who="claire")
    found = count(db, world, event)
    assert [(row.grade, row.came) for row in found.by_grade] == [(Grade.CP, 2), (Grade.ALL, 4)]
    assert (found.total, found.taps, found.is_closed) == (6, 8, False)


def test_one_id_at_two_events_is_two_presses(db: Session, world: World, event: UUID, press: Press) -> None:
    batch = press(2)
    claire = world.actor(db, "claire")
    other = add_event(db, claire, A, event_or_404(db, world.a.id, event).action_id, EventIn(planned_on=TODAY))
    receive_taps(db, claire, A, other.id, TapsIn(taps=batch))
    assert count(db, world, event).total == count(db, world, other.id).total == 2


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    made=st.lists(
        st.builds(
            TapIn,
            id=st.uuids(),
            delta=st.sampled_from([1, 1, -1]),
            grade=st.sampled_from([Grade.ALL, Grade.CP, Grade.CE1]),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda tap: tap.id,
    ),
    data=st.data(),
)
def test_the_database_adds_up_as_the_pure_core_does(
    db: Session, world: World, event: UUID, made: list[TapIn], data: st.DataObject
) -> None:
    """Batches cut anywhere, repeated and out of order, sent by two people."""
    arrived = data.draw(st.permutations([*made, *data.draw(st.lists(st.sampled_from(made), max_size=6))]))
    cut = data.draw(st.integers(0, len(arrived)))
    with db.begin_nested() as undo:
        for who, batch in (("lea", arrived[:cut]), ("claire", arrived[cut:])):
            if batch:
                receive_taps(db, world.actor(db, who), A, event, TapsIn(taps=batch))
        found = count(db, world, event)
        expected = counting.sums(Tap(tap.id, tap.delta, tap.grade) for tap in made)
        assert {row.grade: row.sum for row in found.by_grade} == expected
        assert (found.total, found.taps) == (counting.total(expected), len(made))
        undo.rollback()


def test_a_press_is_never_edited_nor_erased(db: Session, event: UUID, press: Press) -> None:
    press(1)
    for statement in ("UPDATE event_tap SET delta = -1", "DELETE FROM event_tap"):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.begin_nested():
            db.execute(sa.text(statement))


def test_another_school_s_event_does_not_exist(db: Session, world: World, event: UUID) -> None:
    for uai in (A, B):
        with pytest.raises(NotFound):
            receive_taps(db, world.actor(db, "karim"), uai, event, TapsIn(taps=presses(1)))


def test_an_event_where_parents_were_counted_is_not_deleted(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    press(1)
    with pytest.raises(Conflict) as refusal:
        delete_event(db, world.actor(db, "claire"), A, event, 1)
    assert refusal.value.code == "referred_to"
    assert count(db, world, event).total == 1


# --- closing -------------------------------------------------------------------------------------------


def test_closing_writes_the_number_once_and_feeds_the_term(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    press(41)
    press(2, delta=-1)
    before = len(verbs(db, world))
    close(db, world, event, 39)
    row = event_out(db, world.a.id, event)
    assert (row.state, row.parents_present, row.held_on) == (EventState.HELD, 39, TODAY - timedelta(days=1))
    assert visits(db, world) == 39
    assert verbs(db, world)[before:] == ["count.closed"]
    after = audit_chain(db, world.a.id)[-1].after
    assert after
    assert (after["taps"], after["counted"], after["parents_present"]) == (43, 39, 39)
    found = count(db, world, event)
    assert (found.is_closed, found.closed_at, found.late) == (True, NOW, None)
    with pytest.raises(Conflict) as refusal:
        close(db, world, event, 39)
    assert refusal.value.code == "closed"


@pytest.mark.parametrize(
    ("planned_on", "said", "held_on"),
    [
        (TODAY - timedelta(days=1), None, TODAY - timedelta(days=1)),
        (TODAY - timedelta(days=1), TODAY, TODAY),
        (TODAY + timedelta(days=3), None, TODAY),
    ],
    ids=["on its day", "said to be another", "brought forward"],
)
def test_the_day_it_was_held(
    db: Session, world: World, event: UUID, press: Press, planned_on: date, said: date | None, held_on: date
) -> None:
    revise_event(db, world.actor(db, "lea"), A, event, EventIn(planned_on=planned_on), 1)
    press(1)
    close(db, world, event, 1, held_on=said)
    assert event_or_404(db, world.a.id, event).held_on == held_on


def test_nobody_pressed_is_not_nobody_came(db: Session, world: World, event: UUID) -> None:
    with pytest.raises(Conflict) as refusal:
        close(db, world, event, 0)
    assert refusal.value.code == "nothing_counted"


def test_what_was_read_is_what_is_closed(db: Session, world: World, event: UUID, press: Press) -> None:
    """A phone that sends while somebody reads the closing page: the number they confirm is refused."""
    press(4)
    press(1)
    with pytest.raises(Conflict) as refusal:
        close(db, world, event, 4)
    assert (refusal.value.code, "5" in refusal.value.detail) == ("counted_since", True)
    with pytest.raises(Stale):
        close_count(db, world.actor(db, "lea"), A, event, CountClosingIn(total=5), 7)
    assert event_or_404(db, world.a.id, event).state is EventState.PLANNED


def test_a_count_beyond_any_school_is_refused(db: Session, world: World, event: UUID, press: Press) -> None:
    for _ in range(10):
        press(500)
    press(1)
    with pytest.raises(Conflict) as refusal:
        close(db, world, event, 5001)
    assert refusal.value.code == "too_many_parents"


# --- after the closing ---------------------------------------------------------------------------------


def test_what_comes_late_is_kept_shown_and_not_added(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    press(10)
    close(db, world, event, 10)
    press(3, seconds_ago=600)
    press(1, delta=-1, seconds_ago=60)
    found = count(db, world, event)
    assert (found.total, found.parents_present, visits(db, world)) == (12, 10, 10)
    assert found.late
    assert (found.late.taps, found.late.change) == (4, 2)
    assert (found.late.first_at, found.late.last_at) == (
        NOW - timedelta(minutes=10),
        NOW - timedelta(minutes=1),
    )
    add_late(db, world, event, 12)
    found = count(db, world, event)
    assert (found.parents_present, found.late, visits(db, world)) == (12, None, 12)
    assert verbs(db, world)[-1] == "count.late_added"
    with pytest.raises(Conflict) as refusal:
        add_late(db, world, event, 12)
    assert refusal.value.code == "nothing_late"


def test_late_presses_are_added_to_what_was_corrected(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    press(10)
    close(db, world, event, 10)
    corrected = EventIn(planned_on=TODAY - timedelta(days=1), state=EventState.HELD, parents_present=13)
    revise_event(db, world.actor(db, "claire"), A, event, corrected, 2)
    press(2)
    with pytest.raises(Conflict) as refusal:
        add_late(db, world, event, 10)
    assert refusal.value.code == "counted_since"
    add_late(db, world, event, 12)
    assert event_or_404(db, world.a.id, event).parents_present == 15


def test_a_correction_below_what_came_late_stops_at_zero(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    press(2)
    close(db, world, event, 2)
    corrected = EventIn(planned_on=TODAY - timedelta(days=1), state=EventState.HELD, parents_present=0)
    revise_event(db, world.actor(db, "claire"), A, event, corrected, 2)
    press(2, delta=-1)
    add_late(db, world, event, 0)
    assert event_or_404(db, world.a.id, event).parents_present == 0


def test_late_pieces_added_one_by_one_make_the_whole(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    """With a grade that went below zero in between, too."""
    press(1, delta=-1, grade="CP")
    press(5)
    close(db, world, event, 5)
    press(3, grade="CP")
    add_late(db, world, event, 7)
    press(1)
    add_late(db, world, event, 8)
    assert event_or_404(db, world.a.id, event).parents_present == 8 == count(db, world, event).total


def test_an_event_taken_back_is_closed_again_with_everything(
    db: Session, world: World, event: UUID, press: Press
) -> None:
    press(3)
    close(db, world, event, 3)
    planned = EventIn(planned_on=TODAY - timedelta(days=1))
    revise_event(db, world.actor(db, "claire"), A, event, planned, 2)
    press(2)
    found = count(db, world, event)
    assert (found.is_closed, found.late) == (False, None)
    close(db, world, event, 5)
    assert event_or_404(db, world.a.id, event).parents_present == 5


def test_presses_for_a_cancelled_event_are_kept(db: Session, world: World, event: UUID, press: Press) -> None:
    cancelled = EventIn(planned_on=TODAY - timedelta(days=1), state=EventState.CANCELLED)
    revise_event(db, world.actor(db, "claire"), A, event, cancelled, 1)
    clock.pin(NOW + timedelta(hours=2))
    press(2)
    assert (count(db, world, event).total, visits(db, world)) == (2, 0)
