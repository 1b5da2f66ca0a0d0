"""Files in the browser: take a template, send a file, confirm its columns, see what would change, save."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.db import Db
from app.errors import AppError, Conflict, Invalid, NotFound
from app.exchange import waiting
from app.exchange.catalogue import KINDS, WHOLE_SCHOOL
from app.exchange.corrections import corrections
from app.exchange.matching import Part
from app.exchange.models import FileIn, WaitingFile
from app.exchange.queries import files_of
from app.exchange.sheets import Sheet, read_sheets
from app.schools.models import School
from app.web.answers import table_answer
from app.web.formats import ByExtension, WantedFormat
from app.web.forms import Form, Nothing, Posted, PostedForm
from app.web.templating import render, see_other
from app.web.uploads import Upload

router = APIRouter(
    prefix="/ecoles/{uai}/fichiers", default_response_class=HTMLResponse, include_in_schema=False
)

_COLUMN = re.compile(r"p(\d{1,2})-c(\d{1,3})")
SHOWN = 50
"""Problems on a page; the file to correct has them all."""


def desk_url(uai: str, file_id: UUID | None = None) -> str:
    return f"/ecoles/{uai}/fichiers" + (f"/{file_id}" if file_id else "")


# --- send ----------------------------------------------------------------------------------------------


@router.get("")
def files_page(request: Request, db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    return _desk(request, db, actor, school, Form(FileIn, choices=_choices(actor, school), widgets=_WIDGETS))


def sheets_or_refusal(posted: PostedForm) -> list[Sheet] | Invalid:
    """The file is read before any lock is taken; what is wrong with it is told beside its box."""
    try:
        return read_sheets(posted.file.content) if posted.file and _is_chosen(posted.file) else []
    except Invalid as refusal:
        return refusal


@router.post("")
def submit_file(
    request: Request,
    actor: CurrentActor,
    uai: Uai,
    posted: PostedForm,
    sheets: Annotated[list[Sheet] | Invalid, Depends(sheets_or_refusal)],
    db: Db,
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    named = Posted(dict(posted.values) | {"file": [_name(posted)]})
    form = Form(FileIn, named, choices=_choices(actor, school), widgets=_WIDGETS)
    kept: list[WaitingFile] = []

    def keep(data: FileIn) -> None:
        if isinstance(sheets, Invalid):
            raise sheets
        kept.append(waiting.keep_file(db, actor, uai, data.kind, data.file, sheets))

    if form.attempt(db, keep):
        return see_other(desk_url(uai, kept[0].id))
    return _desk(request, db, actor, school, form, status=422)


def _is_chosen(file: Upload) -> bool:
    """A browser sends a box without a file as one that has neither name nor content."""
    return bool(file.name or file.content)


_WIDGETS = {"kind": "select", "file": "file"}


def _name(posted: Posted) -> str:
    """The file's own name, cut to its end: the folder some browsers send says nothing."""
    if posted.file is None or not _is_chosen(posted.file):
        return ""
    name = re.sub(r"[\x00-\x1f\ud800-\udfff]", "", re.split(r"[/\\]", posted.file.name)[-1]).strip()
    return name[-120:].strip() or "fichier"


def _choices(actor: Actor, school: School) -> dict[str, list[tuple[str, str]]]:
    """The kinds whose rows this person may write."""
    mine = [kind for kind in KINDS if school.id in actor.schools_for(kind.task)]
    offered = [(kind.slug, kind.label) for kind in mine]
    if len(mine) == len(KINDS):
        offered.append((WHOLE_SCHOOL, "Toute l’école\u202f: un classeur, une feuille par sorte"))
    return {"kind": offered}


def _desk(
    request: Request, db: Session, actor: Actor, school: School, form: Form[FileIn], status: int = 200
) -> Response:
    files = files_of(db, school.id, actor.person_id)
    live = [row for row in reversed(files) if clock.now() - row.created_at <= waiting.KEPT]
    return render(
        request,
        "exchange/files.html",
        status=status,
        school=school,
        form=form,
        kinds=KINDS,
        labels=_LABELS,
        files=live,
    )


_LABELS = {kind.slug: kind.label for kind in KINDS} | {WHOLE_SCHOOL: "Toute l’école"}


# --- columns, check, save ------------------------------------------------------------------------------


@router.get("/{file_id}")
def file_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, file_id: UUID) -> Response:
    school, row = waiting.file_or_404(db, actor, uai, file_id)
    if row.report is None:
        return _columns_page(request, school, row)
    return _report_page(request, school, row)


@router.get("/{file_id}/colonnes")
def columns_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, file_id: UUID) -> Response:
    school, row = waiting.file_or_404(db, actor, uai, file_id)
    if not row.sheets:
        return see_other(desk_url(uai, file_id))
    return _columns_page(request, school, row)


@router.post("/{file_id}/colonnes")
def submit_columns(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, file_id: UUID, posted: PostedForm
) -> Response:
    school, row = waiting.file_or_404(db, actor, uai, file_id)
    parts = waiting.parts_waiting(row)[0] if row.sheets else []
    chosen = _chosen(parts, posted)
    try:
        with db.begin_nested():
            waiting.check_file(db, actor, uai, file_id, chosen)
    except (Invalid, Conflict) as refusal:
        db.expire_all()
        told = refusal.errors[0].detail if isinstance(refusal, Invalid) else refusal.detail
        school, row = waiting.file_or_404(db, actor, uai, file_id)
        if not row.sheets:
            return see_other(desk_url(uai, file_id))
        return _columns_page(request, school, row, chosen=chosen, notice=told, status=422)
    return see_other(desk_url(uai, file_id))


@router.post("/{file_id}/importer")
def submit_import(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, file_id: UUID, posted: PostedForm
) -> Response:
    school, row = waiting.file_or_404(db, actor, uai, file_id)
    try:
        with db.begin_nested():
            has_run = waiting.run_file(db, actor, uai, file_id, partial=posted.get("partial") == "true")
    except (Invalid, Conflict) as refusal:
        db.expire_all()
        school, row = waiting.file_or_404(db, actor, uai, file_id)
        return _report_page(request, school, row, notice=_first(refusal), status=422)
    return see_other(desk_url(uai, file_id) + ("" if has_run else "?ok=relire"))


@router.post("/{file_id}/oublier")
def submit_dropping(db: Db, actor: CurrentActor, uai: Uai, file_id: UUID) -> Response:
    waiting.drop_file(db, actor, uai, file_id)
    return see_other(f"{desk_url(uai)}?ok=oublie")


@router.get("/{file_id}/{part}/a-corriger.{extension}", dependencies=[ByExtension])
def problems_file(
    db: Db, actor: CurrentActor, uai: Uai, file_id: UUID, part: int, wanted: WantedFormat
) -> Response:
    """The lines that cannot be taken, with what is wrong."""
    _, row = waiting.file_or_404(db, actor, uai, file_id)
    report = waiting.report_of(row)
    if report is None or not row.sheets or not 0 <= part < len(report.parts):
        raise NotFound()
    return table_answer(corrections(waiting.parts_waiting(row)[0][part], report.parts[part]), wanted)


def _first(refusal: AppError) -> str:
    return refusal.errors[0].detail if isinstance(refusal, Invalid) else refusal.detail


def _chosen(parts: Sequence[Part], posted: Posted) -> list[dict[int, str]]:
    """Part by part, the field that was chosen for each column; « ne pas lire » is left out."""
    chosen: list[dict[int, str]] = [{} for _ in parts]
    for key in posted.values:
        found, name = _COLUMN.fullmatch(key), posted.get(key)
        if found and int(found[1]) < len(parts) and parts[int(found[1])].kind.named(name):
            chosen[int(found[1])][int(found[2])] = name
    return chosen


def _columns_page(
    request: Request,
    school: School,
    row: WaitingFile,
    *,
    chosen: Sequence[Mapping[int, str]] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    parts, ignored = waiting.parts_waiting(row)
    shown: list[dict[str, Any]] = []
    for place, part in enumerate(parts):
        columns = chosen[place] if chosen is not None else part.columns
        shown.append({"part": part, "columns": columns, "samples": _samples(part)})
    return render(
        request,
        "exchange/columns.html",
        status=status,
        school=school,
        file=row,
        label=_LABELS[row.kind],
        shown=shown,
        ignored=ignored,
        notice=notice,
        form=Form(Nothing),
    )


def _samples(part: Part) -> list[str]:
    """The first cells of each column that say something."""
    samples = []
    for place in range(len(part.headings)):
        cells = (row.cells[place].strip() for row in part.lines if place < len(row.cells))
        told = [cell[:40] for cell in cells if cell][:3]
        samples.append(" · ".join(told) or "vide")
    return samples


def _report_page(
    request: Request, school: School, row: WaitingFile, *, notice: str = "", status: int = 200
) -> Response:
    report = waiting.report_of(row)
    assert report is not None
    return render(
        request,
        "exchange/report.html",
        status=status,
        school=school,
        file=row,
        label=_LABELS[row.kind],
        labels=_LABELS,
        things={kind.slug: kind.thing for kind in KINDS},
        report=report,
        shown=SHOWN,
        notice=notice,
        form=Form(Nothing),
    )
