"""« Reprendre cette fiche »: the action form of a school, begun from a published sheet."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for, today_at
from app.accounts.actor import Task
from app.actions.event_pages import action_url
from app.actions.models import Action
from app.actions.pages import WIDGETS, action_choices
from app.actions.queries import partners_of_school
from app.db import Db
from app.domain.action_sheet import chosen
from app.passing_on.models import SharedSheetOut, TakeUpSheetIn
from app.passing_on.service import shared_or_404, take_up_sheet
from app.schools.models import School
from app.web.forms import Form, Posted, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/fiches-publiees/{sheet_id}",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)


def _begun(db: Session, school: School, sheet: SharedSheetOut) -> dict[str, Any]:
    """What the sheet proposes, with the school's own partners of the sectors that the sheet names."""
    sectors = set(chosen(sheet.answers, "partner_sectors"))
    return sheet.model_dump(include={"axis", "lever", "step", "title", "audience", "conditions"}) | {
        "sheet_id": sheet.id,
        "planned_from": today_at(school),
        "partner_ids": [
            partner.id
            for partner in partners_of_school(db, school.id)
            if partner.sector.value in sectors - {"other"}
        ],
    }


def _form(
    db: Session, school: School, sheet: SharedSheetOut, posted: Posted | None = None
) -> Form[TakeUpSheetIn]:
    conditions = [(condition, condition) for condition in sheet.conditions]
    return Form(
        TakeUpSheetIn,
        posted,
        start=None if posted else _begun(db, school, sheet),
        choices=action_choices(db, school) | {"conditions": conditions},
        widgets=WIDGETS | {"sheet_id": "hidden"},
    )


def _page(
    request: Request, school: School, sheet: SharedSheetOut, form: Form[TakeUpSheetIn], status: int = 200
) -> Response:
    return render(request, "passing_on/take_up.html", status=status, school=school, sheet=sheet, form=form)


@router.get("")
def take_up_sheet_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, sheet_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    sheet = shared_or_404(db, actor, sheet_id)
    return _page(request, school, sheet, _form(db, school, sheet))


@router.post("")
def submit_take_up_sheet(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, sheet_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    sheet = shared_or_404(db, actor, sheet_id)
    form = _form(db, school, sheet, posted)
    made: list[Action] = []
    if form.attempt(db, lambda data: made.append(take_up_sheet(db, actor, uai, data))):
        return see_other(f"{action_url(uai, made[0].id)}?ok=action")
    return _page(request, school, sheet, form, status=422)
