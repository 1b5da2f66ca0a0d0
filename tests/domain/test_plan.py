import pytest

from app.domain.plan import (
    ActionVerdict,
    AddVerdict,
    GoalVerdict,
    Verdict,
    may_become,
    needs_reason,
    state_after,
)
from app.domain.vocabulary import ActionState as A
from app.domain.vocabulary import GoalState as G


@pytest.mark.parametrize(
    ("before", "verdict", "after"),
    [
        (A.RUNNING, ActionVerdict.KEEP, A.RUNNING),
        (A.RUNNING, ActionVerdict.CHANGE, A.RUNNING),
        (A.RUNNING, ActionVerdict.STOP, A.DROPPED),
        (A.RUNNING, ActionVerdict.FINISH, A.DONE),
        (A.PLANNED, ActionVerdict.KEEP, A.PLANNED),
        (A.PLANNED, ActionVerdict.STOP, A.DROPPED),
        (A.DROPPED, ActionVerdict.KEEP, A.RUNNING),
        (A.DONE, ActionVerdict.CHANGE, A.RUNNING),
    ],
)
def test_what_a_decision_does_to_an_action(before: A, verdict: ActionVerdict, after: A) -> None:
    assert state_after(before, verdict) is after
    assert may_become(before, after)


@pytest.mark.parametrize(
    ("before", "verdict", "after"),
    [
        (G.ACTIVE, GoalVerdict.KEEP, G.ACTIVE),
        (G.ACTIVE, GoalVerdict.CHANGE, G.ACTIVE),
        (G.ACTIVE, GoalVerdict.STOP, G.DROPPED),
        (G.ACTIVE, GoalVerdict.REACHED, G.REACHED),
        (G.DROPPED, GoalVerdict.KEEP, G.ACTIVE),
    ],
)
def test_what_a_decision_does_to_a_goal(before: G, verdict: GoalVerdict, after: G) -> None:
    assert state_after(before, verdict) is after
    assert may_become(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (A.RUNNING, A.PLANNED),
        (A.DONE, A.DROPPED),
        (A.DONE, A.PLANNED),
        (G.REACHED, G.DROPPED),
        (G.DROPPED, G.REACHED),
    ],
)
def test_what_does_not_follow(before: A | G, after: A | G) -> None:
    assert not may_become(before, after)


@pytest.mark.parametrize(
    ("verdict", "explained"),
    [
        (ActionVerdict.KEEP, False),
        (ActionVerdict.CHANGE, True),
        (ActionVerdict.STOP, True),
        (ActionVerdict.FINISH, True),
        (GoalVerdict.KEEP, False),
        (GoalVerdict.CHANGE, True),
        (GoalVerdict.STOP, True),
        (GoalVerdict.REACHED, True),
        (AddVerdict.ADD, False),
    ],
)
def test_all_but_keeping_and_adding_is_explained(verdict: Verdict, explained: bool) -> None:
    assert needs_reason(verdict) is explained
