import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.disclosure import Withheld, withheld
from app.domain.indicators import INDICATORS, Indicator, own_indicator
from app.domain.rates import NOT_APPLICABLE, NOT_MEASURED, Figure

MEETINGS, VISITS, TURNOUT, JOINT = (
    INDICATORS[slug] for slug in ("individual_meetings", "visits", "election_turnout", "joint_actions")
)
DONE, CONFLICTS = INDICATORS["actions_done"], INDICATORS["school_family_conflicts"]
OWN = own_indicator("own-fete", "Fête", "familles venues", "familles", ("famille", "familles"))


@pytest.mark.parametrize(
    ("indicator", "figure", "leaves"),
    [
        (MEETINGS, Figure.of(5, 11), True),
        (MEETINGS, Figure.of(6, 11), True),
        (MEETINGS, Figure.of(5, 10), False),
        (MEETINGS, Figure.of(4, 11), False),
        (MEETINGS, Figure.of(7, 11), False),
        (MEETINGS, Figure.of(191, 196), True),
        (MEETINGS, Figure.of(192, 196), False),
        (MEETINGS, Figure.of(196, 196), False),
        (MEETINGS, Figure.of(0, 196), False),
        (MEETINGS, Figure.of(0, 0), False),
        (MEETINGS, NOT_MEASURED, True),
        (MEETINGS, NOT_APPLICABLE, True),
        (OWN, Figure.of(4, 60), False),
        (OWN, Figure.of(20, 60), True),
        (VISITS, Figure.of(11), True),
        (VISITS, Figure.of(10), False),
        (VISITS, Figure.of(0), False),
        (CONFLICTS, Figure.of(2), False),
        (JOINT, Figure.of(0), True),
        (JOINT, Figure.of(1), True),
        (DONE, Figure.of(2, 3), True),
        (TURNOUT, Figure.of(1, 362), True),
        (TURNOUT, Figure.of(3, 8), True),
    ],
)
def test_what_may_leave_the_school(indicator: Indicator, figure: Figure, leaves: bool) -> None:
    assert withheld(indicator, figure) == (None if leaves else Withheld.TOO_FEW)


@given(st.integers(0, 400), st.integers(0, 400))
def test_those_who_did_not_come_are_as_well_kept_as_those_who_did(came: int, stayed: int) -> None:
    both = came + stayed
    assert withheld(MEETINGS, Figure.of(came, both)) == withheld(MEETINGS, Figure.of(stayed, both))
