"""The sheet as a document: one table a page of the sheet, the question beside its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.action_sheets.reading import SaidQuestion, SaidSection, SheetRead
from app.domain.french import counted
from app.web import paper
from app.web import paper_tables as tables
from app.web.french import long_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from docx.document import Document
    from docx.table import _Cell

QUESTION_WIDTH = 8.5
TITLE = "Fiche action"


def sheet_docx(sheet: SheetRead, moment: datetime) -> bytes:
    """Every question is there, also those without an answer; `moment` is when the document is made."""
    byline = f"{sheet.school} · {sheet.commune} · {sheet.uai}"
    return answers_docx(
        sheet.action, sheet.school, byline, [(state_sentence(sheet), "Normal")], sheet.sections, moment
    )


def answers_docx(
    action: str,
    author: str,
    byline: str,
    opening: Iterable[tuple[str, str]],
    sections: Iterable[SaidSection],
    moment: datetime,
) -> bytes:
    """A sheet of `author`'s about an action: its byline, sentences and their styles, then answers."""
    title = f"{TITLE}, {action}"
    document = paper.new_paper(title, author, f"{author} · {title}", moment)
    paper.say(document, byline, "Subtitle")
    paper.say(document, title, "Title")
    for sentence, style in opening:
        paper.say(document, sentence, style)
    for section in sections:
        _section(document, section)
    return paper.as_bytes(document)


def state_sentence(sheet: SheetRead) -> str:
    """« 27 questions traitées sur 30. Fiche du 21 novembre 2026. »"""
    answered = counted(sheet.progress.answered, ("question traitée", "questions traitées"))
    said = f"{answered if sheet.progress.answered else 'Aucune question traitée'} sur {sheet.progress.asked}."
    return f"{said} Fiche du {long_day(sheet.updated_at.date())}." if sheet.updated_at else said


def _section(document: Document, section: SaidSection) -> None:
    paper.say(document, section.section.title, "Heading 1")
    widths = [QUESTION_WIDTH, paper.WIDTH - QUESTION_WIDTH]
    table = tables.ruled(tables.table_of(document, ["Question", "Réponse"], widths, section.section.title))
    for question in section.questions:
        heading, answer = tables.row_of(table, ["", ""])
        paper.say(heading, question.heading, bold=True)
        _answer(answer, question)


def _answer(cell: _Cell, question: SaidQuestion) -> None:
    for part in question.parts:
        if part.label:
            paper.say(cell, part.label, "Heading 3")
        for line in part.lines:
            paper.say(cell, line)
    if question.left:
        paper.say(cell, question.left, colour="soft")
