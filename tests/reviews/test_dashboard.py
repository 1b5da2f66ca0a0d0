"""The dashboard: the page, the file and the API show the same figures, and nothing that was not measured."""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.actor import Actor
from app.actions.models import ActionIn, EventIn, PartnerIn
from app.actions.service import add_action, add_event, add_partner
from app.domain.school_year import Term
from app.domain.vocabulary import Axis, EventState, PartnerKind, PartnerSector, Status
from app.goals.models import GoalIn, TargetIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reviews import sheet_queries
from app.reviews.charts import efforts_of, glances_of
from app.reviews.overview import overview
from app.schools.frame import Frame
from app.schools.models import TrackedIn
from app.schools.service import add_own_indicator
from dashboards.work import Held
from tests.world import LAST_YEAR, T1, A, World

CSV = "text/csv; charset=utf-8; header=present"
SignIn = Callable[[str], TestClient]
PAGE, API = f"/ecoles/{A}/tableau-de-bord/{T1}", f"/api/v1/schools/{A}/dashboard/{T1}"
LAST_T1, LAST_T2, LAST_T3 = (Term(f"{LAST_YEAR}-T{number}") for number in (1, 2, 3))


@pytest.fixture
def claire(db: Session, world: World) -> Actor:
    return world.actor(db, "claire")


@pytest.fixture
def lived(db: Session, world: World, claire: Actor) -> None:
    """Meetings in three terms out of four, and four cafés, two of them with partners."""
    for term, counted in ((LAST_T1, 132), (LAST_T3, 141), (T1, 158)):
        answer = MeasurementIn(indicator="individual_meetings", term=term, counted=counted, out_of=196)
        record_measurement(db, claire, A, answer)
    partners = [
        add_partner(db, claire, A, PartnerIn(name=name, kind=kind, sector=PartnerSector.CULTURE_LEISURE)).id
        for name, kind in (
            ("Centre social", PartnerKind.SOCIAL_CENTRE),
            ("Médiathèque", PartnerKind.ASSOCIATION),
        )
    ]
    days: dict[str, Any] = {"planned_from": date(2026, 1, 6), "planned_to": date(2027, 6, 25)}
    cafe = add_action(db, claire, A, ActionIn(axis=Axis.FAMILIARITY, title="Café des parents", **days))
    held: dict[str, Any] = {"state": EventState.HELD}
    add_event(db, claire, A, cafe.id, EventIn(planned_on=date(2026, 3, 6), parents_present=9, **held))
    joint = EventIn(planned_on=date(2026, 11, 6), parents_present=14, partner_ids=partners, **held)
    add_event(db, claire, A, cafe.id, joint)
    again = EventIn(planned_on=date(2026, 11, 13), parents_present=5, partner_ids=partners[:1], **held)
    add_event(db, claire, A, cafe.id, again)
    add_event(db, claire, A, cafe.id, EventIn(planned_on=date(2026, 11, 20), parents_present=3, **held))
    aim = TargetIn(indicator="individual_meetings", value=85, term="2026-2027-T3")
    add_goal(db, claire, A, GoalIn(stake="dialogue", title="Rencontrer chaque famille", target=aim))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.usefixtures("lived")
def test_both_doors_give_the_same_file(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    page, api = claire.get(f"{PAGE}.csv"), claire.get(f"{API}.csv")
    assert page.content == api.content
    assert page.headers["content-type"] == api.headers["content-type"] == CSV
    assert f'"tableau-de-bord-{A}-{T1}.csv"' in api.headers["content-disposition"]
    assert page.content.startswith(b"\xef\xbb\xbfIndicateur;")
    assert b"\r\n" in page.content


@pytest.mark.usefixtures("lived")
def test_the_file_says_every_term_from_the_first_answer_on(sign_in: SignIn) -> None:
    rows = rows_of(sign_in("claire").get(f"{PAGE}.csv").content)
    met = [tuple(row.values())[1:] for row in rows if row["Indicateur"].endswith("rencontres individuelles")]
    assert met == [
        (LAST_YEAR, "1", "mesuré", "132", "196", "67,3", ""),
        (LAST_YEAR, "2", "non mesuré", "", "", "", ""),
        (LAST_YEAR, "3", "mesuré", "141", "196", "71,9", ""),
        ("2026-2027", "1", "mesuré", "158", "196", "80,6", ""),
    ]
    held = {
        (row["Indicateur"], row["Année scolaire"], row["Trimestre"]): row["Nombre"]
        for row in rows
        if row["Réponse"] == "compté"
    }
    assert held["Rendez-vous tenus", "2026-2027", "1"] == "3"
    assert held["Partenaires différents", "2026-2027", "1"] == "2"
    assert held["Rendez-vous avec un partenaire", "2026-2027", "1"] == "2"
    assert held["Rendez-vous tenus", LAST_YEAR, "3"] == "0"


@pytest.mark.usefixtures("world")
def test_under_twenty_the_file_has_no_percentage(sign_in: SignIn, db: Session, claire: Actor) -> None:
    answer = MeasurementIn(indicator="individual_meetings", term=T1, counted=12, out_of=19)
    record_measurement(db, claire, A, answer)
    (row, *_) = rows_of(sign_in("claire").get(f"{PAGE}.csv").content)
    assert (row["Nombre"], row["Sur"], row["%"]) == ("12", "19", "")


@pytest.mark.usefixtures("lived")
def test_the_api_says_what_the_charts_show(sign_in: SignIn) -> None:
    said = sign_in("claire").get(API).json()
    curves = {curve["indicator"]: curve for curve in said["indicators"]}
    meetings = curves["individual_meetings"]
    assert meetings["target"] == {"value": 85, "by": "2026-2027-T3"}
    assert [(point["term"], point["status"], point["counted"]) for point in meetings["points"]] == [
        (LAST_T1, "value", 132),
        (LAST_T2, "not_measured", None),
        (LAST_T3, "value", 141),
        (T1, "value", 158),
    ]
    assert meetings["reading"] in sign_in("claire").get(PAGE).text
    assert curves["shared_analysis"]["points"] == []
    assert said["work"] == [
        {"term": LAST_T2, "events": 1, "parents": 9, "with_partner": 0, "partners": 0},
        {"term": LAST_T3, "events": 0, "parents": 0, "with_partner": 0, "partners": 0},
        {"term": T1, "events": 3, "parents": 22, "with_partner": 2, "partners": 2},
    ]
    planned = [row for row in said["plan"] if row["actions"]]
    assert [(row["axis"], row["actions"]) for row in planned] == [("familiarity", 1)]
    assert len(said["plan"]) == 12


@pytest.mark.usefixtures("lived")
def test_the_page_says_the_work_of_the_team_and_links_its_file(sign_in: SignIn) -> None:
    page = sign_in("claire").get(PAGE).text
    assert "3 rendez-vous tenus ce trimestre, 22 venues de parents, avec 2 partenaires." in page
    assert f'href="{PAGE}.csv"' in page
    assert "1 action au plan" in page


def test_a_school_at_its_beginning_has_a_dashboard(sign_in: SignIn, world: World) -> None:
    claire = sign_in("claire")
    page = claire.get(PAGE).text
    assert "Aucun rendez-vous tenu pour l’instant" in page
    assert "Rien à montrer pour l’instant" in page
    assert claire.get(API).json()["work"] == []
    assert rows_of(claire.get(f"{PAGE}.csv").content) == []


@pytest.mark.parametrize("path", [f"{PAGE}x", f"{PAGE}x.csv", f"{API}x", f"{API}x.csv"])
def test_a_term_that_is_none_is_not_found(sign_in: SignIn, world: World, path: str) -> None:
    assert sign_in("claire").get(path).status_code == 404


def test_a_title_is_never_run_by_a_spreadsheet(
    sign_in: SignIn, db: Session, world: World, claire: Actor
) -> None:
    own = TrackedIn(label="=1+1 familles", counted_label="familles")
    slug = add_own_indicator(db, claire, A, own).slug
    record_measurement(db, claire, A, MeasurementIn(indicator=slug, term=T1, counted=3))
    (row,) = rows_of(sign_in("claire").get(f"{PAGE}.csv").content)
    assert row["Indicateur"] == "'=1+1 familles"


@pytest.mark.usefixtures("lived")
def test_work_is_told_term_by_term_and_not_older_than_the_charts(db: Session, world: World) -> None:
    rows = sheet_queries.effort_by_term(db, world.a.id)
    assert efforts_of(rows, LAST_T1) == []
    assert efforts_of(rows, LAST_T3) == [Held(LAST_T2, 1, 9), Held(LAST_T3, 0, 0)]
    late = efforts_of(rows, Term("2028-2029-T1"))
    assert (late[0].term, len(late)) == ("2026-2027-T1", 7)


@pytest.mark.usefixtures("lived")
def test_at_a_glance_the_counts_are_said_once(db: Session, world: World) -> None:
    seen = overview(db, Frame(db, world.a), Term(T1))
    glances = {glance.view.indicator.slug: glance for glance in glances_of(seen)}
    meetings = glances["individual_meetings"]
    assert meetings.view.counts is not None
    assert meetings.view.sentence.startswith("158 élèves sur 196")
    assert "158 élèves" not in meetings.said
    assert meetings.said[:1].isupper()
    election = glances["election_turnout"]
    assert election.view.figure.status is Status.NOT_MEASURED
    assert election.said == election.view.sentence


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize("path", [API, f"{API}.csv"])
def test_an_answer_costs_the_same_however_many_events(
    sign_in: SignIn,
    db: Session,
    claire: Actor,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
    path: str,
) -> None:
    head = sign_in("claire")
    head.get(path)
    with count_queries() as few:
        head.get(path)
    days: dict[str, Any] = {"planned_from": date(2026, 10, 6), "planned_to": date(2027, 6, 25)}
    for number in range(4):
        action = add_action(db, claire, A, ActionIn(axis=Axis.RIGHTS, title=f"Action {number}", **days))
        event = EventIn(planned_on=date(2026, 11, 6), state=EventState.HELD, parents_present=3)
        add_event(db, claire, A, action.id, event)
    with count_queries() as many:
        head.get(path)
    assert len(many) == len(few)
