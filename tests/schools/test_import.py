"""The ministry's files as they are: hand-made lines for every case, and the real ones when they are there."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from app import clock
from app.accounts.actor import NIL, command_actor
from app.accounts.audit_queries import audit_chain
from app.accounts.models import ServiceNote
from app.domain.uai import expected_letter
from app.domain.vocabulary import PriorityEducation, SchoolType, Sector, TerritoryLevel
from app.errors import Conflict, Forbidden
from app.schools.circonscriptions import Circonscriptions
from app.schools.commands import told
from app.schools.directory import NamedCirconscription, read_directory, read_figures, short_name
from app.schools.imports import Summary, import_directory, import_figures
from app.schools.models import School, SchoolYearProfile, Territory
from app.schools.queries import profile_at, school_by_uai
from tests.world import LAST_YEAR, NOW, YEAR, World

OLDER = {"Code postal": "", "Nombre_d_eleves": "143"}
INSPECTION = "Circonscription d'inspection du 1er degré de "


def uai(digits: str) -> str:
    return digits + expected_letter(digits)


def ecole(digits: str = "0350001", **changes: str) -> dict[str, str]:
    """One line of the directory; the letter of the UAI is worked out."""
    line = {
        "Identifiant_de_l_etablissement": uai(digits),
        "Nom_etablissement": "École des Lucioles",
        "Type_etablissement": "Ecole",
        "Statut_public_prive": "Public",
        "Code_commune": "35016",
        "Nom_commune": "Baulon",
        "Code_departement": "035",
        "Ecole_maternelle": "0",
        "Ecole_elementaire": "1",
        "ULIS": "0",
        "Appartenance_Education_Prioritaire": "",
        "nom_circonscription": INSPECTION + "Bruz",
        "code_circonscription": uai("0350900"),
        "etat": "OUVERT",
        "libelle_nature": "ECOLE DE NIVEAU ELEMENTAIRE",
    }
    return line | changes


def written(lines: list[dict[str, str]], separator: str = ";") -> bytes:
    """As exported: BOM, `;`, CRLF."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]), delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def load(db: Session, *lines: dict[str, str], content: bytes | None = None) -> Summary:
    reading = read_directory("annuaire.csv", content or written(list(lines)))
    summary = import_directory(db, command_actor(), reading)
    db.expire_all()
    return summary


def counts(summary: Summary) -> tuple[int, int, int]:
    return summary.created, summary.updated, summary.unchanged


def school(db: Session, digits: str = "0350001") -> School:
    found = school_by_uai(db, uai(digits))
    assert found is not None
    return found


def profile(db: Session, digits: str = "0350001") -> SchoolYearProfile:
    found = profile_at(db, school(db, digits).id, YEAR)
    assert found is not None
    return found


def place(db: Session, digits: str = "0350001") -> Territory:
    found = db.get(Territory, profile(db, digits).circonscription_id)
    assert found is not None
    return found


def how_many(db: Session, level: TerritoryLevel) -> int:
    wanted = select(func.count()).select_from(Territory).where(col(Territory.level) == level)
    found: int = db.execute(wanted).scalar_one()
    return found


# --- the real files ------------------------------------------------------------------------------------


@pytest.fixture
def directories(reference: Path) -> list[Path]:
    found = [reference / "annuaire_94_2026.csv", reference / "annuaire_35_2023.csv"]
    if not all(path.exists() for path in found):
        pytest.skip("the ministry's files are not there")
    return found


def test_the_real_files_in_either_order(db: Session, directories: list[Path]) -> None:
    results = {path.name: load(db, content=path.read_bytes()) for path in reversed(directories)}
    assert {name: counts(summary) for name, summary in results.items()} == {
        "annuaire_94_2026.csv": (613, 0, 0),
        "annuaire_35_2023.csv": (685, 0, 0),
    }
    assert results["annuaire_35_2023.csv"].skipped.total() == 311
    assert how_many(db, TerritoryLevel.CIRCONSCRIPTION) == 43
    assert how_many(db, TerritoryLevel.DEPARTEMENT) == 2
    for path in directories:
        again = load(db, content=path.read_bytes())
        assert (again.created, again.updated, again.problems) == (0, 0, [])
    assert how_many(db, TerritoryLevel.CIRCONSCRIPTION) == 43


def test_the_real_figures_are_those_of_the_latest_rentree(
    db: Session, directories: list[Path], reference: Path
) -> None:
    load(db, content=directories[1].read_bytes())
    content = (reference / "effectifs_ecoles_35.csv").read_bytes()
    first = import_figures(db, command_actor(), read_figures("effectifs.csv", content))
    again = import_figures(db, command_actor(), read_figures("effectifs.csv", content))
    assert (first.updated, again.updated, again.unchanged) == (675, 0, 675)
    db.expire_all()
    acigne = school_by_uai(db, "0350103X")
    assert acigne is not None
    found = profile_at(db, acigne.id, YEAR)
    assert found is not None
    assert (found.pupils, found.classes, found.figures_year, found.is_confirmed) == (
        289,
        12,
        "2022-2023",
        False,
    )


# --- one line ------------------------------------------------------------------------------------------


def test_a_school_as_the_directory_has_it(db: Session) -> None:
    assert counts(
        load(db, ecole(ULIS="1", Appartenance_Education_Prioritaire="REP+", Ecole_maternelle="1"))
    ) == (1, 0, 0)
    found, its = school(db), profile(db)
    assert (found.name, found.commune, found.departement) == ("École des Lucioles", "Baulon", "35")
    assert (its.year, its.type, its.sector, its.has_ulis) == (YEAR, SchoolType.PRIMARY, Sector.PUBLIC, True)
    assert (its.priority, its.pupils, its.is_confirmed) == (PriorityEducation.REP_PLUS, None, False)
    assert (place(db).name, place(db).code) == ("Bruz", uai("0350900"))
    departement = db.get(Territory, place(db).parent_id)
    assert departement is not None
    academie = db.get(Territory, departement.parent_id)
    assert academie is not None
    assert (departement.code, departement.name) == ("35", "Ille-et-Vilaine")
    assert (academie.level, academie.code, academie.name) == (TerritoryLevel.ACADEMIE, "14", "Rennes")


@pytest.mark.parametrize(
    ("changes", "departement"),
    [
        ({"Identifiant_de_l_etablissement": uai("6200001"), "Code_departement": "02A"}, "2A"),
        ({"Identifiant_de_l_etablissement": uai("7200001"), "Code_departement": "720"}, "2B"),
        (
            {"Identifiant_de_l_etablissement": uai("7200001"), "Code_departement": "", "Code_commune": ""},
            "2B",
        ),
        ({"Identifiant_de_l_etablissement": uai("9710001"), "Code_departement": "978"}, "978"),
        ({"Identifiant_de_l_etablissement": uai("9710001"), "Code_departement": "977"}, "977"),
        # Without the column, Saint-Barthélemy is told by the commune only: its UAI are those of Guadeloupe.
        (
            {
                "Identifiant_de_l_etablissement": uai("9710001"),
                "Code_departement": "",
                "Code_commune": "97701",
            },
            "977",
        ),
        (
            {"Identifiant_de_l_etablissement": uai("9710001"), "Code_departement": "", "Code_commune": ""},
            "971",
        ),
        ({"Code_departement": "", "Code_commune": "35016"}, "35"),
    ],
)
def test_every_departement_is_found(db: Session, changes: dict[str, str], departement: str) -> None:
    line = ecole(**changes, nom_circonscription="Les Îles du Nord", code_circonscription="")
    assert counts(load(db, line)) == (1, 0, 0)
    found = school_by_uai(db, line["Identifiant_de_l_etablissement"])
    assert found is not None
    assert found.departement == departement
    assert counts(load(db, line)) == (0, 0, 1)


def test_what_is_not_ours_is_left_with_its_reason(db: Session) -> None:
    summary = load(
        db,
        ecole(),
        ecole(),
        ecole("0350002", Type_etablissement="Collège"),
        ecole("9870001", Code_departement="987"),
        ecole("0350003", etat="FERME"),
    )
    assert counts(summary) == (1, 0, 0)
    assert dict(summary.skipped) == {
        "déjà lue plus haut dans le fichier": 1,
        "pas une école\u202f: Collège": 1,
        "hors du service\u202f: Pacifique ou étranger": 1,
        "école fermée, jamais inscrite ici": 1,
    }


def test_a_bad_line_stops_nothing_and_is_named(db: Session) -> None:
    content = written(
        [
            ecole("0350001", Identifiant_de_l_etablissement="0350001A"),
            ecole("0350002", Code_departement="20X"),
            ecole("0350003", Nom_etablissement=""),
            ecole("0350004", Identifiant_de_l_etablissement="0990001A", Code_departement="", Code_commune=""),
            ecole("0350005", code_circonscription="0350900A"),
            ecole("0350006"),
        ]
    )
    lines = content.split(b"\r\n")
    lines[6:6] = [b'0350007X;"jamais ferm\xc3\xa9', b"trop;court", b""]
    summary = load(db, content=b"\r\n".join(lines))
    assert counts(summary) == (2, 0, 0)
    assert [number for number, _ in summary.problems] == [2, 3, 4, 5, 6, 7, 8]
    assert "La lettre de l'UAI" in summary.problems[0][1]
    assert "guillemets" in summary.problems[5][1]
    assert "annuaire.csv\u202f: écoles créées 2" in told(summary)
    assert "  ligne 2\u202f: " in told(summary)


def test_another_file_is_refused_whole() -> None:
    with pytest.raises(ValueError, match="identifiant de l etablissement"):
        read_directory("autre.csv", b"nom;ville\r\nx;y\r\n")
    with pytest.raises(ValueError, match="identifiant"):
        read_directory("vide.csv", b"")


@pytest.mark.parametrize("separator", [",", "\t"])
def test_other_writings_of_the_same_file(db: Session, separator: str) -> None:
    text = written([ecole(**OLDER)], separator).decode("utf-8-sig")
    assert counts(load(db, content=text.encode("cp1252"))) == (1, 0, 0)
    assert school(db).name == "École des Lucioles"
    assert profile(db).pupils is None


@pytest.mark.parametrize(
    ("written_name", "short"),
    [
        (INSPECTION + "Fougères", "Fougères"),
        ("Circonscription d'inspection  du 1er degre d'Orly", "Orly"),
        ("Circonscription d’inspection du 1er degré du Mans", "Le Mans"),
        ("Circonscription d'inspection du 1er degré des Mureaux", "Les Mureaux"),
        (INSPECTION + "l'Haÿ-les-Roses", "L'Haÿ-les-Roses"),
        ("Circonscription d'inspection du 1er degré Paris 18B", "Paris 18B"),
        ("Inspection de Valmont", "Inspection de Valmont"),
        ("", ""),
    ],
)
def test_a_circonscription_is_called_by_its_place(written_name: str, short: str) -> None:
    assert short_name(written_name) == short


# --- circonscriptions ----------------------------------------------------------------------------------


def test_names_vary_and_the_code_is_adopted_later(db: Session) -> None:
    first = ecole(nom_circonscription=INSPECTION + "Saint-Grégoire", code_circonscription="")
    load(db, first)
    assert place(db).code is None
    spelled = "Circonscription d'inspection  du 1er degre de Saint  Gregoire"
    summary = load(
        db, ecole("0350002", nom_circonscription=spelled, code_circonscription=uai("0350900")), first
    )
    assert counts(summary) == (1, 0, 1)
    assert place(db).id == place(db, "0350002").id
    assert (place(db).name, place(db).code) == ("Saint-Grégoire", uai("0350900"))


def test_its_own_line_gives_the_code_wherever_it_stands(db: Session) -> None:
    own = ecole(
        "0350901",
        Nom_etablissement=INSPECTION + "Liffré",
        Type_etablissement="Service Administratif",
        libelle_nature="CIRCONSCRIPTIONS INSPECTION EDUC NAT",
    )
    unnamed = own | {
        "Identifiant_de_l_etablissement": uai("0350902"),
        "Nom_etablissement": INSPECTION + "Rennes - ASH",
    }
    summary = load(
        db, ecole(nom_circonscription=INSPECTION + "Liffre", code_circonscription=""), own, unnamed
    )
    assert counts(summary) == (1, 0, 0)
    assert place(db).code == uai("0350901")
    assert how_many(db, TerritoryLevel.CIRCONSCRIPTION) == 1


def test_a_renamed_circonscription_stays_the_same(db: Session) -> None:
    load(db, ecole())
    before = place(db).id
    load(db, ecole(nom_circonscription=INSPECTION + "Bruz et Guichen"), ecole("0350002"))
    assert (place(db).id, place(db).name) == (before, "Bruz et Guichen")
    assert place(db, "0350002").id == before


def test_one_name_for_two_codes_is_not_guessed(db: Session) -> None:
    load(db, ecole())
    summary = load(db, ecole(), ecole("0350002", code_circonscription=uai("0350905")))
    assert counts(summary) == (1, 0, 1)
    assert profile(db, "0350002").circonscription_id is None
    ((number, told_problem),) = summary.problems
    assert number == 3
    assert uai("0350905") in told_problem


def test_the_same_name_in_two_departements_is_two_circonscriptions(db: Session) -> None:
    places = Circonscriptions(db, {})
    first, second = (places.of(NamedCirconscription(code, "Centre", None)) for code in ("35", "22"))
    assert first != second
    assert places.of(NamedCirconscription("35", "CENTRE", None)) == first
    assert places.of(None) is None


# --- years ---------------------------------------------------------------------------------------------


def test_an_import_changes_the_current_year_only(db: Session) -> None:
    load(db, ecole())
    try:
        clock.pin(NOW.replace(year=2027))
        moved = {"nom_circonscription": INSPECTION + "Redon", "code_circonscription": uai("0350903")}
        assert counts(load(db, ecole(**moved, Statut_public_prive="Privé"))) == (0, 1, 0)
    finally:
        clock.pin(NOW)
    assert (place(db).name, profile(db).sector) == ("Bruz", Sector.PUBLIC)
    later = profile_at(db, school(db).id, "2027-2028")
    assert later is not None
    assert (later.year, later.sector) == ("2027-2028", Sector.PRIVATE)


def test_overseas_the_year_has_begun_in_august(db: Session) -> None:
    clock.pin(NOW.replace(month=8, day=10))
    reunion = ecole("9740001", Code_departement="974", nom_circonscription="", code_circonscription="")
    load(db, reunion, ecole())
    assert profile_at(db, school(db, "9740001").id, "2099-2100").year == YEAR  # type: ignore[union-attr]  # None would fail the test as it should
    assert profile_at(db, school(db).id, "2099-2100").year == LAST_YEAR  # type: ignore[union-attr]  # None would fail the test as it should


def test_absence_closes_nothing_and_the_file_closes(db: Session) -> None:
    load(db, ecole(), ecole("0350002"))
    load(db, ecole("0350002"))
    assert school(db).is_open
    assert counts(load(db, ecole(etat="FERME"))) == (0, 1, 0)
    assert (school(db).is_open, profile(db).is_open) == (False, False)
    assert counts(load(db, ecole(etat="A FERMER"))) == (0, 1, 0)
    assert (school(db).is_open, profile(db).is_open) == (True, True)
    assert (school(db).version, profile(db).version) == (3, 3)


def test_a_line_without_circonscription_says_nothing_about_it(db: Session) -> None:
    load(db, ecole())
    assert counts(load(db, ecole(nom_circonscription="", code_circonscription=""))) == (0, 0, 1)
    assert place(db).name == "Bruz"


# --- pupils and classes --------------------------------------------------------------------------------

HEADINGS = "Rentrée scolaire;Numéro de l'école;REP;REP +;Nombre total de classes;Nombre total d'élèves"


def figures(db: Session, *lines: str) -> Summary:
    content = "\n".join([HEADINGS, *lines]).encode("utf-8-sig")
    summary = import_figures(db, command_actor(), read_figures("effectifs.csv", content))
    db.expire_all()
    return summary


def test_figures_wait_for_the_school_to_confirm_them(db: Session) -> None:
    load(db, ecole())
    code = uai("0350001")
    summary = figures(
        db,
        f"2022;{code};0;0;6;120",
        f"2023;{code};0;0;7;140",
        f"2030;{code};0;0;9;1",
        "2022;0350002Z;0;0;1;1",
        "2022;x",
    )
    assert counts(summary) == (0, 1, 0)
    assert dict(summary.skipped) == {
        "rentrée dépassée par une autre du fichier": 1,
        "rentrée qui n’a pas eu lieu": 1,
    }
    assert [number for number, _ in summary.problems] == [5, 6]
    its = profile(db)
    assert (its.pupils, its.classes, its.figures_year, its.is_confirmed) == (140, 7, "2023-2024", False)
    assert figures(db, f"2022;{code};0;0;6;120").skipped == {"chiffres plus anciens que ceux de l’école": 1}
    assert figures(db, f"2023;{code};0;0;7;5001").problems[0][0] == 2
    assert figures(db, f"2023;{uai('0350009')};0;0;7;1").skipped == {"école qui n’est pas inscrite ici": 1}


def test_what_the_school_confirmed_is_kept(db: Session) -> None:
    load(db, ecole(ULIS="1"))
    profile(db).is_confirmed, profile(db).pupils = True, 190
    db.flush()
    assert figures(db, f"2026;{uai('0350001')};0;0;8;170").skipped == {"chiffres confirmés par l’école": 1}
    assert counts(load(db, ecole(ULIS="0"))) == (0, 0, 1)
    assert (profile(db).pupils, profile(db).has_ulis) == (190, True)


# --- who, and what it leaves ---------------------------------------------------------------------------


def test_one_event_a_file_in_the_chain_of_the_service(db: Session) -> None:
    load(db, ecole(), ecole("0350002", Type_etablissement="Lycée"))
    event = audit_chain(db, NIL)[-1]
    assert (event.verb, event.target) == ("directory.imported", "file:annuaire.csv")
    assert event.after == {
        "file": "annuaire.csv",
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "skipped": {"pas une école\u202f: Lycée": 1},
        "problems": 0,
    }


def test_a_demonstration_takes_no_real_school(db: Session) -> None:
    db.add(ServiceNote(key="demo", value="yes"))
    db.flush()
    with pytest.raises(Conflict, match="démonstration"):
        load(db, ecole())


def test_only_the_operator_imports(db: Session, world: World) -> None:
    reading = read_directory("annuaire.csv", written([ecole()]))
    with pytest.raises(Forbidden):
        import_directory(db, world.actor(db, "claire"), reading)


def test_a_longer_file_takes_no_more_statements(db: Session, count_queries: Any) -> None:
    def lines(many: int, start: int) -> list[dict[str, str]]:
        return [ecole(f"{350000 + start + number:07}") for number in range(many)]

    with count_queries() as few:
        load(db, *lines(3, 100))
    with count_queries() as many:
        load(db, *lines(300, 200))
    assert len(many) <= len(few)
