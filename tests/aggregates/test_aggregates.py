"""What the inspector asks, what an authority asks, and every question that is refused with its list."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.actor import command_actor
from app.accounts.models import TerritoryMembership
from app.aggregates.models import Breakdown
from app.aggregates.releasing import prepare_release, publish_release
from app.domain.school_year import Term
from app.domain.vocabulary import Role
from app.elections.models import ElectionIn
from app.elections.service import record_election
from tests.aggregates.conftest import MEETINGS, SMALL, Region
from tests.world import LAST_YEAR, NOW, T1, YEAR, World

Ask = Callable[..., Any]
SignIn = Callable[[str], TestClient]
VALLEY, COAST = "0990900Z", "0990901A"


def release(db: Session, term: str = T1) -> None:
    publish_release(db, command_actor(), prepare_release(db, command_actor(), Term(term)))


def vote(region: Region, name: str, voters: int, registered: int, year: str = YEAR) -> None:
    result = {
        "held_on": f"{year[:4]}-10-09", "registered": registered, "voters": voters, "blank_null": 0,
        "seats": 4, "seats_filled": 2, "lots_drawn": True,
    }  # fmt: skip
    code = region.schools[name][0]
    record_election(region.db, region.actor, code, year, ElectionIn.model_validate(result))


# --- the inspector -------------------------------------------------------------------------------------


def test_rates_are_sums_over_sums_and_small_schools_stay_out(ask: Ask, region: Region) -> None:
    rows = ask("ines", indicator="individual_meetings")
    assert len(rows) == 1
    row, figures = rows[0], MEETINGS["valley"]
    counted, out_of = sum(f[0] for f in figures), sum(f[1] for f in figures)
    assert (row["level"], row["code"], row["term"]) == ("circonscription", VALLEY, T1)
    assert (row["counted"], row["out_of"], row["rate"]) == (counted, out_of, counted / out_of)
    assert (row["schools_reporting"], row["schools_expected"]) == (4, 8)
    assert (row["suppressed"], row["reason"]) == (False, None)
    assert row["as_of"].startswith("2026-11-21T09:00")


def test_of_two_duties_the_nearest_decides(ask: Ask, region: Region) -> None:
    ines, above = region.world.users["ines"].id, region.world.territories["departement"].id
    region.db.add(TerritoryMembership(territory_id=above, user_id=ines, role=Role.AUTHORITY, started_at=NOW))
    region.db.flush()
    (own,) = ask("ines", indicator="individual_meetings", within=VALLEY)
    assert (own["schools_reporting"], own["reason"]) == (4, None)  # live, as the inspector
    (coast,) = ask("ines", indicator="individual_meetings", within=COAST)
    assert coast["reason"] == "not_released"
    (whole,) = ask("ines", indicator="individual_meetings")
    assert (whole["level"], whole["reason"]) == ("departement", "not_released")


def test_every_combination_asked_has_its_row(ask: Ask, region: Region) -> None:
    rows = ask("ines", term=f"{LAST_YEAR}-T1..{T1}")
    assert [(row["indicator"], row["term"]) for row in rows] == [
        (slug, term)
        for slug in ("individual_meetings", "visits", "election_turnout", "joint_actions", "shared_analysis")
        for term in (*(f"{LAST_YEAR}-T{n}" for n in (1, 2, 3)), T1)
    ]
    reasons = {(row["indicator"], row["term"]): row["reason"] for row in rows}
    assert reasons["individual_meetings", f"{LAST_YEAR}-T2"] == "nothing_transmitted"
    assert reasons["election_turnout", f"{LAST_YEAR}-T2"] == "first_term_only"
    assert all(row["counted"] is None for row in rows if row["reason"])


def test_visits_are_scaled_to_pupils(ask: Ask, region: Region) -> None:
    row = ask("ines", indicator="visits")[0]
    assert (row["counted"], row["out_of"], row["rate"]) == (10 + 11 + 12 + 13, None, None)
    assert row["per_100_pupils"] == 11.5


def test_school_by_school(ask: Ask, region: Region) -> None:
    """By name; the small ones hidden with a reason, the silent ones with theirs."""
    rows = ask("ines", level="school", indicator="individual_meetings")
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)
    seen = {row["name"]: (row["counted"], row["suppressed"], row["reason"]) for row in rows}
    assert seen == {
        "École des Tilleuls": (None, False, "not_transmitted"),
        **{f"École small{n}": (None, True, "too_few") for n in range(3)},
        **{f"École valley{n}": (MEETINGS["valley"][n][0], False, None) for n in range(4)},
    }


def test_a_cut_adds_up_to_the_whole(ask: Ask, region: Region) -> None:
    rows = ask("ines", indicator="individual_meetings", breakdown="priority_education")
    assert [row["value"] for row in rows] == ["none", "rep", "rep_plus"]
    assert sum(row["counted"] or 0 for row in rows) == sum(f[0] for f in MEETINGS["valley"])
    assert [row["schools_expected"] for row in rows] == [2, 6, 0]
    assert rows[2]["reason"] == "nothing_transmitted"


def test_relative_terms_resolve_at_a_pinned_day(ask: Ask, region: Region) -> None:
    rows = ask("ines", indicator="visits", term="current,previous,same-last-year", today="2026-11-20")
    assert [row["term"] for row in rows] == [f"{LAST_YEAR}-T1", f"{LAST_YEAR}-T3", T1]
    assert ask("ines", indicator="visits", today="2026-05-04")[0]["term"] == f"{LAST_YEAR}-T3"


# --- an authority --------------------------------------------------------------------------------------


def test_an_authority_reads_what_was_released(ask: Ask, region: Region) -> None:
    question = {"indicator": "individual_meetings", "within": "099"}
    assert ask("rita", **question)[0]["reason"] == "not_released"
    release(region.db)
    whole = [f for figures in MEETINGS.values() for f in figures] + SMALL
    row = ask("rita", **question)[0]
    assert (row["level"], row["code"]) == ("departement", "099")
    assert (row["counted"], row["out_of"]) == (sum(f[0] for f in whole), sum(f[1] for f in whole))
    assert row["schools_reporting"] == 11
    below = ask("rita", level="circonscription", **question)
    assert {row["code"]: row["schools_reporting"] for row in below} == {VALLEY: 4, COAST: 4}


def test_a_release_does_not_move(ask: Ask, region: Region) -> None:
    release(region.db)
    before = ask("rita", within="099", indicator="individual_meetings")
    region.say("valley0", 31, 40)
    region.send("valley0")
    assert ask("rita", within="099", indicator="individual_meetings") == before
    assert ask("ines", indicator="individual_meetings")[0]["counted"] == 156


def test_elections_are_read_as_they_are_at_every_level(ask: Ask, region: Region) -> None:
    vote(region, "valley0", 40, 100)
    vote(region, "coast0", 20, 100)
    for person, within, level in (
        ("rita", "099", "departement"),
        ("rita", "A99", "academie"),
        ("rita", "A99", "departement"),
        ("nadia", "FR", "national"),
        ("nadia", "FR", "academie"),
        ("nadia", "FR", "departement"),
    ):
        row = ask(person, within=within, level=level, indicator="election_turnout")[0]
        assert (row["counted"], row["out_of"], row["schools_reporting"]) == (60, 200, 2)
        assert row["schools_expected"] == 13
    rows = ask("rita", within="099", level="school", indicator="election_turnout")
    told = {row["name"]: row["counted"] for row in rows}
    assert (told["École valley0"], told["École coast0"], told["École coast1"]) == (40, 20, None)


def test_an_authority_does_not_read_schools(ask: Ask, region: Region) -> None:
    refusal = ask("rita", within="099", level="school", indicator="individual_meetings")
    assert (refusal["status"], refusal["errors"][0]["code"]) == (422, "not_at_school_level")


# --- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "pointer", "code"),
    [
        ({"indicator": "notes"}, "/indicator", "unknown_indicator"),
        ({"level": "departement"}, "/level", "level_above"),
        ({"term": f"{T1},{LAST_YEAR}-T3..{T1}"}, "/term", "overlapping_terms"),
        ({"term": "2026-2027-T2"}, "/term", "future_term"),
        ({"term": "2001-2002-T1..2026-2027-T1"}, "/term", "too_many_terms"),
        ({"term": "printemps"}, "/term", "unknown_term"),
        ({"term": f"{T1}..{LAST_YEAR}-T1"}, "/term", "unknown_term"),
        ({"today": "2027-01-01"}, "/today", "future"),
        ({"today": "2001-12-31"}, "/today", "too_old"),
        ({"today": "0001-01-01"}, "/today", "too_old"),
        ({"level": "school", "breakdown": "school_type"}, "/breakdown", "unknown_cut"),
    ],
)
def test_a_question_without_answer_is_told_why(
    ask: Ask, region: Region, params: dict[str, str], pointer: str, code: str
) -> None:
    refusal = ask("ines", **params)
    assert refusal["status"] == 422
    assert (refusal["errors"][0]["pointer"], refusal["errors"][0]["code"]) == (pointer, code)


def test_ten_thousand_terms_are_refused_quickly(ask: Ask, region: Region) -> None:
    refusal = ask("ines", term=",".join(["2000-2001-T1..2099-2100-T3"] * 40))
    assert refusal["errors"][0]["code"] == "too_many_terms"


def test_another_cut_answers_with_the_list(ask: Ask, region: Region) -> None:
    refusal = ask("ines", breakdown="sex")
    assert (refusal["status"], refusal["errors"][0]["pointer"]) == (422, "/breakdown")
    for cut in Breakdown:
        assert cut.value in refusal["errors"][0]["detail"], refusal


@pytest.mark.parametrize(
    "path",
    [
        "aggregates.csv?indicator=notes",
        "aggregates.csv?level=departement",
        f"aggregates.xlsx?term={T1},{LAST_YEAR}-T3..{T1}",
        "aggregates/distribution?indicator=notes",
        "aggregates/distribution?indicator=individual_meetings&term=2030-2031-T1",
        "aggregates/distribution?indicator=individual_meetings&term=" + "2026-2027-T1,2025-2026-T1",
        "aggregates.csv?within=0990901A",
        "aggregates/distribution?indicator=individual_meetings&within=FR",
        "aggregates?term=" + "current," * 5_000,
        "aggregates?term=",
        "aggregates.csv?indicator=",
        "aggregates.csv?indicator=visits,",
    ],
)
def test_a_refusal_is_a_problem_with_a_sentence_and_the_service_stays_up(
    sign_in: SignIn, region: Region, path: str
) -> None:
    ines = sign_in("ines")
    refused = ines.get(f"/api/v1/{path}")
    assert refused.status_code in {404, 422}
    assert refused.headers["content-type"] == "application/problem+json"
    told = refused.json()
    for sentence in (told["detail"], *(error["detail"] for error in told.get("errors", []))):
        assert re.fullmatch(r"[A-ZÀ-Ý«].*[.!?]", sentence, re.DOTALL), sentence
    assert ines.get("/api/v1/aggregates").status_code == 200


@pytest.mark.parametrize("within", [COAST, "099", "FR", "0999999Z", "x"])
def test_a_territory_of_somebody_else_does_not_exist(ask: Ask, region: Region, within: str) -> None:
    assert ask("ines", within=within)["status"] == 404


def test_a_school_asks_nothing(ask: Ask, region: Region) -> None:
    assert ask("claire")["status"] == 404


# --- files and caching ---------------------------------------------------------------------------------


def test_the_same_answer_as_a_file(sign_in: SignIn, region: Region) -> None:
    ines = sign_in("ines")
    answer = ines.get("/api/v1/aggregates.csv?indicator=individual_meetings")
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("Niveau;Code;Nom;Indicateur")
    assert (
        f"circonscription;{VALLEY};Val-des-Tilleuls;individual_meetings;{T1};none;;155;230;0,674;" in lines[1]
    )
    assert ines.get("/api/v1/aggregates.xlsx").content[:2] == b"PK"
    assert ines.get("/api/v1/aggregates", headers={"Accept": "text/csv"}).headers["vary"] == "Accept"


def test_an_answer_is_kept_until_something_changes(sign_in: SignIn, region: Region) -> None:
    ines = sign_in("ines")
    first = ines.get("/api/v1/aggregates")
    tag = first.headers["etag"]
    again = ines.get("/api/v1/aggregates", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert ines.get("/api/v1/aggregates.csv").headers["etag"] != tag
    region.say("valley0", 31, 40)
    assert ines.get("/api/v1/aggregates").headers["etag"] == tag
    region.send("valley0")
    moved = ines.get("/api/v1/aggregates", headers={"If-None-Match": tag})
    assert moved.status_code == 200
    assert moved.json() != first.json()


def test_every_act_that_changes_an_answer_changes_its_tag(
    sign_in: SignIn, db: Session, world: World, region: Region
) -> None:
    def tags() -> tuple[str, str]:
        return tuple(  # type: ignore[return-value]  # two of them
            sign_in(person).get("/api/v1/aggregates?within=" + within).headers["etag"]
            for person, within in (("ines", VALLEY), ("rita", "099"))
        )

    before = tags()
    vote(region, "valley0", 40, 100)
    voted = tags()
    release(db)
    assert len({*before, *voted, *tags()}) == 6


@pytest.mark.one_process
def test_the_answer_is_bytes_that_are_not_made_twice(
    sign_in: SignIn, region: Region, count_queries: Callable[[], Any]
) -> None:
    ines = sign_in("ines")
    with count_queries() as cold:
        ines.get("/api/v1/aggregates")
    with count_queries() as warm:
        ines.get("/api/v1/aggregates")
    assert len(warm) < len(cold)
