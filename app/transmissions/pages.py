"""« Transmettre le trimestre », and what the inspector reads of one school."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.db import Db
from app.domain.indicators import INDICATORS
from app.domain.rates import Figure
from app.domain.readings import counts_sentence
from app.domain.school_year import Term
from app.reviews.minutes_docx import minutes_docx
from app.schools.service import current_term, term_or_404
from app.transmissions import queries, service
from app.transmissions.models import SendingIn, TransmissionIn, TransmittedOut
from app.web.files import attached
from app.web.forms import Form, PostedForm
from app.web.paper import DOCX
from app.web.templating import render, see_other

router = APIRouter(prefix="/ecoles/{uai}", default_response_class=HTMLResponse, include_in_schema=False)
Number = Annotated[int | None, Query(ge=1, le=1000)]


def sending_url(uai: str, term: str) -> str:
    return f"/ecoles/{uai}/transmettre/{term}"


@router.get("/transmettre")
def current_sending(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    return see_other(sending_url(uai, current_term(db, school)))


@router.get("/transmettre/{term}")
def sending_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str) -> Response:
    """What would leave, before it leaves."""
    school_for(db, actor, uai, Task.STEER)
    start = {"with_minutes": True}
    return _sending_page(request, db, actor, uai, term_or_404(term), Form(SendingIn, start=start))


@router.post("/transmettre/{term}")
def submit_sending(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str, posted: PostedForm
) -> Response:
    wanted, form = term_or_404(term), Form(SendingIn, posted)

    def send(data: SendingIn) -> None:
        service.transmit_term(db, actor, uai, TransmissionIn(term=wanted, with_minutes=data.with_minutes))

    school_for(db, actor, uai, Task.STEER)
    if form.attempt(db, send):
        return see_other(f"{sending_url(uai, wanted)}?ok=transmis")
    return _sending_page(request, db, actor, uai, wanted, form, status=409)


def _sending_page(
    request: Request,
    db: Session,
    actor: Actor,
    uai: str,
    term: Term,
    form: Form[SendingIn],
    status: int = 200,
) -> Response:
    seen = service.preview_of(db, actor, uai, term)
    return render(
        request,
        "transmissions/send.html",
        status=status,
        school=seen.school,
        nav_term=term,
        term=term,
        terms=[
            (t.label, sending_url(uai, t), t == term) for t in _begun(current_term(db, seen.school), term)
        ],
        seen=seen,
        versions=queries.transmissions_of_term(db, seen.school.id, term),
        form=form,
        notice="Le trimestre est transmis." if request.query_params.get("ok") == "transmis" else "",
    )


def _begun(now: Term, chosen: Term) -> list[Term]:
    return [term for term in chosen.year.terms if term <= now]


# --- outside the school --------------------------------------------------------------------------------


@router.get("/transmis/{term}")
def transmitted_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str, number: Number = None
) -> Response:
    """One version as its reader may see it: the school's own people, or its inspector."""
    wanted = term_or_404(term)
    school = service.school_seen(db, actor, uai, wanted)
    sent = service.transmission_or_404(db, school, wanted, number)
    seen = service.version_seen(db, actor, school, sent)
    return render(
        request,
        "transmissions/transmitted.html",
        school=school,
        nav_school=school if school.id in actor.schools else None,
        nav_term=wanted,
        term=wanted,
        seen=seen,
        lines=[(INDICATORS[row.indicator].title, _told(row, wanted, sent.pupils)) for row in seen.figures],
        versions=queries.transmissions_of_term(db, school.id, wanted),
        is_own=school.id in actor.schools,
    )


def _told(row: TransmittedOut, term: Term, pupils: int | None) -> str:
    """The sentence of one figure; why it is not shown, when it is not."""
    if row.suppressed:
        return "Compté parmi moins de 11 personnes\u202f: il n’entre que dans les totaux du département."
    figure = Figure.of(row.counted, row.out_of) if row.counted is not None else Figure(row.status)
    return counts_sentence(INDICATORS[row.indicator], figure, pupils, term=term)


@router.get("/transmis/{term}/releve.docx")
def download_attached_minutes(
    db: Db, actor: CurrentActor, uai: Uai, term: str, number: Number = None
) -> Response:
    minutes = service.attached_minutes(db, actor, uai, term_or_404(term), number)
    return attached(minutes_docx(minutes), DOCX, minutes.filename)
