"""The counter at the gate in the browser: a +1 form that works anywhere, its closing, and what came late.

With JavaScript the same forms keep each press in the phone first (static/counter.js). What such a phone
caches is the shell (shell_pages.py), never these pages.
"""

from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, current_year, school_for, today_at
from app.accounts.actor import Task
from app.actions.queries import action_or_404, event_or_404
from app.counting import service
from app.counting.models import CountClosingIn, CountOut, LateIn, TapIn, TapsIn
from app.db import Db
from app.domain.french import NARROW, counted
from app.domain.school_year import zone_of
from app.domain.vocabulary import EventState, Grade
from app.measurements.checks import grades_of
from app.schools.models import School
from app.web.forms import Form, PostedForm
from app.web.french import clock_time, long_day
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/comptage/{event_id}", default_response_class=HTMLResponse, include_in_schema=False
)

TAPS, PARENTS = ("comptage", "comptages"), ("parent", "parents")
_HIDDEN = {"total": "hidden"}


def count_url(uai: str, event_id: UUID) -> str:
    return f"/ecoles/{uai}/comptage/{event_id}"


def state_for_phone(school: School, label: str, grades: list[Grade], count: CountOut) -> dict[str, Any]:
    """What counter.js starts from; the rest it asks of the JSON door."""
    return {
        "count": f"{school.uai}/{count.event_id}",
        "label": label,
        "grades": [grade.value for grade in grades],
        "taps": count.taps,
        "sums": {row.grade.value: row.sum for row in count.by_grade},
        "known": f"{count.is_closed} {count.late.taps if count.late else 0}".lower(),
    }


def late_sentence(count: CountOut, zone: str) -> str:
    """« 3 comptages sont arrivés après la clôture, faits entre 17 h 42 et 17 h 50 : +3. »"""
    late = count.late
    if late is None:
        return ""
    arrived = "est arrivé" if late.taps == 1 else "sont arrivés"
    first, last = clock_time(late.first_at, zone), clock_time(late.last_at, zone)
    when = f"à {first}" if first == last else f"entre {first} et {last}"
    change = f"{late.change:+d}".replace("-", "−") if late.change else "rien, ils s’annulent"
    made = "fait" if late.taps == 1 else "faits"
    return f"{counted(late.taps, TAPS)} {arrived} après la clôture, {made} {when}{NARROW}: {change}."


def _page(
    request: Request,
    db: Session,
    school: School,
    event_id: UUID,
    refused: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    event = event_or_404(db, school.id, event_id)
    action = action_or_404(db, school.id, event.action_id)
    count = service.count_of_event(db, event)
    counted_grades = {row.grade for row in count.by_grade} - {Grade.ALL}
    of_school = {*grades_of(db, school, current_year(school)), *counted_grades}
    grades = [grade for grade in Grade if grade in of_school]
    label = f"{action.title}, {long_day(event.held_on or event.planned_on)}"
    return render(
        request,
        "counting/count.html",
        status=status,
        school=school,
        event=event,
        action=action,
        count=count,
        came={row.grade.value: row.came for row in count.by_grade},
        grades=grades,
        state=state_for_phone(school, label, grades, count),
        said=counted(event.parents_present or 0, PARENTS),
        zone=zone_of(school.departement),
        late=late_sentence(count, zone_of(school.departement)),
        after=service.with_late(count),
        refused=refused,
        form=Form(LateIn, start={"total": count.total}, widgets=_HIDDEN, version=event.version),
        new_id=uuid4,
        by_grade=bool(counted_grades) or request.query_params.get("par") == "niveau",
    )


@router.get("")
def count_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID) -> Response:
    """The counter, with what every phone has sent until now."""
    return _page(request, db, school_for(db, actor, uai, Task.COUNT), event_id)


@router.post("")
def submit_tap(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, posted: PostedForm
) -> Response:
    """One press without JavaScript. Its id came with the page: a double click counts once."""
    school = school_for(db, actor, uai, Task.COUNT)
    form = Form(TapIn, posted)
    if form.attempt(db, lambda tap: service.receive_taps(db, actor, uai, event_id, TapsIn(taps=[tap]))):
        by_grade = posted.get("grade", Grade.ALL) != Grade.ALL
        return see_other(count_url(school.uai, event_id) + ("?par=niveau" if by_grade else ""))
    return _page(request, db, school, event_id, form, status=422)


@router.post("/ajouter")
def submit_late_taps(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    form = Form(LateIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: service.add_late_taps(db, actor, uai, event_id, data, version)):
        return see_other(f"{count_url(school.uai, event_id)}?ok=ajoute")
    return _page(request, db, school, event_id, form, status=409)


@router.get("/cloture")
def closing_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    event = event_or_404(db, school.id, event_id)
    count = service.count_of_event(db, event)
    if count.is_closed or not count.taps:
        return see_other(count_url(school.uai, event_id))
    brought_forward = {"held_on": today_at(school)} if event.planned_on > today_at(school) else None
    return _closing(
        request, db, school, event_id, Form(CountClosingIn, start=brought_forward, widgets=_HIDDEN)
    )


@router.post("/cloture")
def submit_closing(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    form = Form(CountClosingIn, posted, widgets=_HIDDEN)
    version = form.expected_version
    if form.attempt(db, lambda data: service.close_count(db, actor, uai, event_id, data, version)):
        return see_other(f"{count_url(school.uai, event_id)}?ok=clos")
    status = 409 if form.notice else 422
    return _closing(request, db, school, event_id, form, status=status)


def _closing(
    request: Request, db: Session, school: School, event_id: UUID, form: Form[Any], status: int = 200
) -> Response:
    """The number and the version that count now, after a refusal too: the next press confirms those."""
    event = event_or_404(db, school.id, event_id)
    count = service.count_of_event(db, event)
    form.fields["total"].value, form.version = str(count.total), str(event.version)
    is_typed = event.state is EventState.HELD and event.parents_present != count.total
    return render(
        request,
        "counting/close.html",
        status=status,
        school=school,
        event=event,
        action=action_or_404(db, school.id, event.action_id),
        count=count,
        rows=[
            ("sans niveau" if row.grade is Grade.ALL else row.grade.label, row.came) for row in count.by_grade
        ],
        said=counted(count.total, PARENTS),
        typed=counted(event.parents_present or 0, PARENTS) if is_typed else "",
        form=form,
    )
