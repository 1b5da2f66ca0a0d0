"""The sessions in which the elected parents look at the figures too: each feeds « analyse partagée »."""

from datetime import date
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import check_version, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, plain, record, take_turn
from app.domain.rates import Figure
from app.domain.school_year import YEARS, Calendar, Term, term_of
from app.domain.vocabulary import Source
from app.errors import Invalid
from app.measurements import session_queries
from app.measurements.chains import FigureKey, put_only
from app.measurements.models import SharedAnalysis, SharedAnalysisIn
from app.schools.models import School
from app.schools.service import CALENDAR_WATCHERS, term_on

INDICATOR = "shared_analysis"


def hold_shared_analysis(db: Session, actor: Actor, uai: str, data: SharedAnalysisIn) -> SharedAnalysis:
    """Note a session that was held; it counts in the term of its day."""
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    row = SharedAnalysis(school_id=school.id, term=_term(db, school, data.held_on), **data.model_dump())
    db.add(row)
    db.flush()
    _feed(db, actor, turn, row)
    record(db, actor, turn, "shared_analysis.held", f"shared_analysis:{row.id}", after=row)
    return row


def revise_shared_analysis(
    db: Session, actor: Actor, uai: str, analysis_id: UUID, data: SharedAnalysisIn, version: int | None
) -> SharedAnalysis:
    """Correct a session; another day may move it to another term."""
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    row = session_queries.analysis_or_404(db, school.id, analysis_id)
    check_version(row, version)
    before = plain(row)
    for name, value in data.model_dump().items():
        setattr(row, name, value)
    row.term = _term(db, school, data.held_on)
    row.version += 1
    db.flush()
    _feed(db, actor, turn, row)
    target = f"shared_analysis:{row.id}"
    record(db, actor, turn, "shared_analysis.revised", target, before=before, after=row)
    return row


def delete_shared_analysis(
    db: Session, actor: Actor, uai: str, analysis_id: UUID, version: int | None
) -> None:
    """Remove a session that was noted by mistake: it no longer counts."""
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    row = session_queries.analysis_or_404(db, school.id, analysis_id)
    check_version(row, version)
    before = plain(row)
    put_only(db, actor, turn, Source.SESSION, {str(row.id): {}})
    db.delete(row)
    db.flush()
    record(db, actor, turn, "shared_analysis.deleted", f"shared_analysis:{analysis_id}", before=before)


def _term(db: Session, school: School, held_on: date) -> Term:
    if held_on > today_at(school):
        raise Invalid.one("held_on", "Cette date n’est pas encore passée.", "future")
    if held_on.year <= YEARS.start:  # the first school year that is known begins at the end of that summer
        raise Invalid.one("held_on", "Écrivez l’année en quatre chiffres, par exemple 02/04/2027.", "too_old")
    return term_on(db, school, held_on)


def _feed(db: Session, actor: Actor, turn: Turn, row: SharedAnalysis) -> None:
    key = FigureKey(row.school_id, row.term, INDICATOR, source=Source.SESSION, source_key=str(row.id))
    put_only(db, actor, turn, Source.SESSION, {str(row.id): {key: Figure.of(1)}})


def sessions_moved_by(db: Session, school: School, calendar: Calendar) -> int:
    """How many sessions would change term under another calendar."""
    days = session_queries.days_of_sessions(db, school.id, calendar.first_day, calendar.last_day)
    return sum(term_of(row.held_on, calendar) != row.term for row in days)


CALENDAR_WATCHERS.append(sessions_moved_by)
