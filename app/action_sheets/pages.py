"""The action sheet in the browser: to read and print, page by page to answer, as a document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.action_sheets.document import sheet_docx, state_sentence
from app.action_sheets.forms import answers_of, boxes_of, compare, section_form
from app.action_sheets.models import ListedSheet
from app.action_sheets.proposals import Proposal, proposals_for
from app.action_sheets.queries import sheet_of_action, sheets_of_school
from app.action_sheets.reading import sheet_read
from app.action_sheets.service import save_section, section_or_404
from app.actions.event_pages import action_url
from app.actions.models import ActionOut
from app.actions.queries import action_out
from app.db import Db, Text
from app.domain.action_sheet import PARTS, SECTIONS, completeness
from app.domain.action_sheet_parts import Section
from app.domain.action_sheet_words import said
from app.domain.search import search_words
from app.schools.models import School
from app.web.files import attached
from app.web.forms import Form, PostedForm
from app.web.paper import DOCX
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/actions/{action_id}",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
listing = APIRouter(
    prefix="/ecoles/{uai}/fiches", default_response_class=HTMLResponse, include_in_schema=False
)

MOVING = ("period", "frequency", "people", "partner_sectors", "partner_structures", "results")
"""What the action may say otherwise later on: told again beside an answer that was saved."""


def sheet_url(uai: str, action_id: UUID) -> str:
    return f"{action_url(uai, action_id)}/fiche"


@listing.get("")
def sheets_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, q: Annotated[Text, Query(max_length=100)] = ""
) -> Response:
    """The sheets of the school, found by a few words, the latest first."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    rows = sheets_of_school(db, school.id, words=search_words(q))
    sheets = sorted((ListedSheet.of(*row) for row in rows), key=lambda sheet: sheet.updated_at, reverse=True)
    return render(request, "action_sheets/sheets.html", school=school, sheets=sheets, q=q)


@router.get("/fiche")
def sheet_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    """What the sheet says and what is left to say; it prints as it is read."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    sheet = sheet_read(db, school, action_id)
    return render(
        request,
        "action_sheets/sheet.html",
        school=school,
        sheet=sheet,
        state=state_sentence(sheet),
        may_steer=school.id in actor.schools_for(Task.STEER),
    )


@router.get("/fiche.docx")
def download_sheet(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    sheet = sheet_read(db, school, action_id)
    return attached(sheet_docx(sheet, clock.now()), DOCX, sheet.filename)


# --- one page of questions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begun:
    """A sheet as far as it is, and what the action proposes for one of its pages."""

    answers: Mapping[str, Any]
    version: int
    fills: Mapping[str, Proposal]
    notes: Mapping[str, str]
    """Part → where its answer comes from; or, beside one that was saved, what the action says now."""


def _begun(db: Session, school: School, action: ActionOut, section: Section) -> Begun:
    """A page that the school has been through is not filled again: a box it emptied stays empty."""
    sheet = sheet_of_action(db, school.id, action.id)
    answers = sheet.answers if sheet else {}
    found = proposals_for(db, school, action)
    own = {part.slug: found[part.slug] for part in section.parts if part.slug in found}
    has_been = sheet is not None and section.slug in sheet.sections
    fills = {} if has_been else {slug: item for slug, item in own.items() if slug not in answers}
    notes = {
        slug: f"Rempli d’après {item.told}. À relire\u202f: rien n’est gardé avant que vous enregistriez."
        for slug, item in fills.items()
    }
    for slug, item in own.items():
        if slug in MOVING and slug not in fills and item.value != answers.get(slug):
            now = "\u202f; ".join(said(PARTS[slug], item.value))
            notes[slug] = f"D’après {item.told}, aujourd’hui\u202f: {now}."
    return Begun(answers, sheet.version if sheet else 0, fills, notes)


def _page(
    request: Request,
    school: School,
    action: ActionOut,
    number: int,
    begun: Begun,
    form: Form[BaseModel],
    status: int = 200,
) -> Response:
    section = section_or_404(number)
    for part in section.parts:
        if part.slug in begun.notes and not part.rows:
            field = form.fields[boxes_of(part)[0]]
            field.hint = f"{field.hint} {begun.notes[part.slug]}".strip()
    return render(
        request,
        "action_sheets/section.html",
        status=status,
        school=school,
        action=action,
        number=number,
        total=len(SECTIONS),
        section=section,
        form=form,
        notes=begun.notes,
        progress=completeness(begun.answers),
        boxes={part.slug: boxes_of(part) for part in section.parts},
    )


@router.get("/fiche/{number}")
def section_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, number: int
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    action, section = action_out(db, school.id, action_id), section_or_404(number)
    begun = _begun(db, school, action, section)
    start = {slug: item.value for slug, item in begun.fills.items()} | dict(begun.answers)
    form = section_form(section, start=start, version=begun.version)
    return _page(request, school, action, number, begun, form)


@router.post("/fiche/{number}")
def submit_section(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    number: int,
    posted: PostedForm,
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    action, section = action_out(db, school.id, action_id), section_or_404(number)
    form = section_form(section, posted)
    version = form.expected_version

    def save(page: BaseModel) -> None:
        save_section(db, actor, uai, action.id, section, answers_of(section, page), version)

    if form.attempt(db, save):
        here = sheet_url(uai, action.id)
        is_over = number == len(SECTIONS) or posted.get("then") == "review"
        return see_other(f"{here}?ok=fiche" if is_over else f"{here}/{number + 1}?ok=page")
    begun = _begun(db, school, action, section)
    compare(form, section, begun.answers, begun.version)
    return _page(request, school, action, number, begun, form, status=409 if form.is_stale else 422)
