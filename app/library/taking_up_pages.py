"""« Reprendre cette pratique »: the action form of a school, begun from a practice."""

from typing import Any

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
from app.domain.indicators import INDICATORS
from app.domain.practice import Practice
from app.domain.vocabulary import GoalState
from app.goals.queries import goals_of_school
from app.library.models import TakeUpIn
from app.library.service import practice_or_404, take_up_practice
from app.schools.models import School
from app.schools.service import indicators_of
from app.web.forms import Form, Posted, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/pratiques/{slug}", default_response_class=HTMLResponse, include_in_schema=False
)


def _begun(db: Session, school: School, practice: Practice) -> dict[str, Any]:
    """What the practice proposes, with the school's own partners of its kinds and goals of its indicators."""
    return {
        "practice": practice.slug,
        "axis": practice.axis,
        "lever": practice.lever,
        "step": practice.step,
        "title": practice.title,
        "audience": practice.audiences[0],
        "planned_from": today_at(school),
        "conditions": list(practice.conditions),
        "partner_ids": [
            partner.id
            for partner in partners_of_school(db, school.id)
            if partner.kind in practice.partner_kinds
        ],
        "goal_ids": [
            goal.id
            for goal in goals_of_school(db, school.id, state=GoalState.ACTIVE)
            if goal.target_indicator in practice.indicators
        ],
    }


def _form(db: Session, school: School, practice: Practice, posted: Posted | None = None) -> Form[TakeUpIn]:
    conditions = [(condition, condition) for condition in practice.conditions]
    return Form(
        TakeUpIn,
        posted,
        start=None if posted else _begun(db, school, practice),
        choices=action_choices(db, school) | {"conditions": conditions},
        widgets=WIDGETS | {"practice": "hidden"},
    )


def _page(
    request: Request,
    db: Session,
    school: School,
    practice: Practice,
    form: Form[TakeUpIn],
    status: int = 200,
) -> Response:
    known = {partner.kind for partner in partners_of_school(db, school.id)}
    followed = indicators_of(db, school)
    return render(
        request,
        "library/take_up.html",
        status=status,
        school=school,
        practice=practice,
        form=form,
        other_kinds=[kind for kind in practice.partner_kinds if kind not in known],
        followed=[followed[slug] for slug in practice.indicators if slug in followed],
        may_follow=[INDICATORS[slug] for slug in practice.indicators if slug not in followed],
    )


@router.get("")
def take_up_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, slug: str) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    practice = practice_or_404(slug)
    return _page(request, db, school, practice, _form(db, school, practice))


@router.post("")
def submit_take_up(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, slug: str, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    practice = practice_or_404(slug)
    form = _form(db, school, practice, posted)
    made: list[Action] = []
    if form.attempt(db, lambda data: made.append(take_up_practice(db, actor, uai, data))):
        return see_other(f"{action_url(uai, made[0].id)}?ok=action")
    return _page(request, db, school, practice, form, status=422)
