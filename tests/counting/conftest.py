"""An event of a parents' café at school A, and the presses of its gate."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

from app.actions.models import ActionIn, EventIn
from app.actions.service import add_action, add_event
from app.counting.models import TapIn, TapsIn
from app.counting.service import receive_taps
from tests.matrix import ACTION
from tests.world import TODAY, A, World

Press = Callable[..., list[TapIn]]


@pytest.fixture
def event(db: Session, world: World) -> UUID:
    """Planned for yesterday."""
    claire = world.actor(db, "claire")
    action = add_action(db, claire, A, ActionIn.model_validate(ACTION))
    return add_event(db, claire, A, action.id, EventIn(planned_on=TODAY - timedelta(days=1))).id


def presses(count: int, delta: int = 1, **fields: object) -> list[TapIn]:
    return [TapIn.model_validate({"id": uuid4(), "delta": delta} | fields) for _ in range(count)]


@pytest.fixture
def press(db: Session, world: World, event: UUID) -> Press:
    """`press(3)` sends three +1 of Léa's phone in one batch; lists given are sent as they are."""

    def sent(what: int | list[TapIn], delta: int = 1, who: str = "lea", **fields: object) -> list[TapIn]:
        taps = presses(what, delta, **fields) if isinstance(what, int) else what
        receive_taps(db, world.actor(db, who), A, event, TapsIn(taps=taps))
        return taps

    return sent
