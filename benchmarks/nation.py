"""A seeded country as authorities read it: circonscriptions with their kept sums, releases, inspectors."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from app.accounts import secrets
from app.accounts.models import ApiToken, TerritoryMembership, TokenScope, User
from app.aggregates.models import Breakdown, Release, ReleaseCell
from app.db import Database, make_engine, migrate, uuid7
from app.domain.vocabulary import PriorityEducation, Role, SchoolType, Sector, Status, TerritoryLevel
from app.schools.models import School, SchoolYearProfile, Territory
from app.schools.queries import nation
from app.transmissions.models import (
    CirconscriptionTotal,
    CirconscriptionVersion,
    PublishedFigure,
    Transmission,
    TransmittedTotal,
)
from benchmarks.world import OFFICIAL, past_years, uai_of

A_CIRCONSCRIPTION = 38
"""Schools: 48,000 of them in about 1,270 circonscriptions."""
A_DEPARTEMENT, AN_ACADEMIE = 13, 4
INSPECTORS = 160


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a territory, with the token that a program sends."""

    code: str
    token: str


@dataclass(frozen=True, slots=True)
class Nation:
    url: str
    terms: tuple[str, ...]
    inspectors: tuple[Reader, ...]
    authority: Reader


def build_nation(url: str, schools: int, seed: int = 1) -> Nation:
    """Five years of sums a circonscription; the last term with what every school sent, and what it adds."""
    migrate(url)
    database = Database(make_engine(url))
    made = _Making(random.Random(seed))
    with database.session() as db:
        france = nation(db)
        made.authority(france.id)
        for start in range(0, schools, A_CIRCONSCRIPTION):
            made.circonscription(start, min(start + A_CIRCONSCRIPTION, schools), france.id)
        made.releases(france.id)
        made.write(db)
    database.engine.dispose()
    return Nation(url, made.terms, tuple(made.readers[1:]), made.readers[0])


class _Making:
    """Rows by table, in the order they can be written."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.now = dice, datetime.now(UTC)
        self.terms = tuple(f"{year}-T{number}" for year in past_years() for number in (1, 2, 3))
        self.rows: dict[Any, list[dict[str, Any]]] = {
            table: []
            for table in (
                Territory, User, TerritoryMembership, ApiToken, School, SchoolYearProfile, PublishedFigure,
                CirconscriptionTotal, CirconscriptionVersion, Release, ReleaseCell, Transmission,
                TransmittedTotal,
            )
        }  # fmt: skip
        self.readers: list[Reader] = []
        self.academie = self.departement = UUID(int=0)

    def circonscription(self, first: int, last: int, france: UUID) -> None:
        number = first // A_CIRCONSCRIPTION
        if number % (A_DEPARTEMENT * AN_ACADEMIE) == 0:
            self.academie = self._territory(TerritoryLevel.ACADEMIE, f"8{number:04}", france)
        if number % A_DEPARTEMENT == 0:
            self.departement = self._territory(TerritoryLevel.DEPARTEMENT, f"9{number:04}", self.academie)
        code = f"C{number:04}"
        place = self._territory(TerritoryLevel.CIRCONSCRIPTION, code, self.departement)
        if number < INSPECTORS:
            self._reader(code, place, Role.INSPECTOR)
        schools = [self._school(one, place) for one in range(first, last)]
        self.rows[CirconscriptionVersion].append(
            {"circonscription_id": place, "version": 1, "changed_at": self.now}
        )
        for term in self.terms:
            for indicator in OFFICIAL:
                figures = [self.dice.randint(5, 35) for _ in schools]
                out_of = 40 if indicator.out_of else None
                sums = {"term": term, "indicator": indicator.slug, "counted": sum(figures),
                        "out_of": (out_of or 0) * len(figures), "pupils": 0}  # fmt: skip
                self.rows[CirconscriptionTotal].append(
                    sums | {"circonscription_id": place, "is_small": False, "schools": len(schools),
                            "schools_with_pupils": 0}
                )  # fmt: skip
                self._cell(place, sums, len(schools))
                if term == self.terms[-1]:
                    self._sent(place, indicator.slug, schools, figures, out_of)
        self.rows[Transmission].extend(
            {"school_id": school, "term": self.terms[-1], "number": 1, "ledger_version": 1,
             "transmitted_at": self.now}
            for school in schools
        )  # fmt: skip

    def _sent(
        self, place: UUID, slug: str, schools: list[UUID], figures: list[int], out_of: int | None
    ) -> None:
        self.rows[PublishedFigure].extend(
            {"school_id": school, "term": self.terms[-1], "indicator": slug, "circonscription_id": place,
             "priority": PriorityEducation.NONE, "type": SchoolType.ELEMENTARY, "counted": counted,
             "out_of": out_of, "pupils": None, "is_small": False}
            for school, counted in zip(schools, figures, strict=True)
        )  # fmt: skip
        self.rows[TransmittedTotal].extend(
            {"school_id": school, "term": self.terms[-1], "number": 1, "indicator": slug,
             "status": Status.VALUE, "counted": counted, "out_of": out_of, "grades": 0}
            for school, counted in zip(schools, figures, strict=True)
        )  # fmt: skip

    def releases(self, france: UUID) -> None:
        for term in self.terms:
            self.rows[Release].append({"term": term, "number": 1, "released_at": self.now})
            for indicator in OFFICIAL:
                out_of = 2_000_000 if indicator.out_of else 0
                self._cell(
                    france,
                    {"term": term, "indicator": indicator.slug, "counted": 900_000, "out_of": out_of},
                    48_000,
                )

    def _cell(self, territory: UUID, sums: dict[str, Any], schools: int) -> None:
        self.rows[ReleaseCell].append(
            {"territory_id": territory, "term": sums["term"], "number": 1, "indicator": sums["indicator"],
             "breakdown": Breakdown.NONE, "value": "", "counted": sums["counted"],
             "out_of": sums["out_of"] or None, "schools_reporting": schools, "schools_expected": schools,
             "since": 1}
        )  # fmt: skip

    def _territory(self, level: TerritoryLevel, code: str, parent: UUID) -> UUID:
        key = uuid7()
        self.rows[Territory].append(
            {"id": key, "level": level, "code": code, "name": code, "folded_name": code.lower(),
             "parent_id": parent}
        )  # fmt: skip
        return key

    def _school(self, number: int, place: UUID) -> UUID:
        key = uuid7()
        self.rows[School].append(
            {"id": key, "uai": uai_of(number), "name": f"École {number}", "commune": "Valmont",
             "departement": "099", "is_open": True, "version": 1}
        )  # fmt: skip
        self.rows[SchoolYearProfile].append(
            {"school_id": key, "year": past_years()[0], "circonscription_id": place,
             "type": SchoolType.ELEMENTARY, "sector": Sector.PUBLIC, "priority": PriorityEducation.NONE,
             "pupils": 200, "classes": 9, "families": 150, "has_ulis": False, "is_confirmed": True,
             "is_open": True, "version": 1}
        )  # fmt: skip
        return key

    def authority(self, france: UUID) -> None:
        self._reader("FR", france, Role.AUTHORITY)

    def _reader(self, code: str, territory: UUID, role: Role) -> None:
        person, token, secret = uuid7(), uuid7(), f"secret-{code}"
        self.rows[User].append(
            {"id": person, "email": f"{code.lower()}@demo.invalid", "name": code, "is_administrator": False,
             "created_at": self.now, "version": 1}
        )  # fmt: skip
        self.rows[TerritoryMembership].append(
            {"id": uuid7(), "user_id": person, "territory_id": territory, "role": role,
             "started_at": self.now}
        )  # fmt: skip
        self.rows[ApiToken].append(
            {"id": token, "user_id": person, "label": "bench", "scope": TokenScope.READ,
             "secret_hash": secrets.fingerprint(secret), "created_at": self.now,
             "expires_at": self.now + timedelta(days=30), "last_used_at": self.now}
        )  # fmt: skip
        self.readers.append(Reader(code, secrets.token_text(token, secret)))

    def write(self, db: Session) -> None:
        for table, rows in self.rows.items():
            for start in range(0, len(rows), 5_000):
                db.execute(sa.insert(table.__table__), rows[start : start + 5_000])
