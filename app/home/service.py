"""Gathering what is due at a school, and the calendar link that shows it outside."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlmodel import Session

from app import clock
from app.accounts import secrets
from app.accounts.access import actor_of_user
from app.accounts.actor import Actor, Task
from app.accounts.audit import record, take_turn
from app.accounts.models import User
from app.domain.calendar_file import Entry, calendar_file
from app.domain.reminders import LATE, Reminder, SchoolFacts, TermFacts, coming, reminders
from app.domain.school_year import Term
from app.domain.vocabulary import Door
from app.elections.queries import has_election
from app.elections.service import is_concerned
from app.errors import Conflict
from app.home import queries
from app.home.models import CalendarLink, ReminderOut
from app.measurements.entry import kind_of
from app.measurements.service import Series, series_of_school, shown_total
from app.schools.frame import Frame
from app.schools.models import School

LASTS = timedelta(days=400)
"""A link made at any time of a school year still serves at the end of the next October."""
MOST_EVENTS = 20
"""Events asked about at once; the page of actions has them all."""
_ASKED = frozenset({"typed", "session"})
"""The blocks of the entry screen that wait for a person; the election has its own reminder."""


# --- what is due ---------------------------------------------------------------------------------------


def reminders_of(db: Session, actor: Actor, frame: Frame, series: Series) -> list[ReminderOut]:
    """What the actor has to do now at a school they work in, the most urgent first."""
    return _out(frame.school, reminders(_facts(db, actor, frame, series, ahead=False)))


def coming_of(db: Session, actor: Actor, frame: Frame, series: Series) -> list[ReminderOut]:
    """The same, with what the rest of the school year will ask."""
    return _out(frame.school, coming(_facts(db, actor, frame, series, ahead=True)))


def _out(school: School, found: Iterable[Reminder]) -> list[ReminderOut]:
    return [
        ReminderOut(
            kind=one.kind,
            about=one.about,
            title=one.title,
            detail=one.detail,
            due_on=one.due_on,
            url=f"/ecoles/{school.uai}{one.path}",
        )
        for one in found
    ]


def _facts(db: Session, actor: Actor, frame: Frame, series: Series, *, ahead: bool) -> SchoolFacts:
    school, today, now = frame.school, frame.today, frame.now
    year = now.year
    terms = [term for term in (now.previous, *year.terms[now.number - 1 :]) if ahead or term <= now]
    dates = {term: frame.calendar(term.year).dates(term) for term in terms}
    kept = [term for term in terms if today <= dates[term][1] + LATE]
    reviews = queries.reviews_and_transmissions(db, school.id, kept)
    first_day = frame.calendar(year).first_day
    events = queries.uncounted_events(db, school.id, since=first_day, before=today, limit=MOST_EVENTS)
    is_due = is_concerned(frame.profile_at(year)) and not has_election(db, school.id, year)
    return SchoolFacts(
        today=today,
        terms=[_term(frame, series, term, dates[term], reviews.get(term)) for term in kept],
        election=year if is_due else None,
        events=events,
        may_steer=school.id in actor.schools_for(Task.STEER),
    )


def _term(
    frame: Frame,
    series: Series,
    term: Term,
    dates: tuple[date, date],
    review: tuple[str, date | None, bool] | None,
) -> TermFacts:
    state, closed_on, is_transmitted = review or ("none", None, False)
    if frame.today < dates[0]:
        return TermFacts(term, *dates)
    shown = frame.indicators(term).values()
    asked = [one for one in shown if kind_of(one, term) in _ASKED]
    unanswered = [one for one in shown if not shown_total(series, one, term).answers]
    return TermFacts(
        term,
        *dates,
        missing=sum(one in asked for one in unanswered),
        asked=len(asked),
        unanswered=len(unanswered),
        shown=len(shown),
        review=state,
        closed_on=closed_on,
        is_transmitted=is_transmitted,
    )


# --- the calendar link ---------------------------------------------------------------------------------


def make_calendar_link(db: Session, actor: Actor) -> tuple[CalendarLink, str]:
    """A link and its secret, which is kept nowhere. The one the person had before opens nothing any more."""
    turn = take_turn(db)
    now, secret = clock.now(), secrets.new_secret()
    before = queries.open_link_of(db, actor.person_id, now)
    if before is not None:
        before.revoked_at = now
    link = CalendarLink(
        user_id=actor.person_id,
        token_hash=secrets.fingerprint(secret),
        created_at=now,
        expires_at=now + LASTS,
    )
    db.add(link)
    db.flush()
    after = {"user_id": link.user_id, "expires_at": link.expires_at}
    record(db, actor, turn, "calendar_link.made", f"calendar_link:{link.id}", after=after)
    return link, secret


def revoke_calendar_link(db: Session, actor: Actor) -> None:
    """The link opens nothing any more. Raises Conflict when there is none."""
    turn = take_turn(db)
    link = queries.open_link_of(db, actor.user_id, clock.now()) if actor.user_id else None
    if link is None:
        raise Conflict("Ce lien n’ouvre déjà plus rien.", code="link_over")
    link.revoked_at = clock.now()
    db.flush()
    record(db, actor, turn, "calendar_link.revoked", f"calendar_link:{link.id}")


def calendar_of_link(db: Session, secret: str, request_id: str, address: str) -> str | None:
    """The calendar file of the link’s owner; None when the link is unknown, over or revoked.

    `address` is the service’s own. No name of a person and no word that a school typed is in an entry.
    The file bears the day of the link, not of the reading: its bytes stay while the same things are due.
    """
    found = queries.open_link(db, secrets.fingerprint(secret), clock.now())
    if found is None:
        return None
    link, owner = found
    entries = _entries(db, owner, request_id, address)
    return calendar_file("Confiance\u202f: à faire", entries, link.created_at)


def _entries(db: Session, owner: User, request_id: str, address: str) -> list[Entry]:
    actor = actor_of_user(db, owner, Door.PAGE, request_id)
    schools: Sequence[School] = queries.schools_by_id(db, actor.schools_for(Task.SEE_WORK))
    entries = []
    for school in schools:
        for one in coming_of(db, actor, Frame(db, school), series_of_school(db, school)):
            uid = f"{one.kind.value}-{one.about}-{school.uai}@confiance"
            place = f"{school.name} ({school.uai})"
            entries.append(Entry(uid, one.due_on, one.title, place, address + one.url))
    return entries


def reminders_by_school(db: Session, actor: Actor) -> list[tuple[School, list[ReminderOut]]]:
    """For someone who works in several schools: each with what is due there."""
    schools = queries.schools_by_id(db, actor.schools_for(Task.SEE_WORK))
    return [
        (school, reminders_of(db, actor, Frame(db, school), series_of_school(db, school)))
        for school in schools
    ]
