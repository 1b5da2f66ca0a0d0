"""The funnel of a circonscription: a reference that is a sum, flags by exact tails, curves for every size."""

import pytest

from app.domain.funnel import funnel_of
from app.domain.rates import Rate
from app.domain.statistics import funnel_limits

NINE_ALIKE = [Rate(60, 100)] * 9


def test_the_reference_adds_families_and_not_percentages() -> None:
    assert funnel_of([Rate(1, 2), Rate(90, 98)]).reference == Rate(91, 100)


def test_only_what_chance_does_not_explain_is_flagged() -> None:
    seen = funnel_of([*NINE_ALIKE, Rate(36, 100), Rate(46, 100), Rate(70, 100), Rate(90, 100)])
    assert [one.flag for one in seen.standings] == [*[None] * 9, "below", None, None, "above"]
    assert [one.to_discuss for one in seen.standings] == [*[None] * 9, "below", "below", None, "above"]
    assert seen.standings[9].rate == Rate(36, 100)


def test_a_small_school_has_to_stand_further_away() -> None:
    """2 of 11 and 36 of 198 are the same share."""
    small, large = (funnel_of([*NINE_ALIKE, rate]).standings[-1] for rate in (Rate(2, 11), Rate(36, 198)))
    assert (small.flag, large.flag) == (None, "below")


def test_the_curves_go_from_the_smallest_school_shown_to_beyond_the_largest() -> None:
    limits = funnel_of([*NINE_ALIKE, Rate(80, 320)]).limits
    assert (limits[0].out_of, limits[-1].out_of) == (11, 340)
    assert len(limits) == len({one.out_of for one in limits}) <= 33
    for one in limits:
        assert 0 <= one.low_998 < one.low_95 < 620 / 1220 < one.high_95 < one.high_998 <= 1
    assert (limits[5].low_95, limits[5].high_95) == funnel_limits(limits[5].out_of, 620 / 1220, 0.95)


def test_a_school_alone_is_its_own_reference() -> None:
    seen = funnel_of([Rate(6, 9)])
    assert (seen.limits[0].out_of, seen.limits[-1].out_of) == (9, 10)
    assert seen.standings[0].to_discuss is None


@pytest.mark.parametrize("rates", [[Rate(0, 40)] * 3, [Rate(40, 40)] * 3])
def test_nobody_and_everybody_leave_chance_no_room(rates: list[Rate]) -> None:
    seen = funnel_of(rates)
    share = float(rates[0].counted > 0)
    assert {(one.low_998, one.high_998) for one in seen.limits} == {(share, share)}
    assert [one.to_discuss for one in seen.standings] == [None] * 3


@pytest.mark.parametrize("rates", [[], [Rate(0, 0)], [Rate(3, 12), Rate(0, 0)], [Rate(3)]])
def test_there_is_no_funnel_without_somebody_to_count(rates: list[Rate]) -> None:
    with pytest.raises(ValueError, match=r"quelqu’un|au moins un"):
        funnel_of(rates)
