"""AGIR: the verbs of actions, events and partners. Each writes one audit event in its own transaction."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from app import clock
from app.accounts.access import check_version, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, plain, record, take_turn
from app.actions import event_queries, queries
from app.actions.checks import EventChecks, check_may_plan, check_partners, check_year
from app.actions.feeding import feed
from app.actions.models import (
    Action,
    ActionChange,
    ActionIn,
    ActionStateIn,
    Event,
    EventIn,
    Partner,
    PartnerIn,
)
from app.actions.queries import action_or_404, event_or_404, partner_or_404
from app.domain.french import fold
from app.domain.plan import may_become
from app.domain.vocabulary import ActionState, EventState
from app.errors import Conflict, Invalid
from app.goals.models import Goal
from app.schools.models import School

# --- actions -------------------------------------------------------------------------------------------


def add_action(db: Session, actor: Actor, uai: str, data: ActionIn) -> Action:
    """Write down what the school will do."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    action = make_action(db, school, data)
    record(
        db,
        actor,
        turn,
        "action.added",
        f"action:{action.id}",
        after=queries.action_out(db, school.id, action.id),
    )
    return action


def revise_action(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: ActionChange, version: int | None
) -> Action:
    """Replace an action's text, dates and links; outside a review this needs a reason."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    action = action_or_404(db, school.id, action_id)
    check_version(action, version)
    before = plain(queries.action_out(db, school.id, action.id))
    rewrite_action(db, school, action, data)
    after = plain(queries.action_out(db, school.id, action.id)) | {"why_changed": data.reason}
    record(db, actor, turn, "action.revised", f"action:{action.id}", before=before, after=after)
    return action


def set_action_state(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: ActionStateIn, version: int | None
) -> Action:
    """Running, done, dropped (with its reason), or taken up again."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    action = action_or_404(db, school.id, action_id)
    check_version(action, version)
    before = plain(action)
    move_action(action, data.state, data.reason)
    action.state_set_at = clock.now()
    db.flush()
    record(db, actor, turn, "action.state_set", f"action:{action.id}", before=before, after=action)
    return action


def delete_action(db: Session, actor: Actor, uai: str, action_id: UUID, version: int | None) -> None:
    """Remove an action that nothing refers to. Raises Conflict when an event, a sheet or a review does."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    action = action_or_404(db, school.id, action_id)
    check_version(action, version)
    before = plain(queries.action_out(db, school.id, action.id))
    told = (
        "Un rendez-vous, une fiche, un rapport ou un bilan s’appuie sur cette action\u202f: "
        "abandonnez-la plutôt."
    )
    _delete_unless_referred_to(db, action, told)
    record(db, actor, turn, "action.deleted", f"action:{action_id}", before=before)


# --- what a review applies too: no audit of their own ---------------------------------------------------


def make_action(db: Session, school: School, data: ActionIn) -> Action:
    action = Action(school_id=school.id, created_at=clock.now(), **_action_columns(db, school, data))
    db.add(action)
    db.flush()
    queries.link_action(db, action, data.goal_ids, data.partner_ids)
    return action


def rewrite_action(db: Session, school: School, action: Action, data: ActionIn) -> None:
    for name, value in _action_columns(db, school, data).items():
        setattr(action, name, value)
    action.version += 1
    db.flush()
    queries.link_action(db, action, data.goal_ids, data.partner_ids)


def move_action(action: Action, state: ActionState, reason: str | None) -> None:
    if not may_become(action.state, state):
        raise Conflict(f"Une action {action.state.label} ne peut pas devenir «\u202f{state.label}\u202f».")
    if state is ActionState.DROPPED and not reason:
        raise Invalid.one(
            "reason", "Dites en une phrase pourquoi cette action est abandonnée.", "reason_missing"
        )
    action.state, action.reason = state, reason
    action.version += 1


def _action_columns(db: Session, school: School, data: ActionIn) -> dict[str, Any]:
    """The table's columns for an accepted body; checks its days and that its links are the school's own."""
    check_year(school, data.planned_from, "planned_from")
    check_year(school, data.planned_to, "planned_to")
    if queries.foreign_to(db, Goal, school.id, data.goal_ids):
        raise Invalid.one("goal_ids", "Un de ces objectifs n’est pas dans l’école.", "unknown_goal")
    check_partners(db, school, data.partner_ids)
    names = ActionIn.model_fields.keys() - {"goal_ids", "partner_ids"}
    return {name: getattr(data, name) for name in names}


# --- events ------------------------------------------------------------------------------------------


def add_event(db: Session, actor: Actor, uai: str, action_id: UUID, data: EventIn) -> Event:
    """Plan an event, or write down one that took place; teachers may.

    The first held event of a planned action makes it `running`, which the audit's `after` shows.
    Raises Conflict for a plan under an ended action; what took place can still be written down there.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    action = action_or_404(db, school.id, action_id)
    check_may_plan(action, data)
    event = Event(school_id=school.id, action_id=action.id, **EventChecks(db, school).columns(data))
    db.add(event)
    _saved(db, actor, turn, event, action, data, "event.added", None)
    return event


def revise_event(
    db: Session, actor: Actor, uai: str, event_id: UUID, data: EventIn, version: int | None
) -> Event:
    """Say that an event was held or cancelled, or correct it; its figures follow, in another term if need be.

    As with `add_event` a planned action becomes `running`; no correction makes it planned again.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    event = event_or_404(db, school.id, event_id)
    check_version(event, version)
    rewrite_event(db, actor, turn, school, event, data, "event.revised")
    return event


def rewrite_event(
    db: Session,
    actor: Actor,
    turn: Turn,
    school: School,
    event: Event,
    data: EventIn,
    verb: str,
    told: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Make an event what `data` says, its figures too; the act's one audit event is `verb`, with `told`.

    For a verb that holds the school's turn and has read the event: the counter at the gate closes with it.
    """
    before = plain(queries.event_out(db, school.id, event.id))
    for name, value in EventChecks(db, school).columns(data).items():
        setattr(event, name, value)
    event.version += 1
    action = action_or_404(db, school.id, event.action_id)
    _saved(db, actor, turn, event, action, data, verb, before, told)


def delete_event(db: Session, actor: Actor, uai: str, event_id: UUID, version: int | None) -> None:
    """Remove an event written down by mistake, and what it fed; one that fell through is cancelled.

    Raises Conflict when parents were counted there at the gate: those presses are never undone.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    event = event_or_404(db, school.id, event_id)
    check_version(event, version)
    before = plain(queries.event_out(db, school.id, event.id))
    _delete_unless_referred_to(db, event, "On y a compté des parents à l’entrée\u202f: annulez-le plutôt.")
    feed(db, actor, turn, {event.id: {}}, [event.action_id])
    record(db, actor, turn, "event.deleted", f"event:{event_id}", before=before)


def _saved(
    db: Session,
    actor: Actor,
    turn: Turn,
    event: Event,
    action: Action,
    data: EventIn,
    verb: str,
    before: Any,
    told: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """What follows from an event's new columns: its partners, its action's state, its figures, its audit."""
    is_held = event.state is EventState.HELD
    if is_held and action.state is ActionState.PLANNED:
        move_action(action, ActionState.RUNNING, None)
    db.flush()
    event_queries.link_events(db, event.school_id, {event.id: data.partner_ids})
    visits = {event.term: event.parents_present or 0} if is_held else {}
    feed(db, actor, turn, {event.id: visits}, [action.id])
    after = plain(queries.event_out(db, event.school_id, event.id)) | {"action_state": action.state}
    record(db, actor, turn, verb, f"event:{event.id}", before=before, after=after | dict(told))


# --- partners ------------------------------------------------------------------------------------------


def add_partner(db: Session, actor: Actor, uai: str, data: PartnerIn) -> Partner:
    """Name an organisation the school works with."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    partner = make_partner(db, school, data)
    record(db, actor, turn, "partner.added", f"partner:{partner.id}", after=partner)
    return partner


def revise_partner(
    db: Session, actor: Actor, uai: str, partner_id: UUID, data: PartnerIn, version: int | None
) -> Partner:
    """Correct a partner's name, kind or field."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    partner = partner_or_404(db, school.id, partner_id)
    check_version(partner, version)
    _check_new_name(db, school, data.name, partner)
    before = plain(partner)
    for name, value in data.model_dump().items():
        setattr(partner, name, value)
    partner.version += 1
    db.flush()
    record(db, actor, turn, "partner.revised", f"partner:{partner.id}", before=before, after=partner)
    return partner


def delete_partner(db: Session, actor: Actor, uai: str, partner_id: UUID, version: int | None) -> None:
    """Remove a partner no action or event names. Raises Conflict otherwise."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    partner = partner_or_404(db, school.id, partner_id)
    check_version(partner, version)
    before = plain(partner)
    told = "Une action ou un rendez-vous cite ce partenaire\u202f: retirez-le d’abord de là, ou gardez-le."
    _delete_unless_referred_to(db, partner, told)
    record(db, actor, turn, "partner.deleted", f"partner:{partner_id}", before=before)


def make_partner(db: Session, school: School, data: PartnerIn) -> Partner:
    """Without an audit of its own. Raises Invalid for an organisation that the school already has."""
    _check_new_name(db, school, data.name)
    partner = Partner(school_id=school.id, **data.model_dump())
    db.add(partner)
    db.flush()
    return partner


def _check_new_name(db: Session, school: School, name: str, own: Partner | None = None) -> None:
    """« Centre  Social » and « centre social » are one organisation."""
    others = (partner for partner in queries.partners_of_school(db, school.id) if partner is not own)
    if any(fold(partner.name) == fold(name) for partner in others):
        raise Invalid.one("name", "Ce partenaire est déjà dans votre liste.", "known_partner")


def _delete_unless_referred_to(db: Session, row: SQLModel, told: str) -> None:
    try:
        with db.begin_nested():
            db.delete(row)
            db.flush()
    except IntegrityError:
        raise Conflict(told, code="referred_to") from None
