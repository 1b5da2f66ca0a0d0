"""Passing on in the browser: publish a sheet after seeing it, find those of others, read one."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, only_school, school_for
from app.accounts.actor import MAY, Actor, Task
from app.accounts.queries import duties_shown
from app.action_sheets.pages import sheet_url
from app.actions.event_pages import action_url
from app.db import Db
from app.domain.action_sheet import SECTIONS
from app.domain.levers import LEVERS
from app.domain.passing_on import Credit, Readers
from app.errors import NotFound
from app.library.pages import questions_of
from app.passing_on.models import SharedListing, SharingIn
from app.passing_on.queries import uai_of_sheet
from app.passing_on.reading import byline, sections_told, shared_docx
from app.passing_on.service import (
    publish_sheet,
    shared_or_404,
    sharing_out,
    sheets_found,
    withdraw_sheet,
)
from app.schools.models import School
from app.web.files import attached
from app.web.forms import Form, Nothing, PostedForm
from app.web.paper import DOCX
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/actions/{action_id}/partage",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
reading = APIRouter(prefix="/fiches", default_response_class=HTMLResponse, include_in_schema=False)


def sharing_url(uai: str, action_id: UUID) -> str:
    return f"{action_url(uai, action_id)}/partage"


class SharingAsked(BaseModel):
    """What the preview is for; before any choice, under the name of the school, for its circonscription."""

    readers: Readers | None = None
    credit: Credit | None = None


_CHOICES = (("readers", Readers), ("credit", Credit))


# --- publishing ----------------------------------------------------------------------------------------


def _page(
    request: Request,
    db: Session,
    school: School,
    action_id: UUID,
    asked: SharingAsked,
    form: Form[SharingIn] | None = None,
    status: int = 200,
) -> Response:
    found = sharing_out(db, school, action_id, asked.credit)
    chosen = {"readers": asked.readers or found.readers, "credit": found.credit}
    hidden = dict.fromkeys(SharingIn.model_fields, "hidden")
    publishing = Form(SharingIn, start=chosen | {"seal": found.seal}, version=found.version, widgets=hidden)
    if form is not None:
        publishing.notice = "\n".join(told for _, told in form.errors) or None
    return render(
        request,
        "passing_on/publish.html",
        status=status,
        school=school,
        action_id=action_id,
        sheet_page=sheet_url(school.uai, action_id),
        choosing=Form(SharingIn, start=chosen, widgets={"seal": "hidden"}, prefix="choix-"),
        form=publishing,
        found=found,
        chosen=chosen,
        sections=sections_told(found.preview.answers),
        lever=LEVERS.get(found.preview.lever or ""),
        rewording=[(told, _where(school.uai, action_id, told.part)) for told in found.to_reword],
    )


def _where(uai: str, action_id: UUID, part: str) -> str:
    """The page on which a text is reworded."""
    if part == "conditions":
        return f"{action_url(uai, action_id)}/conditions"
    pages = [
        number for number, section in enumerate(SECTIONS, 1) for each in section.parts if each.slug == part
    ]
    return f"{sheet_url(uai, action_id)}/{pages[0]}"


@router.get("")
def publish_page(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    asked: Annotated[SharingAsked, Query()],
) -> Response:
    """The sheet exactly as others would read it, then the button."""
    school = school_for(db, actor, uai, Task.STEER)
    return _page(request, db, school, action_id, asked)


@router.post("")
def submit_publish(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(SharingIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: publish_sheet(db, actor, uai, action_id, data, version)):
        return see_other(f"{sharing_url(uai, action_id)}?ok=publication")
    typed = {name: posted.get(name) for name, kind in _CHOICES if posted.get(name) in set(kind)}
    asked = SharingAsked.model_validate(typed)
    return _page(request, db, school, action_id, asked, form, status=409 if form.is_stale else 422)


@router.get("/retirer")
def withdraw_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    found = sharing_out(db, school, action_id)
    if not found.is_published:
        raise NotFound()
    form = Form(Nothing, version=found.version)
    return render(
        request, "passing_on/withdraw.html", school=school, action_id=action_id, found=found, form=form
    )


@router.post("/retirer")
def submit_withdraw(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    version = form.expected_version
    if form.attempt(db, lambda _: withdraw_sheet(db, actor, uai, action_id, version)):
        return see_other(f"{sharing_url(uai, action_id)}?ok=retrait")
    found = sharing_out(db, school, action_id)
    form.version = str(found.version)
    return render(
        request,
        "passing_on/withdraw.html",
        status=409,
        school=school,
        action_id=action_id,
        found=found,
        form=form,
    )


# --- for the others ------------------------------------------------------------------------------------


@reading.get("")
def shared_page(
    request: Request, db: Db, actor: CurrentActor, asked: Annotated[SharedListing, Query()]
) -> Response:
    """A page of cards, the newest first, and the way to the older ones."""
    page = sheets_found(db, actor, asked)
    questions = questions_of(asked)
    chosen = {"q": asked.q} | {name: value for name, _, _, value in questions}
    older = {name: value for name, value in chosen.items() if value} | {"after": page["next"]}
    return render(
        request,
        "passing_on/sheets.html",
        nav_school=only_school(db, actor),
        q=asked.q,
        questions=questions,
        is_asked=any(chosen.values()) or asked.after is not None,
        sheets=[(sheet, byline(sheet)) for sheet in page["items"]],
        older=f"/fiches?{urlencode(older)}" if page["next"] else None,
        levers=LEVERS,
    )


@reading.get("/{sheet_id}")
def shared_sheet_page(request: Request, db: Db, actor: CurrentActor, sheet_id: UUID) -> Response:
    sheet = shared_or_404(db, actor, sheet_id)
    return render(
        request,
        "passing_on/sheet.html",
        nav_school=only_school(db, actor),
        sheet=sheet,
        byline=byline(sheet),
        sections=sections_told(sheet.answers),
        lever=LEVERS.get(sheet.lever or ""),
        own=_may_take_up(db, actor, sheet_id),
    )


def _may_take_up(db: Session, actor: Actor, sheet_id: UUID) -> list[object]:
    """The schools whose plan the person writes, without the one that the sheet comes from."""
    duties = duties_shown(db, actor.user_id)[0] if actor.user_id else ()
    comes_from = uai_of_sheet(db, sheet_id)
    return [school for school in duties if Task.STEER in MAY[school.role] and school.uai != comes_from]


@reading.get("/{sheet_id}/fiche.docx")
def download_shared_sheet(db: Db, actor: CurrentActor, sheet_id: UUID) -> Response:
    sheet = shared_or_404(db, actor, sheet_id)
    return attached(shared_docx(sheet), DOCX, f"fiche-publiee-{sheet.id}.docx")
