"""During the meeting: write the action or goal to add, or what a change makes of one."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.actions.models import ActionIn
from app.actions.pages import action_choices
from app.actions.queries import action_out
from app.db import Db
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import STAKES
from app.goals.models import GoalIn, as_read
from app.goals.pages import goal_choices
from app.goals.queries import goal_or_404
from app.reviews import queries, service
from app.reviews.council_pages import TermPath, council_url
from app.reviews.kinds import TargetKind
from app.reviews.models import ChangesIn, DecisionIn, TargetRef
from app.schools.models import School
from app.web.forms import Form, Posted, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/conseil", default_response_class=HTMLResponse, include_in_schema=False
)


def _form(
    db: Session, school: School, kind: TargetKind, posted: Posted | None = None, start: Any = None
) -> Form[Any]:
    if kind is TargetKind.ACTION:
        return Form(ActionIn, posted, start=start, choices=action_choices(db, school))
    form = Form(GoalIn, posted, start=start, choices=goal_choices(db, school))
    form.fields["stake"].suggestions = "stakes"
    return form


def _changes(kind: TargetKind, item: Any) -> ChangesIn:
    return ChangesIn(action=item) if kind is TargetKind.ACTION else ChangesIn(goal=item)


def _show(
    request: Request,
    school: School,
    term: Term,
    kind: TargetKind,
    form: Form[Any],
    title: str | None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "reviews/proposal.html",
        status=status,
        school=school,
        nav_term=term,
        term=term,
        kind=kind,
        form=form,
        changed=title,
        stakes=STAKES,
    )


@router.get("/{term}/ajouter/{kind}")
def addition_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath, kind: TargetKind
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    return _show(request, school, term, kind, _form(db, school, kind), None)


@router.post("/{term}/ajouter/{kind}")
def submit_addition(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermPath,
    kind: TargetKind,
    posted: PostedForm,
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = _form(db, school, kind, posted)

    def decide(item: Any) -> None:
        data = DecisionIn(verdict=Verdict.ADD, changes=_changes(kind, item))
        service.decide(db, actor, uai, term, data)

    if form.attempt(db, decide):
        return see_other(council_url(uai, term, "ajouter"))
    return _show(request, school, term, kind, form, None, status=422)


@router.get("/{term}/modifier/{kind}/{target_id}")
def change_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath, kind: TargetKind, target_id: UUID
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    target = _target(db, school, kind, target_id)
    return _show(request, school, term, kind, _form(db, school, kind, start=target), target.title)


@router.post("/{term}/modifier/{kind}/{target_id}")
def submit_change(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermPath,
    kind: TargetKind,
    target_id: UUID,
    posted: PostedForm,
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    target = _target(db, school, kind, target_id)
    form = _form(db, school, kind, posted)
    taken = queries.decision_on(db, queries.review_or_404(db, school.id, term), target_id)

    def decide(item: Any) -> None:
        reason = taken.reason if taken and taken.reason else "Modifié en conseil."
        ref = TargetRef(kind=kind, id=target_id)
        changes = _changes(kind, item)
        service.decide(
            db,
            actor,
            uai,
            term,
            DecisionIn(target=ref, verdict=Verdict.CHANGE, reason=reason, changes=changes),
        )

    if form.attempt(db, decide):
        return see_other(council_url(uai, term, f"d-{target_id}"))
    return _show(request, school, term, kind, form, target.title, status=422)


def _target(db: Session, school: School, kind: TargetKind, key: UUID) -> Any:
    return (
        action_out(db, school.id, key)
        if kind is TargetKind.ACTION
        else as_read(goal_or_404(db, school.id, key))
    )
