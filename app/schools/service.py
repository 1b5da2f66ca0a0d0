"""What a school is, when its terms fall, and which indicators it follows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from app.accounts.access import check_version, current_year, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import plain, record, take_turn
from app.accounts.reach_queries import is_visible
from app.domain.french import counted, fold
from app.domain.indicators import INDICATORS, OFFICIAL, Indicator, own_indicator
from app.domain.school_year import Calendar, SchoolYear, Term, calendar_of, term_of, year_of
from app.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Stale
from app.schools import queries
from app.schools.imports import carried_over
from app.schools.models import (
    CalendarIn,
    ProfileIn,
    School,
    SchoolYearProfile,
    TermCalendar,
    TrackedIn,
    TrackedIndicator,
)

CALENDAR_WATCHERS: list[Callable[[Session, School, Calendar], int]] = []
"""Who keeps a term beside a date: each tells how many of the school's records a calendar would move.

A feature above this one (actions, for its events) appends its function when it is imported; importing that
feature from here would turn the layers round.
"""


def calendar_for(db: Session, school: School, year: SchoolYear) -> Calendar:
    """The school's own dates when it set some, else those of its zone."""
    return with_own_dates(school, year, queries.own_last_days(db, school.id, year))


def with_own_dates(school: School, year: SchoolYear, own: TermCalendar | queries.LastDays | None) -> Calendar:
    usual = calendar_of(year, school.departement)
    return replace(usual, t1_last=own.t1_last, t2_last=own.t2_last, to_confirm=False) if own else usual


def term_on(db: Session, school: School, day: date) -> Term:
    """The term of a day by the school's own calendar."""
    return term_of(day, calendar_for(db, school, year_of(day, school.departement)))


def current_term(db: Session, school: School) -> Term:
    return term_on(db, school, today_at(school))


def indicators_of(db: Session, school: School, term: Term | None = None) -> dict[str, Indicator]:
    """What the school follows in `term`: the official five, its packs, its own; in the order of the sheet."""
    return followed_in(queries.tracked_rows(db, school.id), term)


def followed_in(rows: Sequence[TrackedIndicator], term: Term | None = None) -> dict[str, Indicator]:
    """The same, from what the school switched on or made its own."""
    found = {slug: indicator for slug, indicator in INDICATORS.items() if indicator.is_official}
    for row in rows:
        if term is not None and not (row.since_term <= term <= (row.until_term or term)):
            continue
        if row.is_own or row.slug in INDICATORS:
            found[row.slug] = indicator_of(row)
    return found


def indicator_of(row: TrackedIndicator) -> Indicator:
    """The catalogue's indicator that a row switches on, or the school's own."""
    if not row.is_own:
        return INDICATORS[row.slug]
    unit = (row.unit_one or "", row.unit_many or "")
    return own_indicator(row.slug, row.label or "", row.counted_label or "", row.out_of_label, unit)


def indicator_followed(db: Session, school: School, slug: str, field: str = "indicator") -> Indicator:
    """The indicator of that name, or Invalid on `field` when the school does not follow it."""
    found = INDICATORS[slug] if slug in OFFICIAL else indicators_of(db, school).get(slug)
    if found is None:
        told = "L’école ne suit pas cet indicateur\u202f: ajoutez-le dans «\u202fNos indicateurs\u202f»."
        raise Invalid.one(field, told, "unknown_indicator")
    return found


def past_or_current(db: Session, school: School, term: Term) -> Term:
    """A term that has begun; Invalid for the future."""
    if term > current_term(db, school):
        raise Invalid.one("term", "Ce trimestre n’a pas encore commencé.", "future_term")
    return term


def term_or_404(text: str) -> Term:
    try:
        return Term(text)
    except ValueError:
        raise NotFound() from None


def year_or_404(text: str) -> SchoolYear:
    try:
        return SchoolYear(text)
    except ValueError:
        raise NotFound() from None


# --- Rentrée -------------------------------------------------------------------------------------------


def confirm_profile(
    db: Session, actor: Actor, uai: str, year: SchoolYear, data: ProfileIn, version: int | None
) -> SchoolYearProfile:
    """Write what the school is this year. `version` 0 stands for « this year has no row yet ».

    Circonscription, type, sector and REP come from the year before: they are the directory's to change.
    """
    school = _school_to_set_up(db, actor, uai, year)
    turn = take_turn(db, school.id)
    latest = queries.profile_at(db, school.id, year)
    if latest is None:
        raise NotFound()
    row = latest if latest.year == year else None
    _check(row, version)
    before = plain(row)
    if row is None:
        row = SchoolYearProfile(**(carried_over(latest) | {"school_id": school.id, "year": year}))
        db.add(row)
    else:
        row.version += 1
    for name, value in data.model_dump().items():
        setattr(row, name, value)
    row.figures_year, row.is_confirmed = year, True
    db.flush()
    record(db, actor, turn, "profile.confirmed", f"profile:{year}", before=before, after=row)
    return row


def set_term_dates(
    db: Session, actor: Actor, uai: str, year: SchoolYear, data: CalendarIn, version: int | None
) -> TermCalendar:
    """Set the school's own term dates. Raises Conflict when something recorded would change terms.

    `version` 0 stands for « no dates of our own yet ».
    """
    school = _school_to_set_up(db, actor, uai, year)
    turn = take_turn(db, school.id)
    row = queries.own_calendar(db, school.id, year)
    _check(row, version)
    calendar = _checked_calendar(school, year, data)
    if moved := sum(watcher(db, school, calendar) for watcher in CALENDAR_WATCHERS):
        events = counted(
            moved, ("rendez-vous déjà enregistré changerait", "rendez-vous déjà enregistrés changeraient")
        )
        told = f"Avec ces dates, {events} de trimestre\u202f: corrigez leur date, ou gardez ce calendrier."
        raise Conflict(told, code="events_would_move")
    before = plain(row)
    if row is None:
        row = TermCalendar(school_id=school.id, year=year, t1_last=data.t1_last, t2_last=data.t2_last)
        db.add(row)
    else:
        row.t1_last, row.t2_last = data.t1_last, data.t2_last
        row.version += 1
    db.flush()
    record(db, actor, turn, "calendar.set", f"calendar:{year}", before=before, after=row)
    return row


def may_set_up(school: School, year: SchoolYear) -> bool:
    """This year and the next, which is prepared before the holidays; a past year never moves."""
    current = current_year(school)
    return year in {current, current.next}


def _school_to_set_up(db: Session, actor: Actor, uai: str, year: SchoolYear) -> School:
    """An inspector sees this too, and may not write it: Forbidden, where `Task.STEER` says NotFound."""
    school = school_for(db, actor, uai, Task.SEE_SCHOOL, year=year)
    if not is_visible(db, actor, school.id, Task.STEER, year):
        raise Forbidden()
    if not may_set_up(school, year):
        raise Conflict(
            "On écrit l’année en cours et la suivante\u202f: une année passée ne change plus.",
            code="closed_year",
        )
    return school


def _check(row: SchoolYearProfile | TermCalendar | None, version: int | None) -> None:
    current = row.version if row else 0
    if version != current:
        raise Stale(current)


def _checked_calendar(school: School, year: SchoolYear, data: CalendarIn) -> Calendar:
    usual = calendar_of(year, school.departement)
    errors = []
    if not usual.first_day <= data.t1_last < usual.last_day:
        errors.append(FieldError("/t1_last", f"Écrivez une date de l’année scolaire {year}.", "outside_year"))
    if not usual.first_day < data.t2_last < usual.last_day:
        errors.append(FieldError("/t2_last", f"Écrivez une date de l’année scolaire {year}.", "outside_year"))
    elif data.t2_last <= data.t1_last:
        errors.append(FieldError("/t2_last", "Le 2e trimestre finit après le 1er.", "not_in_order"))
    if errors:
        raise Invalid(errors)
    return Calendar(year, usual.first_day, data.t1_last, data.t2_last, usual.last_day)


# --- Nos indicateurs -----------------------------------------------------------------------------------


def follow_indicator(
    db: Session, actor: Actor, uai: str, slug: str, *, since: Term | None = None
) -> TrackedIndicator:
    """Switch an indicator of a pack on, or take up one that was stopped; on already, nothing changes.

    It counts from the start of the school year, so that what was noted since September can be typed, or from
    the term `since` of an import.
    """
    school = school_for(db, actor, uai, Task.STEER)
    _refuse_official(slug)
    turn = take_turn(db, school.id)
    row = queries.tracked_or_none(db, school.id, slug)
    if row is None and slug not in INDICATORS:
        raise NotFound()
    if row is not None and row.until_term is None:
        return row
    before = plain(row)
    if row is None:
        row = TrackedIndicator(
            school_id=school.id, slug=slug, since_term=since or current_year(school).terms[0]
        )
        db.add(row)
    else:
        row.until_term = None
        row.version += 1
    db.flush()
    record(db, actor, turn, "indicator.followed", f"indicator:{slug}", before=before, after=row)
    return row


def add_own_indicator(
    db: Session, actor: Actor, uai: str, data: TrackedIn, *, since: Term | None = None
) -> TrackedIndicator:
    """Add an indicator of the school's own: "…" on the sheet is an open list."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    rows = queries.tracked_rows(db, school.id)
    taken = {fold(row.label or "") for row in rows} | {fold(item.title) for item in INDICATORS.values()}
    if fold(data.label) in taken:
        told = "Cet indicateur est déjà dans la liste\u202f: suivez-le, ou choisissez un autre nom."
        raise Invalid.one("label", told, "taken")
    row = TrackedIndicator(
        school_id=school.id,
        slug=_own_slug(data.label, {row.slug for row in rows}),
        is_own=True,
        since_term=since or current_year(school).terms[0],
        **data.model_dump(),
    )
    db.add(row)
    db.flush()
    record(db, actor, turn, "indicator.added", f"indicator:{row.slug}", after=row)
    return row


def stop_indicator(
    db: Session, actor: Actor, uai: str, slug: str, version: int | None, *, until: Term | None = None
) -> TrackedIndicator:
    """Stop following from this term on, or after `until`; what was noted before stays.

    The official five cannot be stopped.
    """
    school = school_for(db, actor, uai, Task.STEER)
    _refuse_official(slug)
    turn = take_turn(db, school.id)
    row = queries.tracked_or_none(db, school.id, slug)
    if row is None:
        raise NotFound()
    check_version(row, version)
    if row.until_term is None:
        before = plain(row)
        row.until_term = until or current_term(db, school).previous
        row.version += 1
        db.flush()
        record(db, actor, turn, "indicator.stopped", f"indicator:{slug}", before=before, after=row)
    return row


def _refuse_official(slug: str) -> None:
    if slug in OFFICIAL:
        raise Conflict("Les cinq indicateurs de la fiche sont toujours suivis.", code="always_followed")


def _own_slug(label: str, taken: set[str]) -> str:
    """`own-` keeps it apart from the catalogue; a label without letters still gets a name."""
    stem = f"own-{fold(label).replace(' ', '-') or 'indicateur'}"[:56]
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 1000))
    return next(name for name in names if name not in taken)
