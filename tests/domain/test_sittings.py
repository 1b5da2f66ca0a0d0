"""Minutes of typing, from the instants at which answers were stored."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sittings import minutes_spent

START = datetime(2026, 11, 3, 12, tzinfo=UTC)


def at(*seconds: int, person: str = "a") -> list[tuple[str, datetime]]:
    return [(person, START + timedelta(seconds=one)) for one in seconds]


@pytest.mark.parametrize(
    ("answers", "minutes"),
    [
        ([], 0),
        (at(0), 1),
        (at(0, 0, 0), 1),  # a whole grid stored at once
        (at(0, 60), 2),
        (at(0, 61), 3),  # rounded up
        (at(0, 300), 6),  # five minutes on one answer
        (at(0, 301), 2),  # longer: two sittings
        (at(0, 86_400), 2),
        (at(120, 0, 60), 3),  # in any order
        (at(0, 60) + at(30, person="b"), 3),  # two people at once work two times
    ],
)
def test_minutes(answers: list[tuple[str, datetime]], minutes: int) -> None:
    assert minutes_spent(answers) == minutes


@given(st.lists(st.integers(0, 100_000), min_size=1))
def test_never_longer_than_the_clock_ran_nor_nothing(seconds: list[int]) -> None:
    spent = minutes_spent(at(*seconds))
    assert 1 <= spent <= (max(seconds) - min(seconds)) // 60 + 2
