"""A file on a page: kept, its columns confirmed, tried, then run; gone a day later.

Between two steps the cells wait in a table: any worker finds them, and the browser sends the file once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import version_of
from app.errors import Conflict, NotFound
from app.exchange import queries
from app.exchange.catalogue import KINDS, WHOLE_SCHOOL, kind_or_404
from app.exchange.matching import Part, only_part, parts_of
from app.exchange.models import ImportReport, WaitingFile
from app.exchange.service import import_file
from app.exchange.sheets import Row, Sheet
from app.schools.models import School

KEPT = timedelta(hours=24)
MOST_WAITING = 5
"""Files of one person in one school; an older one makes room."""


def keep_file(
    db: Session, actor: Actor, uai: str, kind: str, name: str, sheets: Sequence[Sheet]
) -> WaitingFile:
    """Keep a file's cells for a day. Nothing of the school changes: no turn is taken, nothing is audited."""
    task = Task.STEER if kind == WHOLE_SCHOOL else kind_or_404(kind).task
    school = school_for(db, actor, uai, task)
    now = clock.now()
    if actor.user_id is None:
        raise NotFound()
    queries.forget_files(db, now - KEPT)
    mine = queries.files_of(db, school.id, actor.user_id)
    for old in mine[: max(0, len(mine) - MOST_WAITING + 1)]:
        db.delete(old)
    kept = [sheet for _, sheet in {id(part.sheet): part.sheet for part in parts_for(kind, sheets)[0]}.items()]
    others = [Sheet(name) for name in parts_for(kind, sheets)[1]]
    row = WaitingFile(
        school_id=school.id,
        kind=kind,
        name=name,
        sheets=[_plain(sheet) for sheet in [*kept, *others]],
        created_at=now,
        created_by=actor.user_id,
    )
    db.add(row)
    db.flush()
    return row


def parts_for(kind: str, sheets: Sequence[Sheet]) -> tuple[list[Part], list[str]]:
    """The sheets as rows of a kind, or of every kind; and the names of those left out."""
    if kind == WHOLE_SCHOOL:
        return parts_of(KINDS, sheets)
    part = only_part(kind_or_404(kind), sheets)
    return [part], [sheet.name for sheet in sheets if sheet is not part.sheet]


def file_or_404(db: Session, actor: Actor, uai: str, file_id: UUID) -> tuple[School, WaitingFile]:
    """A file of one's own, for a day."""
    school = school_for(db, actor, uai, Task.COUNT)
    row = queries.file_or_none(db, school.id, file_id)
    if row is None or row.created_by != actor.user_id or clock.now() - row.created_at > KEPT:
        raise NotFound()
    return school, row


def parts_waiting(row: WaitingFile) -> tuple[list[Part], list[str]]:
    """The file as it was kept, with the columns that were confirmed."""
    sheets = [_sheet(plain) for plain in row.sheets]
    parts, ignored = parts_for(row.kind, [sheet for sheet in sheets if sheet.rows])
    if row.columns is not None:
        confirmed = [{int(place): name for place, name in columns.items()} for columns in row.columns]
        parts = [part.with_columns(told) for part, told in zip(parts, confirmed, strict=True)]
    return parts, [*ignored, *(sheet.name for sheet in sheets if not sheet.rows)]


def check_file(
    db: Session, actor: Actor, uai: str, file_id: UUID, columns: Sequence[Mapping[int, str]] | None = None
) -> ImportReport:
    """Try the file with these columns, and keep what it would change. Raises Invalid for a missing column."""
    school, row = file_or_404(db, actor, uai, file_id)
    _refuse_done(row)
    if columns is not None:
        row.columns = [{str(place): name for place, name in told.items()} for told in columns]
    parts, ignored = parts_waiting(row)
    report = import_file(db, actor, uai, parts, dry_run=True, ignored_sheets=ignored)
    row.report, row.checked_version = report.model_dump(mode="json"), version_of(db, school.id)
    db.flush()
    return report


def run_file(db: Session, actor: Actor, uai: str, file_id: UUID, *, partial: bool) -> bool:
    """Import a checked file; the cells are forgotten. False when the school changed since: checked again.

    Raises Conflict for a file that was never checked, or is imported already.
    """
    school, row = file_or_404(db, actor, uai, file_id)
    _refuse_done(row)
    if row.checked_version is None:
        raise Conflict("Vérifiez d’abord les colonnes de ce fichier.", code="unchecked")
    if version_of(db, school.id) != row.checked_version:
        check_file(db, actor, uai, file_id)
        return False
    parts, ignored = parts_waiting(row)
    report = import_file(db, actor, uai, parts, partial=partial, ignored_sheets=ignored)
    row.report, row.sheets = report.model_dump(mode="json"), []
    db.flush()
    return True


def drop_file(db: Session, actor: Actor, uai: str, file_id: UUID) -> None:
    """Forget a file; what it already changed stays."""
    _, row = file_or_404(db, actor, uai, file_id)
    db.delete(row)


def report_of(row: WaitingFile) -> ImportReport | None:
    return ImportReport.model_validate(row.report) if row.report else None


def _refuse_done(row: WaitingFile) -> None:
    if row.report and row.report["saved"]:
        raise Conflict("Ce fichier est déjà importé.", code="imported")


def _plain(sheet: Sheet) -> dict[str, Any]:
    broken = [[*place, told] for place, told in sheet.broken.items()]
    return {"name": sheet.name, "rows": [asdict(row) for row in sheet.rows], "broken": broken}


def _sheet(plain: Mapping[str, Any]) -> Sheet:
    broken = {(line, place): told for line, place, told in plain["broken"]}
    return Sheet(plain["name"], [Row(**row) for row in plain["rows"]], broken)
