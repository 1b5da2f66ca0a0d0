"""Three steps in the browser: send, confirm the columns, see what would change, then save."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from app.exchange.queries import files_of
from app.measurements.models import MeasurementIn
from app.measurements.queries import live_rows
from app.measurements.service import record_measurement
from tests.world import NOW, T1, A, World, form

SignIn = Callable[[str], TestClient]
DESK = f"/ecoles/{A}/fichiers"
TEXT = (
    "Relevés;;;\n\nIndicateur;Trimestre;Combien;Remarques\n"
    "Venues des parents à l’école;2026-2027-T1;1 041;x\n"
    "Venues des parents à l’école;2025-2026-T3;18.500,00;\n"
)


def upload(client: TestClient, content: str = TEXT, kind: str = "measurements", name: str = "a.csv") -> Any:
    data = {"csrf": client.headers["X-Test-CSRF"], "kind": kind}
    return client.post(DESK, data=data, files={"file": (name, content.encode("cp1252"), "text/csv")})


def words(answer: Any) -> str:
    return unescape(answer.text).replace("\u202f", " ")


def test_a_file_in_three_steps(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    url = upload(claire).headers["location"]
    columns = words(claire.get(url))
    assert "Titres à la ligne 3, 2 lignes ensuite." in columns
    assert '<option value="indicator" selected>' in columns
    assert '<option value="counted" selected>' not in columns
    missing = form(claire, f"{url}/colonnes", **{"p0-c0": "indicator", "p0-c2": "counted"})
    assert missing.status_code == 422
    assert "Il manque la colonne « Trimestre »." in words(missing)
    assert '<option value="counted" selected>' in missing.text
    chosen = {"p0-c0": "indicator", "p0-c1": "term", "p0-c2": "counted", "p0-c3": ""}
    assert form(claire, f"{url}/colonnes", **chosen).headers["location"] == url
    report = words(claire.get(url))
    assert "1 ligne à corriger. Rien n’est enregistré pour l’instant." in report
    assert "Nombre : 1041" in report
    assert not live_rows(db, world.a.id, term=T1)
    wrong = claire.get(f"{url}/0/a-corriger.csv").content.decode("utf-8-sig").splitlines()
    assert wrong[0] == "Indicateur;Trimestre;Combien;Remarques;Problème"
    assert len(wrong) == 2
    refused = form(claire, f"{url}/importer")
    assert refused.status_code == 422
    assert not live_rows(db, world.a.id, term=T1)
    assert form(claire, f"{url}/importer", partial="true").headers["location"] == url
    assert "C’est enregistré : 1 créé, 0 modifié." in words(claire.get(url))
    assert [row.counted for row in live_rows(db, world.a.id, term=T1)] == [1041]
    assert "déjà importé" in words(form(claire, f"{url}/importer"))
    assert [row.sheets for row in files_of(db, world.a.id, world.users["claire"].id)] == [[]]


def test_the_school_changed_since_the_check(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    text = f"Indicateur;Trimestre;Nombre\nVenues des parents à l’école;{T1};12\n"
    url = upload(claire, text).headers["location"]
    form(claire, f"{url}/colonnes", **{"p0-c0": "indicator", "p0-c1": "term", "p0-c2": "counted"})
    said = MeasurementIn.model_validate({"indicator": "visits", "term": T1, "counted": 30})
    record_measurement(db, world.actor(db, "lea"), A, said)
    again = form(claire, f"{url}/importer").headers["location"]
    assert again.endswith("?ok=relire")
    page = words(claire.get(again))
    assert "L’école a changé depuis la vérification" in page
    assert "Nombre : 30 → 12" in page
    assert [row.counted for row in live_rows(db, world.a.id, term=T1)] == [30]


def test_what_is_wrong_with_a_file_is_told_beside_its_box(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    for answer, told in (
        (upload(claire, ";;\n"), "Ce fichier est vide."),
        (upload(claire, ""), "Ce fichier est vide."),
        (upload(claire, "", name=""), "Choisissez un fichier."),
        (upload(claire, "a;b\n" * 6000), "plus de 5 000 lignes"),
        (form(claire, DESK, kind="measurements"), "Choisissez un fichier."),
    ):
        assert answer.status_code == 422
        assert told in words(answer)
        assert '<option value="measurements" selected>' in answer.text


def test_a_file_is_its_senders_and_lasts_a_day(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    url = upload(claire).headers["location"]
    assert sign_in("lea").get(url).status_code == 404
    assert "a.csv" in claire.get(DESK).text
    clock.pin(NOW + timedelta(minutes=59))
    assert claire.get(url).status_code == 200
    assert form(claire, f"{url}/oublier").headers["location"] == f"{DESK}?ok=oublie"
    assert claire.get(url).status_code == 404


def test_a_teacher_imports_what_a_teacher_writes(sign_in: SignIn) -> None:
    lea = sign_in("lea")
    page = lea.get(DESK).text
    assert '<option value="events">' in page
    assert '<option value="goals">' not in page
    assert upload(lea, "Objectif\nRencontrer chaque famille\n", "goals").status_code in (403, 422)


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_a_template_comes_back_unchanged(sign_in: SignIn, db: Session, world: World, extension: str) -> None:
    claire = sign_in("claire")
    said = MeasurementIn.model_validate({"indicator": "visits", "term": T1, "counted": 30})
    record_measurement(db, world.actor(db, "claire"), A, said)
    template = claire.get(f"/api/v1/schools/{A}/files/measurements.{extension}?template=true").content
    told = {"uai": A, "kind": "measurements"}
    report = claire.post(
        "/api/v1/imports", params=told, content=template, headers={"Content-Type": "x/y"}
    ).json()
    assert (report["created"], report["changed"], report["same"], report["empty"]) == (0, 0, 1, 2)
