"""Actions, events, partners and their links. Every read starts from a school the caller was allowed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.actions.condition_queries import conditions_of_actions
from app.actions.models import (
    Action,
    ActionGoal,
    ActionOut,
    ActionPartner,
    Event,
    EventOut,
    EventPartner,
    Partner,
    SheetAdoption,
)
from app.domain.vocabulary import ActionState, Axis, EventState
from app.errors import NotFound
from app.goals.models import Goal

Links = dict[UUID, list[UUID]]


# --- partners ------------------------------------------------------------------------------------------


def partners_of_school(
    db: Session, school_id: UUID, *, after: UUID | None = None, limit: int = 500
) -> Sequence[Partner]:
    """A school's partners, oldest first."""
    wanted = select(Partner).where(col(Partner.school_id) == school_id).order_by(col(Partner.id)).limit(limit)
    if after is not None:
        wanted = wanted.where(col(Partner.id) > after)
    return db.scalars(wanted).all()


def partner_or_404(db: Session, school_id: UUID, partner_id: UUID) -> Partner:
    partner = db.get(Partner, (school_id, partner_id))
    if partner is None:
        raise NotFound()
    return partner


def foreign_to(
    db: Session, table: type[Goal] | type[Partner], school_id: UUID, ids: Iterable[UUID]
) -> set[UUID]:
    """Those of `ids` that are not the school's own."""
    wanted = set(ids)
    if not wanted:
        return set()
    own = db.scalars(select(table.id).where(col(table.school_id) == school_id, col(table.id).in_(wanted)))
    return wanted - set(own)


# --- actions -------------------------------------------------------------------------------------------


_ACTIONS = select(Action).where(col(Action.school_id) == sa.bindparam("school_id")).order_by(col(Action.id))


def actions_of_school(
    db: Session,
    school_id: UUID,
    *,
    state: ActionState | None = None,
    axis: Axis | None = None,
    after: UUID | None = None,
    limit: int | None = 500,
) -> Sequence[Action]:
    """A school's actions, oldest first."""
    wanted = _ACTIONS.limit(limit)
    if state is not None:
        wanted = wanted.where(col(Action.state) == state)
    if axis is not None:
        wanted = wanted.where(col(Action.axis) == axis)
    if after is not None:
        wanted = wanted.where(col(Action.id) > after)
    return db.scalars(wanted, {"school_id": school_id}).all()


def action_or_404(db: Session, school_id: UUID, action_id: UUID) -> Action:
    action = db.get(Action, (school_id, action_id))
    if action is None:
        raise NotFound()
    return action


def actions_out(db: Session, school_id: UUID, actions: Sequence[Action]) -> list[dict[str, Any]]:
    """Actions as they go out, with their links and their conditions: three reads, however many they are."""
    ids = [action.id for action in actions]
    goals = links(db, ActionGoal.action_id, ActionGoal.goal_id, school_id, ids)
    partners = links(db, ActionPartner.action_id, ActionPartner.partner_id, school_id, ids)
    conditions = conditions_of_actions(db, school_id, ids)
    return [
        action.model_dump(exclude={"school_id", "state_set_at"})
        | {
            "goal_ids": goals.get(action.id, []),
            "partner_ids": partners.get(action.id, []),
            "conditions": conditions.get(action.id, []),
        }
        for action in actions
    ]


def action_out(db: Session, school_id: UUID, action_id: UUID) -> ActionOut:
    """One action as it goes out, or NotFound."""
    action = action_or_404(db, school_id, action_id)
    return ActionOut.model_validate(actions_out(db, school_id, [action])[0])


def adoption_of_action(db: Session, school_id: UUID, action_id: UUID) -> SheetAdoption | None:
    """The published sheet it was taken up from, if it was."""
    return db.get(SheetAdoption, (school_id, action_id))


def link_action(db: Session, action: Action, goal_ids: Iterable[UUID], partner_ids: Iterable[UUID]) -> None:
    """Make these all the goals the action serves and all its partners."""
    owner = {"school_id": action.school_id, "action_id": action.id}
    _relink(db, ActionGoal, owner, "goal_id", goal_ids)
    _relink(db, ActionPartner, owner, "partner_id", partner_ids)


# --- events --------------------------------------------------------------------------------------------


def events_of_action(
    db: Session, school_id: UUID, action_id: UUID, *, after: UUID | None = None, limit: int = 500
) -> Sequence[Event]:
    """The events of one action, in the order they were added."""
    wanted = (
        select(Event)
        .where(col(Event.school_id) == school_id, col(Event.action_id) == action_id)
        .order_by(col(Event.id))
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(col(Event.id) > after)
    return db.scalars(wanted).all()


def event_or_404(db: Session, school_id: UUID, event_id: UUID) -> Event:
    event = db.get(Event, (school_id, event_id))
    if event is None:
        raise NotFound()
    return event


def events_out(db: Session, school_id: UUID, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events as they go out, with `partner_ids`: one read more, however many they are."""
    ids = [event.id for event in events]
    partners = links(db, EventPartner.event_id, EventPartner.partner_id, school_id, ids)
    return [
        event.model_dump(exclude={"school_id"}) | {"partner_ids": partners.get(event.id, [])}
        for event in events
    ]


def event_out(db: Session, school_id: UUID, event_id: UUID) -> EventOut:
    """One event as it goes out, or NotFound."""
    event = event_or_404(db, school_id, event_id)
    return EventOut.model_validate(events_out(db, school_id, [event])[0])


# --- what events add up to -----------------------------------------------------------------------------


def joint_terms(db: Session, school_id: UUID, action_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Action → the terms in which it was held with at least one partner."""
    rows = db.execute(
        select(Event.action_id, Event.term)
        .where(
            col(Event.school_id) == school_id,
            col(Event.action_id).in_(action_ids),
            col(Event.state) == EventState.HELD,
            _with_partner(),
        )
        .distinct()
        .order_by(col(Event.action_id), col(Event.term))
    )
    found: dict[UUID, list[str]] = {}
    for action_id, term in rows:
        found.setdefault(action_id, []).append(term)
    return found


def joint_sessions(db: Session, school_id: UUID, term: str) -> int:
    """How many times a term saw an action held with a partner: shown beside the distinct joint actions."""
    count = select(func.count()).where(
        col(Event.school_id) == school_id,
        col(Event.term) == term,
        col(Event.state) == EventState.HELD,
        _with_partner(),
    )
    return db.scalar(count) or 0


def events_of_term(db: Session, school_id: UUID, term: str) -> Sequence[sa.Row[Any]]:
    """(action_id, held, parents, children, partners) of each action held in a term; distinct partners."""
    held = (col(Event.school_id) == school_id, col(Event.term) == term, col(Event.state) == EventState.HELD)
    present = (
        select(Event.action_id, func.count(sa.distinct(EventPartner.partner_id)).label("partners"))
        .join(
            EventPartner,
            sa.and_(col(EventPartner.school_id) == Event.school_id, col(EventPartner.event_id) == Event.id),
        )
        .where(*held)
        .group_by(col(Event.action_id))
        .subquery()
    )
    wanted = (
        select(
            Event.action_id,
            func.count().label("held"),
            func.sum(Event.parents_present).label("parents"),
            func.coalesce(func.sum(Event.children_present), 0).label("children"),
            func.coalesce(func.max(present.c.partners), 0).label("partners"),
        )
        .outerjoin(present, present.c.action_id == Event.action_id)
        .where(*held)
        .group_by(col(Event.action_id))
        .order_by(col(Event.action_id))
    )
    return db.execute(wanted).all()


def attendances(db: Session, school_id: UUID) -> Sequence[sa.Row[Any]]:
    """(action_id, term, held_on, parents) of every held event of the school, the first one first."""
    return db.execute(
        select(Event.action_id, Event.term, Event.held_on, Event.parents_present.label("parents"))
        .where(col(Event.school_id) == school_id, col(Event.state) == EventState.HELD)
        .order_by(col(Event.held_on), col(Event.id))
    ).all()


def aims_of_actions(db: Session, school_id: UUID) -> dict[UUID, list[str]]:
    """Action → the indicators that the goals it serves aim at, oldest goal first."""
    rows = db.execute(
        select(ActionGoal.action_id, Goal.target_indicator)
        .join(Goal, sa.and_(col(Goal.school_id) == ActionGoal.school_id, col(Goal.id) == ActionGoal.goal_id))
        .where(col(ActionGoal.school_id) == school_id, col(Goal.target_indicator).is_not(None))
        .order_by(col(Goal.id))
    )
    found: dict[UUID, list[str]] = {}
    for action_id, slug in rows:
        found.setdefault(action_id, []).append(slug)
    return found


def days_of_year(db: Session, school_id: UUID, year: str) -> Sequence[tuple[str, date]]:
    """(term, day) of every event of a school year that was not cancelled."""
    day = func.coalesce(Event.held_on, Event.planned_on)
    rows = db.execute(
        select(Event.term, day).where(
            col(Event.school_id) == school_id,
            col(Event.term).like(f"{year}-%"),
            col(Event.state) != EventState.CANCELLED,
        )
    )
    return [(row[0], row[1]) for row in rows]


# --- links ---------------------------------------------------------------------------------------------


def _with_partner() -> sa.ColumnElement[bool]:
    return (
        select(1)
        .where(col(EventPartner.school_id) == Event.school_id, col(EventPartner.event_id) == Event.id)
        .exists()
    )


def links(db: Session, owner: Any, linked: Any, school_id: UUID, ids: Sequence[UUID]) -> Links:
    """Owner → what it is linked to, oldest first."""
    found: Links = {}
    if ids:
        rows = db.execute(
            select(owner, linked).where(owner.class_.school_id == school_id, owner.in_(ids)).order_by(linked)
        )
        for owner_id, linked_id in rows:
            found.setdefault(owner_id, []).append(linked_id)
    return found


def _relink(db: Session, table: Any, owner: dict[str, UUID], name: str, ids: Iterable[UUID]) -> None:
    """Only what differs is written."""
    place = [getattr(table, key) == value for key, value in owner.items()]
    linked = getattr(table, name)
    before, wanted = set(db.scalars(select(linked).where(*place))), set(ids)
    if gone := before - wanted:
        db.execute(sa.delete(table).where(*place, linked.in_(gone)))
    if new := wanted - before:
        db.execute(sa.insert(table), [owner | {name: key} for key in sorted(new)])
