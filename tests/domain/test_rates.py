from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.rates import NOT_APPLICABLE, NOT_MEASURED, Figure, Rate, fold, per_hundred, pooled
from app.domain.vocabulary import Status

WITHDRAWN = Figure(Status.WITHDRAWN)
rates = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: Rate(min(pair), max(pair)))
nothing = st.sampled_from([NOT_MEASURED, NOT_APPLICABLE, WITHDRAWN])


@pytest.mark.parametrize(("counted", "out_of"), [(-1, None), (-1, 3), (4, 3), (0, -1)])
def test_a_rate_that_cannot_be(counted: int, out_of: int | None) -> None:
    with pytest.raises(ValueError, match="pas"):
        Rate(counted, out_of)


@pytest.mark.parametrize(
    ("rate", "share"), [(Rate(1, 4), Fraction(1, 4)), (Rate(0, 0), None), (Rate(7), None), (Rate(0, 3), 0)]
)
def test_share(rate: Rate, share: Fraction | None) -> None:
    assert rate.share == share


def test_families_are_added_up_and_not_percentages() -> None:
    assert pooled([Rate(1, 2), Rate(90, 98)]) == Rate(91, 100)
    assert pooled([Rate(3), Rate(4)]) == Rate(7)


@pytest.mark.parametrize("mixed", [[], [Rate(1), Rate(1, 2)]])
def test_only_like_is_added_to_like(mixed: list[Rate]) -> None:
    with pytest.raises(ValueError, match="même nature"):
        pooled(mixed)


@pytest.mark.parametrize(("status", "rate"), [(Status.VALUE, None), (Status.NOT_MEASURED, Rate(1, 2))])
def test_a_figure_has_numbers_when_it_was_measured(status: Status, rate: Rate | None) -> None:
    with pytest.raises(ValueError, match="mesuré"):
        Figure(status, rate)


@pytest.mark.parametrize(
    ("figures", "total"),
    [
        ([], NOT_MEASURED),
        ([NOT_MEASURED], NOT_MEASURED),
        ([NOT_APPLICABLE, NOT_APPLICABLE], NOT_APPLICABLE),
        ([NOT_APPLICABLE, NOT_MEASURED], NOT_MEASURED),
        ([NOT_APPLICABLE, WITHDRAWN], NOT_APPLICABLE),
        ([WITHDRAWN], NOT_MEASURED),
        ([Figure.of(0, 12), NOT_MEASURED], Figure.of(0, 12)),
        ([Figure.of(0)], Figure.of(0)),
        ([Figure.of(1, 2), NOT_APPLICABLE, Figure.of(90, 98)], Figure.of(91, 100)),
    ],
)
def test_three_kinds_of_nothing(figures: list[Figure], total: Figure) -> None:
    assert fold(figures) == total


@given(st.lists(rates, min_size=1), st.lists(nothing))
def test_a_fold_adds_whatever_the_order(some: list[Rate], blanks: list[Figure]) -> None:
    figures = [Figure(Status.VALUE, rate) for rate in some] + blanks
    total = fold(reversed(figures)).rate
    assert total == fold(figures).rate == pooled(some)
    assert total is not None
    shares = [rate.share for rate in some if rate.share is not None]
    if total.share is not None:
        assert min(shares) <= total.share <= max(shares)


@given(st.lists(rates, min_size=1), st.lists(rates, min_size=1))
def test_folding_by_parts_is_folding_at_once(some: list[Rate], others: list[Rate]) -> None:
    assert pooled([pooled(some), pooled(others)]) == pooled(some + others)


@pytest.mark.parametrize(("pupils", "scaled"), [(196, Fraction(10400, 196)), (0, None), (None, None)])
def test_per_hundred_pupils(pupils: int | None, scaled: Fraction | None) -> None:
    assert per_hundred(104, pupils) == scaled
