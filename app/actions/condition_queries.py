"""The checklists of actions, read and rewritten."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session, col

from app.actions.models import Action, ActionCondition, ConditionIn


def conditions_of_actions(
    db: Session, school_id: UUID, action_ids: Sequence[UUID]
) -> dict[UUID, list[dict[str, Any]]]:
    """Action → its checklist, in order."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    if action_ids:
        rows = db.execute(
            select(col(ActionCondition.action_id), col(ActionCondition.text), col(ActionCondition.is_met))
            .where(
                col(ActionCondition.school_id) == school_id, col(ActionCondition.action_id).in_(action_ids)
            )
            .order_by(col(ActionCondition.number))
        )
        for action_id, text, is_met in rows:
            found.setdefault(action_id, []).append({"text": text, "is_met": is_met})
    return found


def write_conditions(db: Session, action: Action, conditions: Iterable[ConditionIn]) -> None:
    """Make these the whole checklist of the action."""
    owner = {"school_id": action.school_id, "action_id": action.id}
    place = (
        col(ActionCondition.school_id) == action.school_id,
        col(ActionCondition.action_id) == action.id,
    )
    db.execute(sa.delete(ActionCondition).where(*place))
    rows = [
        owner | {"number": number} | condition.model_dump()
        for number, condition in enumerate(conditions, start=1)
    ]
    if rows:
        db.execute(sa.insert(ActionCondition), rows)
