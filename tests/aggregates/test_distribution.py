"""School by school: who may ask, what a point says, what is only counted."""

import pytest

from app.domain.funnel import funnel_of
from app.domain.rates import Rate
from tests.aggregates.conftest import MEETINGS, Region, SignIn
from tests.world import T1

URL = "/api/v1/aggregates/distribution"
ABOUT = {"indicator": "individual_meetings", "within": "0990900Z", "term": T1}


def test_an_inspector_reads_each_transmitted_school_against_the_sum_of_all(
    sign_in: SignIn, region: Region
) -> None:
    body = sign_in("ines").get(URL, params=ABOUT).json()
    assert (body["counted"], body["out_of"], body["reference"]) == (155, 230, pytest.approx(155 / 230))
    assert [point["name"] for point in body["points"]] == [f"École valley{n}" for n in range(4)]
    assert [(point["counted"], point["out_of"]) for point in body["points"]] == MEETINGS["valley"]
    assert (body["schools_reporting"], body["schools_expected"], body["not_shown"]) == (4, 8, 3)
    seen = funnel_of([Rate(*figure) for figure in MEETINGS["valley"]])
    assert [(point["flag"], point["to_discuss"]) for point in body["points"]] == [
        (standing.flag, standing.to_discuss) for standing in seen.standings
    ]
    assert [limit["out_of"] for limit in body["limits"]] == [limit.out_of for limit in seen.limits]
    assert "rank" not in str(body)


def test_a_school_that_chance_does_not_explain_is_flagged(sign_in: SignIn, region: Region) -> None:
    region.say("valley3", 10, 80)
    region.send("valley3")
    points = sign_in("ines").get(URL, params=ABOUT).json()["points"]
    assert [point["flag"] for point in points] == ["above", "above", None, "below"]


def test_without_a_transmission_there_is_no_point_and_no_reference(
    sign_in: SignIn, empty_region: Region
) -> None:
    body = sign_in("ines").get(URL, params=ABOUT).json()
    assert (body["points"], body["limits"], body["reference"]) == ([], [], None)
    assert (body["schools_expected"], body["not_shown"]) == (8, 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"indicator": "visits"}, "not_a_rate"),
        ({"indicator": "rien"}, "unknown_indicator"),
        ({"indicator": "individual_meetings,election_turnout"}, "one_at_a_time"),
        ({"term": "2025-2026-T1..2025-2026-T3"}, "one_at_a_time"),
        ({"term": "2027-2028-T1"}, "future_term"),
    ],
)
def test_what_cannot_be_answered_says_what_can(
    sign_in: SignIn, region: Region, changes: dict[str, str], code: str
) -> None:
    answer = sign_in("ines").get(URL, params=ABOUT | changes)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


def test_above_the_circonscription_only_elections_are_read_school_by_school(
    sign_in: SignIn, region: Region
) -> None:
    rita = sign_in("rita")
    refused = rita.get(URL, params=ABOUT)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_at_school_level")
    assert rita.get(URL, params=ABOUT | {"indicator": "election_turnout"}).status_code == 200
    assert sign_in("paul").get(URL, params=ABOUT).status_code == 404


def test_an_answer_is_not_sent_twice_until_something_changes(sign_in: SignIn, region: Region) -> None:
    ines = sign_in("ines")
    tag = ines.get(URL, params=ABOUT).headers["ETag"]
    assert ines.get(URL, params=ABOUT, headers={"If-None-Match": tag}).status_code == 304
    region.say("valley0", 12, 40)
    region.send("valley0")
    changed = ines.get(URL, params=ABOUT, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert [point["counted"] for point in changed.json()["points"]] == [12, 45, 20, 60]
