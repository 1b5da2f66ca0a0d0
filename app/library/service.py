"""Taking up a practice: the school gets an action of its own, which remembers where it came from."""

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import record, take_turn
from app.actions.condition_queries import write_conditions
from app.actions.models import Action, ConditionIn
from app.actions.queries import action_out
from app.actions.service import make_action
from app.domain.practice import Practice
from app.domain.practices import PRACTICES
from app.errors import NotFound
from app.library.models import TakeUpIn


def practice_or_404(slug: str) -> Practice:
    if slug not in PRACTICES:
        raise NotFound()
    return PRACTICES[slug]


def take_up_practice(db: Session, actor: Actor, uai: str, data: TakeUpIn) -> Action:
    """Begin an action from a practice: its text is the school's from now on, its conditions a checklist."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    action = make_action(db, school, data)
    action.practice = data.practice
    kept = PRACTICES[data.practice].conditions if data.conditions is None else data.conditions
    write_conditions(db, action, [ConditionIn(text=text) for text in kept])
    db.flush()
    after = action_out(db, school.id, action.id)
    record(db, actor, turn, "practice.taken_up", f"action:{action.id}", after=after)
    return action
