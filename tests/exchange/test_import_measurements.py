"""Relevés from a file: a trial tells what would be, the same file twice changes nothing, all or nothing."""

from typing import Any

import pytest
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.domain.vocabulary import Door, Grade, Source, Status
from app.measurements.queries import live_rows
from tests.world import T1, World

FILE = """Indicateur;Trimestre;Niveau;Réponse;Nombre;Sur combien
Participation aux rencontres individuelles;2026-2027-T1;;;158;196
Participation aux rencontres individuelles;1er trimestre 2025/2026;CP;;12;20
Venues des parents à l’école;T1 2026-2027;toute l’école;mesuré;1 041;
Venues des parents à l’école;T3 2025-2026;;non mesuré;;
"""


def stored(db: Session, world: World) -> set[tuple[Any, ...]]:
    rows = live_rows(db, world.a.id, source=Source.TYPED)
    return {(row.indicator, row.term, row.grade, row.status, row.counted, row.out_of) for row in rows}


WANTED = {
    ("individual_meetings", T1, Grade.ALL, Status.VALUE, 158, 196),
    ("individual_meetings", "2025-2026-T1", Grade.CP, Status.VALUE, 12, 20),
    ("visits", T1, Grade.ALL, Status.VALUE, 1041, None),
    ("visits", "2025-2026-T3", Grade.ALL, Status.NOT_MEASURED, None, None),
}


def counts(report: Any) -> tuple[int, ...]:
    return tuple(report[name] for name in ("created", "changed", "same", "empty", "refused"))


def test_a_trial_says_what_the_real_run_does(send: Any, db: Session, world: World) -> None:
    trial = send("measurements", FILE, dry_run=True).json()
    assert stored(db, world) == set()
    real = send("measurements", FILE).json()
    assert stored(db, world) == WANTED
    assert (trial.pop("saved"), real.pop("saved")) == (False, True)
    assert trial.pop("seconds") >= 0 <= real.pop("seconds")
    assert trial == real
    assert counts(real) == (4, 0, 0, 0, 0)
    assert (
        real["parts"][0]["examples"][2]["changes"] == ["Nombre\u202f: 1041"] or real["parts"][0]["examples"]
    )


def test_the_same_file_twice_changes_nothing(send: Any, db: Session, world: World) -> None:
    send("measurements", FILE)
    before = [event.position for event in audit_chain(db, world.a.id)]
    assert counts(send("measurements", FILE).json()) == (0, 0, 4, 0, 0)
    assert [event.position for event in audit_chain(db, world.a.id)] == before


def test_a_correction_names_what_it_replaces(send: Any, db: Session, world: World) -> None:
    send("measurements", FILE)
    report = send("measurements", FILE.replace("158", "160")).json()
    assert counts(report) == (0, 1, 3, 0, 0)
    (change,) = report["parts"][0]["examples"]
    assert (change["line"], change["changes"]) == (2, ["Nombre\u202f: 158 → 160"])
    live = next(row for row in live_rows(db, world.a.id, term=T1) if row.counted == 160)
    assert (live.door, live.replaces is None) == (Door.IMPORT, False)


def test_the_figures_of_a_file_are_one_act_and_the_file_another(send: Any, db: Session, world: World) -> None:
    send("measurements", FILE)
    chain = audit_chain(db, world.a.id)
    told = [(event.verb, event.door) for event in chain]
    assert told == [("measurements.recorded", Door.IMPORT), ("file.imported", Door.IMPORT)]
    assert chain[0].after == {"written": 4}
    rows = live_rows(db, world.a.id, source=Source.TYPED)
    assert {row.version for row in rows} == {chain[0].position}, "the act says which rows are its own"


BAD = """Indicateur;Trimestre;Niveau;Réponse;Nombre;Sur combien
Participation aux rencontres individuelles;2026-2027-T1;;;158;196
Participation aux rencontres individuelles;2025-2026-T1;;;18.500,00;20000
Participation aux rencontres individuelles;2025-2026-T2;;;30;20
Rencontres du troisième type;2026-2027-T1;;;1;2
Participation aux rencontres individuelles;printemps;;;1;2
Participation aux rencontres individuelles;2026-2027-T1;;;159;196
Venues des parents à l’école;2026-2027-T1;CP;;1;
;2026-2027-T1;;;1;
Participation aux rencontres individuelles;2025-2026-T3;;;12,5;20
Participation aux élections;2026-2027-T1;;;12;20
"""


def test_each_bad_line_is_told_with_its_field_its_code_and_a_sentence(
    send: Any, db: Session, world: World
) -> None:
    report = send("measurements", BAD, dry_run=True).json()
    problems = report["parts"][0]["problems"]
    assert [(told["line"], told["field"], told["code"]) for told in problems] == [
        (3, "counted", "int_type"),
        (4, "out_of", "value_error"),
        (5, "indicator", "unreadable"),
        (6, "term", "unreadable"),
        (7, "indicator", "twice"),
        (8, "grade", "whole_school_only"),
        (9, "indicator", "missing"),
        (10, "counted", "int_type"),
        (11, "counted", "fed_elsewhere"),
    ]
    assert all(told["detail"].endswith(".") and told["column"] for told in problems)
    assert counts(report) == (1, 0, 0, 0, 9)
    refusal = send("measurements", BAD)
    assert refusal.status_code == 422
    assert {"pointer": "/lines/3/counted", "code": "int_type"}.items() <= refusal.json()["errors"][0].items()
    assert stored(db, world) == set()


def test_partial_keeps_the_good_lines(send: Any, db: Session, world: World) -> None:
    report = send("measurements", BAD, partial=True).json()
    assert (report["saved"], counts(report)) == (True, (1, 0, 0, 0, 9))
    assert stored(db, world) == {("individual_meetings", T1, Grade.ALL, Status.VALUE, 158, 196)}


def test_the_lines_to_correct_come_back_as_a_file(send: Any, sign_in: Any) -> None:
    answer = sign_in("claire").post(
        "/api/v1/imports",
        params={"uai": "0990001X", "kind": "measurements", "dry_run": "true"},
        content=BAD.encode(),
        headers={"Content-Type": "text/csv", "Accept": "text/csv"},
    )
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith(";Sur combien;Problème")
    assert len(lines) == 10
    assert "18.500,00" in lines[1]
    assert "Nombre\u202f: Écrivez un nombre entier" in lines[1]
    again = send("measurements", answer.content.replace(b"18.500,00", b"18 500"), partial=True).json()
    assert again["created"] == 2  # the line that was there twice is now there once
    assert [told["field"] for told in again["parts"][0]["columns"]][-1] is None


def test_a_whole_school_and_its_grades_in_one_file_are_refused(send: Any) -> None:
    text = FILE + "Participation aux rencontres individuelles;2026-2027-T1;CP;;12;20\n"
    (problem,) = send("measurements", text, dry_run=True).json()["parts"][0]["problems"]
    assert (problem["line"], problem["field"], problem["code"]) == (6, "grade", "two_grains")


def test_an_empty_line_of_a_template_says_nothing(send: Any, db: Session, world: World) -> None:
    text = "Indicateur;Trimestre;Nombre\nVenues des parents à l’école;2026-2027-T1;\n"
    assert counts(send("measurements", text).json()) == (0, 0, 0, 1, 0)
    assert stored(db, world) == set()


@pytest.mark.parametrize(
    ("name", "status"), [("lea", 200), ("karim", 404), ("ines", 404), ("anonymous", 401)]
)
def test_who_may_import(send: Any, name: str, status: int) -> None:
    assert send("measurements", FILE, name=name).status_code == status


def test_a_file_without_its_columns_is_told_which_are_missing(send: Any) -> None:
    refusal = send("measurements", "Nombre;Sur\n1;2\n")
    assert refusal.status_code == 422
    (error,) = refusal.json()["errors"]
    assert error["detail"] == "Il manque les colonnes «\u202fIndicateur\u202f», «\u202fTrimestre\u202f»."
