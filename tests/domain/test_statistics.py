"""Reference values checked against scipy and statsmodels; a few are typed in for when the file is away."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.statistics import (
    Change,
    change_level,
    clustered_change,
    excludes_zero,
    funnel_flag,
    funnel_limits,
    newcombe_interval,
    poisson_interval,
    smallest_visible_change,
    wilson_interval,
)

FILE = Path(__file__).parents[3] / "shared/data/golden_statistics.json"
TYPED_IN: dict[str, list[dict[str, Any]]] = {
    "wilson": [
        {"x": 81, "n": 263, "ci": [0.25528852, 0.366209577]},
        {"x": 0, "n": 20, "ci": [0.0, 0.161125158]},
        {"x": 29, "n": 29, "ci": [0.883030202, 1.0]},
    ],
    "newcombe10": [
        {"x1": 56, "n1": 70, "x2": 48, "n2": 80, "ci": [0.052431472, 0.333872654]},
        {"x1": 10, "n1": 10, "x2": 0, "n2": 20, "ci": [0.679086037, 1.0]},
    ],
    "garwood": [
        {"x": 0, "exposure": 1, "ci": [0.0, 3.688879454]},
        {"x": 7, "exposure": 2.12, "ci": [1.327529741, 6.803148756]},
    ],
    "funnel": [
        {
            "n": 20,
            "theta": 0.5,
            "interp_001_025_975_999": [0.136735789, 0.255823529, 0.694176471, 0.813264211],
            "exact_flag_025": [5, 15],
            "exact_flag_001": [2, 18],
        },
        {
            "n": 50,
            "theta": 0.05,
            "interp_001_025_975_999": [0.0, 0.0, 0.109831711, 0.157993591],
            "exact_flag_025": [-1, 7],
            "exact_flag_001": [-1, 9],
        },
    ],
}


def golden(method: str) -> list[dict[str, Any]]:
    published: list[dict[str, Any]] = json.loads(FILE.read_text())[method] if FILE.exists() else []
    return TYPED_IN[method] + published


def close(found: tuple[float, ...], expected: list[float]) -> bool:
    return all(math.isclose(a, b, rel_tol=0, abs_tol=1e-9) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("case", golden("wilson"))
def test_wilson(case: dict[str, Any]) -> None:
    assert close(wilson_interval(case["x"], case["n"]), case["ci"])


@pytest.mark.parametrize("case", golden("newcombe10"))
def test_newcombe(case: dict[str, Any]) -> None:
    assert close(newcombe_interval((case["x2"], case["n2"]), (case["x1"], case["n1"])), case["ci"])


@pytest.mark.parametrize("case", golden("garwood"))
def test_garwood(case: dict[str, Any]) -> None:
    assert close(poisson_interval(case["x"], case["exposure"]), case["ci"])


@pytest.mark.parametrize("case", golden("funnel"))
def test_funnel(case: dict[str, Any]) -> None:
    n, theta = case["n"], case["theta"]
    low_998, low_95, high_95, high_998 = case["interp_001_025_975_999"]
    assert close(funnel_limits(n, theta), [low_95, high_95])
    assert close(funnel_limits(n, theta, 0.998), [low_998, high_998])
    for level, (low, high) in ((0.95, case["exact_flag_025"]), (0.998, case["exact_flag_001"])):
        flags = [funnel_flag(x, n, theta, level) for x in range(n + 1)]
        expected = ["below" if x <= low else "above" if x >= high else None for x in range(n + 1)]
        assert flags == expected


def test_nobody_gives_no_interval() -> None:
    with pytest.raises(ValueError, match="hasard"):
        wilson_interval(0, 0)
    with pytest.raises(ValueError, match="hasard"):
        newcombe_interval((0, 0), (1, 2))
    with pytest.raises(ValueError, match="hasard"):
        poisson_interval(3, 0)
    with pytest.raises(ValueError, match="hasard"):
        funnel_flag(0, 0, 0.5)
    with pytest.raises(ValueError, match="hasard"):
        funnel_limits(0, 0.5)
    with pytest.raises(ValueError, match="hasard"):
        smallest_visible_change(0, 0.5)


@given(st.integers(1, 400), st.data())
def test_an_interval_holds_what_was_seen_and_widens_with_the_level(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    low, high = wilson_interval(x, n)
    wider_low, wider_high = wilson_interval(x, n, 0.998)
    assert 0 <= wider_low <= low <= x / n + 1e-12
    assert x / n - 1e-12 <= high <= wider_high <= 1


@given(st.integers(1, 200), st.floats(0, 1))
def test_the_funnel_surrounds_its_reference(n: int, share: float) -> None:
    low, high = funnel_limits(n, share)
    assert 0 <= low <= high <= 1


def test_groups_make_totals_vary_more_than_visitors_one_by_one() -> None:
    calm = clustered_change([10, 11, 9, 10], [20, 21, 19, 20])
    rough = clustered_change([2, 25, 1, 12], [5, 40, 10, 25])
    assert calm is not None
    assert rough is not None
    assert calm.change == rough.change == 10
    assert calm.is_clear
    assert not rough.is_clear


def test_the_interval_of_clustered_attendances() -> None:
    # By hand: s² = 2/3 and 2/3, both under the means 10 and 20, so the variances of the means are 10/4 and
    # 20/4; Welch: 7.5² / (2.5²/3 + 5²/3) = 5.4 degrees of freedom, t(0.975; 5.4) = 2.514724…
    found = clustered_change([10, 11, 9, 10], [20, 21, 19, 20])
    assert found is not None
    assert math.isclose((found.high - found.low) / 2 / math.sqrt(7.5), 2.5147, abs_tol=1e-3)
    assert math.isclose(found.low + found.high, 20)


def test_more_events_of_the_same_kind_are_no_change() -> None:
    held = [12, 8, 15, 9]
    found = clustered_change(held, held * 3, 0.998)
    assert found is not None
    assert found.change == 0
    assert not found.is_clear


@pytest.mark.parametrize(
    ("change", "margin"),
    [(Change(3, -1, 8), 4), (Change(-3, -9, 2), 5), (Change(0, -4, 6), 6), (Change(5, 1, 8), 4)],
)
def test_a_change_is_within_chance_up_to_its_margin(change: Change, margin: float) -> None:
    assert change.margin == margin
    assert change.is_clear == (abs(change.change) > change.margin)


def test_few_events_give_no_verdict() -> None:
    assert clustered_change([10, 10, 10], [30, 30, 30, 30]) is None
    assert clustered_change([10, 10, 10, 10], [30, 30, 30]) is None


def test_events_without_anybody_change_nothing() -> None:
    assert clustered_change([0] * 4, [0] * 5) == Change(0, 0.0, 0.0)


def test_forty_families_show_a_change_of_about_22_points() -> None:
    assert smallest_visible_change(40, 0.5) == 9 / 40
    assert smallest_visible_change(2, 0.5) is None


@pytest.mark.parametrize(("out_of", "start"), [(40, 40), (40, 0), (212, 98), (20, 3)])
def test_a_smaller_change_would_not_show(out_of: int, start: int) -> None:
    change = smallest_visible_change(out_of, start / out_of)
    assert change is not None

    def shows(step: int) -> bool:
        ends = [end for end in (start - step, start + step) if 0 <= end <= out_of]
        intervals = [newcombe_interval((start, out_of), (end, out_of)) for end in ends]
        return any(low > 0 or high < 0 for low, high in intervals)

    step = round(change * out_of)
    assert shows(step)
    assert not shows(step - 1)


@pytest.mark.parametrize(
    ("comparisons", "level"), [(0, 0.998), (1, 0.998), (25, 0.998), (50, 0.999), (100, 0.9995)]
)
def test_more_comparisons_ask_for_more(comparisons: int, level: float) -> None:
    assert change_level(comparisons) == level


# --- the edges, where one sign or one default would go unnoticed ---------------------------------------


def test_nobody_is_asked_about_alike_on_both_sides() -> None:
    sentence = r"^Il faut au moins une personne, ou un peu de temps, pour parler de hasard\.$"
    for before, after in (((0, 0), (1, 2)), ((1, 2), (0, 0))):
        with pytest.raises(ValueError, match=sentence):
            newcombe_interval(before, after)


def test_nobody_at_all_is_exactly_zero() -> None:
    assert wilson_interval(0, 47)[0] == 0.0  # the formula alone misses it by a bit here
    assert poisson_interval(5) == poisson_interval(5, 1)


def test_an_interval_that_ends_at_zero_holds_it() -> None:
    assert not excludes_zero((0, 1))
    assert not excludes_zero((-1, 0))


@pytest.mark.parametrize("level", [0.5, 0.95, 0.998])
def test_a_change_is_as_sure_on_either_side(level: float) -> None:
    """Method 10 put together again from the two Wilson intervals at the same level."""
    (low, high), (down, up) = wilson_interval(48, 80, level), wilson_interval(56, 70, level)
    wanted = 0.2 - math.hypot(0.8 - down, high - 0.6), 0.2 + math.hypot(up - 0.8, 0.6 - low)
    assert newcombe_interval((48, 80), (56, 70), level) == pytest.approx(wanted)


def test_what_chance_does_just_often_enough_stands_out() -> None:
    assert funnel_flag(0, 1, 0.5, level=0) == "below"
    assert funnel_flag(1, 1, 0.5, level=0) == "above"


@pytest.mark.parametrize("share", [0, 1])
def test_a_funnel_around_nobody_or_everybody_is_a_line(share: int) -> None:
    assert funnel_limits(20, share) == (share, share)


def test_the_smallest_change_may_be_one_family_or_all_of_them() -> None:
    assert smallest_visible_change(10, 0.5, level=0.01) == 0.1
    assert [smallest_visible_change(size, 0) for size in (1, 2, 3, 4)] == [None, 1, 1, 0.75]
    assert [smallest_visible_change(size, 1) for size in (1, 2, 3, 4)] == [None, 1, 1, 0.75]
