"""Presses add up to one total, whatever their order, their repeats and the phone they came from."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counting import Tap, distinct, shown, sums, total
from app.domain.vocabulary import Grade

taps = st.lists(
    st.builds(Tap, id=st.uuids(), delta=st.sampled_from([1, 1, 1, -1]), grade=st.sampled_from([*Grade])),
    max_size=60,
    unique_by=lambda tap: tap.id,
)


def press(number: int, delta: int = 1, grade: Grade = Grade.ALL) -> Tap:
    return Tap(UUID(int=number), delta, grade)


@given(taps, st.data())
def test_neither_order_nor_repeats_nor_batches_change_the_total(made: list[Tap], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(made), max_size=20)) if made else []
    arrived = data.draw(st.permutations([*made, *again]))
    assert sums(arrived) == sums(made)
    assert total(sums(arrived)) == total(sums(made))
    cut = data.draw(st.integers(0, len(made)))
    first, second = sums(made[:cut]), sums(made[cut:])
    together = {grade: first.get(grade, 0) + second.get(grade, 0) for grade in first | second}
    assert together == sums(made)


@given(taps)
def test_the_total_is_what_the_page_shows_added_up(made: list[Tap]) -> None:
    by_grade = sums(made)
    assert total(by_grade) == sum(shown(one) for one in by_grade.values())
    assert total(by_grade) >= max(0, sum(tap.delta for tap in made))


def test_a_minus_that_arrives_first_waits_for_its_plus() -> None:
    """With a floor under each press, −1 then +1 would be 1 and +1 then −1 would be 0."""
    assert total(sums([press(1, -1)])) == 0
    assert total(sums([press(1, -1), press(2)])) == total(sums([press(2), press(1, -1)])) == 0
    assert total(sums([press(1, -1), press(2), press(3)])) == 1


def test_a_grade_below_zero_takes_nothing_from_another() -> None:
    assert total(sums([press(1, -1, Grade.CP), press(2, 1, Grade.CE1)])) == 1


def test_an_id_that_says_two_things_keeps_its_first_word() -> None:
    assert distinct([press(1), press(1, -1)]) == [press(1)]
    assert sums([press(1), press(1, -1), press(2)]) == {Grade.ALL: 2}


@pytest.mark.parametrize(("stored", "seen"), [(-3, 0), (0, 0), (7, 7)])
def test_nobody_came_less_than_zero_times(stored: int, seen: int) -> None:
    assert shown(stored) == seen
