"""Actions in the browser: choose or write one, see it with its events, change it, end it."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for, today_at
from app.accounts.actor import Actor, Task
from app.actions import queries, service
from app.actions.effects import effects_of_school
from app.actions.event_pages import action_url, event_form, fed_sentence, seen_event
from app.actions.models import Action, ActionChange, ActionIn, ActionStateIn, EventIn
from app.db import Db
from app.domain.engagement import Step
from app.domain.french import counted
from app.domain.levers import LEVERS
from app.domain.plan import may_become
from app.domain.practices import PRACTICES
from app.domain.vocabulary import SUGGESTED_ACTIONS, ActionState, Axis, EventState, GoalState
from app.goals.queries import goals_of_school
from app.schools.models import School
from app.web.forms import Choices, Form, Nothing, PostedForm
from app.web.templating import render, see_other
from app.web.urls import sheet_url

router = APIRouter(
    prefix="/ecoles/{uai}/actions", default_response_class=HTMLResponse, include_in_schema=False
)

WIDGETS = {"lever": "select"}
NEXT_STEPS = {
    ActionState.PLANNED: "Prévue de nouveau",
    ActionState.RUNNING: "En cours",
    ActionState.DONE: "Terminée",
    ActionState.DROPPED: "Abandonnée",
}


def action_choices(db: Session, school: School, linked: Collection[UUID] = ()) -> dict[str, Choices]:
    """What only the school knows: its goals (the active ones and those already linked) and its partners."""
    goals = (
        goal for goal in goals_of_school(db, school.id) if goal.state is GoalState.ACTIVE or goal.id in linked
    )
    partners = queries.partners_of_school(db, school.id)
    return {
        "lever": [(lever.slug, lever.label) for lever in LEVERS.values()],
        "step": [(step.value, f"{step.number} · {step.label}") for step in Step],
        "goal_ids": [(str(goal.id), goal.title) for goal in goals],
        "partner_ids": [(str(partner.id), partner.name) for partner in partners],
    }


# --- a new action --------------------------------------------------------------------------------------


@router.get("/nouvelle")
def new_action_page(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    axis: Axis | None = None,
    suggestion: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """First the sheet's suggestions, axis by axis; then the form, begun with the one chosen or empty."""
    school = school_for(db, actor, uai, Task.STEER)
    chosen = SUGGESTED_ACTIONS.get(suggestion)
    if chosen is None and axis is None:
        by_axis = {each: [item for item in SUGGESTED_ACTIONS.values() if item.axis is each] for each in Axis}
        return render(request, "actions/choose.html", school=school, by_axis=by_axis)
    start: dict[str, Any] = {"axis": chosen.axis if chosen else axis, "planned_from": today_at(school)}
    if chosen:
        start["title"] = chosen.title
    form = Form(ActionIn, start=start, choices=action_choices(db, school), widgets=WIDGETS)
    return render(
        request, "actions/form.html", school=school, form=form, action=None, hint=chosen and chosen.hint
    )


@router.post("/nouvelle")
def submit_action(request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(ActionIn, posted, choices=action_choices(db, school), widgets=WIDGETS)
    made: list[Action] = []
    if form.attempt(db, lambda data: made.append(service.add_action(db, actor, uai, data))):
        return see_other(f"{action_url(uai, made[0].id)}?ok=action")
    return render(request, "actions/form.html", status=422, school=school, form=form, action=None, hint=None)


# --- one action ----------------------------------------------------------------------------------------


@router.get("/{action_id}")
def action_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return _show(request, db, actor, school, action_id)


@router.post("/{action_id}/rendez-vous")
def submit_event(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    action = queries.action_out(db, school.id, action_id)
    form = event_form(db, school, posted, first=action.partner_ids, may_be_cancelled=False)
    made: list[UUID] = []
    if form.attempt(db, lambda data: made.append(service.add_event(db, actor, uai, action_id, data).id)):
        return see_other(f"{action_url(uai, action_id)}?ok={made[0]}")
    return _show(request, db, actor, school, action_id, form)


def _show(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    action_id: UUID,
    refused: Form[EventIn] | None = None,
) -> Response:
    """The action, the form that adds an event (today's, held, with the usual partners), then its events."""
    action = queries.action_out(db, school.id, action_id)
    choices = action_choices(db, school, action.goal_ids)
    today = today_at(school)
    begun = {"planned_on": today, "state": EventState.HELD, "partner_ids": action.partner_ids}
    adding = refused or event_form(db, school, start=begun, first=action.partner_ids, may_be_cancelled=False)
    rows = queries.events_out(db, school.id, queries.events_of_action(db, school.id, action.id))
    names = dict(choices["partner_ids"])
    events = sorted(
        (seen_event(row, names) for row in rows), key=lambda event: (event.day, event.id), reverse=True
    )
    saved = request.query_params.get("ok")
    added = next((row for row in rows if str(row["id"]) == saved), None)
    return render(
        request,
        "actions/action.html",
        status=422 if refused else 200,
        school=school,
        action=action,
        form=adding,
        events=events,
        so_far=_so_far(rows),
        waiting=[event for event in events if event.state is EventState.PLANNED and event.day <= today],
        added=fed_sentence(added) if added else "",
        goals=[label for key, label in choices["goal_ids"] if UUID(key) in action.goal_ids],
        partners=[label for key, label in choices["partner_ids"] if UUID(key) in action.partner_ids],
        lever=LEVERS[action.lever].label if action.lever else None,
        practice=PRACTICES.get(action.practice or ""),
        adoption=queries.adoption_of_action(db, school.id, action.id),
        effects=effects_of_school(db, school).get(action.id, []),
        may_steer=school.id in actor.schools_for(Task.STEER),
    )


def _so_far(rows: list[dict[str, Any]]) -> str:
    """« 5 rendez-vous tenus, 63 venues »."""
    held = [row for row in rows if row["state"] is EventState.HELD]
    if not held:
        return ""
    times = counted(len(held), ("rendez-vous tenu", "rendez-vous tenus"))
    return f"{times}, {counted(sum(row['parents_present'] for row in held), ('venue', 'venues'))}"


@router.get("/{action_id}/modifier")
def change_action_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    action = queries.action_out(db, school.id, action_id)
    choices = action_choices(db, school, action.goal_ids)
    form = Form(ActionChange, start=action, choices=choices, widgets=WIDGETS, version=action.version)
    form.fields["reason"].value = ""
    return render(request, "actions/form.html", school=school, form=form, action=action, hint=None)


@router.post("/{action_id}/modifier")
def submit_action_change(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    action = queries.action_out(db, school.id, action_id)
    choices = action_choices(db, school, action.goal_ids)
    form = Form(ActionChange, posted, choices=choices, widgets=WIDGETS)
    version = form.expected_version
    if form.attempt(db, lambda data: service.revise_action(db, actor, uai, action_id, data, version)):
        return see_other(f"{action_url(uai, action_id)}?ok=action")
    action, status = queries.action_out(db, school.id, action_id), 409 if form.is_stale else 422
    form.compare(action, but=("reason",))
    return render(
        request, "actions/form.html", status=status, school=school, form=form, action=action, hint=None
    )


def _next_states(state: ActionState) -> Choices:
    return [
        (after.value, NEXT_STEPS[after])
        for after in ActionState
        if after is not state and may_become(state, after)
    ]


@router.get("/{action_id}/etat")
def action_state_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    action = queries.action_or_404(db, school.id, action_id)
    form = Form(ActionStateIn, choices={"state": _next_states(action.state)}, version=action.version)
    return render(request, "actions/state.html", school=school, form=form, action=action)


@router.post("/{action_id}/etat")
def submit_action_state(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    action = queries.action_or_404(db, school.id, action_id)
    form = Form(ActionStateIn, posted, choices={"state": _next_states(action.state)})
    version = form.expected_version
    if form.attempt(db, lambda data: service.set_action_state(db, actor, uai, action_id, data, version)):
        return see_other(f"{action_url(uai, action_id)}?ok=action")
    return render(request, "actions/state.html", status=422, school=school, form=form, action=action)


@router.get("/{action_id}/supprimer")
def delete_action_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    action = queries.action_or_404(db, school.id, action_id)
    return _deletion(request, school, action, Form(Nothing, version=action.version))


@router.post("/{action_id}/supprimer")
def submit_action_deletion(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.delete_action(db, actor, uai, action_id, form.expected_version)):
        return see_other(f"{sheet_url(uai)}?ok=supprime")
    return _deletion(request, school, queries.action_or_404(db, school.id, action_id), form, status=409)


def _deletion(
    request: Request, school: School, action: Action, form: Form[Nothing], status: int = 200
) -> Response:
    told = (
        "Une action supprimée ne revient pas. Si elle a compté pour l’école, terminez-la ou abandonnez-la "
        "plutôt\u202f: elle restera dans les bilans."
    )
    return render(
        request,
        "actions/delete.html",
        status=status,
        school=school,
        form=form,
        what="cette action",
        name=action.title,
        told=told,
        here=action_url(school.uai, action.id),
        button="Supprimer l’action",
    )
