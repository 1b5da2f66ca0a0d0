"""What a school told of its actions, as tables to be read: an import leaves them aside."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.action_sheets.queries import sheets_of_school
from app.action_sheets.reading import sections_said
from app.exchange.exporting import file_name
from app.exchange.sheets import MAX_CELL
from app.reports.models import ActionReport, EvaluationNote, ReportEffect, ReportIn
from app.reports.queries import effects_of_school, notes_of_school, reports_of_school
from app.reports.view import kept_attendance
from app.reports.words import finding_of
from app.schools.models import School
from app.web.french import long_day
from app.web.tabular import Column, Table

Told = tuple[str, str, str, Iterable[str]]
"""Action, question, what of it, lines of the answer."""
_COLUMNS = (
    Column("action", "Action"),
    Column("question", "Question"),
    Column("part", "Précision"),
    Column("answer", "Réponse"),
)


def told_tables(db: Session, actor: Actor, uai: str) -> list[Table]:
    """The action sheets and the reports of a school, a line an answer."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return [
        _table(school, "action-sheets", "Fiches action", _sheets(db, school.id)),
        _table(school, "reports", "Rapports", _reports(db, school.id)),
    ]


def _table(school: School, slug: str, title: str, told: Iterable[Told]) -> Table:
    rows = ([*where, piece] for *where, lines in told for piece in _pieces(lines))
    about = "À lire\u202f: un import n’en tient pas compte."
    return Table(f"{file_name(school)}-{slug}", title, _COLUMNS, rows, about, clock.now())


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """As few cells as hold them, none longer than what an import of the same file reads."""
    piece = ""
    for line in lines:
        longer = f"{piece}\n{line}" if piece else line
        if len(longer) > MAX_CELL:
            yield piece
            longer = line
        piece = longer
    if piece:
        yield piece


def _sheets(db: Session, school_id: UUID) -> Iterator[Told]:
    for sheet, action in sheets_of_school(db, school_id):
        for section in sections_said(sheet.answers):
            for question in section.questions:
                for part in question.parts:
                    yield action, question.heading, part.label, part.lines


def _reports(db: Session, school_id: UUID) -> Iterator[Told]:
    effects, notes = effects_of_school(db, school_id), notes_of_school(db, school_id)
    for report, action in reports_of_school(db, school_id):
        told = _of_report(report, effects.get(report.action_id, ()), notes.get(report.action_id, ()))
        yield from ((action, *each) for each in told)


def _of_report(
    report: ActionReport, effects: Sequence[ReportEffect], notes: Sequence[EvaluationNote]
) -> Iterator[tuple[str, str, Iterable[str]]]:
    for name, field in ReportIn.model_fields.items():
        if name != "effects":
            yield str(field.title), "", getattr(report, name).splitlines()
    for effect in effects:
        yield "Effets visés", effect.effect.label, [finding_of(effect), *effect.evidence.splitlines()]
    for label, day in (("commencée le", report.started_on), ("close le", report.closed_on)):
        if day is not None:
            yield "Évaluation partagée", label, [long_day(day)]
    came = kept_attendance(report)
    if came is not None:
        yield "Évaluation partagée", "ce qui a été compté", [came.sentence]
    for note in notes:
        yield "Ce qui a été dit", f"{note.voice.label}, {long_day(note.noted_on)}", note.text.splitlines()
