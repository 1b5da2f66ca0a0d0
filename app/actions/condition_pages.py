"""The checklist of an action in the browser: one page, one box and one line a condition."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.actions.conditions import check_conditions
from app.actions.event_pages import action_url
from app.actions.models import ConditionsIn
from app.actions.queries import action_out
from app.db import Db
from app.web.forms import Form, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/actions/{action_id}/conditions",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)


@router.get("")
def conditions_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    action = action_out(db, school.id, action_id)
    form = Form(ConditionsIn, start=action, version=action.version)
    return render(request, "actions/conditions.html", school=school, action=action, form=form)


@router.post("")
def submit_conditions(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(ConditionsIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: check_conditions(db, actor, uai, action_id, data, version)):
        return see_other(f"{action_url(uai, action_id)}?ok=action")
    action = action_out(db, school.id, action_id)
    form.compare(action)
    return render(request, "actions/conditions.html", status=422, school=school, action=action, form=form)
