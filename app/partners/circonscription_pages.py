"""The inspector's list of organisations, suggested to the schools of the circonscription."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor
from app.db import Db
from app.partners import queries, service
from app.partners.models import SuggestedPartner, SuggestionIn
from app.schools.models import Territory
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/circonscription/{code}/partenaires", default_response_class=HTMLResponse, include_in_schema=False
)
SAVED = {
    "suggestion": "La suggestion est enregistrée\u202f: les écoles la lisent dès maintenant.",
    "retiree": "La suggestion est retirée. Les écoles qui l’avaient reprise la gardent.",
}


def _url(territory: Territory) -> str:
    return f"/circonscription/{territory.code}/partenaires"


def _list(
    request: Request, db: Session, territory: Territory, form: Form[SuggestionIn], status: int = 200
) -> Response:
    rows = sorted(
        queries.suggestions_of(db, territory.id, limit=service.ALL),
        key=lambda row: (row.name.lower(), row.id),
    )
    return render(
        request,
        "partners/suggestions.html",
        status=status,
        territory=territory,
        here=_url(territory),
        rows=rows,
        form=form,
        notice=SAVED.get(request.query_params.get("ok", ""), ""),
    )


@router.get("")
def suggestions_page(request: Request, db: Db, actor: CurrentActor, code: str) -> Response:
    territory = service.circonscription_kept(db, actor, code)
    return _list(request, db, territory, Form(SuggestionIn))


@router.post("")
def submit_suggestion(
    request: Request, db: Db, actor: CurrentActor, code: str, posted: PostedForm
) -> Response:
    territory = service.circonscription_kept(db, actor, code)
    form = Form(SuggestionIn, posted)
    if form.attempt(db, lambda data: service.suggest_partner(db, actor, code, data)):
        return see_other(f"{_url(territory)}?ok=suggestion")
    return _list(request, db, territory, form, status=422)


# --- one suggestion ------------------------------------------------------------------------------------


def _one(
    request: Request,
    territory: Territory,
    suggestion: SuggestedPartner,
    form: Form[SuggestionIn],
    status: int = 200,
) -> Response:
    return render(
        request,
        "partners/suggestion.html",
        status=status,
        territory=territory,
        all=_url(territory),
        suggestion=suggestion,
        form=form,
    )


@router.get("/{suggestion_id}")
def suggestion_page(
    request: Request, db: Db, actor: CurrentActor, code: str, suggestion_id: UUID
) -> Response:
    territory = service.circonscription_kept(db, actor, code)
    suggestion = queries.suggestion_or_404(db, territory.id, suggestion_id)
    form = Form(SuggestionIn, start=suggestion, version=suggestion.version)
    return _one(request, territory, suggestion, form)


@router.post("/{suggestion_id}")
def submit_suggestion_change(
    request: Request, db: Db, actor: CurrentActor, code: str, suggestion_id: UUID, posted: PostedForm
) -> Response:
    territory = service.circonscription_kept(db, actor, code)
    form = Form(SuggestionIn, posted)
    version = form.expected_version
    if form.attempt(
        db, lambda data: service.revise_suggestion(db, actor, code, suggestion_id, data, version)
    ):
        return see_other(f"{_url(territory)}?ok=suggestion")
    suggestion = queries.suggestion_or_404(db, territory.id, suggestion_id)
    form.compare(suggestion)
    return _one(request, territory, suggestion, form, status=422)


@router.get("/{suggestion_id}/supprimer")
def withdraw_page(request: Request, db: Db, actor: CurrentActor, code: str, suggestion_id: UUID) -> Response:
    territory = service.circonscription_kept(db, actor, code)
    suggestion = queries.suggestion_or_404(db, territory.id, suggestion_id)
    return _withdrawal(request, territory, suggestion, Form(Nothing, version=suggestion.version))


@router.post("/{suggestion_id}/supprimer")
def submit_withdrawal(
    request: Request, db: Db, actor: CurrentActor, code: str, suggestion_id: UUID, posted: PostedForm
) -> Response:
    territory = service.circonscription_kept(db, actor, code)
    form = Form(Nothing, posted)
    version = form.expected_version
    if form.attempt(db, lambda _: service.withdraw_suggestion(db, actor, code, suggestion_id, version)):
        return see_other(f"{_url(territory)}?ok=retiree")
    suggestion = queries.suggestion_or_404(db, territory.id, suggestion_id)
    return _withdrawal(request, territory, suggestion, form, status=409)


def _withdrawal(
    request: Request,
    territory: Territory,
    suggestion: SuggestedPartner,
    form: Form[Nothing],
    status: int = 200,
) -> Response:
    return render(
        request,
        "actions/delete.html",
        status=status,
        form=form,
        what="cette suggestion",
        name=suggestion.name,
        told="Les écoles qui l’ont déjà reprise la gardent dans leur liste.",
        here=f"{_url(territory)}/{suggestion.id}",
        button="Retirer la suggestion",
    )
