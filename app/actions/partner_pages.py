"""The school's partners in the browser: the list with a form under it, one page to change, one to delete."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.actions import queries, service
from app.actions.models import Partner, PartnerIn
from app.db import Db
from app.schools.models import School
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/partenaires", default_response_class=HTMLResponse, include_in_schema=False
)


def _list(
    request: Request, db: Session, actor: Actor, school: School, form: Form[PartnerIn], status: int = 200
) -> Response:
    partners = sorted(queries.partners_of_school(db, school.id), key=lambda partner: partner.name.lower())
    may_steer = school.id in actor.schools_for(Task.STEER)
    return render(
        request,
        "actions/partners.html",
        status=status,
        school=school,
        partners=partners,
        form=form,
        may_steer=may_steer,
    )


@router.get("")
def partners_page(request: Request, db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return _list(request, db, actor, school, Form(PartnerIn))


@router.post("")
def submit_partner(request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(PartnerIn, posted)
    if form.attempt(db, lambda data: service.add_partner(db, actor, uai, data)):
        return see_other(f"/ecoles/{uai}/partenaires?ok=partenaire")
    return _list(request, db, actor, school, form, status=422)


@router.get("/{partner_id}")
def partner_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    partner = queries.partner_or_404(db, school.id, partner_id)
    form = Form(PartnerIn, start=partner, version=partner.version)
    return render(request, "actions/partner.html", school=school, partner=partner, form=form)


@router.post("/{partner_id}")
def submit_partner_change(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(PartnerIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: service.revise_partner(db, actor, uai, partner_id, data, version)):
        return see_other(f"/ecoles/{uai}/partenaires?ok=partenaire")
    partner = queries.partner_or_404(db, school.id, partner_id)
    return render(request, "actions/partner.html", status=422, school=school, partner=partner, form=form)


@router.get("/{partner_id}/supprimer")
def delete_partner_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    partner = queries.partner_or_404(db, school.id, partner_id)
    return _deletion(request, school, partner, Form(Nothing, version=partner.version))


@router.post("/{partner_id}/supprimer")
def submit_partner_deletion(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.delete_partner(db, actor, uai, partner_id, form.expected_version)):
        return see_other(f"/ecoles/{uai}/partenaires?ok=supprime")
    return _deletion(request, school, queries.partner_or_404(db, school.id, partner_id), form, status=409)


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
        here=f"/ecoles/{school.uai}/partenaires/{partner.id}",
        button="Supprimer le partenaire",
    )
