"""The school year as one document, of the same pieces as the minutes."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from app.reviews.minutes import DecisionLine
from app.reviews.minutes_docx import add_curves, picture_of
from app.reviews.year import YearReport
from app.web import paper
from app.web import paper_tables as tables
from app.web.drawings import Verb
from app.web.french import long_day

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell


def year_docx(report: YearReport) -> bytes:
    """Raises DocumentFailed, naming the indicator, when a chart cannot be drawn."""
    lines = [found.line for found in report.indicators]
    images = [picture_of(line) for line in lines]
    title = f"Bilan de l’année {report.year}"
    moment = datetime.combine(report.read_on, time(), UTC)
    document = paper.new_paper(title, report.school, f"{report.school} · {title}", moment)
    paper.say(document, f"{report.school} · {report.commune} · {report.uai}", "Subtitle")
    paper.say(document, title, "Title")
    paper.say(document, f"État au {long_day(report.read_on)}, jusqu’au {report.until.label}.")
    _terms(document, report)
    _plan(document, report)
    _decisions(document, report)
    _takeaways(document, report)
    add_curves(document, lines, images)
    return paper.as_bytes(document)


def _terms(document: Document, report: YearReport) -> None:
    paper.say(document, "Les trois trimestres", "Heading 1")
    headers = ["Indicateur", *(term.ordinal for term in report.year.terms), "Ce qu’on en lit"]
    widths = [6.2, 3.6, 3.6, 3.6, paper.WIDTH - 17]
    table = tables.ruled(tables.table_of(document, headers, widths, "Les trois trimestres"))
    for found in report.indicators:
        cells = tables.row_of(table, ["", *found.cells, found.line.sentence])
        paper.say(cells[0], found.line.title, bold=True)


def _plan(document: Document, report: YearReport) -> None:
    paper.say(document, "Objectifs et actions", "Heading 1")
    table = tables.carded(
        tables.table_of(document, ["", ""], [paper.WIDTH / 2] * 2, "Les objectifs et les actions de l’année")
    )
    verbs: tuple[Verb, Verb] = ("ambitionner", "agir")
    for cell, verb in zip(table.rows[0].cells, verbs, strict=True):
        tables.shade(cell, verb)
        paper.say(cell, verb.upper(), "Heading 2", colour=verb)
    goals, actions = tables.row_of(table, ["", ""], may_split=True)
    for heading, found in report.goals_by_state:
        if found:
            paper.say(goals, heading, "Heading 3", colour="ambitionner")
        for goal in found:
            _bullet(goals, goal.title, goal.said)
    for heading, taken in report.actions_by_state:
        if taken:
            paper.say(actions, heading, "Heading 3", colour="agir")
        for action in taken:
            _bullet(actions, action.title, action.said)


def _bullet(cell: _Cell, title: str, said: str) -> None:
    paragraph = paper.say(cell, title, "List Bullet", bold=True)
    if said:
        paper.add_words(paragraph, f" · {said}")


def _decisions(document: Document, report: YearReport) -> None:
    paper.say(document, "Les décisions de l’année", "Heading 1")
    headers = ["Objectif ou action", *report.councils]
    widths = [7.2, *[(paper.WIDTH - 7.2) / 3] * 3]
    table = tables.ruled(tables.table_of(document, headers, widths, "Les décisions, trimestre par trimestre"))
    for decision in report.decisions:
        title, *cells = tables.row_of(table, ["", "", "", ""])
        paper.add_words(
            paper.say(title, decision.title, bold=True), f" ({decision.kind.label})", colour="soft"
        )
        for cell, term in zip(cells, report.year.terms, strict=True):
            _decision(cell, decision.by_term.get(term))
    if not report.decisions:
        paper.say(document, "Aucune décision n’a été prise en conseil.", colour="soft")


def _decision(cell: _Cell, line: DecisionLine | None) -> None:
    if line is None:
        paper.say(cell, "—", colour="soft")
        return
    paper.say(cell, line.verdict.label.capitalize(), bold=True, colour="ajuster")
    for said in filter(None, (line.reason, " · ".join(line.changes))):
        paper.say(cell, said)


def _takeaways(document: Document, report: YearReport) -> None:
    paper.say(document, "À emporter au projet d’école", "Heading 1")
    for takeaway in report.takeaways:
        paper.say(document, takeaway.title, "Heading 2", colour="ajuster")
        for line in takeaway.lines:
            paper.say(document, line, "List Bullet")
