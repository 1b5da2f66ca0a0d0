"""The minutes as a document: the sheet in three columns, AJUSTER under it, the curves, the signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.french import counted
from app.domain.vocabulary import GoalState
from app.reviews.minutes import DecisionLine, IndicatorLine, Minutes, drawing_of, naming
from app.web import paper
from app.web import paper_tables as tables
from app.web.drawings import Verb, png_of
from app.web.french import long_day

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

COLUMNS: tuple[tuple[Verb, str, str], ...] = (
    ("ambitionner", "AMBITIONNER", "Ce que nous voulons, et pourquoi"),
    ("agir", "AGIR", "Ce que nous faisons"),
    ("analyser", "ANALYSER", "Ce que nous mesurons"),
)
_NOTHING = "Aucune décision n’était à prendre."
SIGNATURES = ("Pour la présidence du conseil", "Secrétariat de séance")


def minutes_docx(minutes: Minutes) -> bytes:
    """Raises DocumentFailed, naming the indicator, when a curve cannot be drawn."""
    images = [picture_of(line) for line in minutes.indicators]
    document = paper.new_paper(
        f"Relevé de conclusions, {minutes.term.label}",
        minutes.school,
        f"{minutes.school} · Relevé de conclusions, {minutes.term.label}{_version(minutes)}",
        minutes.closed_at,
    )
    _head(document, minutes)
    _sheet(document, minutes)
    _decisions(document, minutes.decisions)
    _notes(document, minutes)
    _signatures(document)
    add_curves(document, minutes.indicators, images)
    return paper.as_bytes(document)


def picture_of(line: IndicatorLine) -> bytes:
    """The image of an indicator's curve."""
    with naming(line.title):
        return png_of(drawing_of(line))


def _version(minutes: Minutes) -> str:
    return f" · version {minutes.number}" if minutes.number > 1 else ""


def _head(document: Document, minutes: Minutes) -> None:
    paper.say(document, f"{minutes.school} · {minutes.commune} · {minutes.uai}", "Subtitle")
    paper.say(document, f"Relevé de conclusions du conseil des maîtres, {minutes.term.label}", "Title")
    present = counted(minutes.members_present, ("membre présent", "membres présents"))
    held = f"Conseil tenu le {long_day(minutes.held_on)}, présidé par {minutes.chair}, {present}."
    paper.say(document, held)
    if minutes.number > 1:
        paper.say(
            document, f"Version {minutes.number}. Bilan rouvert\u202f: {minutes.reopen_reason}", bold=True
        )


def _sheet(document: Document, minutes: Minutes) -> None:
    """The official sheet: one header row, one row of three cells."""
    width = paper.WIDTH / 3
    table = tables.carded(tables.table_of(document, ["", "", ""], [width] * 3, "La feuille du trimestre"))
    for cell, (verb, title, subtitle) in zip(table.rows[0].cells, COLUMNS, strict=True):
        tables.shade(cell, verb)
        paper.say(cell, title, "Heading 2", colour=verb)
        paper.say(cell, subtitle, colour="soft")
    goals, actions, indicators = tables.row_of(table, ["", "", ""], may_split=True)
    _goals(goals, minutes)
    _actions(actions, minutes)
    for line in minutes.indicators:
        paper.say(indicators, line.title, "Heading 3")
        paper.say(indicators, line.sentence)


def _goals(cell: _Cell, minutes: Minutes) -> None:
    for line in minutes.goals:
        paper.say(cell, line.title, "Heading 3")
        state = "" if line.state is GoalState.ACTIVE else f"{line.state.label.capitalize()}."
        target = f"Cible\u202f: {line.target}." if line.target else ""
        if said := " ".join(filter(None, (state, line.sentence, target))):
            paper.say(cell, said)
    if not minutes.goals:
        paper.say(cell, "Aucun objectif.", colour="soft")


def _actions(cell: _Cell, minutes: Minutes) -> None:
    for axis, lines in minutes.by_axis:
        paper.say(cell, axis, "Heading 3", colour="agir")
        for line in lines:
            title = paper.say(cell, line.title, "List Bullet", bold=True)
            paper.add_words(title, f" · {' · '.join(filter(None, (line.state.label, line.sentence)))}")
        if not lines:
            paper.say(cell, "Aucune action.", colour="soft")


def _decisions(document: Document, lines: list[DecisionLine]) -> None:
    """The band under the columns, then one row a decision."""
    heading = paper.say(document, "AJUSTER", "Heading 2", colour="ajuster")
    taken = counted(len(lines), ("décision", "décisions"))
    told = f"{taken} du conseil des maîtres, appliquées ensemble à la clôture." if lines else _NOTHING
    for paragraph in (heading, paper.say(document, told)):
        paper.band(paragraph, "ajuster")
    if not lines:
        return
    headers = ["Objectif ou action", "Décision", "Pourquoi, et ce qui change"]
    table = tables.ruled(tables.table_of(document, headers, [9.5, 3, paper.WIDTH - 12.5], "Les décisions"))
    for line in lines:
        title, verdict, why = tables.row_of(table, ["", "", ""])
        paper.add_words(paper.say(title, line.title, bold=True), f" ({line.kind.label})", colour="soft")
        paper.say(verdict, line.verdict.label.capitalize(), bold=True, colour="ajuster")
        for said in filter(None, (line.reason, " · ".join(line.changes))):
            paper.say(why, said)


def _notes(document: Document, minutes: Minutes) -> None:
    if minutes.notes:
        paper.say(document, "Notes", "Heading 1")
    for line in minutes.notes:
        paper.say(document, line)


def _signatures(document: Document) -> None:
    """Names are written by hand, or not at all: the service knows none."""
    paper.say(document, "Signatures", "Heading 1")
    cells = tables.grid_of(document, len(SIGNATURES), boxes=2.4)
    for cell, role in zip(cells, SIGNATURES, strict=True):
        paper.say(cell, role, bold=True)
        paper.say(cell, "Nom, date et signature\u202f:", colour="soft")


def add_curves(document: Document, lines: list[IndicatorLine], images: list[bytes]) -> None:
    """Two to a row, and no row cut by the end of a page."""
    paper.say(document, "Les indicateurs, trimestre par trimestre", "Heading 1")
    cells = tables.grid_of(document, len(images))
    for cell, line, image in zip(cells, lines, images, strict=False):
        paper.say(cell, line.title, "Heading 2", colour="analyser")
        paper.say(cell, line.sentence)
        paper.picture(cell, image, line.label, paper.WIDTH / 2 - 0.6)
        if line.note:
            paper.say(cell, line.note, colour="soft")
