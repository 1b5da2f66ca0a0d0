"""A sheet to be read: on its page, on paper and in the document, the same lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.action_sheets.queries import sheet_of_action
from app.actions.queries import action_or_404
from app.domain.action_sheet import SECTIONS, Answers, Progress, completeness, is_asked
from app.domain.action_sheet_parts import Question, Section
from app.domain.action_sheet_words import said
from app.schools.models import School

NOT_ASKED = "sans objet"


@dataclass(frozen=True, slots=True)
class SaidPart:
    """`label` is empty for what the question itself asks."""

    label: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class SaidQuestion:
    heading: str
    parts: list[SaidPart]
    left: str
    """What is left to say, in a word; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class SaidSection:
    number: int
    section: Section
    questions: list[SaidQuestion]
    progress: Progress

    @property
    def left(self) -> list[SaidQuestion]:
        """The questions of the page with something left to say."""
        return [question for question in self.questions if question.left not in {"", NOT_ASKED}]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """The whole sheet in words; `version` 0 when nobody began it."""

    school: str
    commune: str
    uai: str
    action_id: UUID
    action: str
    sections: list[SaidSection]
    progress: Progress
    updated_at: datetime | None
    version: int

    @property
    def filename(self) -> str:
        return f"fiche-action-{self.uai}-{self.action_id}.docx"


def sheet_read(db: Session, school: School, action_id: UUID) -> SheetRead:
    """The sheet of an action; NotFound when the school has no such action."""
    action = action_or_404(db, school.id, action_id)
    sheet = sheet_of_action(db, school.id, action.id)
    answers = sheet.answers if sheet else {}
    return SheetRead(
        school=school.name,
        commune=school.commune,
        uai=school.uai,
        action_id=action.id,
        action=action.title,
        sections=list(sections_said(answers)),
        progress=completeness(answers),
        updated_at=sheet.updated_at if sheet else None,
        version=sheet.version if sheet else 0,
    )


def sections_said(answers: Answers) -> Iterable[SaidSection]:
    for number, section in enumerate(SECTIONS, start=1):
        progress = completeness(answers, section.questions)
        questions = [_question(question, answers, progress) for question in section.questions]
        yield SaidSection(number, section, questions, progress)


def _question(question: Question, answers: Answers, progress: Progress) -> SaidQuestion:
    parts = [SaidPart(part.label, said(part, answers.get(part.slug))) for part in question.parts]
    left = ""
    if question in progress.missing:
        left = "à compléter" if any(part.lines for part in parts) else "à répondre"
    elif question in progress.to_specify:
        left = "à préciser"
    elif not is_asked(question, answers):
        left = NOT_ASKED
    return SaidQuestion(question.heading, [part for part in parts if part.lines], left)
