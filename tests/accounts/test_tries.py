"""Tries of passwords and codes: who is counted, when it is forgotten, what the security log says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app import clock
from app.accounts import factor_queries, factors, signing_in
from app.accounts.models import SignInAttempt
from app.domain.one_time import code_at, step_at
from app.errors import TooMany
from tests.accounts.place import Place
from tests.inline import Browser
from tests.world import NOW, PASSWORD, World

SignIn = Callable[[str], TestClient]


def try_in(browser: TestClient, name: str, password: str = PASSWORD) -> Any:
    return browser.post("/connexion", data={"email": f"{name}@demo.invalid", "password": password})


def test_who_counts_as_one_address() -> None:
    """An IPv6 subscriber is given a /64 and may use all of it; an IPv4 address is one."""

    def same(one: str, other: str) -> bool:
        return signing_in.subjects_of("account:x", one)[1] == signing_in.subjects_of("account:x", other)[1]

    assert same("2001:db8:0:1::1", "2001:db8:0:1:ffff::1")
    assert same("2001:db8:0:1::1", "2001:db8:0:1:8000::1")
    assert not same("2001:db8:0:1::1", "2001:db8:0:2::1")
    assert not same("192.0.2.1", "192.0.2.2")
    assert not same("testclient", "another")


def test_another_address_is_not_closed_by_the_tries_of_one(
    sign_in: SignIn, web: FastAPI, db: Session, world: World
) -> None:
    near, far = (sign_in("anonymous"), Browser(web, "192.0.2.7"))
    for number in range(10):
        assert try_in(near, f"personne{number}", "au hasard encore").status_code == 422
    assert try_in(near, "lea").status_code == 429
    assert try_in(far, "lea").status_code == 303
    at = Place(db, world)
    at.enrol("claire")
    assert factors.prove(db, at.claire, "000000", "192.0.2.8") is None
    with pytest.raises(TooMany):
        factors.prove(db, at.claire, "000000", "testclient")


def test_a_wrong_code_is_in_the_log_and_closes_the_phone_in_the_end(
    db: Session, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    at = Place(db, world)
    at.enrol("claire")
    assert factors.takes_phone_codes(db, at.claire)
    assert factors.prove(db, at.claire, "000000", "192.0.2.8") is None
    said = [(one.getMessage(), getattr(one, "user", None)) for one in caplog.records]
    assert said == [("wrong code", world.users["claire"].id)]
    factor = factor_queries.factor_of(db, world.users["claire"].id)
    assert factor is not None
    factor.failures = factors.MOST_IN_A_ROW
    db.flush()
    assert not factors.takes_phone_codes(db, at.claire)


def test_a_code_that_another_request_took_opens_nothing(
    db: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = Place(db, world)
    at.enrol("claire")
    factor = factor_queries.factor_of(db, world.users["claire"].id)
    assert factor is not None
    clock.pin(NOW + timedelta(seconds=30))
    monkeypatch.setattr(factor_queries, "use_step", lambda *_: False)
    code = code_at(factor.secret, step_at(NOW) + 1)
    assert factors.prove(db, at.claire, code, "192.0.2.8") is None


def test_failures_older_than_five_minutes_are_deleted(db: Session) -> None:
    subjects = signing_in.subjects_of("account:x", "192.0.2.1")
    for seconds in (0, 1, 301):
        clock.pin(NOW + timedelta(seconds=seconds))
        signing_in.count_failure(db, subjects)
    kept = sorted((row.subject_hash, row.at) for row in db.scalars(select(SignInAttempt)))
    assert kept == sorted((one, NOW + timedelta(seconds=seconds)) for one in subjects for seconds in (1, 301))


def test_what_the_security_log_says(db: Session, world: World, caplog: pytest.LogCaptureFixture) -> None:
    claire, subjects = world.users["claire"].id, signing_in.subjects_of("account:x", "192.0.2.1")
    signing_in.admit(db, signing_in.Attempt(subjects, tried=claire))
    signing_in.admit(db, signing_in.Attempt(subjects))
    for _ in range(8):
        signing_in.count_failure(db, subjects)
    with pytest.raises(TooMany):
        signing_in.admit(db, signing_in.Attempt(subjects, claire))
    said = [(record.getMessage(), getattr(record, "user", None)) for record in caplog.records]
    assert said == [("wrong password", claire), ("wrong password", "unknown"), ("too many tries", None)]
