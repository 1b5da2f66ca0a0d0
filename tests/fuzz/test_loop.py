"""Random years of a school, several people at once, against a school kept in dictionaries."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlmodel import Session

from app.accounts.models import TokenScope
from app.actions.models import PartnerIn
from app.actions.service import add_partner
from tests.conftest import TakingTurns
from tests.fuzz.loop import Loop, Place
from tests.inline import Browser
from tests.world import A, B, World, add_token

MACHINES = int(os.environ.get("LOOP_MACHINES", "20"))
AT_ONCE = 5
"""Machines a test: as many tests as that makes, for as many processors."""
STEPS = 30


@pytest.fixture
def place(
    sign_in: Callable[[str], TestClient], web: FastAPI, db: Session, world: World, processes: int
) -> Place:
    """`sign_in` makes the service write in the test's own transaction."""
    ends = datetime(2028, 6, 1, tzinfo=UTC)
    tokens = {
        name: add_token(db, world.users[name], TokenScope.WRITE, expires_at=ends)
        for name in ("claire", "lea", "karim", "ines", "paul")
    }
    partners = [
        add_partner(
            db,
            world.actor(db, name),
            uai,
            PartnerIn.model_validate({"name": "Centre social", "kind": "social_centre", "sector": "other"}),
        )
        for name, uai in (("claire", A), ("karim", B))
    ]

    def clients() -> dict[str, TestClient]:
        served = TakingTurns(web, processes)
        found = {name: Browser(served) for name in tokens}
        for name, client in found.items():
            client.headers["Authorization"] = f"Bearer {tokens[name]}"
        return dict(found)

    return Place(db, world, clients, *(str(partner.id) for partner in partners))


@pytest.mark.long
@pytest.mark.parametrize("number", range(MACHINES // AT_ONCE))
def test_a_year_at_random_is_what_a_plain_model_says(place: Place, number: int) -> None:
    machine = seed(number)(type("Loop", (Loop,), {"place": place}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=AT_ONCE,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        ),
    )
