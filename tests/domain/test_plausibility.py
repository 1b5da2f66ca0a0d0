"""What is asked about once, after it was stored."""

import pytest

from app.domain.indicators import INDICATORS
from app.domain.plausibility import doubts_about, move_doubt, registered_doubt
from app.domain.rates import Rate

MEETINGS, VISITS, CLASSES = (INDICATORS[slug] for slug in ("individual_meetings", "visits", "class_meetings"))
BEFORE = "au 2e trimestre 2026-2027"


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (Rate(36, 196), Rate(158, 196), "36 sur 196 (18 %), contre 158 sur 196 (81 %) au 2e trimestre"),
        (Rate(95, 100), Rate(64, 100), "31 points de plus."),
        (Rate(95, 100), Rate(65, 100), ""),  # 30 points, as far as a school may go without a question
        (Rate(1, 19), Rate(19, 19), ""),  # too few for points
        (Rate(20, 20), Rate(0, 19), ""),
        (Rate(20, 20), Rate(0, 20), "100 points de plus."),
        (Rate(90), Rate(10), ""),
        (Rate(90, 100), None, ""),
    ],
)
def test_a_rate_that_jumps(now: Rate, before: Rate | None, told: str) -> None:
    said = move_doubt(now, before, BEFORE).replace("\u202f", " ").replace("\u00a0", " ")
    assert told in said
    assert bool(said) == bool(told)


@pytest.mark.parametrize(
    ("registered", "classes", "is_odd"),
    [
        (179, 9, True),
        (180, 9, False),
        (630, 9, False),
        (631, 9, True),
        (None, 9, False),
        (400, None, False),
        (400, 0, False),
    ],
)
def test_registered_parents_of_a_class(registered: int | None, classes: int | None, is_odd: bool) -> None:
    told = registered_doubt(registered, classes)
    assert bool(told) is is_odd
    if is_odd:
        assert "20 à 70" in told
        assert str(classes) in told


def test_more_pupils_than_the_school_has() -> None:
    told = doubts_about(MEETINGS, Rate(139, 1960), None, "", 196)
    assert len(told) == 1
    assert "qui en compte 196" in told[0]
    assert not doubts_about(MEETINGS, Rate(139, 196), None, "", 196)
    assert not doubts_about(MEETINGS, Rate(139, 1960), None, "", None)
    assert not doubts_about(VISITS, Rate(1960), None, "", 196)


def test_several_doubts_and_none() -> None:
    assert len(doubts_about(MEETINGS, Rate(10, 1960), Rate(100, 196), BEFORE, 196)) == 2
    assert doubts_about(MEETINGS, None, Rate(100, 196), BEFORE, 196) == []
    assert doubts_about(CLASSES, Rate(110, 190), Rate(111, 190), BEFORE, 196) == []
