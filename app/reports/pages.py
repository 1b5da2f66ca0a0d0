"""The report of an action in the browser: one page to read and print, a form, and the twelve months."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.actions.event_pages import action_url
from app.db import Db
from app.domain.report import Finding, TargetEffect
from app.reports import service
from app.reports.models import (
    ClosingIn,
    NoteIn,
    ReopeningIn,
    ReportIn,
    StartIn,
)
from app.reports.report_docx import report_docx
from app.reports.view import Report, read_report, report_of
from app.reports.words import NOT_WHY, WHOLE_SCHOOL, evaluation_sentence, finding_of
from app.web.files import attached
from app.web.forms import Form, Posted, PostedForm
from app.web.paper import DOCX
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/actions/{action_id}", default_response_class=HTMLResponse, include_in_schema=False
)
LONG_TEXTS = {"summary": 6, "aims": 4, "strengths": 4, "improvements": 5}
SAVED = {
    "rapport": "Le rapport est enregistré.",
    "debut": "Les douze mois sont notés.",
    "note": "La note est enregistrée.",
    "retiree": "La note est retirée.",
    "close": "L’évaluation est close\u202f: ce qu’elle montre ne bougera plus.",
    "rouverte": "L’évaluation est rouverte.",
}


def report_url(uai: str, action_id: UUID) -> str:
    return f"{action_url(uai, action_id)}/rapport"


@router.get("/rapport.docx")
def download_report(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    report = read_report(db, actor, uai, action_id)
    return attached(report_docx(report), DOCX, report.filename)


@router.get("/rapport")
def report_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    return _page(request, db, actor, uai, action_id)


@router.post("/rapport/debut")
def submit_start(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school_for(db, actor, uai, Task.STEER)
    form = Form(StartIn, posted, prefix="debut-")
    version = form.expected_version
    if form.attempt(db, lambda data: service.start_evaluation(db, actor, uai, action_id, data, version)):
        return see_other(f"{report_url(uai, action_id)}?ok=debut")
    return _page(request, db, actor, uai, action_id, starting=form, status=422)


@router.post("/rapport/notes")
def submit_note(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school_for(db, actor, uai, Task.COUNT)
    form = Form(NoteIn, posted, prefix="note-")
    if form.attempt(db, lambda data: service.add_note(db, actor, uai, action_id, data)):
        return see_other(f"{report_url(uai, action_id)}?ok=note")
    return _page(request, db, actor, uai, action_id, noting=form, status=422)


@router.post("/rapport/notes/{note_id}/retirer")
def submit_note_removal(
    db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, note_id: UUID, _: PostedForm
) -> Response:
    service.remove_note(db, actor, uai, action_id, note_id)
    return see_other(f"{report_url(uai, action_id)}?ok=retiree")


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    uai: str,
    action_id: UUID,
    *,
    starting: Form[StartIn] | None = None,
    noting: Form[NoteIn] | None = None,
    status: int = 200,
) -> Response:
    """The report; under the evaluation the two small forms, unless it is closed."""
    report = read_report(db, actor, uai, action_id)
    begun = report.evaluation.started_on if report.evaluation else report.today
    return render(
        request,
        "reports/report.html",
        status=status,
        school=report.school,
        report=report,
        sentence=evaluation_sentence(report.evaluation) if report.evaluation else "",
        findings=[(row, finding_of(row)) for row in report.out.effects],
        not_why=NOT_WHY,
        whole_school=WHOLE_SCHOOL,
        starting=starting
        or Form(StartIn, start={"started_on": begun}, version=report.out.version, prefix="debut-"),
        noting=noting or Form(NoteIn, start={"noted_on": report.today}, prefix="note-"),
        notice=SAVED.get(request.query_params.get("ok", ""), ""),
        may_steer=report.school.id in actor.schools_for(Task.STEER),
    )


# --- writing the report --------------------------------------------------------------------------------


def _written(report: Report) -> SimpleNamespace:
    """What a first display of the form starts from."""
    effects = [row.effect for row in report.out.effects]
    return SimpleNamespace(**report.out.model_dump() | {"effects": effects})


def _writing(report: Report, posted: Posted | None = None) -> Form[ReportIn]:
    form = Form(ReportIn, posted, start=_written(report), version=report.out.version)
    for name, rows in LONG_TEXTS.items():
        form.fields[name].rows = rows
    return form


@router.get("/rapport/modifier")
def writing_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    report = report_of(db, school_for(db, actor, uai, Task.STEER), action_id)
    return render(request, "reports/write.html", school=report.school, report=report, form=_writing(report))


@router.post("/rapport/modifier")
def submit_report(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = _writing(report_of(db, school, action_id), posted)
    version = form.expected_version
    if form.attempt(db, lambda data: service.write_report(db, actor, uai, action_id, data, version)):
        return see_other(f"{report_url(uai, action_id)}?ok=rapport")
    report = report_of(db, school, action_id)
    form.compare(_written(report))
    status = 409 if form.is_stale else 422
    return render(request, "reports/write.html", status=status, school=school, report=report, form=form)


# --- closing, reopening --------------------------------------------------------------------------------


def _closing(report: Report, posted: Posted | None = None) -> tuple[Form[ClosingIn], list[tuple[int, str]]]:
    """One group of two questions for each target effect, begun with what was found before a reopening."""
    start: dict[str, Any] = {"findings": [row.model_dump() for row in report.out.effects]}
    form = Form(
        ClosingIn,
        posted,
        start=start,
        widgets={"findings-effect": "hidden", "findings-finding": "radios", "findings-evidence": "textarea"},
        choices={"findings-finding": [(finding.value, finding.label.capitalize()) for finding in Finding]},
        blank_rows=0,
        version=report.out.version,
    )
    groups = []
    for index in form.rows["findings"]:
        form.fields[f"findings-{index}-finding"].required = True
        evidence = form.fields[f"findings-{index}-evidence"]
        evidence.rows, evidence.required = 2, True
        effect = form.fields[f"findings-{index}-effect"].value
        groups.append((index, TargetEffect(effect).label if effect in set(TargetEffect) else "Effet visé"))
    return form, groups


def _closing_page(
    request: Request, report: Report, form: Form[ClosingIn], groups: list[tuple[int, str]], status: int = 200
) -> Response:
    return render(
        request,
        "reports/close.html",
        status=status,
        school=report.school,
        report=report,
        form=form,
        groups=groups,
        not_why=NOT_WHY,
    )


@router.get("/rapport/clore")
def closing_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    report = report_of(db, school_for(db, actor, uai, Task.STEER), action_id)
    if report.evaluation is None or not report.evaluation.may_be_closed:
        return see_other(report_url(uai, action_id))  # it says from when, or that it is done
    return _closing_page(request, report, *_closing(report))


@router.post("/rapport/clore")
def submit_closing(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form, groups = _closing(report_of(db, school, action_id), posted)
    version = form.expected_version
    if form.attempt(db, lambda data: service.close_evaluation(db, actor, uai, action_id, data, version)):
        return see_other(f"{report_url(uai, action_id)}?ok=close")
    return _closing_page(request, report_of(db, school, action_id), form, groups, status=422)


@router.get("/rapport/rouvrir")
def reopening_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    report = report_of(db, school_for(db, actor, uai, Task.STEER), action_id)
    if not report.is_closed:
        return see_other(report_url(uai, action_id))
    form = Form(ReopeningIn, version=report.out.version)
    return render(request, "reports/reopen.html", school=report.school, report=report, form=form)


@router.post("/rapport/rouvrir")
def submit_reopening(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(ReopeningIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: service.reopen_evaluation(db, actor, uai, action_id, data, version)):
        return see_other(f"{report_url(uai, action_id)}?ok=rouverte")
    report = report_of(db, school, action_id)
    return render(request, "reports/reopen.html", status=422, school=school, report=report, form=form)
