"""A school's partners in the browser: the list, what they took part in, what the circonscription suggests."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, current_year, school_for
from app.accounts.actor import Actor, Task
from app.actions.models import Partner, PartnerIn
from app.actions.queries import partner_or_404
from app.actions.service import add_partner, delete_partner, revise_partner
from app.db import Db
from app.domain.school_year import SchoolYear
from app.partners import queries, service
from app.schools.models import School
from app.schools.service import year_or_404
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/partenaires", default_response_class=HTMLResponse, include_in_schema=False
)
SAVED = {
    "partenaire": "Le partenaire est enregistré.",
    "repris": "Le partenaire est dans votre liste\u202f: cochez-le dans une action ou un rendez-vous.",
    "supprime": "Le partenaire est supprimé.",
}


def partners_url(uai: str) -> str:
    return f"/ecoles/{uai}/partenaires"


@router.get("")
def partners_page(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    q: Annotated[str, Query(max_length=100)] = "",
    annee: Annotated[str, Query(max_length=9)] = "",
) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    year = year_or_404(annee) if annee else current_year(school)
    return _directory(request, db, actor, school, Form(PartnerIn), words=q, year=year)


@router.post("")
def submit_partner(request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(PartnerIn, posted)
    if form.attempt(db, lambda data: add_partner(db, actor, uai, data)):
        return see_other(f"{partners_url(uai)}?ok=partenaire")
    return _directory(request, db, actor, school, form, status=422)


@router.post("/suggestions/{suggestion_id}")
def submit_take_up(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, suggestion_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    pressed = Form(Nothing, posted)
    if pressed.attempt(db, lambda _: service.take_up_suggestion(db, actor, uai, suggestion_id)):
        return see_other(f"{partners_url(uai)}?ok=repris")
    return _directory(request, db, actor, school, Form(PartnerIn), pressed=pressed, status=409)


def _directory(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    form: Form[PartnerIn],
    *,
    pressed: Form[Nothing] | None = None,
    words: str = "",
    year: SchoolYear | None = None,
    status: int = 200,
) -> Response:
    """The partners by name with what they took part in during the year, then the form, then suggestions."""
    now = current_year(school)
    year = year or now
    found = sorted(
        service.partners_found(db, school.id, words), key=lambda partner: (partner.name.lower(), partner.id)
    )
    took_part = service.participation_of_year(db, school.id, found, year)
    return render(
        request,
        "partners/directory.html",
        status=status,
        school=school,
        rows=list(zip(found, took_part, strict=True)),
        q=words,
        year=year,
        years=[
            (each, f"{partners_url(school.uai)}?annee={each}", each == year) for each in (now.previous, now)
        ],
        suggestions=service.suggestions_seen(db, school),
        form=form,
        pressed=pressed or Form(Nothing),
        notice=SAVED.get(request.query_params.get("ok", ""), ""),
        may_steer=school.id in actor.schools_for(Task.STEER),
    )


# --- one partner ---------------------------------------------------------------------------------------


@router.get("/{partner_id}")
def partner_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    partner = partner_or_404(db, school.id, partner_id)
    form = Form(PartnerIn, start=partner, version=partner.version)
    return _one(request, db, actor, school, partner, form)


@router.post("/{partner_id}")
def submit_partner_change(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(PartnerIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: revise_partner(db, actor, uai, partner_id, data, version)):
        return see_other(f"{partners_url(uai)}?ok=partenaire")
    partner = partner_or_404(db, school.id, partner_id)
    form.compare(partner)
    return _one(request, db, actor, school, partner, form, status=409 if form.is_stale else 422)


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    partner: Partner,
    form: Form[PartnerIn],
    status: int = 200,
) -> Response:
    took_part = service.participation_by_year(db, partner)
    linked = queries.actions_naming(db, school.id, partner.id)
    is_cited = bool(took_part or linked or queries.is_at_an_event(db, school.id, partner.id))
    return render(
        request,
        "partners/partner.html",
        status=status,
        school=school,
        partner=partner,
        took_part=took_part,
        linked=linked,
        is_cited=is_cited,
        form=form,
        may_steer=school.id in actor.schools_for(Task.STEER),
    )


@router.get("/{partner_id}/supprimer")
def delete_partner_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    partner = partner_or_404(db, school.id, partner_id)
    return _deletion(request, school, partner, Form(Nothing, version=partner.version))


@router.post("/{partner_id}/supprimer")
def submit_partner_deletion(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: delete_partner(db, actor, uai, partner_id, form.expected_version)):
        return see_other(f"{partners_url(uai)}?ok=supprime")
    return _deletion(request, school, partner_or_404(db, school.id, partner_id), form, status=409)


def _deletion(
    request: Request, school: School, partner: Partner, form: Form[Nothing], status: int = 200
) -> Response:
    return render(
        request,
        "actions/delete.html",
        status=status,
        school=school,
        form=form,
        what="ce partenaire",
        name=partner.name,
        told="Un partenaire qui a pris part à une action ou à un rendez-vous reste dans la liste.",
        here=f"{partners_url(school.uai)}/{partner.id}",
        button="Supprimer le partenaire",
    )
