"""The report of an action as a document: the action, what the school says of it, the evaluation."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from app.reports.answers import EvaluationOut
from app.reports.view import Report
from app.reports.words import NOT_WHY, WHOLE_SCHOOL, evaluation_sentence, finding_of
from app.web import paper
from app.web import paper_tables as tables
from app.web.drawings import Verb
from app.web.french import long_day

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell


def report_docx(report: Report) -> bytes:
    school, title = report.school, f"Rapport\u202f: {report.out.title}"
    moment = datetime.combine(report.today, time(), UTC)
    document = paper.new_paper(title, school.name, f"{school.name} · {report.out.title}", moment)
    paper.say(document, f"{school.name} · {school.commune} · {school.uai}", "Subtitle")
    paper.say(document, report.out.title, "Title")
    _action(document, report)
    if report.evaluation:
        _evaluation(document, report, report.evaluation)
    return paper.as_bytes(document)


def _action(document: Document, report: Report) -> None:
    widths = [paper.WIDTH / 2] * 2
    table = tables.carded(tables.table_of(document, ["", ""], widths, "L’action, et ce que l’école en dit"))
    verbs: tuple[tuple[Verb, str], ...] = (
        ("agir", "L’action"),
        ("ajuster", "Pour qui, avec qui, et ce que l’école en dit"),
    )
    for cell, (verb, heading) in zip(table.rows[0].cells, verbs, strict=True):
        tables.shade(cell, verb)
        paper.say(cell, heading, "Heading 2", colour=verb)
    left, right = tables.row_of(table, ["", ""], may_split=True)
    if report.out.summary:
        for line in report.out.summary.splitlines():
            paper.say(left, line)
    _list(left, "Objectifs", report.aims)
    _list(left, "Effets visés", [row.effect.label for row in report.out.effects])
    _list(
        left,
        "Conditions de réussite",
        [f"{one.text} ({'réuni' if one.is_met else 'pas encore'})" for one in report.out.conditions],
    )
    _list(right, "Public", [report.audience] if report.audience else [])
    _list(right, "Animateurs", [report.out.animators] if report.out.animators else [])
    _list(right, "Points forts", report.strengths)
    _list(right, "Points à améliorer", report.improvements)


def _list(cell: _Cell, heading: str, lines: list[str]) -> None:
    if lines:
        paper.say(cell, heading, "Heading 3")
    for line in lines:
        paper.say(cell, line, "List Bullet")


def _evaluation(document: Document, report: Report, evaluation: EvaluationOut) -> None:
    paper.say(document, "L’évaluation partagée sur douze mois", "Heading 1")
    paper.say(document, evaluation_sentence(evaluation))
    paper.say(document, evaluation.attended.sentence)
    if report.out.effects:
        headers, widths = ["Effet visé", "Ce qui a été vu", "Sur quoi l’école s’appuie"], [8.5, 4, 14.4]
        table = tables.ruled(tables.table_of(document, headers, widths, "Les effets visés"))
        for row in report.out.effects:
            cells = tables.row_of(table, ["", finding_of(row), row.evidence])
            paper.say(cells[0], row.effect.label[:1].upper() + row.effect.label[1:], bold=True)
        paper.say(document, NOT_WHY, colour="soft")
    if evaluation.notes:
        paper.say(document, "Ce qui a été dit en chemin", "Heading 2")
    for note in evaluation.notes:
        said = paper.say(document, f"{long_day(note.noted_on)}, {note.voice.label}", "List Bullet", bold=True)
        paper.add_words(said, f" : {note.text}", bold=False)
    if report.lines:
        paper.say(document, "Les indicateurs de ces douze mois", "Heading 2")
        headers = ["Indicateur", *(term.label for term in report.terms)]
        widths = [6.4, *[(paper.WIDTH - 6.4) / len(report.terms)] * len(report.terms)]
        table = tables.ruled(tables.table_of(document, headers, widths, "Les indicateurs"))
        for title, *told in report.lines:
            cells = tables.row_of(table, ["", *(one or "—" for one in told)])
            paper.say(cells[0], title or "", bold=True)
        paper.say(document, WHOLE_SCHOOL, colour="soft")
