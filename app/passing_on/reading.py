"""A published sheet to be read: on its page, on paper and in the document, the same lines."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app import clock
from app.action_sheets.document import answers_docx
from app.action_sheets.reading import SaidSection, sections_said
from app.passing_on.models import SharedSheetOut
from app.web.french import long_day


@dataclass(frozen=True, slots=True)
class SectionTold:
    """A page of the sheet with its answered questions only: nothing is left to do for a reader."""

    number: int
    title: str
    said: SaidSection


def sections_told(answers: Mapping[str, Any]) -> list[SectionTold]:
    found = []
    for one in sections_said(answers):
        one.questions[:] = [replace(question, left="") for question in one.questions if question.parts]
        if one.questions:
            found.append(SectionTold(one.number, one.section.title, one))
    return found


def byline(sheet: SharedSheetOut) -> str:
    """« Publiée le 21 novembre 2026 par École des Tilleuls, Valmont. »"""
    again = f", version {sheet.number}" if sheet.number > 1 else ""
    return f"Publiée le {long_day(sheet.published_at.date())}{again}, par {sheet.origin}."


def shared_docx(sheet: SharedSheetOut) -> bytes:
    """The published sheet, and what helps to succeed, to be changed in a word processor."""
    opening = [byline(sheet)]
    if sheet.conditions:
        opening += ["Ce qui aide à réussir", *(f"– {condition}" for condition in sheet.conditions)]
    sections = [told.said for told in sections_told(sheet.answers)]
    return answers_docx(sheet.title, sheet.origin, sheet.origin, opening, sections, clock.now())
