"""« Who typed 47, when, what was there before »: on a page, for the school alone."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from app.accounts.models import User
from app.domain.school_year import Term
from app.domain.vocabulary import Door, Grade, Status
from app.measurements import history
from app.measurements.grades import record_grades
from app.measurements.history import Change, history_of_figure
from app.measurements.models import GradesIn, MeasurementIn, MeasurementRow
from app.measurements.service import record_measurement
from tests.world import LAST_YEAR, NOW, T1, A, World

SignIn = Callable[[str], TestClient]
TERM = Term(T1)
MET = "individual_meetings"
PAGE = f"/ecoles/{A}/saisie/{T1}/{MET}/historique"


def typed(db: Session, world: World, name: str, counted: int | None, **more: object) -> MeasurementRow:
    said = {"indicator": MET, "term": T1, "counted": counted, "out_of": counted and 60} | more
    door = Door.API if name == "lea" else Door.PAGE
    return record_measurement(db, world.actor(db, name, door), A, MeasurementIn.model_validate(said))


def told(db: Session, world: World, slug: str = MET) -> list[Change]:
    return list(history_of_figure(db, world.actor(db, "claire"), A, TERM, slug).changes)


def test_who_typed_it_when_and_what_was_there_before(sign_in: SignIn, db: Session, world: World) -> None:
    first = typed(db, world, "claire", 42)
    clock.pin(NOW + timedelta(hours=1))
    second = typed(db, world, "lea", 47, replaces=str(first.id))
    clock.pin(NOW + timedelta(hours=2))
    typed(db, world, "claire", None, status=Status.WITHDRAWN, replaces=str(second.id))
    assert [(one.now, one.before, one.by) for one in told(db, world)] == [
        ("retiré", "47 sur 60", "Claire"),
        ("47 sur 60", "42 sur 60", "Lea (interface de programmation)"),
        ("42 sur 60", "rien", "Claire"),
    ]
    assert [one.at - NOW for one in told(db, world)] == [timedelta(hours=hours) for hours in (2, 1, 0)]
    clock.pin(NOW)
    page = unescape(sign_in("claire").get(PAGE).text)
    assert "Lea (interface de programmation)" in page
    assert page.index("47 sur 60") < page.index("42 sur 60")


def test_only_that_figure(db: Session, world: World) -> None:
    typed(db, world, "claire", 42)
    typed(db, world, "claire", 9, term=f"{LAST_YEAR}-T3")
    typed(db, world, "claire", 3, indicator="visits", out_of=None)
    assert [one.now for one in told(db, world)] == ["42 sur 60"]
    assert [one.now for one in told(db, world, "visits")] == ["3"]


def test_each_grade_has_its_own_answers(db: Session, world: World) -> None:
    typed(db, world, "claire", 42)
    rows = {"rows": [{"grade": "CP", "counted": 12, "out_of": 20}]}
    record_grades(db, world.actor(db, "claire"), A, MET, TERM, GradesIn.model_validate(rows))
    by_place = {one.about: (one.now, one.before) for one in told(db, world)[:2]}
    assert by_place == {Grade.CP.label: ("12 sur 20", "rien"), "toute l’école": ("retiré", "42 sur 60")}


def test_a_name_is_the_one_of_today(db: Session, world: World) -> None:
    """The row holds an id: once an account is nobody’s, its name is gone from here as well."""
    typed(db, world, "claire", 42)
    db.get_one(User, world.users["claire"].id).name = "Compte fermé"
    db.flush()
    found = history_of_figure(db, world.actor(db, "lea"), A, TERM, MET)
    assert [one.by for one in found.changes] == ["Compte fermé"]


def test_a_long_history_says_that_it_is_cut(
    sign_in: SignIn, db: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = typed(db, world, "claire", 42)
    typed(db, world, "claire", 47, replaces=str(first.id))
    assert "Les 200 dernières" not in sign_in("claire").get(PAGE).text
    monkeypatch.setattr(history, "MOST", 1)
    assert [one.now for one in told(db, world)] == ["47 sur 60"]
    assert "l’API les donne toutes" in unescape(sign_in("claire").get(PAGE).text)


def test_the_entry_leads_there_once_something_is_stored(sign_in: SignIn, db: Session, world: World) -> None:
    entry = f"/ecoles/{A}/saisie/{T1}"
    assert PAGE not in sign_in("claire").get(entry).text
    typed(db, world, "claire", 42)
    assert PAGE in sign_in("claire").get(entry).text
    assert sign_in("claire").get(PAGE.replace(MET, "rien")).status_code == 404
    assert sign_in("ines").get(PAGE).status_code == 404
    assert sign_in("karim").get(PAGE).status_code == 404
