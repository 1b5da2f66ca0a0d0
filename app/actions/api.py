"""Actions and events over JSON."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from app.accounts.access import CurrentActor, IfMatch, Uai, school_for
from app.accounts.actor import Task
from app.actions import queries, service
from app.actions.conditions import check_conditions
from app.actions.models import (
    Action,
    ActionChange,
    ActionIn,
    ActionOut,
    ActionStateIn,
    ConditionsIn,
    Event,
    EventIn,
    EventOut,
)
from app.db import Db
from app.domain.vocabulary import ActionState, Axis
from app.web.paging import Limit, Page, page_of, tagged

router = APIRouter(prefix="/api/v1/schools/{uai}", tags=["AGIR"])


def _action(db: Session, response: Response, action: Action) -> ActionOut:
    return tagged(response, queries.action_out(db, action.school_id, action.id))


def _event(db: Session, response: Response, event: Event) -> EventOut:
    return tagged(response, queries.event_out(db, event.school_id, event.id))


# --- actions -------------------------------------------------------------------------------------------


@router.get("/actions", response_model=Page[ActionOut])
def get_actions(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    state: ActionState | None = None,
    axis: Axis | None = None,
    after: UUID | None = None,
    limit: Limit = 100,
) -> object:
    """Les actions de l’école, de la plus ancienne à la plus récente."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    rows = queries.actions_of_school(db, school.id, state=state, axis=axis, after=after, limit=limit + 1)
    page = page_of(rows, limit, lambda action: action.id)
    return page | {"items": queries.actions_out(db, school.id, page["items"])}


@router.post("/actions", response_model=ActionOut, status_code=201)
def post_action(db: Db, actor: CurrentActor, uai: Uai, data: ActionIn, response: Response) -> ActionOut:
    """Ajouter une action."""
    return _action(db, response, service.add_action(db, actor, uai, data))


@router.get("/actions/{action_id}", response_model=ActionOut)
def get_action(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, response: Response) -> ActionOut:
    """Une action, avec sa version en `ETag`."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return tagged(response, queries.action_out(db, school.id, action_id))


@router.put("/actions/{action_id}", response_model=ActionOut)
def put_action(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: ActionChange,
    version: IfMatch,
    response: Response,
) -> ActionOut:
    """Remplacer une action, en disant pourquoi."""
    return _action(db, response, service.revise_action(db, actor, uai, action_id, data, version))


@router.patch("/actions/{action_id}", response_model=ActionOut)
def patch_action_state(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: ActionStateIn,
    version: IfMatch,
    response: Response,
) -> ActionOut:
    """Changer l’état seulement : en cours, terminée, abandonnée (avec la raison), reprise."""
    return _action(db, response, service.set_action_state(db, actor, uai, action_id, data, version))


@router.put("/actions/{action_id}/conditions", response_model=ActionOut)
def put_conditions(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: ConditionsIn,
    version: IfMatch,
    response: Response,
) -> ActionOut:
    """Remplacer les conditions de réussite d’une action, avec ce qui est réuni."""
    return _action(db, response, check_conditions(db, actor, uai, action_id, data, version))


@router.delete("/actions/{action_id}", status_code=204)
def delete_action(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, version: IfMatch) -> None:
    """Supprimer une action sans rendez-vous et dont aucun bilan ne parle."""
    service.delete_action(db, actor, uai, action_id, version)


# --- events --------------------------------------------------------------------------------------------


@router.get("/actions/{action_id}/events", response_model=Page[EventOut])
def get_events(
    db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, after: UUID | None = None, limit: Limit = 100
) -> object:
    """Les rendez-vous d’une action, dans l’ordre où ils ont été notés."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    action = queries.action_or_404(db, school.id, action_id)
    rows = queries.events_of_action(db, school.id, action.id, after=after, limit=limit + 1)
    page = page_of(rows, limit, lambda event: event.id)
    return page | {"items": queries.events_out(db, school.id, page["items"])}


@router.post("/actions/{action_id}/events", response_model=EventOut, status_code=201)
def post_event(
    db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, data: EventIn, response: Response
) -> EventOut:
    """Prévoir un rendez-vous, ou noter celui qui a eu lieu : venues et actions conjointes suivent."""
    return _event(db, response, service.add_event(db, actor, uai, action_id, data))


@router.get("/events/{event_id}", response_model=EventOut)
def get_event(db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, response: Response) -> EventOut:
    """Un rendez-vous, avec sa version en `ETag`."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return tagged(response, queries.event_out(db, school.id, event_id))


@router.put("/events/{event_id}", response_model=EventOut)
def put_event(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    event_id: UUID,
    data: EventIn,
    version: IfMatch,
    response: Response,
) -> EventOut:
    """Remplacer un rendez-vous : tenu, annulé ou corrigé, et les chiffres avec lui."""
    return _event(db, response, service.revise_event(db, actor, uai, event_id, data, version))


@router.delete("/events/{event_id}", status_code=204)
def delete_event(db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, version: IfMatch) -> None:
    """Supprimer un rendez-vous noté par erreur, et ce qu’il comptait."""
    service.delete_event(db, actor, uai, event_id, version)
