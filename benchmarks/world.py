"""A seeded country of invented schools, written in bulk: five whole years of the five official indicators."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from app.accounts import secrets
from app.accounts.models import ApiToken, SchoolLedger, SchoolMembership, TokenScope, User, WebSession
from app.db import Database, make_engine, migrate, uuid7
from app.domain.indicators import INDICATORS
from app.domain.school_year import SchoolYear, today_in, year_of
from app.domain.uai import expected_letter
from app.domain.vocabulary import (
    Door,
    Grade,
    PriorityEducation,
    Role,
    SchoolType,
    Sector,
    Source,
    Status,
    TerritoryLevel,
)
from app.measurements.models import Measurement, TermTotal
from app.schools.models import School, SchoolYearProfile, Territory
from app.schools.queries import nation

YEARS = 5
OFFICIAL = [indicator for indicator in INDICATORS.values() if indicator.is_official]
A_CIRCONSCRIPTION = 50
"""Schools in one circonscription."""
BATCH = 500
Rows = dict[type, list[dict[str, object]]]
"""By table, in the order they can be written."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head teacher: the school, and what a client sends to be recognised."""

    uai: str
    token: str
    cookie: str
    csrf: str


@dataclass(frozen=True, slots=True)
class Country:
    url: str
    years: tuple[str, ...]
    heads: tuple[Head, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(f"{year}-T{number}" for year in self.years for number in (1, 2, 3))


def past_years() -> tuple[str, ...]:
    first = int(year_of(today_in("099", datetime.now(UTC)), "099")[:4])
    return tuple(f"{start}-{start + 1}" for start in range(first - YEARS, first))


def uai_of(number: int) -> str:
    """The code of an invented school: from 0990000 on, where no département is."""
    digits = f"{990_000 + number:07d}"
    return digits + expected_letter(digits)


def build(url: str, schools: int = 100, heads: int = 16, seed: int = 1, *, is_filled: bool = True) -> Country:
    """Migrate the database at `url` and fill it; totals are what `python -m app verify` would compute.

    With `is_filled` false the schools have no figure yet.
    """
    migrate(url)
    database = Database(make_engine(url))
    years = past_years()
    dice = random.Random(seed)
    told = years if is_filled else ()
    people: list[Head] = []
    with database.session() as db:
        departement = _territory(db, TerritoryLevel.DEPARTEMENT, "099", nation(db).id)
        place = departement
        for start in range(0, schools, BATCH):
            numbers = range(start, min(start + BATCH, schools))
            rows: Rows = {}
            for number in numbers:
                if number % A_CIRCONSCRIPTION == 0:
                    place = _territory(db, TerritoryLevel.CIRCONSCRIPTION, f"C{number}", departement.id)
                people.extend(_school(rows, number, place.id, years, told, dice, has_head=number < heads))
            for table, lines in rows.items():
                db.execute(sa.insert(table), lines)
    database.engine.dispose()
    return Country(url, years, tuple(people))


def _territory(db: Session, level: TerritoryLevel, code: str, parent: UUID) -> Territory:
    territory = Territory(level=level, code=code, name=code, folded_name=code.lower(), parent_id=parent)
    db.add(territory)
    db.flush()
    return territory


def _school(
    rows: Rows,
    number: int,
    place: UUID,
    years: tuple[str, ...],
    told: tuple[str, ...],
    dice: random.Random,
    *,
    has_head: bool,
) -> Iterator[Head]:
    def add(table: type, **values: object) -> None:
        rows.setdefault(table, []).append(values)

    school, uai, since = uuid7(), uai_of(number), datetime.now(UTC) - timedelta(days=400)
    families = dice.randint(40, 300)
    add(
        School, id=school, uai=uai, name=f"École {number}", commune="Valmont", departement="099",
        is_open=True, version=1,
    )  # fmt: skip
    add(SchoolLedger, school_id=school, version=1, last_hash="")
    for year in (*years, SchoolYear(years[-1]).next):
        add(
            SchoolYearProfile, school_id=school, year=year, circonscription_id=place,
            type=SchoolType.ELEMENTARY, sector=Sector.PUBLIC, priority=PriorityEducation.NONE,
            pupils=families + 20, classes=families // 20, families=families, has_ulis=False,
            is_confirmed=True, is_open=True, version=1,
        )  # fmt: skip
    for year in told:
        for term in (1, 2, 3):
            for indicator in OFFICIAL:
                counted, out_of = dice.randint(0, 40), 40 if indicator.out_of else None
                figure = {"indicator": indicator.slug, "term": f"{year}-T{term}", "status": Status.VALUE,
                          "counted": counted, "out_of": out_of}  # fmt: skip
                add(
                    Measurement, **figure, school_id=school, id=uuid7(), grade=Grade.ALL,
                    source=Source.TYPED, source_key="", version=1, door=Door.API, recorded_at=since,
                )  # fmt: skip
                add(TermTotal, **figure, school_id=school, answers=1, grades=0)
    if has_head:
        yield head_of(rows, number, school, uai)


def head_of(rows: Rows, number: int, school: UUID, uai: str) -> Head:
    """A head teacher of that school, with a token and an open session; `rows` are still to be written."""

    def add(table: type, **values: object) -> None:
        rows.setdefault(table, []).append(values)

    now, since = datetime.now(UTC), datetime.now(UTC) - timedelta(days=400)
    person, token, secret, cookie = uuid7(), uuid7(), f"secret-{number}", f"cookie-{number}"
    add(User, id=person, email=f"head{number}@demo.invalid", name="Direction", is_administrator=False,
        created_at=since, version=1)  # fmt: skip
    add(SchoolMembership, school_id=school, id=uuid7(), user_id=person, role=Role.HEAD_TEACHER,
        started_at=since)  # fmt: skip
    add(ApiToken, id=token, user_id=person, label="bench", scope=TokenScope.WRITE,
        secret_hash=secrets.fingerprint(secret), created_at=now, expires_at=now + timedelta(days=30),
        last_used_at=now)  # fmt: skip
    add(WebSession, id=uuid7(), token_hash=secrets.fingerprint(cookie), csrf="csrf", user_id=person,
        created_at=now, last_seen_at=now)  # fmt: skip
    return Head(uai, secrets.token_text(token, secret), cookie, "csrf")
