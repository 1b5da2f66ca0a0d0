"""A published sheet to be read: on its page, on paper and in the document, the same lines."""

from dataclasses import replace

from app import clock
from app.action_sheets.document import answers_docx
from app.action_sheets.reading import SaidSection, sections_said
from app.domain.action_sheet import Answers
from app.passing_on.models import SharedSheetOut
from app.web.french import long_day


def sections_told(answers: Answers) -> list[SaidSection]:
    """The pages of the sheet with their answered questions only: nothing is left to do for a reader."""
    found = []
    for section in sections_said(answers):
        told = [replace(question, left="") for question in section.questions if question.parts]
        if told:
            found.append(replace(section, questions=told))
    return found


def byline(sheet: SharedSheetOut) -> str:
    """« Publiée le 21 novembre 2026 par École des Tilleuls, Valmont. »"""
    again = f", version {sheet.number}" if sheet.number > 1 else ""
    return f"Publiée le {long_day(sheet.published_at.date())}{again}, par {sheet.origin}."


def shared_docx(sheet: SharedSheetOut) -> bytes:
    """The published sheet, and what helps to succeed, to be changed in a word processor."""
    opening = [("Ce qui aide à réussir", "Heading 1")] if sheet.conditions else []
    opening += [(condition, "List Bullet") for condition in sheet.conditions]
    author = sheet.origin[:1].upper() + sheet.origin[1:]
    sections = sections_told(sheet.answers)
    return answers_docx(sheet.title, author, byline(sheet), opening, sections, clock.now())
