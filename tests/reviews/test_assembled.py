"""The sheet and the dashboard are assembled once, and shown as they are: at every write, day and reader."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import Session

from app import clock
from app.accounts.models import WebSession
from app.domain.vocabulary import Grade
from app.measurements.grades import live_grades
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reviews.assembled import Assembled
from app.schools.models import SchoolYearProfile
from tests.world import NOW, T1, A, World

pytestmark = pytest.mark.one_process
SignIn = Callable[[str], TestClient]
Counting = Callable[[], AbstractContextManager[list[str]]]
SHEET = f"/ecoles/{A}"
PAGES = [SHEET, f"{SHEET}/tableau-de-bord/{T1}"]


@pytest.fixture
def claire(sign_in: SignIn, db: Session, world: World) -> TestClient:
    say(db, world, 143)
    return sign_in("claire")


def say(db: Session, world: World, counted: int) -> None:
    before = live_grades(db, world.a.id, T1, "individual_meetings")
    data = MeasurementIn(
        indicator="individual_meetings",
        term=T1,
        counted=counted,
        out_of=196,
        replaces=before[Grade.ALL].id if before else None,
    )
    record_measurement(db, world.actor(db, "claire"), A, data)


def words_of(browser: TestClient, page: str) -> str:
    """Without the places of what is drawn."""
    return re.sub(r"<[^>]*>", " ", browser.get(page).text)


def is_new(browser: TestClient, page: str, count_queries: Counting) -> bool:
    """Whether the figures were read for it."""
    with count_queries() as statements:
        assert browser.get(page).status_code == 200
    return any("FROM term_total" in statement for statement in statements)


@pytest.mark.parametrize("page", PAGES)
def test_the_second_time_the_figures_are_not_read(
    claire: TestClient, count_queries: Counting, page: str
) -> None:
    assert is_new(claire, page, count_queries)
    with count_queries() as statements:
        claire.get(page)
    assert len(statements) <= 8, statements


@pytest.mark.parametrize("page", PAGES)
def test_a_write_is_shown_at_once(claire: TestClient, db: Session, world: World, page: str) -> None:
    assert "143" in words_of(claire, page)
    say(db, world, 167)
    shown = words_of(claire, page)
    assert "167" in shown
    assert "143" not in shown


@pytest.mark.parametrize("page", PAGES)
def test_an_import_of_the_directory_is_shown_at_once(
    claire: TestClient, db: Session, count_queries: Counting, page: str
) -> None:
    claire.get(page)
    assert not is_new(claire, page, count_queries)
    db.execute(update(SchoolYearProfile).values(version=SchoolYearProfile.version + 1))
    assert is_new(claire, page, count_queries)


@pytest.mark.parametrize("page", PAGES)
def test_another_day_is_another_page(
    claire: TestClient, db: Session, count_queries: Counting, page: str
) -> None:
    claire.get(page)
    tomorrow = NOW + timedelta(days=1)
    db.execute(update(WebSession).values(created_at=tomorrow, last_seen_at=tomorrow))
    clock.pin(tomorrow)
    assert is_new(claire, page, count_queries)


def test_a_reader_with_other_rights_has_a_sheet_of_their_own(
    sign_in: SignIn, claire: TestClient, count_queries: Counting
) -> None:
    """What is due is the head teacher's."""
    claire.get(SHEET)
    teacher = sign_in("lea")
    assert is_new(teacher, SHEET, count_queries)
    assert not is_new(teacher, SHEET, count_queries)
    assert not is_new(claire, SHEET, count_queries)


def test_the_oldest_views_are_dropped() -> None:
    memory = Assembled(most=2)
    for key in ("first", "second"):
        memory.put(key, key.upper())
    assert memory.get("first") == "FIRST"
    memory.put("third", "THIRD")
    assert [memory.get(key) for key in ("first", "second", "third")] == ["FIRST", None, "THIRD"]
