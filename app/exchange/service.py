"""Bringing a file in: the ordinary verbs, line by line, all or nothing unless said otherwise.

A trial is the real run in a savepoint that is undone: what it says is what would be.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from time import perf_counter
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor
from app.accounts.audit import record, take_turn
from app.actions.queries import actions_of_school, partners_of_school
from app.domain.vocabulary import Door
from app.errors import AppError, FieldError, Invalid
from app.exchange.columns import Lookups, Names
from app.exchange.kinds import FileKind, Flat, Item, Misread, Work
from app.exchange.lines import items_of, problems_of, text_of
from app.exchange.matching import Part
from app.exchange.models import ImportReport, LineChange, LineProblem, Outcome, PartReport
from app.goals.queries import goals_of_school
from app.schools.models import School
from app.schools.service import indicators_of

EXAMPLES = 10
ALL = 1_000_000


def import_file(
    db: Session,
    actor: Actor,
    uai: str,
    parts: Sequence[Part],
    *,
    dry_run: bool = False,
    partial: bool = False,
    ignored_sheets: Sequence[str] = (),
) -> ImportReport:
    """Make the school say what the file says; lines that already hold change nothing.

    A trial writes nothing and lists every problem. Otherwise raises Invalid, with one error a problem, when a
    line cannot be taken, unless `partial` leaves those lines out. One audit event a change, from the verbs,
    or one a batch, and one for the file.
    """
    began = perf_counter()
    for part in parts:
        part.checked()
        school = school_for(db, actor, uai, part.kind.task)
    importer = replace(actor, door=Door.IMPORT)
    report = ImportReport(ignored_sheets=list(ignored_sheets))
    with db.begin_nested() as undo:
        waiting = [place for place, part in enumerate(parts) if part.kind.last and len(parts) > 1]
        for place, part in enumerate(parts):
            early = part.early() if place in waiting else part
            report.parts.append(_brought_in(db, importer, school, early))
        for place in waiting:
            report.parts[place].follow(_brought_in(db, importer, school, parts[place]))
        report.add_up()
        if report.refused and not partial and not dry_run:
            raise Invalid(_errors(report))
        report.saved, report.seconds = not dry_run, round(perf_counter() - began, 1)
        if dry_run:
            undo.rollback()
        elif report.created or report.changed:
            turn = take_turn(db, school.id)
            record(db, importer, turn, "file.imported", f"school:{school.id}", after=_counts(report))
    return report


def work_of(db: Session, actor: Actor, school: School) -> Work:
    """The school's rows with everything that a cell may name, read once."""
    lookups = Lookups(
        indicators=indicators_of(db, school),
        goals=Names((goal.id, goal.title) for goal in goals_of_school(db, school.id, limit=ALL)),
        actions=Names((action.id, action.title) for action in actions_of_school(db, school.id, limit=ALL)),
        partners=Names(
            (partner.id, partner.name) for partner in partners_of_school(db, school.id, limit=ALL)
        ),
    )
    return Work(db, actor, school, lookups)


def _brought_in(db: Session, actor: Actor, school: School, part: Part) -> PartReport:
    work, kind = work_of(db, actor, school), part.kind
    report = PartReport(
        kind=kind.slug,
        sheet=part.sheet.name,
        heading_line=part.sheet.rows[part.heading].line,
        columns=part.told,
        lines=len(part.lines),
    )
    current = {kind.key(flat): flat for flat in kind.rows(work)}
    seen: dict[Any, int] = {}
    with kind.together(work) if kind.together else nullcontext() as work.batch:
        for item in items_of(part, work.lookups):
            if isinstance(item, Misread):
                report.count(Outcome.REFUSED, item.problems[0].line)
                report.problems += item.problems
                continue
            key = kind.key(item.given)
            before = seen.setdefault(key, item.line)
            if before != item.line:
                _refuse(report, item, kind, before)
                continue
            _put(work, kind, report, item, current.get(key))
    report.problems.sort(key=lambda problem: problem.line)
    report.add_up()
    return report


def _put(work: Work, kind: FileKind, report: PartReport, item: Item, current: Flat | None) -> None:
    try:
        with nullcontext() if work.batch else work.db.begin_nested():
            outcome = kind.put(work, current, item.given)
    except (ValidationError, AppError) as refusal:
        report.count(Outcome.REFUSED, item.line)
        report.problems += problems_of(kind, item, refusal)
        return
    report.count(outcome, item.line)
    if outcome in (Outcome.CREATED, Outcome.CHANGED) and len(report.examples) < EXAMPLES:
        report.examples.append(_example(work, kind, item, current, outcome))


def _refuse(report: PartReport, item: Item, kind: FileKind, before: int) -> None:
    column = kind.required[0]
    told = f"La ligne {before} parle déjà de la même chose\u202f: gardez l’une des deux."
    report.count(Outcome.REFUSED, item.line)
    report.problems.append(
        LineProblem(line=item.line, field=column.name, column=column.title, code="twice", detail=told)
    )


def _example(work: Work, kind: FileKind, item: Item, current: Flat | None, outcome: Outcome) -> LineChange:
    changes = []
    for name, value in item.given.items():
        column = kind.named(name)
        if column is None or column.is_key:
            continue
        told = text_of(column, value, work.lookups)
        before = text_of(column, current.get(name), work.lookups) if current else "vide"
        if told != before:
            changes.append(
                f"{column.title}\u202f: {before} → {told}" if current else f"{column.title}\u202f: {told}"
            )
    about = ", ".join(
        text_of(column, item.given.get(column.name), work.lookups)
        for column in kind.columns
        if column.is_key and item.given.get(column.name) not in (None, "", column.blank)
    )
    return LineChange(line=item.line, outcome=outcome, about=about, changes=changes)


def _errors(report: ImportReport) -> list[FieldError]:
    """The problems as a refusal tells them: `/lines/12/counted`."""
    return [
        FieldError(f"/lines/{problem.line}/{problem.field}".rstrip("/"), problem.detail, problem.code)
        for part in report.parts
        for problem in part.problems
    ]


def _counts(report: ImportReport) -> dict[str, Any]:
    names = ("kind", "created", "changed", "same", "refused")
    return {"parts": [{name: getattr(part, name) for name in names} for part in report.parts]}
