"""Tests know one day: whatever is made for them, at whatever moment, is made on that one."""

from datetime import datetime

import pytest

from app import clock
from tests.world import NOW


@pytest.fixture(scope="module")
def made_at() -> datetime:
    """Before the first test of this file, and so before its clock is pinned."""
    return clock.now()


def test_what_a_file_of_tests_shares_is_made_on_the_pinned_day(made_at: datetime) -> None:
    assert made_at == NOW
