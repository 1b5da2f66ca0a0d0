"""ANALYSER: chains, totals and their history, through the verbs and the JSON door."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import Session

from app.accounts.audit import take_turn
from app.accounts.audit_queries import audit_chain
from app.db import uuid7
from app.domain.rates import Figure
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Source, Status
from app.errors import Conflict, Invalid, NotFound
from app.measurements.chains import FigureKey, put_only
from app.measurements.grades import record_grades
from app.measurements.models import GradesIn, Measurement, MeasurementIn, TermTotal
from app.measurements.queries import live_rows
from app.measurements.service import (
    Total,
    put_measurement,
    record_measurement,
    series_of_school,
    shown_total,
    totals_at,
    verify_totals,
)
from app.schools.service import follow_indicator, indicator_followed
from tests.world import T1, T2, A, World

SignIn = Callable[[str], TestClient]
SCHOOL = f"/api/v1/schools/{A}"
MET: dict[str, Any] = {"indicator": "individual_meetings", "term": T1, "counted": 158, "out_of": 196}


def answer(**changes: Any) -> MeasurementIn:
    return MeasurementIn.model_validate(MET | changes)


def without_number(status: str, **changes: Any) -> MeasurementIn:
    return MeasurementIn.model_validate(
        {"indicator": "individual_meetings", "term": T1, "status": status} | changes
    )


def by_grade(*rows: tuple[str, int | None, int | None], **replaces: UUID) -> GradesIn:
    return GradesIn.model_validate(
        {
            "rows": [
                {"grade": grade, "counted": counted, "out_of": out_of, "replaces": replaces.get(grade)}
                for grade, counted, out_of in rows
            ]
        }
    )


def total(db: Session, world: World, slug: str = "individual_meetings", term: str = T1) -> Total:
    indicator = indicator_followed(db, world.a, slug)
    return shown_total(series_of_school(db, world.a), indicator, Term(term))


# --- the chain of one figure ---------------------------------------------------------------------------


def test_a_correction_names_what_it_replaces(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    first = record_measurement(db, claire, A, answer())
    second = record_measurement(db, claire, A, answer(counted=160, replaces=first.id))
    assert second.replaces == first.id
    assert total(db, world).figure == Figure.of(160, 196)
    events = audit_chain(db, world.a.id)
    assert [event.verb for event in events] == ["measurement.recorded", "measurement.corrected"]
    assert (events[1].before or {})["counted"] == 158


def test_two_people_on_one_figure_overwrite_nothing(db: Session, world: World) -> None:
    claire, lea = world.actor(db, "claire"), world.actor(db, "lea")
    first = record_measurement(db, claire, A, answer())
    with pytest.raises(Conflict) as blind:
        record_measurement(db, lea, A, answer(counted=150))
    assert blind.value.code == "answered"
    record_measurement(db, claire, A, answer(counted=160, replaces=first.id))
    with pytest.raises(Conflict) as late:
        record_measurement(db, lea, A, answer(counted=150, replaces=first.id))
    assert late.value.code == "replaced"
    assert total(db, world).figure == Figure.of(160, 196)


def test_the_same_answer_twice_is_one_row_and_one_event(db: Session, world: World) -> None:
    claire, lea = world.actor(db, "claire"), world.actor(db, "lea")
    first = record_measurement(db, claire, A, answer())
    assert record_measurement(db, lea, A, answer()).id == first.id
    assert len(audit_chain(db, world.a.id)) == 1


def test_three_kinds_of_nothing(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    assert (total(db, world).figure.status, total(db, world).answers) == (Status.NOT_MEASURED, 0)
    row = record_measurement(db, claire, A, without_number("not_measured"))
    assert (total(db, world).figure.status, total(db, world).answers) == (Status.NOT_MEASURED, 1)
    row = record_measurement(db, claire, A, without_number("not_applicable", replaces=row.id))
    assert total(db, world).figure.status is Status.NOT_APPLICABLE
    row = record_measurement(db, claire, A, answer(counted=0, out_of=0, replaces=row.id))
    assert total(db, world).figure == Figure.of(0, 0)
    record_measurement(db, claire, A, without_number("withdrawn", replaces=row.id))
    assert (total(db, world).figure.status, total(db, world).answers) == (Status.NOT_MEASURED, 0)
    record_measurement(db, claire, A, answer())
    assert total(db, world).figure == Figure.of(158, 196)


def test_nothing_can_be_withdrawn_from_an_empty_box(db: Session, world: World) -> None:
    with pytest.raises(NotFound):
        record_measurement(db, world.actor(db, "claire"), A, without_number("withdrawn"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"indicator": "nothing"}, "indicator"),
        ({"indicator": "class_meetings"}, "indicator"),
        ({"term": T2}, "term"),
        ({"indicator": "election_turnout"}, "counted"),
        ({"indicator": "shared_analysis", "counted": 1, "out_of": None}, "counted"),
        ({"indicator": "joint_actions", "counted": 1_001, "out_of": None}, "counted"),
        ({"indicator": "visits"}, "out_of"),
        ({"out_of": None}, "out_of"),
        ({"grade": "PS"}, "grade"),
        ({"grade": "ulis"}, "grade"),
        ({"indicator": "visits", "out_of": None, "grade": "CP"}, "grade"),
    ],
)
def test_an_answer_fits_its_indicator(db: Session, world: World, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        record_measurement(db, world.actor(db, "claire"), A, answer(**change))
    assert [error.field for error in refusal.value.errors] == [field]


def test_a_yearly_figure_belongs_to_the_first_term(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    follow_indicator(db, claire, A, "back_to_school_meeting")
    yearly = {"indicator": "back_to_school_meeting", "counted": 90, "out_of": 150}
    with pytest.raises(Invalid) as refusal:
        record_measurement(db, claire, A, answer(**yearly, term="2025-2026-T2"))
    assert refusal.value.errors[0].field == "term"
    record_measurement(db, claire, A, answer(**yearly))
    assert total(db, world, "back_to_school_meeting", T2).figure == Figure.of(90, 150)


def test_zero_sessions_and_an_election_that_does_not_apply_can_be_said(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    record_measurement(db, claire, A, answer(indicator="shared_analysis", counted=0, out_of=None))
    assert total(db, world, "shared_analysis").figure == Figure.of(0)
    record_measurement(db, claire, A, without_number("not_applicable", indicator="election_turnout"))
    assert total(db, world, "election_turnout").figure.status is Status.NOT_APPLICABLE


# --- whole school or by grade --------------------------------------------------------------------------


def test_grades_are_added_and_withdraw_the_whole(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    record_measurement(db, claire, A, answer())
    assert record_grades(
        db,
        claire,
        A,
        MET["indicator"],
        Term(T1),
        by_grade(("CP", 12, 20), ("CE1", 18, 24), ("CM2", None, None)),
    )
    assert (total(db, world).figure, total(db, world).grades) == (Figure.of(30, 44), 2)
    record_measurement(db, claire, A, answer(counted=150))
    assert (total(db, world).figure, total(db, world).grades) == (Figure.of(150, 196), 0)
    assert verify_totals(db) == []


def test_an_emptied_grade_is_withdrawn_and_the_others_stay(db: Session, world: World) -> None:
    claire, slug, term = world.actor(db, "claire"), "individual_meetings", Term(T1)
    record_grades(db, claire, A, slug, term, by_grade(("CP", 12, 20), ("CE1", 18, 24)))
    rows = {row.grade.value: row.id for row in live(db, world)}
    assert (
        record_grades(db, claire, A, slug, term, by_grade(("CP", 12, 20), ("CE1", None, None), **rows)) == 1
    )
    assert (total(db, world).figure, total(db, world).grades) == (Figure.of(12, 20), 1)
    assert record_grades(db, claire, A, slug, term, by_grade(("CP", 12, 20), **rows)) == 0
    assert len(audit_chain(db, world.a.id)) == 2, "what changes nothing is no act"


def live(db: Session, world: World) -> list[Measurement]:
    return list(live_rows(db, world.a.id, term=T1))


def test_all_grades_or_none(db: Session, world: World) -> None:
    claire, slug, term = world.actor(db, "claire"), "individual_meetings", Term(T1)
    record_grades(db, claire, A, slug, term, by_grade(("CE1", 18, 24)))
    with pytest.raises(Conflict), db.begin_nested():
        record_grades(db, claire, A, slug, term, by_grade(("CP", 12, 20), ("CE1", 17, 24)))
    assert total(db, world).figure == Figure.of(18, 24)


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([("CP", None, 20)], "rows-0-counted"),
        ([("CP", 12, None)], "rows-0-out_of"),
        ([("CP", 12, 20), ("PS", 12, 20)], "rows-1-grade"),
        ([("CP", 12, 20), ("CP", 13, 20)], "rows-1-grade"),
        ([("all", 12, 20)], "rows-0-grade"),
    ],
)
def test_a_grade_that_cannot_be(
    db: Session, world: World, rows: list[tuple[str, int | None, int | None]], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        record_grades(db, world.actor(db, "claire"), A, "individual_meetings", Term(T1), by_grade(*rows))
    assert refusal.value.errors[0].field == field


def test_the_other_grain_is_not_withdrawn_unread(db: Session, world: World) -> None:
    """Léa opened the page before Claire typed grades: her whole-school answer must not remove them."""
    claire, lea = world.actor(db, "claire"), world.actor(db, "lea")
    record_grades(db, claire, A, "individual_meetings", Term(T1), by_grade(("CP", 12, 20)))
    with pytest.raises(Conflict), db.begin_nested():
        record_measurement(db, lea, A, answer(), seen=0)
    assert total(db, world).grades == 1
    latest = max(row.version for row in live(db, world))
    whole = record_measurement(db, lea, A, answer(), seen=latest)
    with pytest.raises(Conflict), db.begin_nested():
        record_grades(db, claire, A, "individual_meetings", Term(T1), by_grade(("CP", 12, 20)), seen=latest)
    assert total(db, world).figure == Figure.of(158, 196)
    assert whole.grade is Grade.ALL


# --- totals --------------------------------------------------------------------------------------------


def test_numerators_and_denominators_are_added_never_percentages(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    record_grades(db, claire, A, "individual_meetings", Term(T1), by_grade(("CP", 1, 2), ("CE1", 90, 98)))
    (shown,) = (
        row for row in totals_at(db, claire, A, Term(T1)) if row["indicator"] == "individual_meetings"
    )
    assert (shown["counted"], shown["out_of"], shown["grades"]) == (91, 100, 2)
    assert shown["reading"] == "91 élèves sur 100 (91\u202f%)."


def test_typed_visits_are_the_rest_beside_the_events(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    turn = take_turn(db, world.a.id)
    for name, parents in (("one", 14), ("two", 12)):
        key = FigureKey(world.a.id, T1, "visits", source=Source.EVENT, source_key=name)
        put_only(db, claire, turn, Source.EVENT, {name: {key: Figure.of(parents)}})
    record_measurement(db, claire, A, answer(indicator="visits", counted=8, out_of=None))
    assert (total(db, world, "visits").figure, total(db, world, "visits").answers) == (Figure.of(34), 3)
    put_only(db, claire, take_turn(db, world.a.id), Source.EVENT, {"one": {}})
    assert total(db, world, "visits").figure == Figure.of(20)
    assert verify_totals(db) == []


def test_the_figures_as_they_were_at_each_version(db: Session, world: World) -> None:
    claire, row = world.actor(db, "claire"), None
    said: dict[int, Any] = {0: None}
    for counted in (158, 160, 155):
        row = record_measurement(db, claire, A, answer(counted=counted, replaces=row.id if row else None))
        said[row.version] = counted
    assert row is not None
    gone = record_measurement(db, claire, A, without_number("withdrawn", replaces=row.id))
    said[gone.version] = None
    for version, counted in said.items():
        (shown,) = (
            one for one in totals_at(db, claire, A, Term(T1), version) if one["indicator"] == MET["indicator"]
        )
        assert shown["counted"] == counted, version


def test_verify_finds_what_was_tampered_with(db: Session, world: World) -> None:
    record_measurement(db, world.actor(db, "claire"), A, answer())
    assert verify_totals(db) == []
    db.execute(update(TermTotal).values(counted=196))
    (told,) = verify_totals(db)
    assert told.startswith(f"{A} · individual_meetings · {T1}\u202f: conservé 196/196")
    assert "recalculé 158/196" in told
    db.execute(update(TermTotal).values(counted=158, indicator="visits"))
    assert len(verify_totals(db)) == 2, "one that should not be there, one that is missing"


# --- the JSON door -------------------------------------------------------------------------------------


def test_an_answer_under_a_chosen_id(sign_in: SignIn, db: Session, world: World) -> None:
    claire, url = sign_in("claire"), f"{SCHOOL}/measurements/{uuid7()}"
    assert [claire.put(url, json=MET).status_code for _ in range(2)] == [201, 200]
    other = claire.put(url, json=MET | {"counted": 1})
    assert (other.status_code, other.json()["code"]) == (409, "other_body")
    assert claire.get(url).json()["counted"] == 158
    assert len(audit_chain(db, world.a.id)) == 1


def test_put_twice_is_put_once(db: Session, world: World) -> None:
    claire, key = world.actor(db, "claire"), uuid7()
    assert put_measurement(db, claire, A, key, answer())[1]
    assert not put_measurement(db, claire, A, key, answer())[1]


def test_the_history_is_read_too(sign_in: SignIn) -> None:
    claire, url = sign_in("claire"), f"{SCHOOL}/measurements"
    first = claire.post(url, json=MET).json()
    assert claire.post(url, json=MET | {"counted": 1}).json()["code"] == "answered"
    claire.post(url, json=MET | {"counted": 160, "replaces": first["id"]})
    assert [row["counted"] for row in claire.get(url).json()["items"]] == [160]
    whole = claire.get(url, params={"live": False, "indicator": MET["indicator"], "term": T1}).json()
    assert [row["counted"] for row in whole["items"]] == [158, 160]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"counted": -1}, "/counted"),
        ({"counted": 10**30}, "/counted"),
        ({"counted": 12.5}, "/counted"),
        ({"counted": "158"}, "/counted"),
        ({"counted": None}, "/counted"),
        ({"counted": 197}, "/out_of"),
        ({"status": "not_measured"}, "/counted"),
        ({"status": "maybe"}, "/status"),
        ({"term": "2026-T1"}, "/term"),
        ({"term": T2}, "/term"),
        ({"indicator": "avec \x00"}, "/indicator"),
        ({"grade": "6e"}, "/grade"),
        ({"replaces": "rien"}, "/replaces"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_bad_bodies_name_the_field(
    sign_in: SignIn, db: Session, world: World, change: dict[str, Any], pointer: str
) -> None:
    refused = sign_in("claire").post(f"{SCHOOL}/measurements", json=MET | change)
    assert refused.status_code == 422
    errors = refused.json()["errors"]
    assert errors[0]["pointer"] == pointer
    assert all(error["detail"].endswith(".") for error in errors)
    assert live(db, world) == []
