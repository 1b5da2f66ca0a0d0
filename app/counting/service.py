"""The verbs of the counter: receive presses, close the count, add what came late. One audit event each."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.access import check_version, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, record, take_turn
from app.actions.models import Event, EventIn
from app.actions.queries import event_or_404, event_out
from app.actions.service import rewrite_event
from app.counting import queries
from app.counting.models import CountClosing, CountClosingIn, CountOut, GradeCount, Late, LateIn, TapsIn
from app.domain import counting
from app.domain.counting import Tap
from app.domain.french import number
from app.domain.vocabulary import EventState, Grade
from app.errors import Conflict
from app.schools.models import School

MOST_PARENTS = 5000
"""What an event's number may be (EventIn)."""


def count_of_event(db: Session, event: Event) -> CountOut:
    """What was received at the gate until now, closed or not."""
    taps, sums = queries.sums_of_event(db, event.school_id, event.id)
    total = counting.total(sums)
    closing = queries.last_closing(db, event.school_id, event.id)
    is_closed = closing is not None and event.state is EventState.HELD
    return CountOut(
        event_id=event.id,
        taps=taps,
        total=total,
        by_grade=[
            GradeCount(grade=grade, sum=sums[grade], came=counting.shown(sums[grade]))
            for grade in Grade
            if grade in sums
        ],
        is_closed=is_closed,
        closed_at=closing.closed_at if closing and is_closed else None,
        late=_late(db, event, closing, total) if closing and is_closed else None,
        state=event.state,
        parents_present=event.parents_present,
        version=event.version,
    )


def _late(db: Session, event: Event, closing: CountClosing, total: int) -> Late | None:
    taps, first, last = queries.received_since(db, event.school_id, event.id, closing.closed_in)
    if first is None or last is None:
        return None
    return Late(taps=taps, change=total - closing.total, first_at=first, last_at=last)


def with_late(count: CountOut) -> int:
    """The event's number, corrections included, once what came late is added."""
    return counting.shown((count.parents_present or 0) + (count.late.change if count.late else 0))


def receive_taps(db: Session, actor: Actor, uai: str, event_id: UUID, data: TapsIn) -> Event:
    """Keep the presses of a batch that were not received before.

    One batch is one act; a repeated one is none. They are never refused for coming late: after the closing
    they are kept and told apart, also when the event was cancelled since.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    event = event_or_404(db, school.id, event_id)
    sent = {tap.id: tap for tap in reversed(data.taps)}
    known = queries.known_taps(db, school.id, event.id, sent.keys())
    new = [tap for tap in sent.values() if tap.id not in known]
    if not new:
        return event
    now = clock.now()
    queries.add_taps(
        db,
        [
            {
                "school_id": school.id,
                "event_id": event.id,
                "id": tap.id,
                "delta": tap.delta,
                "grade": tap.grade,
                "tapped_at": now - timedelta(seconds=tap.seconds_ago),
                "received_in": turn.version,
            }
            for tap in new
        ],
    )
    sums = counting.sums(Tap(tap.id, tap.delta, tap.grade) for tap in new)
    record(db, actor, turn, "taps.received", f"event:{event.id}", after={"taps": len(new), "sums": sums})
    return event


def close_count(
    db: Session, actor: Actor, uai: str, event_id: UUID, data: CountClosingIn, version: int | None
) -> Event:
    """Say that the event took place, with the parents counted at the gate; typing is then a correction.

    Raises Conflict when nothing was counted (zero is typed, never guessed), when the count is already closed,
    and when other presses arrived since `data.total` was read.
    """
    school, turn, event, count = _counted(db, actor, uai, event_id, version)
    if count.is_closed:
        raise Conflict("Ce comptage est déjà clos.", code="closed")
    if not count.taps:
        told = "Rien n’a été compté\u202f: si personne n’est venu, écrivez 0 sur la page du rendez-vous."
        raise Conflict(told, code="nothing_counted")
    _check_read(count, data.total)
    held_on = data.held_on or event.held_on or min(event.planned_on, today_at(school))
    _write(db, actor, turn, school, event, count, count.total, held_on, "count.closed")
    return event


def add_late_taps(
    db: Session, actor: Actor, uai: str, event_id: UUID, data: LateIn, version: int | None
) -> Event:
    """Add what arrived after the closing to the number that stands, corrections included.

    Raises Conflict when nothing is late, and when other presses arrived since `data.total` was read.
    """
    school, turn, event, count = _counted(db, actor, uai, event_id, version)
    if count.late is None:
        raise Conflict("Rien n’est arrivé après la clôture.", code="nothing_late")
    _check_read(count, data.total)
    _write(db, actor, turn, school, event, count, with_late(count), event.held_on, "count.late_added")
    return event


def _counted(
    db: Session, actor: Actor, uai: str, event_id: UUID, version: int | None
) -> tuple[School, Turn, Event, CountOut]:
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    event = event_or_404(db, school.id, event_id)
    check_version(event, version)
    return school, turn, event, count_of_event(db, event)


def _check_read(count: CountOut, total: int) -> None:
    if count.total != total:
        told = f"D’autres comptages sont arrivés\u202f: le total est {number(count.total)}. Relisez-le."
        raise Conflict(told, code="counted_since")


def _write(
    db: Session,
    actor: Actor,
    turn: Turn,
    school: School,
    event: Event,
    count: CountOut,
    parents: int,
    held_on: date | None,
    verb: str,
) -> None:
    """The closing and the event's number, in one act."""
    if parents > MOST_PARENTS:
        told = f"Un rendez-vous compte {number(MOST_PARENTS)} parents au plus\u202f: écrivez le nombre juste."
        raise Conflict(told, code="too_many_parents")
    last = queries.last_closing(db, school.id, event.id)
    db.add(
        CountClosing(
            school_id=school.id,
            event_id=event.id,
            number=last.number + 1 if last else 1,
            total=count.total,
            closed_in=turn.version,
            closed_at=clock.now(),
        )
    )
    now = event_out(db, school.id, event.id).model_dump(include=set(EventIn.model_fields))
    data = EventIn.model_validate(
        now | {"state": EventState.HELD, "held_on": held_on, "parents_present": parents}
    )
    rewrite_event(
        db, actor, turn, school, event, data, verb, told={"taps": count.taps, "counted": count.total}
    )
