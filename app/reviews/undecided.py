"""What a conseil des maîtres has still to decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.reviews.kinds import TargetKind
from app.reviews.models import Decision
from app.reviews.overview import Overview


@dataclass(frozen=True, slots=True)
class Undecided:
    kind: TargetKind
    id: UUID
    title: str


def undecided_in(seen: Overview, decisions: Iterable[Decision]) -> list[Undecided]:
    """The active goals and running actions of a sheet that no decision speaks of, in its order."""
    decided = {decision.target_id for decision in decisions}
    waiting = [Undecided(TargetKind.GOAL, view.goal.id, view.goal.title) for view in seen.active_goals]
    waiting += [
        Undecided(TargetKind.ACTION, view.action.id, view.action.title) for view in seen.running_actions
    ]
    return [item for item in waiting if item.id not in decided]
