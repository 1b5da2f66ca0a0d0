"""A département with figures: two circonscriptions of four schools, and three small ones in the valley."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts import secrets
from app.accounts.access import actor_of_user
from app.accounts.actor import Actor
from app.accounts.models import SchoolMembership, SessionProof, TerritoryMembership, WebSession
from app.domain.uai import expected_letter
from app.domain.vocabulary import Door, Grade, PriorityEducation, Role
from app.measurements.chain_queries import typed_tips
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.schools.models import SchoolYearProfile
from app.schools.queries import nation
from app.transmissions.models import TransmissionIn
from app.transmissions.service import transmit_term
from tests.world import LAST_YEAR, NOW, T1, YEAR, World, add_school, add_user

SignIn = Callable[[str], TestClient]
MEETINGS = {
    "valley": [(30, 40), (45, 60), (20, 50), (60, 80)],
    "coast": [(10, 30), (40, 90), (33, 44), (25, 55)],
}
SMALL = [(4, 9), (3, 8), (5, 10)]


def uai(number: int) -> str:
    digits = f"09901{number:02}"
    return digits + expected_letter(digits)


@dataclass
class Region:
    """The schools by name (valley0 … coast3, small0 …), and one head teacher for them all."""

    db: Session
    world: World
    actor: Actor
    schools: dict[str, tuple[str, UUID]] = field(default_factory=dict)

    def say(
        self,
        name: str,
        counted: int,
        out_of: int | None,
        indicator: str = "individual_meetings",
        term: str = T1,
    ) -> None:
        code, key = self.schools[name]
        last = typed_tips(self.db, key, term, indicator).get(Grade.ALL)
        answer = {"indicator": indicator, "term": term, "counted": counted, "out_of": out_of}
        answer["replaces"] = str(last.id) if last else None
        record_measurement(self.db, self.actor, code, MeasurementIn.model_validate(answer))

    def send(self, name: str, term: str = T1) -> None:
        transmit_term(self.db, self.actor, self.schools[name][0], TransmissionIn(term=term))


@pytest.fixture
def empty_region(db: Session, world: World) -> Region:
    """Nobody has typed anything yet."""
    return build_region(db, world)


def build_region(db: Session, world: World) -> Region:
    head = add_user(db, "nora")
    found: dict[str, tuple[str, UUID]] = {}
    names = [f"{place}{number}" for place in MEETINGS for number in range(4)]
    names += [f"small{number}" for number in range(len(SMALL))]
    for number, name in enumerate(names):
        place = world.territories["coast" if name.startswith("coast") else "valley"]
        pupils = 9 if name.startswith("small") else 100
        school = add_school(db, uai(number), f"École {name}", place.id, pupils=pupils)
        db.add(SchoolMembership(school_id=school.id, user_id=head.id, role=Role.HEAD_TEACHER, started_at=NOW))
        found[name] = school.uai, school.id
        if name.endswith(("0", "1", "2")):
            for year in (LAST_YEAR, YEAR):
                db.get_one(SchoolYearProfile, (school.id, year)).priority = PriorityEducation.REP
    nadia = add_user(db, "nadia")
    db.add(
        TerritoryMembership(territory_id=nation(db).id, user_id=nadia.id, role=Role.AUTHORITY, started_at=NOW)
    )
    db.add(
        WebSession(
            token_hash=secrets.fingerprint("cookie-of-nadia"),
            csrf="csrf-of-nadia",
            user_id=nadia.id,
            proof=SessionProof.FACTOR,
            created_at=NOW,
            last_seen_at=NOW,
        )
    )
    db.flush()
    return Region(db, world, actor_of_user(db, head, Door.API, "test"), found)


@pytest.fixture
def region(empty_region: Region) -> Region:
    """Everybody has transmitted the first term."""
    return send_first_term(empty_region)


def send_first_term(empty_region: Region) -> Region:
    for place, figures in MEETINGS.items():
        for number, (counted, out_of) in enumerate(figures):
            name = f"{place}{number}"
            empty_region.say(name, counted, out_of)
            empty_region.say(name, 10 + number, None, "visits")
            empty_region.send(name)
    for number, (counted, out_of) in enumerate(SMALL):
        empty_region.say(f"small{number}", counted, out_of)
        empty_region.send(f"small{number}")
    return empty_region


@pytest.fixture
def ask(sign_in: SignIn, world: World) -> Callable[..., Any]:
    """`ask("ines", level="school")` is the rows of the answer, or the problem."""
    world.cookies.setdefault("nadia", "cookie-of-nadia")

    def asked(person: str, **params: Any) -> Any:
        answer = sign_in(person).get("/api/v1/aggregates", params=params)
        body = answer.json()
        return body["items"] if answer.status_code == 200 else body | {"status": answer.status_code}

    return asked
