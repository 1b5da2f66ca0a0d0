"""The checklist of an action: what helps it succeed, ticked as it comes together."""

from uuid import UUID

from sqlmodel import Session

from app.accounts.access import check_version, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import plain, record, take_turn
from app.actions import queries
from app.actions.condition_queries import write_conditions
from app.actions.models import Action, ConditionsIn


def check_conditions(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: ConditionsIn, version: int | None
) -> Action:
    """Say which conditions are met, and add, reword or leave out some: the list as a whole is replaced."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    action = queries.action_or_404(db, school.id, action_id)
    check_version(action, version)
    before = plain(queries.action_out(db, school.id, action.id).conditions)
    write_conditions(db, action, data.conditions)
    action.version += 1
    db.flush()
    target = f"action:{action.id}"
    record(db, actor, turn, "action.conditions_checked", target, before={"conditions": before}, after=data)
    return action
