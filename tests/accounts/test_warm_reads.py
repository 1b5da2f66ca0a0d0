"""A school's own figures asked again by a member's program: one statement, and never what is no longer so."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import anyio.to_thread
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import update
from sqlmodel import Session, col

from app import clock
from app.accounts import access
from app.accounts.models import ApiToken, SchoolMembership, TokenScope
from app.accounts.secrets import read_token
from app.accounts.warm import Answered, Ground, Remembered
from app.domain.indicators import INDICATORS
from app.domain.vocabulary import Grade, Role
from app.measurements.grades import live_grades
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.schools.models import School, SchoolYearProfile
from tests.world import LAST_YEAR, NOW, T1, A, B, World, add_token

pytestmark = pytest.mark.one_process
Counting = Callable[[], AbstractContextManager[list[str]]]
URL = f"/api/v1/schools/{A}/totals"
LATER = datetime.fromisoformat("2027-03-01T00:00:00+00:00")


class Program:
    """What reads the school with a token of `name`."""

    def __init__(self, browser: TestClient, db: Session, world: World, name: str) -> None:
        self.browser, self.db = browser, db
        self.text = add_token(db, world.users[name], TokenScope.READ, expires_at=LATER, last_used_at=NOW)
        found = read_token(self.text)
        assert found
        self.token = found[0]

    def get(self, url: str = URL) -> Response:
        return self.browser.get(url, headers={"Authorization": f"Bearer {self.text}"})

    def status(self, url: str = URL) -> int:
        return self.get(url).status_code

    def counted(self) -> list[int | None]:
        items = self.get().json()["items"]
        return [item["counted"] for item in items if item["indicator"] == "individual_meetings"]


@pytest.fixture
def program(sign_in: Callable[[str], TestClient], db: Session, world: World) -> Program:
    made = Program(sign_in("anonymous"), db, world, "claire")
    say(db, world, 158)
    made.get()
    return made


def say(db: Session, world: World, counted: int, term: str = T1, replaces: UUID | None = None) -> None:
    data = MeasurementIn(
        indicator="individual_meetings", term=term, counted=counted, out_of=196, replaces=replaces
    )
    record_measurement(db, world.actor(db, "claire"), A, data)


def is_warm(program: Program, count_queries: Counting) -> bool:
    with count_queries() as statements:
        assert program.status() == 200
    return len(statements) == 1


def test_the_second_time_takes_one_statement(program: Program, count_queries: Counting) -> None:
    assert is_warm(program, count_queries)
    assert program.counted() == [158]


@pytest.mark.sqlite
def test_with_no_server_to_wait_for_it_waits_for_no_thread(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen clients, each handed to a thread and back, got half as many answers (docs/performance.md)."""
    monkeypatch.delattr(anyio.to_thread, "run_sync")
    assert program.counted() == [158]


@pytest.mark.sqlite
def test_with_no_server_to_wait_for_who_asks_is_read_without_a_thread(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request would be handed over and back once more."""
    handed: list[str] = []
    run_sync = anyio.to_thread.run_sync

    def told(function: Any, *given: Any, **more: Any) -> Any:
        handed.append(getattr(function, "func", function).__module__)
        return run_sync(function, *given, **more)

    monkeypatch.setattr(anyio.to_thread, "run_sync", told)
    assert program.status("/api/v1/me") == 200
    assert handed
    assert access.__name__ not in handed


def test_a_write_is_read_at_once(
    program: Program, db: Session, world: World, count_queries: Counting
) -> None:
    assert program.counted() == [158]
    say(db, world, 160, replaces=live_grades(db, world.a.id, T1, "individual_meetings")[Grade.ALL].id)
    assert program.counted() == [160]
    assert is_warm(program, count_queries)


@pytest.mark.parametrize("table", [School, SchoolYearProfile])
def test_an_import_of_the_directory_is_read_at_once(
    program: Program, db: Session, count_queries: Counting, table: type[School] | type[SchoolYearProfile]
) -> None:
    assert is_warm(program, count_queries)
    db.execute(update(table).values(version=table.version + 1))
    assert not is_warm(program, count_queries)
    assert is_warm(program, count_queries)


def test_a_duty_that_ended_is_over_at_once(program: Program, db: Session, world: World) -> None:
    mine = col(SchoolMembership.user_id) == world.users["claire"].id
    db.execute(update(SchoolMembership).where(mine).values(ended_at=NOW))
    assert program.status() == 404


def test_another_role_is_another_reader(program: Program, db: Session, world: World) -> None:
    mine = col(SchoolMembership.user_id) == world.users["claire"].id
    db.execute(update(SchoolMembership).where(mine).values(role=Role.TEACHER))
    assert program.status() == 200


def test_a_token_that_ended_opens_nothing(program: Program, db: Session) -> None:
    db.execute(update(ApiToken).where(col(ApiToken.id) == program.token).values(revoked_at=NOW))
    assert program.status() == 401


def test_a_token_that_is_too_old_opens_nothing(program: Program) -> None:
    clock.pin(LATER)
    assert program.status() == 401


def test_another_secret_opens_nothing(program: Program) -> None:
    program.text = program.text[:-1] + "x"
    assert program.status() == 401


def test_another_school_s_program_is_not_served(
    program: Program, sign_in: Callable[[str], TestClient], db: Session, world: World
) -> None:
    karim = Program(sign_in("anonymous"), db, world, "karim")
    assert [karim.status(), karim.status()] == [404, 404]
    assert karim.status(f"/api/v1/schools/{B}/totals") == 200


def test_the_day_counts(program: Program, count_queries: Counting) -> None:
    assert is_warm(program, count_queries)
    clock.pin(datetime.fromisoformat("2026-11-22T09:00:00+00:00"))
    with count_queries() as statements:
        assert program.status() == 200
    assert len(statements) > 1


def test_a_cookie_takes_the_ordinary_way(
    program: Program, sign_in: Callable[[str], TestClient], count_queries: Counting
) -> None:
    claire = sign_in("claire")
    for _ in range(2):
        with count_queries() as statements:
            assert claire.get(URL).status_code == 200
        assert len(statements) > 1


def test_all_terms_are_told_once(program: Program, db: Session, world: World) -> None:
    """A yearly figure is told with its first term only; a term without any figure is not told at all."""
    say(db, world, 140, term=f"{LAST_YEAR}-T2")
    items = program.get().json()["items"]
    told = {
        term: {one["indicator"] for one in items if one["term"] == term} for term in (f"{LAST_YEAR}-T2", T1)
    }
    assert len(items) == sum(map(len, told.values()))
    assert told[T1] - told[f"{LAST_YEAR}-T2"] == {
        one.slug for one in INDICATORS.values() if one.is_official and one.is_yearly
    }


def test_memory_is_bounded() -> None:
    memory = Remembered(most=100)
    ground = Ground(lambda _db, _token: None, None, "099", NOW.date())
    token = UUID(int=1)
    for number in range(5):
        memory.put((token, str(number), "", ""), Answered(ground, None, [], b"x" * 40))
    kept = [number for number in range(5) if memory.get((token, str(number), "", ""))]
    assert kept == [3, 4]
    memory.put((token, "4", "", ""), Answered(ground, None, [], b"y" * 40))
    memory.put((token, "large", "", ""), Answered(ground, None, [], b"x" * 101))
    assert [number for number in range(5) if memory.get((token, str(number), "", ""))] == [3, 4]
    assert memory.get((token, "large", "", "")) is None
