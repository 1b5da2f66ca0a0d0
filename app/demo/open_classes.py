"""Schools of the demonstration that opened their classes to parents: enough for a lever to be told of."""

from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.actions.models import ActionIn, EventIn
from app.actions.service import add_action, add_event
from app.domain.engagement import Step
from app.domain.vocabulary import Audience, Axis, EventState

OPENED = {2: 1, 4: 2, 5: 3, 6: 1, 7: 2, 8: 3}
"""Place → the term of the second year in which it first did."""


def open_classes(db: Session, actor: Actor, uai: str, parents: int) -> None:
    """A morning in the classes, held today."""
    today = clock.now().date()
    action = ActionIn(
        axis=Axis.PARTICIPATION,
        lever="welcome",
        title="Matinée ouverte dans les classes",
        step=Step.TAKE_PART,
        audience=Audience.ALL_PARENTS,
        planned_from=today,
        planned_to=today,
    )
    held = EventIn(planned_on=today, state=EventState.HELD, parents_present=parents)
    add_event(db, actor, uai, add_action(db, actor, uai, action).id, held)
