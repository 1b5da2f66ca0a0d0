"""Levers weighed with the release of a third term: once, from released figures, and nobody is named."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, delete

from app.accounts.actor import command_actor
from app.actions.models import Action, Event
from app.aggregates import weighing_queries as queries
from app.aggregates.models import Release, ReleasedFigure
from app.aggregates.releasing import Prepared, decided_on, publish_release
from app.aggregates.weighing import weigh_levers
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import Axis, EventState, PriorityEducation, SchoolType, TerritoryLevel
from app.library.models import LeverEffect
from app.library.queries import effects_of_levers
from app.schools.models import Territory
from tests.aggregates.conftest import Region
from tests.world import NOW

SignIn = Callable[[str], TestClient]
OVER = SchoolYear("2025-2026")
BEGAN = ("2025-2026-T1", "2025-2026-T2", "2025-2026-T3")
EIGHT = [f"{place}{number}" for place in ("valley", "coast") for number in range(4)]


@pytest.fixture
def places(empty_region: Region) -> list[UUID]:
    """A circonscription each, so that no two inspectors read most of them."""
    found = []
    for number in range(8):
        name = f"Lieu {number}"
        territory = Territory(
            level=TerritoryLevel.CIRCONSCRIPTION, name=name, folded_name=name.lower(), parent_id=None
        )
        empty_region.db.add(territory)
        empty_region.db.flush()
        found.append(territory.id)
    return found


def hold(db: Session, school_id: UUID, term: str, lever: str = "conviviality") -> None:
    """An action of the lever, held once in that term."""
    first, last = date(2024, 9, 1), date(2026, 8, 31)
    action = Action(
        school_id=school_id,
        axis=Axis.FAMILIARITY,
        lever=lever,
        title="Café",
        planned_from=first,
        planned_to=last,
        created_at=NOW,
    )
    db.add(action)
    db.flush()
    db.add(
        Event(
            school_id=school_id,
            action_id=action.id,
            planned_on=first,
            held_on=first,
            state=EventState.HELD,
            term=term,
            parents_present=9,
        )
    )
    db.flush()


def release(db: Session, school_id: UUID, place: UUID, term: str, counted: int, number: int = 1) -> None:
    """What a release of the term counts of the school."""
    if db.get(Release, (term, number)) is None:
        db.add(Release(term=term, number=number, released_at=NOW))
        db.flush()
    db.add(
        ReleasedFigure(
            school_id=school_id,
            term=term,
            indicator="individual_meetings",
            number=number,
            circonscription_id=place,
            priority=PriorityEducation.NONE,
            type=SchoolType.ELEMENTARY,
            counted=counted,
            out_of=100,
        )
    )
    db.flush()


def take_up(
    region: Region, places: list[UUID], names: list[str], lever: str = "conviviality", gain: int = 10
) -> None:
    for name in names:
        number = EIGHT.index(name)
        school_id, term = region.schools[name][1], Term(BEGAN[number % 3])
        hold(region.db, school_id, term, lever)
        release(region.db, school_id, places[number], term.same_last_year, 50 + number)
        release(region.db, school_id, places[number], term, 50 + gain + number)


def told(db: Session) -> list[tuple[str, int, int]]:
    return [(row.lever, row.number, row.schools) for row in effects_of_levers(db)]


def test_the_schools_of_a_lever_are_told_of_together(empty_region: Region, places: list[UUID]) -> None:
    take_up(empty_region, places, EIGHT)
    (effect,) = weigh_levers(empty_region.db, OVER)
    assert (effect.lever, effect.indicator, effect.number) == ("conviviality", "individual_meetings", 1)
    assert (effect.schools, effect.persons, effect.first_year) == (8, 800, "2025-2026")
    assert effect.low < 10 < effect.high
    assert len(queries.schools_weighed(empty_region.db)) == 8


def test_a_year_that_is_not_over_waits(empty_region: Region, places: list[UUID]) -> None:
    take_up(empty_region, places, EIGHT)
    assert weigh_levers(empty_region.db, OVER.previous) == []
    assert told(empty_region.db) == []


def test_four_schools_wait_for_a_fifth(empty_region: Region, places: list[UUID]) -> None:
    db = empty_region.db
    take_up(empty_region, places, EIGHT[:4])
    assert weigh_levers(db, OVER) == []
    take_up(empty_region, places, EIGHT[4:])
    assert [effect.schools for effect in weigh_levers(db, OVER)] == [8]


def test_a_school_is_counted_once_and_what_was_told_stays(empty_region: Region, places: list[UUID]) -> None:
    """A figure corrected since, or one more school, changes nothing that was told."""
    db = empty_region.db
    take_up(empty_region, places, EIGHT[:7])
    (effect,) = weigh_levers(db, OVER)
    before = effect.model_dump()
    release(db, empty_region.schools[EIGHT[0]][1], places[0], BEGAN[0], 99, number=2)
    take_up(empty_region, places, EIGHT[7:])
    assert weigh_levers(db, OVER) == []
    db.expire_all()
    assert db.get_one(LeverEffect, ("conviviality", "individual_meetings", 1)).model_dump() == before


def test_a_school_that_is_in_no_release_is_not_counted(empty_region: Region, places: list[UUID]) -> None:
    take_up(empty_region, places, EIGHT)
    db, school_id = empty_region.db, empty_region.schools[EIGHT[0]][1]
    db.execute(delete(ReleasedFigure).where(col(ReleasedFigure.school_id) == school_id))
    assert [effect.schools for effect in weigh_levers(db, OVER)] == [7]


def test_another_lever_of_nearly_the_same_schools_is_not_told(
    empty_region: Region, places: list[UUID]
) -> None:
    """Seven of the eight: the difference of the two groups would speak of one school."""
    take_up(empty_region, places, EIGHT)
    for name in EIGHT[:7]:
        hold(empty_region.db, empty_region.schools[name][1], BEGAN[EIGHT.index(name) % 3], "skills")
    weigh_levers(empty_region.db, OVER)
    assert told(empty_region.db) == [("conviviality", 1, 8)]


@pytest.mark.parametrize(
    ("moved", "weighed"), [(1, [("conviviality", 1, 8)]), (5, [("conviviality", 1, 8), ("skills", 1, 8)])]
)
def test_another_lever_that_few_of_them_began_at_another_term_is_not_told(
    empty_region: Region, places: list[UUID], moved: int, weighed: list[tuple[str, int, int]]
) -> None:
    """The very same schools: the difference would speak of those whose terms differ."""
    take_up(empty_region, places, EIGHT)
    for number, name in enumerate(EIGHT):
        school_id = empty_region.schools[name][1]
        hold(empty_region.db, school_id, BEGAN[(number + (number < moved)) % 3], "skills")
        if number < moved:
            term = Term(BEGAN[(number + 1) % 3])
            release(empty_region.db, school_id, places[number], term.same_last_year, 50)
            release(empty_region.db, school_id, places[number], term, 60)
    weigh_levers(empty_region.db, OVER)
    assert told(empty_region.db) == weighed


def test_the_last_meeting_says_nothing_the_first_one_does(empty_region: Region, places: list[UUID]) -> None:
    take_up(empty_region, places, EIGHT)
    for name in EIGHT:
        hold(empty_region.db, empty_region.schools[name][1], "2026-2027-T1")
    assert [effect.schools for effect in weigh_levers(empty_region.db, OVER)] == [8]


@pytest.mark.parametrize(("number", "weighed"), [(2, []), (3, [("conviviality", 1, 8)])])
def test_the_release_of_a_third_term_weighs(
    empty_region: Region, places: list[UUID], number: int, weighed: list[tuple[str, int, int]]
) -> None:
    db, term = empty_region.db, OVER.terms[number - 1]
    take_up(empty_region, places, EIGHT)
    operator = command_actor()
    prepared = Prepared(term, 9, decided_on(db, term))
    publish_release(db, operator, prepared)
    assert told(db) == weighed


def test_what_a_lever_s_page_and_the_api_say(
    empty_region: Region, places: list[UUID], sign_in: SignIn
) -> None:
    address = "/api/v1/levers/conviviality/effect"
    before = sign_in("claire").get(address).json()
    first = before["indicators"][0]
    assert (first["suppressed"], first["reason"], first["groups"]) == (True, "not_enough_yet", [])
    take_up(empty_region, places, EIGHT)
    (effect,) = weigh_levers(empty_region.db, OVER)
    answer = sign_in("claire").get(address)
    (group,) = answer.json()["indicators"][0]["groups"]
    assert (group["low"], group["high"], group["schools"]) == (effect.low, effect.high, 8)
    page = sign_in("rita").get("/leviers").text
    for told_there in (answer.text, page):
        assert "École valley" not in told_there
        assert group["reading"] in told_there
    assert sign_in("claire").get("/api/v1/levers/nothing/effect").status_code == 404
