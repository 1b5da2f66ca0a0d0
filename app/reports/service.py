"""The verbs of a report: write it, start the twelve months, note what is said, close, reopen."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.access import check_version, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, plain, record, take_turn
from app.actions.queries import action_or_404
from app.domain.report import Period, twelve_months_from
from app.errors import Conflict, Invalid, Stale
from app.reports import queries
from app.reports.models import (
    ActionReport,
    ClosingIn,
    EvaluationNote,
    NoteIn,
    ReopeningIn,
    ReportIn,
    StartIn,
)
from app.reports.view import live_figures
from app.schools.models import School
from app.web.french import long_day

FURTHEST_BACK, FURTHEST_ON = timedelta(days=5 * 366), timedelta(days=366)
COPIED = ("events", "parents", "children", "professionals", "partners")


def write_report(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: ReportIn, version: int | None
) -> ActionReport:
    """Replace what the report says. `version` 0 stands for « nothing was written yet »."""
    school, turn = _turn(db, actor, uai, Task.STEER)
    report, before = _opened(db, school, action_id, version)
    for name, value in data.model_dump(exclude={"effects"}).items():
        setattr(report, name, value)
    _keep(db, report)
    queries.relink_effects(db, report, data.effects)
    _record(db, actor, turn, "report.written", report, before)
    return report


def start_evaluation(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: StartIn, version: int | None
) -> ActionReport:
    """Say on which day the twelve months begin, or correct that day while the evaluation is open.

    Raises Conflict when a note that was already written would fall outside the new period.
    """
    school, turn = _turn(db, actor, uai, Task.STEER)
    report, before = _opened(db, school, action_id, version)
    today = today_at(school)
    if not today - FURTHEST_BACK <= data.started_on <= today + FURTHEST_ON:
        told = "Vérifiez l’année\u202f: au plus cinq ans en arrière, au plus un an d’avance."
        raise Invalid.one("started_on", told, "out_of_years")
    period = twelve_months_from(data.started_on)
    if not all(period.holds(note.noted_on) for note in queries.notes_of(db, school.id, action_id)):
        told = "Une note est datée hors de ces douze mois\u202f: retirez-la d’abord, ou gardez ce début."
        raise Conflict(told, code="note_outside")
    report.started_on = data.started_on
    _keep(db, report)
    _record(db, actor, turn, "evaluation.started", report, before)
    return report


def add_note(db: Session, actor: Actor, uai: str, action_id: UUID, data: NoteIn) -> EvaluationNote:
    """Write down what parents, teachers or partners said; teachers may. The evaluation must be under way."""
    school, turn = _turn(db, actor, uai, Task.COUNT)
    report = _report(db, school, action_id)
    period = _open_period(report)
    if not period.holds(data.noted_on) or data.noted_on > today_at(school):
        told = f"Un jour entre le {long_day(period.first)} et aujourd’hui"
        if today_at(school) > period.last:
            told = f"Un jour entre le {long_day(period.first)} et le {long_day(period.last)}"
        raise Invalid.one("noted_on", f"{told} est attendu.", "outside_period")
    note = EvaluationNote(
        school_id=school.id, action_id=action_id, created_at=clock.now(), **data.model_dump()
    )
    db.add(note)
    _keep(db, report)
    record(db, actor, turn, "evaluation.noted", f"note:{note.id}", after=note)
    return note


def remove_note(db: Session, actor: Actor, uai: str, action_id: UUID, note_id: UUID) -> None:
    """Take away a note written by mistake, while the evaluation is open."""
    school, turn = _turn(db, actor, uai, Task.COUNT)
    report = _report(db, school, action_id)
    note = queries.note_or_404(db, school.id, action_id, note_id)
    _open_period(report)
    before = plain(note)
    db.delete(note)
    _keep(db, report)
    record(db, actor, turn, "evaluation.note_removed", f"note:{note_id}", before=before)


def close_evaluation(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: ClosingIn, version: int | None
) -> ActionReport:
    """Say what was seen of each target effect, and keep the events and figures of the twelve months.

    Raises Conflict before the period is over or without a target effect, Invalid unless every target effect
    has one finding. What is kept does not move when an event or a figure is corrected later.
    """
    school, turn = _turn(db, actor, uai, Task.STEER)
    report, before = _opened(db, school, action_id, version)
    period, today = _open_period(report), today_at(school)
    if not period.is_over(today):
        told = f"Les douze mois finissent le {long_day(period.last)}\u202f: l’évaluation se clôt ensuite."
        raise Conflict(told, code="too_early")
    _write_findings(db, report, data)
    came = queries.attended(db, school.id, action_id, period)
    figures = list(live_figures(db, school, action_id, period, today))
    for name in COPIED:
        setattr(report, name, getattr(came, name))
    report.closed_on = today
    db.add_all(figures)
    _keep(db, report)
    _record(db, actor, turn, "evaluation.closed", report, before)
    return report


def reopen_evaluation(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: ReopeningIn, version: int | None
) -> ActionReport:
    """Take up a closed evaluation again, saying why; what was found stays as a proposal."""
    school, turn = _turn(db, actor, uai, Task.STEER)
    report = _report(db, school, action_id)
    check_version(report, version)
    if report.closed_on is None:
        raise Conflict("Cette évaluation n’est pas close.", code="not_closed")
    before = _whole(db, report)
    queries.forget_figures(db, report)
    for name in ("closed_on", *COPIED):
        setattr(report, name, None)
    _keep(db, report)
    _record(db, actor, turn, "evaluation.reopened", report, before, {"why_reopened": data.reason})
    return report


def _write_findings(db: Session, report: ActionReport, data: ClosingIn) -> None:
    effects = {row.effect: row for row in queries.effects_of(db, report.school_id, report.action_id)}
    if not effects:
        told = "Choisissez d’abord, dans le rapport, les effets visés\u202f: c’est d’eux que l’on conclut."
        raise Conflict(told, code="no_effect")
    said = [finding.effect for finding in data.findings]
    if sorted(said) != sorted(effects):
        raise Invalid.one("findings", "Répondez une fois pour chaque effet visé.", "findings_incomplete")
    for finding in data.findings:
        effects[finding.effect].finding = finding.finding
        effects[finding.effect].evidence = finding.evidence


# --- what every verb does ------------------------------------------------------------------------------


def _turn(db: Session, actor: Actor, uai: str, task: Task) -> tuple[School, Turn]:
    school = school_for(db, actor, uai, task)
    return school, take_turn(db, school.id)


def _opened(
    db: Session, school: School, action_id: UUID, version: int | None
) -> tuple[ActionReport, dict[str, Any]]:
    """The report to write on, made when there is none, and what it said before. Refused once closed."""
    action = action_or_404(db, school.id, action_id)
    report = queries.find_report(db, school.id, action.id)
    if report is None:
        if version != 0:
            raise Stale(0)
        report = ActionReport(school_id=school.id, action_id=action.id, version=0)
        db.add(report)
        return report, {}
    check_version(report, version)
    if report.closed_on is not None:
        told = "L’évaluation est close et le rapport avec elle\u202f: rouvrez-la pour le changer."
        raise Conflict(told, code="evaluation_closed")
    return report, _whole(db, report)


def _report(db: Session, school: School, action_id: UUID) -> ActionReport:
    action_or_404(db, school.id, action_id)
    report = queries.find_report(db, school.id, action_id)
    if report is None or report.started_on is None:
        raise Conflict(
            "L’évaluation n’a pas commencé\u202f: donnez d’abord son premier jour.", code="not_started"
        )
    return report


def _open_period(report: ActionReport) -> Period:
    """The twelve months of an evaluation that can still be written on."""
    if report.closed_on is not None:
        raise Conflict("L’évaluation est close\u202f: rouvrez-la pour la changer.", code="evaluation_closed")
    if report.started_on is None:
        raise Conflict(
            "L’évaluation n’a pas commencé\u202f: donnez d’abord son premier jour.", code="not_started"
        )
    return twelve_months_from(report.started_on)


def _keep(db: Session, report: ActionReport) -> None:
    """Every write moves the report on, so that nobody closes without having read the last note."""
    report.version += 1
    db.flush()


def _whole(db: Session, report: ActionReport) -> dict[str, Any]:
    found = [
        {"effect": row.effect, "finding": row.finding, "evidence": row.evidence}
        for row in queries.effects_of(db, report.school_id, report.action_id)
    ]
    return dict(plain(report)) | {"effects": plain(found)}


def _record(
    db: Session,
    actor: Actor,
    turn: Turn,
    verb: str,
    report: ActionReport,
    before: dict[str, Any],
    told: dict[str, Any] | None = None,
) -> None:
    after = _whole(db, report) | (told or {})
    record(db, actor, turn, verb, f"report:{report.action_id}", before=before or None, after=after)
