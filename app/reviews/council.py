"""What the conseil des maîtres has before its eyes: each goal and action, and what was decided of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.domain.plan import ACTION_VERDICTS, GOAL_VERDICTS, Verdict
from app.domain.vocabulary import ActionState, GoalState, Labelled
from app.reviews import queries
from app.reviews.kinds import TargetKind
from app.reviews.models import Decision, Review, VerdictIn
from app.reviews.overview import Overview
from app.web.forms import Form

VERDICTS = {
    kind: [(verdict.value, verdict.label.capitalize()) for verdict in verdicts]
    for kind, verdicts in ((TargetKind.ACTION, ACTION_VERDICTS), (TargetKind.GOAL, GOAL_VERDICTS))
}


@dataclass(slots=True)
class Item:
    """One goal or action to decide about; `must` says whether the review waits for it."""

    kind: TargetKind
    id: UUID
    title: str
    state: Labelled
    sentence: str
    must: bool
    decision: Decision | None
    last: Decision | None
    form: Form[VerdictIn]


def items_of(db: Session, review: Review, seen: Overview, decisions: Sequence[Decision]) -> list[Item]:
    """The active goals and running actions, what is planned, and what this review already ended."""
    decided = {decision.target_id: decision for decision in decisions}
    last = queries.last_decisions_before(db, review.school_id, review.term)

    def item(kind: TargetKind, key: UUID, title: str, state: Labelled, sentence: str, must: bool) -> Item:
        taken = decided.get(key)
        form = verdict_form(kind, key, taken)
        return Item(kind, key, title, state, sentence, must, taken, last.get(key), form)

    goals = (
        item(
            TargetKind.GOAL,
            view.goal.id,
            view.goal.title,
            view.goal.state,
            _goal_sentence(view.target_text, view.sentence),
            view.goal.state is GoalState.ACTIVE,
        )
        for view in seen.goals
    )
    actions = (
        item(
            TargetKind.ACTION,
            view.action.id,
            view.action.title,
            view.action.state,
            view.sentence,
            view.action.state is ActionState.RUNNING,
        )
        for view in seen.actions
    )
    return [found for found in (*goals, *actions) if _is_shown(found)]


def _goal_sentence(target: str, sentence: str) -> str:
    return f"Cible\u202f: {target}. {sentence}" if target else sentence


def _is_shown(item: Item) -> bool:
    if item.decision is not None:
        return item.decision.verdict is not Verdict.ADD
    return item.must or item.state is ActionState.PLANNED


def verdict_form(kind: TargetKind, key: UUID, taken: Decision | None = None) -> Form[VerdictIn]:
    return Form(VerdictIn, start=taken, choices={"verdict": VERDICTS[kind]}, prefix=f"{key}-")


def still_waiting(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item.must and item.decision is None]
