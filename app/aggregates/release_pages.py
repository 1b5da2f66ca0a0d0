"""« Publications »: what was released, and publishing a term after having seen what it would show."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor
from app.aggregates import preview
from app.aggregates.preview import Decided, decide_while_reading
from app.aggregates.releasing import may_release, publish_release
from app.db import Db, InRoom
from app.domain.school_year import Term
from app.errors import NotFound
from app.schools.service import term_or_404
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

router = APIRouter(prefix="/publications", default_response_class=HTMLResponse, include_in_schema=False)
HERE = "/publications"


def _decide(request: Request, actor: CurrentActor, term: str, _: InRoom) -> Decided:
    return decide_while_reading(request, actor, term_or_404(term))


DecidedFirst = Annotated[Decided, Depends(_decide)]


@router.get("")
def releases_page(request: Request, db: Db, actor: CurrentActor) -> Response:
    if not actor.territories:
        raise NotFound()
    return render(
        request,
        "aggregates/releases.html",
        states=preview.terms_released(db),
        may_release=may_release(db, actor),
        is_done=request.query_params.get("ok") == "publie",
    )


@router.get("/{term}")
def publishing_page(request: Request, decided: DecidedFirst, db: Db, term: str) -> Response:
    """What would be shown and hidden."""
    return _publishing_page(request, db, Term(term), decided, _form())


@router.post("/{term}")
def submit_publication(
    request: Request, decided: DecidedFirst, db: Db, actor: CurrentActor, term: str, posted: PostedForm
) -> Response:
    form, seen = _form(posted), posted.get("seal")
    if form.attempt(db, lambda _: publish_release(db, actor, decided.or_refuse(), seal=seen)):
        return see_other(f"{HERE}?ok=publie")
    return _publishing_page(request, db, Term(term), decided, form, status=409)


def _form(posted: PostedForm | None = None) -> Form[Nothing]:
    return Form(Nothing, posted, beside=("seal",))


def _publishing_page(
    request: Request, db: Session, term: Term, decided: Decided, form: Form[Nothing], status: int = 200
) -> Response:
    sent, expected = preview.schools_sent(db, term)
    return render(
        request,
        "aggregates/publish.html",
        status=status,
        term=term,
        sent=sent,
        expected=expected,
        seen=preview.preview_of(db, decided.prepared) if decided.prepared else None,
        refusal=decided.refusal.detail if decided.refusal else "",
        form=form,
    )
