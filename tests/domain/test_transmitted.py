"""What leaves a school with a transmission, and what its own inspector does not read of it."""

import pytest

from app.domain.indicators import INDICATORS, own_indicator
from app.domain.rates import Rate
from app.domain.school_year import Term
from app.domain.transmitted import is_published_at_once, is_small, leaves_the_school

T1, T3 = Term("2026-2027-T1"), Term("2026-2027-T3")
OWN = own_indicator("cafe_regulars", "Habitués du café", "Familles venues deux fois", None)


def test_a_vote_is_public_without_being_transmitted() -> None:
    published = {slug for slug, indicator in INDICATORS.items() if is_published_at_once(indicator)}
    assert {"election_turnout", "seats_filled"} <= published
    assert not published & {"individual_meetings", "visits", "joint_actions", "shared_analysis"}
    assert not any(leaves_the_school(INDICATORS[slug], T1) for slug in published)


@pytest.mark.parametrize("slug", ["individual_meetings", "visits", "joint_actions", "shared_analysis"])
@pytest.mark.parametrize("term", [T1, T3])
def test_what_a_term_carries(slug: str, term: Term) -> None:
    assert leaves_the_school(INDICATORS[slug], term)


def test_an_indicator_of_the_school_s_own_stays_there() -> None:
    assert not leaves_the_school(OWN, T1)


def test_a_yearly_figure_belongs_to_the_first_term() -> None:
    yearly = [i for i in INDICATORS.values() if i.is_yearly and not is_published_at_once(i)]
    assert yearly
    assert all(leaves_the_school(i, T1) and not leaves_the_school(i, T3) for i in yearly)


@pytest.mark.parametrize(
    ("slug", "rate", "pupils", "small"),
    [
        ("individual_meetings", Rate(3, 10), 200, True),
        ("individual_meetings", Rate(3, 11), None, False),
        ("visits", Rate(90), 10, True),
        ("visits", Rate(2), 11, False),
        ("visits", Rate(90), None, True),  # nobody said among how many
        ("joint_actions", Rate(1), 8, False),  # events are nobody's private life
        ("election_turnout", Rate(2, 4), 8, False),
    ],
)
def test_persons_among_fewer_than_eleven(slug: str, rate: Rate, pupils: int | None, small: bool) -> None:
    assert is_small(INDICATORS[slug], rate, pupils) is small
