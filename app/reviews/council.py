"""What the conseil des maîtres has before its eyes, step by step, and what was decided of each thing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from app.domain.plan import ACTION_VERDICTS, GOAL_VERDICTS, Verdict
from app.domain.vocabulary import ActionState, GoalState, Labelled, stake_label
from app.reviews.kinds import TargetKind
from app.reviews.models import AttendanceIn, ClosingIn, Decision, NoteIn, Review, VerdictIn
from app.reviews.overview import IndicatorView, Overview
from app.web.forms import Form

VERDICTS = {
    kind: [(verdict.value, verdict.label.capitalize()) for verdict in verdicts]
    for kind, verdicts in ((TargetKind.ACTION, ACTION_VERDICTS), (TargetKind.GOAL, GOAL_VERDICTS))
}

NOTE_WIDGETS = {"about": "hidden", "text": "textarea"}


@dataclass(slots=True)
class Item:
    """One goal or action to decide about; `must` says whether the review waits for it."""

    kind: TargetKind
    id: UUID
    title: str
    about: str
    """The axis of an action, the stake of a goal."""
    state: Labelled
    sentence: str
    must: bool
    decision: Decision | None
    last: Decision | None
    form: Form[VerdictIn]
    indicator: str | None = None
    """The one that a goal's target is about."""


@dataclass(slots=True)
class Step:
    """One screen of the meeting. `key` is its anchor, the same whatever is added around it."""

    key: str
    kind: Literal["start", "indicator", "item", "add", "close"]
    title: str
    form: Form[Any] | None = None
    item: Item | None = None
    view: IndicatorView | None = None
    note: str = ""
    """What was already noted about the indicator."""
    number: int = 0
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """What was decided at the last conseil, and where it stands now."""

    decision: Decision
    state: Labelled | None
    sentence: str


def steps_of(review: Review, seen: Overview, items: Sequence[Item], today: date) -> list[Step]:
    """The beginning, the indicators, the goals and actions to decide about, the additions, the end."""
    steps = [
        _start(review),
        *(_indicator_step(review, view) for view in seen.indicators),
        *(_item_step(item) for item in items),
        Step("ajouter", "add", "Ce qu’on ajoute"),
        _closing(review, today),
    ]
    for number, step in enumerate(steps, 1):
        step.number = number
    return steps


def _start(review: Review) -> Step:
    form = Form(AttendanceIn, start=review, version=review.version, prefix="debut-")
    return Step("debut", "start", "Qui est là\u202f?", form, is_done=review.members_present is not None)


def _indicator_step(review: Review, view: IndicatorView) -> Step:
    indicator = view.indicator
    form = Form(
        NoteIn,
        start={"about": indicator.slug},
        widgets=NOTE_WIDGETS,
        prefix=f"n-{indicator.slug}-",
    )
    begins = f"{indicator.title}\u202f: "
    noted = [line.removeprefix(begins) for line in review.notes.splitlines() if line.startswith(begins)]
    step = Step(f"i-{indicator.slug}", "indicator", indicator.title, form, view=view, note=" · ".join(noted))
    step.is_done = bool(noted)
    return step


def _item_step(item: Item) -> Step:
    return Step(f"d-{item.id}", "item", item.title, item.form, item=item, is_done=item.decision is not None)


def _closing(review: Review, today: date) -> Step:
    start = {
        "held_on": today,
        "chair_role": review.chair_role,
        "members_present": review.members_present,
        "notes": review.notes,
    }
    return Step(
        "clore",
        "close",
        "Clore le bilan",
        Form(ClosingIn, start=start, version=review.version, prefix="clore-"),
    )


def followed_up(last: Mapping[UUID, Decision], seen: Overview) -> list[Followed]:
    """What the latest conseil decided, and what became of it."""
    latest = max((decision.term for decision in last.values()), default=None)
    states: dict[UUID, tuple[Labelled, str]] = {
        view.goal.id: (view.goal.state, view.sentence) for view in seen.goals
    }
    states |= {view.action.id: (view.action.state, view.sentence) for view in seen.actions}
    return [
        Followed(decision, *states.get(key, (None, "")))
        for key, decision in last.items()
        if decision.term == latest
    ]


def items_of(seen: Overview, decisions: Sequence[Decision], last: Mapping[UUID, Decision]) -> list[Item]:
    """The active goals and running actions, what is planned, and what this review already ended.

    `last` says what was decided of each the time before.
    """
    decided = {decision.target_id: decision for decision in decisions}

    def item(
        kind: TargetKind, key: UUID, title: str, about: str, state: Labelled, sentence: str, must: bool
    ) -> Item:
        taken = decided.get(key)
        form = verdict_form(kind, key, taken)
        return Item(kind, key, title, about, state, sentence, must, taken, last.get(key), form)

    goals = (
        item(
            TargetKind.GOAL,
            view.goal.id,
            view.goal.title,
            stake_label(view.goal.stake),
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
            view.action.axis.label,
            view.action.state,
            view.sentence,
            view.action.state is ActionState.RUNNING,
        )
        for view in seen.actions
    )
    aims = {view.goal.id: view.goal.target_indicator for view in seen.goals}
    shown = [found for found in (*goals, *actions) if _is_shown(found)]
    for found in shown:
        found.indicator = aims.get(found.id)
    return shown


def _goal_sentence(target: str, sentence: str) -> str:
    return f"Cible\u202f: {target}. {sentence}" if target else sentence


def _is_shown(item: Item) -> bool:
    if item.decision is not None:
        return item.decision.verdict is not Verdict.ADD
    return item.must or item.state is ActionState.PLANNED


def verdict_form(kind: TargetKind, key: UUID, taken: Decision | None = None) -> Form[VerdictIn]:
    seen = taken.version if taken else 0
    return Form(VerdictIn, start=taken, choices={"verdict": VERDICTS[kind]}, prefix=f"{key}-", version=seen)


def still_waiting(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item.must and item.decision is None]
