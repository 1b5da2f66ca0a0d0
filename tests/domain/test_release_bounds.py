"""How narrowly a hidden figure can be bracketed, by hand."""

from math import inf

import numpy as np
import pytest

from app.domain.release_bounds import Figures

ONE_OF_TWO = np.array([True, False])
TOLD = np.array([[1.0, 1.0]])
CAME, ASKED = np.array([3.0, 4.0]), np.array([10.0, 20.0])


def test_of_a_sum_of_two_each_may_be_all_or_nothing() -> None:
    (came,) = Figures(TOLD, CAME, None).brackets(ONE_OF_TWO, inf)
    assert came.width == pytest.approx(7)
    assert came.held_by == {0}


def test_no_more_came_than_were_asked() -> None:
    told = np.array([[1.0, 1.0], [1.0, 0.0]])
    came, asked = Figures(TOLD, CAME, ASKED).brackets(ONE_OF_TWO, inf)
    assert [came.width, asked.width] == pytest.approx([7, 30])
    came, asked = Figures(told, CAME, ASKED).brackets(ONE_OF_TWO, inf)
    assert [came.width, asked.width] == pytest.approx([0, 0])


def test_one_end_may_be_enough() -> None:
    (came,) = Figures(TOLD, CAME, None).brackets(ONE_OF_TWO, 4)
    assert came.width == pytest.approx(4), "from the true 3 to 7"
