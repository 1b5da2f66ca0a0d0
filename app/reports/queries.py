"""Reads and links of reports. Every read starts from a school the caller was allowed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.actions.models import Action, Event, EventPartner
from app.domain.report import Attended, Period, TargetEffect
from app.domain.vocabulary import EventState
from app.errors import NotFound
from app.reports.models import ActionReport, EvaluationFigure, EvaluationNote, ReportEffect


def find_report(db: Session, school_id: UUID, action_id: UUID) -> ActionReport | None:
    return db.get(ActionReport, (school_id, action_id))


def effects_of(db: Session, school_id: UUID, action_id: UUID) -> list[ReportEffect]:
    """The target effects, in the order of the list."""
    rows = db.scalars(
        select(ReportEffect).where(
            col(ReportEffect.school_id) == school_id, col(ReportEffect.action_id) == action_id
        )
    )
    order = list(TargetEffect)
    return sorted(rows, key=lambda row: order.index(row.effect))


def reports_of_school(db: Session, school_id: UUID) -> Sequence[tuple[ActionReport, str]]:
    """(report, title of its action), the oldest action first."""
    rows = db.execute(
        select(ActionReport, Action.title)
        .join(
            Action,
            sa.and_(col(Action.school_id) == ActionReport.school_id, Action.id == ActionReport.action_id),
        )
        .where(col(ActionReport.school_id) == school_id)
        .order_by(col(ActionReport.action_id))
    )
    return [(row[0], row[1]) for row in rows]


def effects_of_school(db: Session, school_id: UUID) -> dict[UUID, list[ReportEffect]]:
    """Action → its target effects, in the order of the list."""
    order, found = list(TargetEffect), defaultdict[UUID, list[ReportEffect]](list)
    rows = db.scalars(select(ReportEffect).where(col(ReportEffect.school_id) == school_id))
    for row in sorted(rows, key=lambda row: order.index(row.effect)):
        found[row.action_id].append(row)
    return found


def notes_of_school(db: Session, school_id: UUID) -> dict[UUID, list[EvaluationNote]]:
    """Action → its notes, by day."""
    found = defaultdict[UUID, list[EvaluationNote]](list)
    for note in db.scalars(
        select(EvaluationNote)
        .where(col(EvaluationNote.school_id) == school_id)
        .order_by(col(EvaluationNote.noted_on), col(EvaluationNote.id))
    ):
        found[note.action_id].append(note)
    return found


def relink_effects(db: Session, report: ActionReport, wanted: Iterable[TargetEffect]) -> None:
    """Make these the target effects; what was found of those that stay is kept."""
    kept = {row.effect: row for row in effects_of(db, report.school_id, report.action_id)}
    chosen = list(dict.fromkeys(wanted))
    for effect, row in kept.items():
        if effect not in chosen:
            db.delete(row)
    for effect in chosen:
        if effect not in kept:
            db.add(ReportEffect(school_id=report.school_id, action_id=report.action_id, effect=effect))
    db.flush()


def notes_of(db: Session, school_id: UUID, action_id: UUID) -> Sequence[EvaluationNote]:
    """By day."""
    return db.scalars(
        select(EvaluationNote)
        .where(col(EvaluationNote.school_id) == school_id, col(EvaluationNote.action_id) == action_id)
        .order_by(col(EvaluationNote.noted_on), col(EvaluationNote.id))
    ).all()


def note_or_404(db: Session, school_id: UUID, action_id: UUID, note_id: UUID) -> EvaluationNote:
    note = db.get(EvaluationNote, (school_id, note_id))
    if note is None or note.action_id != action_id:
        raise NotFound()
    return note


def figures_of(db: Session, school_id: UUID, action_id: UUID) -> Sequence[EvaluationFigure]:
    """What a closing kept, in the order of the page."""
    return db.scalars(
        select(EvaluationFigure)
        .where(col(EvaluationFigure.school_id) == school_id, col(EvaluationFigure.action_id) == action_id)
        .order_by(col(EvaluationFigure.place))
    ).all()


def forget_figures(db: Session, report: ActionReport) -> None:
    db.execute(
        sa.delete(EvaluationFigure).where(
            col(EvaluationFigure.school_id) == report.school_id,
            col(EvaluationFigure.action_id) == report.action_id,
        )
    )


def attended(db: Session, school_id: UUID, action_id: UUID, period: Period) -> Attended:
    """The events of the action that were held in these twelve months, and who came."""
    held = (
        col(Event.school_id) == school_id,
        col(Event.action_id) == action_id,
        col(Event.state) == EventState.HELD,
        col(Event.held_on).between(period.first, period.last),
    )
    events, parents, children, professionals = db.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Event.parents_present), 0),
            func.coalesce(func.sum(Event.children_present), 0),
            func.coalesce(func.sum(Event.professionals_present), 0),
        ).where(*held)
    ).one()
    partners = db.scalar(
        select(func.count(sa.distinct(EventPartner.partner_id)))
        .join(
            Event,
            sa.and_(col(Event.school_id) == EventPartner.school_id, col(Event.id) == EventPartner.event_id),
        )
        .where(*held)
    )
    return Attended(events, parents, children, professionals, partners or 0)
