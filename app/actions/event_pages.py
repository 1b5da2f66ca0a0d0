"""One event in the browser: who came, on which day, or that it fell through."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for, today_at
from app.accounts.actor import Task
from app.actions import queries, service
from app.actions.models import EventIn, EventOut
from app.db import Db
from app.domain.french import NARROW, counted
from app.domain.indicators import INDICATORS
from app.domain.school_year import Term
from app.domain.vocabulary import EventState
from app.schools.models import School
from app.web.forms import Form, Nothing, Posted, PostedForm
from app.web.french import long_day
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/rendez-vous/{event_id}",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)

STATES = {
    EventState.HELD: "Il a eu lieu",
    EventState.PLANNED: "Il est prévu",
    EventState.CANCELLED: "Il est annulé",
}
CAME = {
    "parents_present": ("parent", "parents"),
    "children_present": ("enfant", "enfants"),
    "professionals_present": ("professionnel", "professionnels"),
}


def action_url(uai: str, action_id: UUID) -> str:
    return f"/ecoles/{uai}/actions/{action_id}"


def event_form(
    db: Session,
    school: School,
    posted: Posted | None = None,
    *,
    start: Any = None,
    first: Collection[UUID] = (),
    version: int | None = None,
    may_be_cancelled: bool = True,
) -> Form[EventIn]:
    """The form of one event, in the words of someone who was there; the partners `first` come first."""
    partners = sorted(queries.partners_of_school(db, school.id), key=lambda partner: partner.id not in first)
    choices = {
        "state": [
            (state.value, label)
            for state, label in STATES.items()
            if may_be_cancelled or state is not EventState.CANCELLED
        ],
        "partner_ids": [(str(partner.id), partner.name) for partner in partners],
    }
    form = Form(EventIn, posted, start=start, choices=choices, version=version)
    for name in ("state", "parents_present"):
        form.fields[name].required = True  # the model has a default for each; a person answers both
    return form


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """One line of the list of an action's events."""

    id: UUID
    day: date
    state: EventState
    said: str


def seen_event(row: Mapping[str, Any], names: Mapping[str, str]) -> SeenEvent:
    """« 14 parents, 9 enfants · avec le centre social »; `names` are those of the school's partners."""
    came = [counted(row[name], unit) for name, unit in CAME.items() if row[name] is not None]
    partners = [names[str(key)] for key in row["partner_ids"] if str(key) in names]
    said = [", ".join(came)] if came else []
    said += [f"avec {', '.join(partners)}"] if partners else []
    return SeenEvent(row["id"], row["held_on"] or row["planned_on"], row["state"], " · ".join(said))


def quoted(text: str) -> str:
    return f"«{NARROW}{text}{NARROW}»"


def fed_sentence(event: Mapping[str, Any]) -> str:
    """What a held event adds to the sheet, so that nobody types it a second time."""
    if event["state"] is not EventState.HELD:
        return ""
    came = counted(event["parents_present"], ("venue comptée", "venues comptées"))
    term = Term(event["term"]).label
    said = f"{came} dans {quoted(INDICATORS['visits'].title)} du {term}, sans rien retaper."
    if event["partner_ids"]:
        said += f" L’action compte aussi dans {quoted(INDICATORS['joint_actions'].title)}."
    return said


def _page(
    request: Request, db: Session, school: School, event: EventOut, form: Form[EventIn], status: int = 200
) -> Response:
    return render(
        request,
        "actions/event.html",
        status=status,
        school=school,
        event=event,
        action=queries.action_or_404(db, school.id, event.action_id),
        form=form,
        fed=fed_sentence(event.model_dump()),
    )


@router.get("")
def event_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID) -> Response:
    """The event as it is known; one whose day has come is shown as held, only the numbers are missing."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    event = queries.event_out(db, school.id, event_id)
    start = event.model_dump()
    if event.state is EventState.PLANNED and event.planned_on <= today_at(school):
        start["state"] = EventState.HELD
    if event.held_on == event.planned_on:
        start["held_on"] = None  # or it would stay behind when the day is corrected
    form = event_form(db, school, start=start, first=event.partner_ids, version=event.version)
    return _page(request, db, school, event, form)


@router.post("")
def submit_event_revision(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    event = queries.event_out(db, school.id, event_id)
    form = event_form(db, school, posted, first=event.partner_ids)
    version = form.expected_version
    if form.attempt(db, lambda data: service.revise_event(db, actor, uai, event_id, data, version)):
        return see_other(f"{action_url(uai, event.action_id)}?ok={event_id}")
    event = queries.event_out(db, school.id, event_id)
    form.compare(event)
    return _page(request, db, school, event, form, status=422)


@router.get("/supprimer")
def delete_event_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    event = queries.event_out(db, school.id, event_id)
    return _deletion(request, school, event, Form(Nothing, version=event.version))


@router.post("/supprimer")
def submit_event_deletion(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    event = queries.event_out(db, school.id, event_id)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.delete_event(db, actor, uai, event_id, form.expected_version)):
        return see_other(f"{action_url(uai, event.action_id)}?ok=supprime")
    return _deletion(request, school, event, form, status=409)


def _deletion(
    request: Request, school: School, event: EventOut, form: Form[Nothing], status: int = 200
) -> Response:
    told = (
        "À faire seulement s’il a été noté par erreur\u202f: ce qu’il comptait est retiré des chiffres. "
        "S’il n’a pas eu lieu, annulez-le plutôt."
    )
    return render(
        request,
        "actions/delete.html",
        status=status,
        school=school,
        form=form,
        what="ce rendez-vous",
        name=f"Rendez-vous du {long_day(event.held_on or event.planned_on)}",
        told=told,
        here=f"/ecoles/{school.uai}/rendez-vous/{event.id}",
        button="Supprimer le rendez-vous",
    )
