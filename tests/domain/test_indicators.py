import pytest

from app.domain.indicators import INDICATORS, OFFICIAL, PACKS, Indicator, own_indicator
from app.domain.vocabulary import Source


def test_the_five_official_ones_come_first() -> None:
    assert OFFICIAL == (
        "individual_meetings",
        "visits",
        "election_turnout",
        "joint_actions",
        "shared_analysis",
    )
    assert tuple(INDICATORS)[:5] == OFFICIAL


def test_packs_hold_all_the_others_once() -> None:
    packed = [slug for pack in PACKS.values() for slug in pack.slugs]
    assert sorted([*OFFICIAL, *packed]) == sorted(INDICATORS)
    assert all(pack.label and pack.slugs for pack in PACKS.values())


def test_what_is_fed_is_known() -> None:
    fed = {slug: i.fed_by for slug, i in INDICATORS.items() if i.fed_by}
    assert fed == {
        "visits": Source.EVENT,
        "joint_actions": Source.EVENT,
        "election_turnout": Source.ELECTION,
        "seats_filled": Source.ELECTION,
        "blank_null_votes": Source.ELECTION,
        "shared_analysis": Source.SESSION,
    }


def test_the_shape_of_an_indicator() -> None:
    visits, turnout = INDICATORS["visits"], INDICATORS["election_turnout"]
    assert (visits.is_rate, visits.is_yearly, visits.per_pupils, visits.is_official) == (
        False,
        False,
        True,
        True,
    )
    assert (turnout.is_rate, turnout.is_yearly, turnout.counts) == (True, True, "public")
    assert {i.slug for i in INDICATORS.values() if i.is_yearly} == {
        "election_turnout",
        "seats_filled",
        "blank_null_votes",
        "back_to_school_meeting",
    }
    assert {i.slug for i in INDICATORS.values() if i.better == "lower"} == {
        "blank_null_votes",
        "absenteeism",
        "school_family_conflicts",
    }


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)
def test_every_indicator_can_label_its_form(indicator: Indicator) -> None:
    assert indicator.title
    assert indicator.counted
    assert indicator.source
    assert all(indicator.unit)
    assert indicator.slug.isidentifier()
    assert not indicator.is_own
    assert indicator.retired_in is None


def test_a_school_adds_its_own() -> None:
    own = own_indicator("walking_bus", "Pédibus", "Enfants venus", "Enfants inscrits", ("enfant", "enfants"))
    assert own.is_own
    assert own.is_rate
    assert not own.is_official
    assert own.better == "neither"


def test_its_slug_must_be_free() -> None:
    with pytest.raises(ValueError, match="Venues des parents"):
        own_indicator("visits", "Nos venues", "Venues")
