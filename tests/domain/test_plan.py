from itertools import pairwise, product

import pytest

from app.domain.plan import (
    ACTION_VERDICTS,
    GOAL_VERDICTS,
    Verdict,
    action_state_after,
    goal_state_after,
    may_become,
    needs_reason,
    way,
)
from app.domain.vocabulary import ActionState as A
from app.domain.vocabulary import GoalState as G


@pytest.mark.parametrize(
    ("before", "verdict", "after"),
    [
        (A.RUNNING, Verdict.KEEP, A.RUNNING),
        (A.RUNNING, Verdict.CHANGE, A.RUNNING),
        (A.RUNNING, Verdict.STOP, A.DROPPED),
        (A.RUNNING, Verdict.FINISH, A.DONE),
        (A.PLANNED, Verdict.KEEP, A.PLANNED),
        (A.PLANNED, Verdict.STOP, A.DROPPED),
        (A.DROPPED, Verdict.KEEP, A.RUNNING),
        (A.DONE, Verdict.CHANGE, A.RUNNING),
    ],
)
def test_what_a_decision_does_to_an_action(before: A, verdict: Verdict, after: A) -> None:
    assert action_state_after(before, verdict) is after
    assert may_become(before, after)


@pytest.mark.parametrize(
    ("verdict", "after"),
    [
        (Verdict.KEEP, G.ACTIVE),
        (Verdict.CHANGE, G.ACTIVE),
        (Verdict.STOP, G.DROPPED),
        (Verdict.REACHED, G.REACHED),
    ],
)
def test_what_a_decision_does_to_a_goal(verdict: Verdict, after: G) -> None:
    assert goal_state_after(verdict) is after


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - set(ACTION_VERDICTS)))
def test_a_verdict_that_is_not_an_actions(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match="d’une action"):
        action_state_after(A.RUNNING, verdict)


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - set(GOAL_VERDICTS)))
def test_a_verdict_that_is_not_a_goals(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match="d’un objectif"):
        goal_state_after(verdict)


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


@pytest.mark.parametrize("verdict", Verdict)
def test_all_but_keeping_and_adding_is_explained(verdict: Verdict) -> None:
    assert needs_reason(verdict) is (verdict not in {Verdict.KEEP, Verdict.ADD})


ACTION_WAYS = list(product(A, A))
GOAL_WAYS = list(product(G, G))


@pytest.mark.parametrize(("before", "after"), ACTION_WAYS)
def test_there_is_a_way_to_any_state_of_an_action(before: A, after: A) -> None:
    steps = way(before, after)
    assert steps[-1] is after
    assert all(may_become(one, other) for one, other in pairwise([before, *steps]))


@pytest.mark.parametrize(("before", "after"), GOAL_WAYS)
def test_there_is_a_way_to_any_state_of_a_goal(before: G, after: G) -> None:
    steps = way(before, after)
    assert steps[-1] is after
    assert all(may_become(one, other) for one, other in pairwise([before, *steps]))


def test_the_way_is_the_shortest() -> None:
    assert way(G.REACHED, G.DROPPED) == [G.ACTIVE, G.DROPPED]
    assert way(A.RUNNING, A.PLANNED) == [A.DROPPED, A.PLANNED]
    assert way(G.ACTIVE, G.ACTIVE) == [G.ACTIVE]
