"""The sessions of shared analysis in the browser."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.db import Db
from app.measurements import sessions
from app.measurements.models import SharedAnalysis, SharedAnalysisIn
from app.measurements.pages import entry_url
from app.measurements.session_queries import analysis_or_404
from app.schools.models import School
from app.schools.service import current_term
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/analyse-partagee", default_response_class=HTMLResponse, include_in_schema=False
)


def _back(school: School, term: str) -> str:
    """The block of the screen that the session belongs to."""
    return f"{entry_url(school.uai, term)}?ok={sessions.INDICATOR}#{sessions.INDICATOR}"


def session_form_page(
    request: Request,
    actor: Actor,
    school: School,
    term: str,
    form: Form[SharedAnalysisIn],
    analysis: SharedAnalysis | None,
    status: int = 200,
) -> Response:
    """The form of a session, new or noted; it is always sent to this module’s own addresses."""
    return render(
        request,
        "measurements/session.html",
        status=status,
        school=school,
        nav_term=term,
        back=f"{entry_url(school.uai, term)}#{sessions.INDICATOR}",
        form=form,
        analysis=analysis,
        may_steer=school.id in actor.schools_for(Task.STEER),
    )


@router.get("/nouvelle")
def new_session_page(request: Request, db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    return session_form_page(request, actor, school, current_term(db, school), Form(SharedAnalysisIn), None)


@router.post("/nouvelle")
def submit_session(request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    form, held = Form(SharedAnalysisIn, posted), []
    if form.attempt(db, lambda data: held.append(sessions.hold_shared_analysis(db, actor, uai, data))):
        return see_other(_back(school, held[0].term))
    return session_form_page(request, actor, school, current_term(db, school), form, None, status=422)


@router.get("/{analysis_id}")
def session_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, analysis_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    row = analysis_or_404(db, school.id, analysis_id)
    return session_form_page(
        request, actor, school, row.term, Form(SharedAnalysisIn, start=row, version=row.version), row
    )


@router.post("/{analysis_id}")
def submit_session_revision(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, analysis_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    form = Form(SharedAnalysisIn, posted)
    version = form.expected_version
    if form.attempt(
        db, lambda data: sessions.revise_shared_analysis(db, actor, uai, analysis_id, data, version)
    ):
        return see_other(_back(school, analysis_or_404(db, school.id, analysis_id).term))
    row = analysis_or_404(db, school.id, analysis_id)
    form.compare(row)
    return session_form_page(
        request, actor, school, row.term, form, row, status=409 if form.is_stale else 422
    )


@router.get("/{analysis_id}/supprimer")
def delete_session_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, analysis_id: UUID
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    row = analysis_or_404(db, school.id, analysis_id)
    form = Form(Nothing, version=row.version)
    return render(request, "measurements/session_delete.html", school=school, analysis=row, form=form)


@router.post("/{analysis_id}/supprimer")
def submit_session_deletion(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, analysis_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    row = analysis_or_404(db, school.id, analysis_id)
    term, form = row.term, Form(Nothing, posted)
    version = form.expected_version
    if form.attempt(db, lambda _: sessions.delete_shared_analysis(db, actor, uai, analysis_id, version)):
        return see_other(f"{entry_url(school.uai, term)}#{sessions.INDICATOR}")
    return render(
        request,
        "measurements/session_delete.html",
        status=409,
        school=school,
        analysis=analysis_or_404(db, school.id, analysis_id),
        form=form,
    )
