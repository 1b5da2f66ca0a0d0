"""A school in a few dictionaries: what a careful child would keep of a year, with nothing of the application.

It is told what happened; it says what the service must answer, and what everybody must read afterwards.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

PUPILS = 196
FEWEST = 11
"""Counted among fewer persons than that, a figure stays hidden from the inspector."""
DAYS = {
    "2026-2027-T1": ("2026-10-06", "2026-11-20"),
    "2026-2027-T2": ("2027-02-02", "2027-03-05"),
    "2026-2027-T3": ("2027-05-11", "2027-06-08"),
    "2027-2028-T1": ("2027-09-20", "2027-10-05"),
}
"""Two days of each term that all zones agree on."""
TERMS = tuple(DAYS)
Answer = tuple[str, int | None, int | None]
"""status, counted, out_of."""
NOTHING: Answer = ("not_measured", None, None)
NOT_APPLICABLE: Answer = ("not_applicable", None, None)
TRANSMITTED = ("individual_meetings", "visits", "joint_actions", "shared_analysis")
YEARLY = ("election_turnout",)

MAY_BECOME = {
    "goal": {("active", "reached"), ("active", "dropped"), ("reached", "active"), ("dropped", "active")},
    "action": {
        *(("planned", after) for after in ("running", "done", "dropped")),
        *(("running", after) for after in ("done", "dropped")),
        *(("dropped", after) for after in ("planned", "running")),
        ("done", "running"),
    },
}
FITS = {
    "goal": ("keep", "change", "stop", "reached"),
    "action": ("keep", "change", "stop", "finish"),
}
ENDED = ("done", "dropped")


@dataclass
class Item:
    """A goal or an action."""

    kind: str
    title: str
    state: str
    version: int = 1
    goals: tuple[str, ...] = ()
    """Of an action: the goals it serves."""

    def may_become(self, state: str) -> bool:
        return state == self.state or (self.state, state) in MAY_BECOME[self.kind]


@dataclass
class Event:
    action: str
    state: str
    term: str
    parents: int
    with_partner: bool
    version: int = 1


@dataclass
class Decision:
    id: str
    target: str | None
    kind: str
    verdict: str
    reason: str | None
    changes: dict[str, Any] | None

    @property
    def said(self) -> tuple[Any, ...]:
        return self.verdict, self.reason, self.changes


@dataclass
class Review:
    is_open: bool = True
    version: int = 1
    drafts: list[Decision] = field(default_factory=list)
    closings: list[list[Decision]] = field(default_factory=list)
    copies: list[Any] = field(default_factory=list)
    """What the service showed of each closing, the day it was closed."""


@dataclass
class School:
    """Everything by the service's own ids."""

    goals: dict[str, Item] = field(default_factory=dict)
    actions: dict[str, Item] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    sessions: dict[str, tuple[str, int]] = field(default_factory=dict)
    """→ term, version."""
    votes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """Year → voters, registered, version."""
    typed: dict[tuple[str, str], dict[str, tuple[Answer, str]]] = field(default_factory=dict)
    """(indicator, term) → grade → answer, id of the row."""
    reviews: dict[str, Review] = field(default_factory=dict)
    sent: dict[str, list[tuple[dict[str, Answer], int | None]]] = field(default_factory=dict)
    """Term → each version: its figures, and which closing's minutes went with it."""
    acts: int = 0

    @property
    def items(self) -> dict[str, Item]:
        return self.goals | self.actions

    def move(self, item: Item, state: str, reason: str | None) -> int:
        """The status that the service answers."""
        if not item.may_become(state):
            return 409
        if state == "dropped" and not reason:
            return 422
        item.state = state
        return 200

    def is_referred_to(self, target: str) -> bool:
        """By an event, an action, or a decision that was taken and not taken back."""
        decided = {
            decision.target
            for review in self.reviews.values()
            for decisions in [*review.closings, review.drafts if review.is_open else []]
            for decision in decisions
        }
        return (
            target in decided
            or any(event.action == target for event in self.events.values())
            or any(target in action.goals for action in self.actions.values())
        )

    def hold(self, event: Event) -> None:
        """The first held event of a planned action begins it."""
        action = self.actions[event.action]
        if event.state == "held" and action.state == "planned":
            action.state = "running"

    # --- figures -------------------------------------------------------------------------------------

    def answers(self, indicator: str, term: str) -> list[Answer]:
        """Every answer that counts for a figure, whoever gave it."""
        found = [answer for answer, _ in self.typed.get((indicator, term), {}).values()]
        held = [event for event in self.events.values() if event.state == "held" and event.term == term]
        if indicator == "visits":
            found += [("value", event.parents, None) for event in held]
        elif indicator == "joint_actions":
            found += [("value", 1, None) for _ in {event.action for event in held if event.with_partner}]
        elif indicator == "shared_analysis":
            found += [("value", 1, None) for at, _ in self.sessions.values() if at == term]
        elif indicator == "election_turnout" and term[:9] in self.votes:
            voters, registered, _ = self.votes[term[:9]]
            found.append(("value", voters, registered))
        return found

    def total(self, indicator: str, term: str) -> Answer:
        """Added up; a yearly figure is shown all year."""
        at = term[:9] + "-T1" if indicator in YEARLY else term
        answers = self.answers(indicator, at)
        values = [(counted or 0, out_of) for status, counted, out_of in answers if status == "value"]
        if not values:
            only_na = answers and all(answer == NOT_APPLICABLE for answer in answers)
            return NOT_APPLICABLE if only_na else NOTHING
        wholes = [out_of for _, out_of in values if out_of is not None]
        return "value", sum(counted for counted, _ in values), sum(wholes) if wholes else None

    def totals(self, term: str) -> dict[str, Answer]:
        return {indicator: self.total(indicator, term) for indicator in (*TRANSMITTED, *YEARLY)}

    # --- the conseil des maîtres -----------------------------------------------------------------------

    def undecided(self, review: Review) -> set[str]:
        decided = {decision.target for decision in review.drafts}
        waiting = {key for key, goal in self.goals.items() if goal.state == "active"}
        waiting |= {key for key, action in self.actions.items() if action.state == "running"}
        return waiting - decided

    def close(self, review: Review) -> list[Decision]:
        """Apply what the closing before did not apply; the additions are given, for their new ids."""
        before = {one.target: one.said for one in review.closings[-1]} if review.closings else {}
        added = []
        for decision in review.drafts:
            if decision.target is None:
                added.append(decision)
            elif before.get(decision.target) != decision.said:
                self._apply(decision)
        review.closings.append([Decision(**vars(one)) for one in review.drafts])
        review.is_open = False
        review.version += 1
        return added

    def _apply(self, decision: Decision) -> None:
        assert decision.target is not None
        item = self.items[decision.target]
        if decision.changes:
            item.title = decision.changes[item.kind]["title"]
            item.goals = ()
        ended = {"stop": "dropped", "finish": "done", "reached": "reached"}.get(decision.verdict)
        goes_on = "active" if item.kind == "goal" else "running"
        stays_planned = item.kind == "action" and item.state == "planned"
        item.state = ended or (item.state if stays_planned else goes_on)

    # --- what leaves -----------------------------------------------------------------------------------

    def would_send(self, term: str, with_minutes: bool) -> tuple[dict[str, Answer], int | None] | None:
        """The next version, or nothing when there is nothing to say, or nothing new."""
        if not any(self.answers(indicator, term) for indicator in TRANSMITTED):
            return None
        review = self.reviews.get(term)
        minutes = len(review.closings) if with_minutes and review and review.closings else None
        version = {indicator: self.total(indicator, term) for indicator in TRANSMITTED}, minutes
        return None if self.sent.get(term, [None])[-1] == version else version


def as_inspected(indicator: str, answer: Answer) -> tuple[Answer, bool]:
    """What the inspector reads of a transmitted figure, and whether it was hidden."""
    status, counted, out_of = answer
    base = PUPILS if out_of is None else out_of
    persons = indicator in {"individual_meetings", "visits"}
    is_hidden = counted is not None and persons and base < FEWEST
    return ((status, None, None) if is_hidden else answer), is_hidden


assert all(before < after for before, after in pairwise(sum(DAYS.values(), ())))
