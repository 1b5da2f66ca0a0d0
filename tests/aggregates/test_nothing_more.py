"""Every aggregate that somebody can ask for: the releases, and the schools that an inspector reads; no more.

What can be made of those is for tests/domain/test_release_adversary.py.
"""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from app.accounts.actor import command_actor
from app.aggregates import release_queries
from app.aggregates.models import Breakdown, Level
from app.aggregates.releasing import prepare_release, publish_release
from app.domain.disclosure import FEWEST_COUNTED_OUT_OF
from app.domain.school_year import Term
from tests.aggregates.conftest import MEETINGS, Region, SignIn
from tests.world import T1

ABOUT = {"indicator": "individual_meetings", "term": T1}
Told = tuple[str, str, str, int, int]


def told_by(ask: Callable[..., Any], person: str, place: str) -> set[Told]:
    """Level, cut, value, counted, out of: all that any question of this person is answered."""
    found: set[Told] = set()
    for level in Level:
        for cut in Breakdown:
            rows = ask(person, within=place, level=level.value, breakdown=cut.value, **ABOUT)
            for row in rows if isinstance(rows, list) else ():
                assert (row["counted"] is None) == (row["out_of"] is None) == (row["rate"] is None)
                assert row["counted"] is None or not row["suppressed"]
                if row["counted"] is not None:
                    found.add((level.value, cut.value, row["value"], row["counted"], row["out_of"]))
    return found


def released(region: Region, number: int) -> set[Told]:
    return {
        (row.level.value, row.breakdown.value, row.value, row.counted, row.out_of)
        for row in release_queries.cells_of(region.db, T1, number)
        if row.indicator == "individual_meetings" and row.counted is not None
    }


@pytest.fixture
def twice(region: Region) -> Region:
    """A release, corrections in both circonscriptions, another release, then one more correction."""
    for names in ((), ("valley0", "valley1", "valley2", "coast0", "coast1", "coast2")):
        for name in names:
            counted, out_of = MEETINGS[name[:-1]][int(name[-1])]
            region.say(name, counted - 1, out_of)
            region.send(name)
        publish_release(region.db, command_actor(), prepare_release(region.db, command_actor(), Term(T1)))
    region.say("valley3", 61, 80)
    region.send("valley3")
    return region


@pytest.mark.parametrize(("person", "place"), [("rita", "099"), ("nadia", "FR")])
def test_an_authority_is_told_the_last_release_and_nothing_else(
    twice: Region, ask: Callable[..., Any], sign_in: SignIn, person: str, place: str
) -> None:
    told = told_by(ask, person, place)
    assert told
    assert told <= released(twice, 2)
    refused = sign_in(person).get("/api/v1/aggregates/distribution", params=ABOUT | {"within": place})
    assert refused.status_code == 422


def test_an_inspector_is_told_the_schools_that_she_reads_and_their_sum(
    twice: Region, ask: Callable[..., Any]
) -> None:
    now = [(29, 40), (44, 60), (19, 50), (61, 80)]
    sums = {
        (sum(counted for counted, _ in some), sum(out_of for _, out_of in some))
        for number in range(1, len(now) + 1)
        for some in combinations(now, number)
    }
    told = told_by(ask, "ines", "0990900Z")
    assert {(one[3], one[4]) for one in told if one[0] == "school"} == set(now)
    assert ("circonscription", "none", "", 153, 230) in told
    assert {(counted, out_of) for *_, counted, out_of in told} <= sums
    assert min(out_of for _, out_of in now) >= FEWEST_COUNTED_OUT_OF


@pytest.mark.parametrize("person", ["claire", "admin"])
def test_a_school_or_an_administrator_is_told_nothing(
    twice: Region, ask: Callable[..., Any], person: str
) -> None:
    assert not told_by(ask, person, "099") | told_by(ask, person, "0990900Z")
