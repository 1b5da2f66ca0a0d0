"""What goes out of a report: the same for the page, the document and the API."""

from datetime import date
from uuid import UUID

from sqlmodel import SQLModel

from app.actions.models import ConditionIn
from app.domain.report import Finding, TargetEffect, Voice
from app.domain.vocabulary import Status


class EffectOut(SQLModel):
    effect: TargetEffect
    finding: Finding | None
    evidence: str


class NoteOut(SQLModel):
    id: UUID
    voice: Voice
    noted_on: date
    text: str


class AttendedOut(SQLModel):
    """Held events of the twelve months; `parents`, `children`, `professionals` are attendances."""

    events: int
    parents: int
    children: int
    professionals: int
    partners: int
    sentence: str


class FigureOut(SQLModel):
    indicator: str
    term: str
    title: str
    status: Status
    counted: int | None
    out_of: int | None
    sentence: str


class EvaluationOut(SQLModel):
    """The twelve months. Live until `closed_on`, then what closing kept."""

    started_on: date
    last_day: date
    closed_on: date | None
    may_be_closed: bool
    attended: AttendedOut
    figures: list[FigureOut]
    notes: list[NoteOut]


class ReportOut(SQLModel):
    """The page of an action; `version` 0 while nothing was written."""

    action_id: UUID
    title: str
    summary: str
    aims: str
    effects: list[EffectOut]
    conditions: list[ConditionIn]
    audience: str
    animators: str
    strengths: str
    improvements: str
    evaluation: EvaluationOut | None
    version: int
