"""Goals in the browser: one form to add or change, one to end, one page to delete."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.vocabulary import STAKES, GoalState
from app.goals import service
from app.goals.models import Goal, GoalChange, GoalIn, GoalStateIn, as_read
from app.goals.queries import goal_or_404
from app.schools.models import School
from app.schools.service import current_term, indicators_of
from app.web.forms import Choices, Form, Nothing, PostedForm
from app.web.templating import render, see_other
from app.web.urls import sheet_url

router = APIRouter(
    prefix="/ecoles/{uai}/objectifs", default_response_class=HTMLResponse, include_in_schema=False
)


def goal_choices(db: Session, school: School) -> dict[str, Choices]:
    term = current_term(db, school)
    terms = [*term.year.terms, *term.year.next.terms]
    return {
        "target-indicator": [(item.slug, item.title) for item in indicators_of(db, school).values()],
        "target-term": [(later, later.label) for later in terms if later >= term],
    }


def _form_page(
    request: Request,
    db: Db,
    school: School,
    form: Form[GoalIn] | Form[GoalChange],
    goal: Goal | None,
    ending: Form[GoalStateIn] | None = None,
    status: int = 200,
) -> Response:
    ending = ending or Form(
        GoalStateIn,
        prefix="etat-",
        version=goal.version if goal else None,
        choices={"state": _endings(goal)} if goal else None,
    )
    form.fields["stake"].suggestions = "stakes"
    return render(
        request,
        "goals/form.html",
        status=status,
        school=school,
        form=form,
        goal=goal,
        ending=ending,
        stakes=STAKES,
    )


def _endings(goal: Goal) -> Choices:
    if goal.state is GoalState.ACTIVE:
        return [(state.value, state.label) for state in (GoalState.REACHED, GoalState.DROPPED)]
    return [(GoalState.ACTIVE.value, "de nouveau en cours")]


@router.get("/nouveau")
def new_goal_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, stake: Annotated[str, Query(max_length=120)] = ""
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(GoalIn, start={"stake": stake}, choices=goal_choices(db, school))
    return _form_page(request, db, school, form, None)


@router.post("/nouveau")
def submit_goal(request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(GoalIn, posted, choices=goal_choices(db, school))
    if form.attempt(db, lambda data: service.add_goal(db, actor, uai, data)):
        return see_other(f"{sheet_url(uai)}?ok=objectif")
    return _form_page(request, db, school, form, None, status=422)


@router.get("/{goal_id}")
def goal_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, goal_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    goal = goal_or_404(db, school.id, goal_id)
    if school.id in actor.schools_for(Task.STEER):
        return _form_page(request, db, school, _change_form(db, school, goal), goal)
    return render(request, "goals/goal.html", school=school, goal=as_read(goal))


def _change_form(db: Session, school: School, goal: Goal) -> Form[GoalChange]:
    form = Form(GoalChange, start=as_read(goal), choices=goal_choices(db, school), version=goal.version)
    form.fields["reason"].value = ""  # a reason to change it, not the one it was dropped for
    return form


@router.post("/{goal_id}")
def submit_goal_change(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, goal_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(GoalChange, posted, choices=goal_choices(db, school))
    if form.attempt(
        db, lambda data: service.revise_goal(db, actor, uai, goal_id, data, form.expected_version)
    ):
        return see_other(f"{sheet_url(uai)}?ok=objectif")
    goal = goal_or_404(db, school.id, goal_id)
    form.compare(as_read(goal), but=("reason",))
    return _form_page(request, db, school, form, goal, status=409 if form.is_stale else 422)


@router.post("/{goal_id}/etat")
def submit_goal_state(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, goal_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    goal = goal_or_404(db, school.id, goal_id)
    ending = Form(GoalStateIn, posted, prefix="etat-", choices={"state": _endings(goal)})
    if ending.attempt(
        db, lambda data: service.set_goal_state(db, actor, uai, goal_id, data, ending.expected_version)
    ):
        return see_other(f"{sheet_url(uai)}?ok=objectif")
    return _form_page(request, db, school, _change_form(db, school, goal), goal, ending, status=422)


@router.get("/{goal_id}/supprimer")
def delete_goal_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, goal_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    goal = goal_or_404(db, school.id, goal_id)
    return render(
        request, "goals/delete.html", school=school, goal=goal, form=Form(Nothing, version=goal.version)
    )


@router.post("/{goal_id}/supprimer")
def submit_goal_deletion(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, goal_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.delete_goal(db, actor, uai, goal_id, form.expected_version)):
        return see_other(f"{sheet_url(uai)}?ok=supprime")
    goal = goal_or_404(db, school.id, goal_id)
    return render(request, "goals/delete.html", status=409, school=school, goal=goal, form=form)
