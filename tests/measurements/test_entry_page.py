"""The term on one screen: what is asked, what is known already, what comes back when it is refused."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import Session

from app import clock
from app.accounts.audit import take_turn
from app.accounts.models import SchoolMembership, WebSession
from app.domain.rates import Figure
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Role, Sector, Source, Status
from app.measurements.chains import FigureKey, put_only
from app.measurements.grades import live_grades
from app.measurements.models import Measurement, MeasurementIn, MeasurementRow
from app.measurements.queries import live_rows
from app.measurements.service import record_measurement, series_of_school
from app.schools.models import TrackedIn
from app.schools.service import add_own_indicator, follow_indicator
from tests.world import NOW, T1, T2, YEAR, A, World, add_school, form

SignIn = Callable[[str], TestClient]
PAGE = f"/ecoles/{A}/saisie/{T1}"
MET = {"indicator": "individual_meetings", "status": "value", "counted": "158", "out_of": "196"}
GRADES = f"{PAGE}/individual_meetings"


def block(html: str, slug: str) -> str:
    """The text of one block, tags left out."""
    found = re.search(rf'<section class="entry" id="{slug}".*?</section>', html, re.S)
    assert found, slug
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).replace("\u202f", " ").split())


def boxes(html: str, slug: str) -> dict[str, str]:
    """name → value of the inputs that the first form of a block would send, but for its own key."""
    found = re.search(rf'<section class="entry" id="{slug}".*?</form>', html, re.S)
    assert found, slug
    inputs = re.findall(r'<input [^>]*name="([^"]+)"[^>]*?value="([^"]*)"([^>]*)', found[0])
    sent = {name: value for name, value, rest in inputs if name != "status" or "checked" in rest}
    assert sent.pop("once")
    return sent


def stored(db: Session, world: World, slug: str = "individual_meetings") -> dict[Grade, Measurement]:
    return live_grades(db, world.a.id, T1, slug)


def say(db: Session, world: World, name: str = "claire", **body: Any) -> MeasurementRow:
    data = MeasurementIn.model_validate(MET | {"term": T1, "counted": 158, "out_of": 196} | body)
    return record_measurement(db, world.actor(db, name), A, data)


def hold(db: Session, world: World, parents: int, name: str) -> None:
    """What a held event with a partner feeds."""
    claire, turn, school = world.actor(db, "claire"), take_turn(db, world.a.id), world.a.id
    for slug, counted in (("visits", parents), ("joint_actions", 1)):
        key = FigureKey(school, T1, slug, source=Source.EVENT, source_key=f"{slug}-{name}")
        put_only(db, claire, turn, Source.EVENT, {f"{slug}-{name}": {key: Figure.of(counted)}})


def test_the_current_term_comes_first(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    assert claire.get(f"/ecoles/{A}/saisie").headers["location"] == PAGE
    assert claire.get(f"/ecoles/{A}/saisie/{T2}").headers["location"] == PAGE
    assert claire.get(f"/ecoles/{A}/saisie/2026").status_code == 404


def test_every_indicator_of_the_term_in_the_order_of_the_sheet(
    sign_in: SignIn, db: Session, world: World
) -> None:
    claire = world.actor(db, "claire")
    follow_indicator(db, claire, A, "class_meetings")
    own = TrackedIn(label="Familles à la fête", counted_label="familles venues")
    add_own_indicator(db, claire, A, own)
    say(db, world)
    html = sign_in("claire").get(PAGE).text
    assert re.findall(r'<section class="entry" id="([^"]+)"', html) == [
        "individual_meetings",
        "visits",
        "election_turnout",
        "joint_actions",
        "shared_analysis",
        "class_meetings",
        "own-familles-a-la-fete",
    ]
    assert "1 réponse sur 7." in html
    assert "Familles présentes aux réunions de classe" in html
    assert "familles venues" in html


def test_a_block_is_saved_alone(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    clock.pin(datetime(2026, 11, 21, 9, 58, tzinfo=UTC))
    saved = form(claire, PAGE, **MET)
    assert saved.headers["location"] == f"{PAGE}?ok=individual_meetings#individual_meetings"
    page = claire.get(f"{PAGE}?ok=individual_meetings").text
    text = block(page, "individual_meetings")
    assert "Enregistré à 10 h 58" in text
    assert "158 élèves sur 196 (81 %)." in text
    row = stored(db, world)[Grade.ALL]
    assert boxes(page, "individual_meetings") == {
        "csrf": "csrf-of-claire",
        "version": str(row.version),
        "indicator": "individual_meetings",
        "replaces": str(row.id),
        "status": "value",
        "counted": "158",
        "out_of": "196",
    }
    assert "Au 1er" not in text


def test_an_unlikely_number_is_stored_then_asked_about_once(
    sign_in: SignIn, db: Session, world: World
) -> None:
    claire = sign_in("claire")
    form(claire, PAGE, **MET | {"out_of": "1960"})
    assert stored(db, world)[Grade.ALL].out_of == 1960
    asked = block(claire.get(f"{PAGE}?ok=individual_meetings").text, "individual_meetings")
    assert "Est-ce bien cela ?" in asked
    assert "1 960 élèves en tout, dans une école qui en compte 196." in asked
    assert "Est-ce bien cela" not in claire.get(PAGE).text


def test_a_rate_is_held_against_the_term_before(sign_in: SignIn, db: Session, world: World) -> None:
    say(db, world, term="2025-2026-T3")
    claire = sign_in("claire")
    form(claire, PAGE, **MET | {"counted": "37"})
    asked = block(claire.get(f"{PAGE}?ok=individual_meetings").text, "individual_meetings")
    assert (
        "37 sur 196 (19 %), contre 158 sur 196 (81 %) au 3e trimestre 2025-2026 : 62 points de moins" in asked
    )


def test_the_same_questions_over_the_api(sign_in: SignIn) -> None:
    at, headers = f"/api/v1/schools/{A}/measurements", {"Origin": "http://testserver"}
    body = {"indicator": "individual_meetings", "term": T1, "counted": 158, "out_of": 1960}
    claire = sign_in("claire")
    odd = claire.post(at, json=body, headers=headers)
    assert odd.status_code == 201
    assert ["1\u202f960 élèves en tout" in told for told in odd.json()["warnings"]] == [True]
    body |= {"out_of": 196, "replaces": odd.json()["id"]}
    assert claire.post(at, json=body, headers=headers).json()["warnings"] == []


def test_what_is_left_and_the_time_it_took(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    page = claire.get(PAGE).text
    assert "Il reste 5 réponses, qui peuvent attendre" in page
    assert "min ce trimestre" not in page
    for minute, typed in ((0, MET), (4, {"indicator": "visits", "status": "value", "counted": "30"})):
        clock.pin(datetime(2026, 11, 21, 9, minute, tzinfo=UTC))
        form(claire, PAGE, **typed)
    page = claire.get(PAGE).text
    summary = " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index('id="resume"') :])).split())
    assert "158 élèves sur 196" in summary.replace("\u202f", " ")
    assert "À répondre : Participation aux élections" in summary
    assert "Il reste 3 réponses" in summary
    assert "environ 5 min ce trimestre" in summary


def test_a_correction_a_withdrawal_and_the_three_kinds_of_nothing(
    sign_in: SignIn, db: Session, world: World
) -> None:
    claire = sign_in("claire")
    form(claire, PAGE, **MET)

    def again(**changes: str) -> Any:
        typed = boxes(claire.get(PAGE).text, "individual_meetings") | changes
        typed.pop("csrf")
        return form(claire, PAGE, **typed)

    assert again(counted="1 60", out_of="1 234").status_code == 422
    assert again(counted="160", out_of="1 234").status_code == 303
    assert stored(db, world)[Grade.ALL].out_of == 1234
    assert again(status="not_measured").status_code == 303, "the boxes were left as they were shown"
    assert stored(db, world)[Grade.ALL].status is Status.NOT_MEASURED
    refused = again(status="not_applicable", counted="12")
    assert refused.status_code == 422, "a number typed beside « sans objet »: nobody guesses"
    assert 'value="12"' in refused.text
    assert again(status="not_applicable").status_code == 303
    assert "Sans objet." in block(claire.get(PAGE).text, "individual_meetings")
    assert again(status="withdrawn").status_code == 303
    page = claire.get(f"{PAGE}?ok=individual_meetings").text
    assert "Réponse retirée." in page
    assert "Pas encore de réponse." in block(page, "individual_meetings")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"counted": "-1"}, "counted"),
        ({"counted": "1" + "0" * 30}, "counted"),
        ({"counted": "12,5"}, "counted"),
        ({"counted": "18.500,00"}, "counted"),
        ({"counted": "1_0"}, "counted"),
        ({"counted": "١٢"}, "counted"),
        ({"counted": "1\x002"}, "counted"),
        ({"counted": ""}, "counted"),
        ({"out_of": ""}, "out_of"),
        ({"counted": "197"}, "out_of"),
        ({"out_of": "100001"}, "out_of"),
        ({"status": "peut-être"}, "status"),
    ],
)
def test_a_mistake_keeps_what_was_typed(
    sign_in: SignIn, db: Session, world: World, change: dict[str, str], field: str
) -> None:
    answer = form(sign_in("claire"), PAGE, **MET | change)
    assert answer.status_code == 422
    assert f'href="#f-individual_meetings-{field}"' in answer.text
    assert f'id="f-individual_meetings-{field}-error"' in answer.text
    typed = boxes(answer.text, "individual_meetings")
    assert all(typed[name] == value for name, value in (MET | change).items() if name != "status")
    assert answer.text.count('aria-invalid="true"') == 1
    assert stored(db, world) == {}


@pytest.mark.parametrize(
    ("url", "change", "status"),
    [
        (f"/ecoles/{A}/saisie/{T2}", {}, 422),
        (PAGE, {"surprise": "1"}, 422),
        (PAGE, {"replaces": "rien"}, 409),
        (PAGE, {"indicator": "nothing"}, 404),
        (PAGE, {"indicator": "class_meetings"}, 404),
        (PAGE, {"indicator": "election_turnout"}, 422),
        (PAGE, {"grade": "6e"}, 422),
    ],
)
def test_what_no_form_of_ours_sends(
    sign_in: SignIn, db: Session, world: World, url: str, change: dict[str, str], status: int
) -> None:
    answer = form(sign_in("claire"), url, **MET | change)
    assert answer.status_code == status
    assert list(live_rows(db, world.a.id)) == []


def test_narrow_spaces_between_thousands_are_read(sign_in: SignIn, db: Session, world: World) -> None:
    assert (
        form(sign_in("claire"), PAGE, **MET | {"counted": "1\u202f160", "out_of": "1 234"}).status_code == 303
    )
    row = stored(db, world)[Grade.ALL]
    assert (row.counted, row.out_of) == (1160, 1234)


def test_two_people_on_one_block(sign_in: SignIn, db: Session, world: World) -> None:
    """Both opened the empty block; the second sees both answers and chooses."""
    claire, lea = sign_in("claire"), sign_in("lea")
    opened = boxes(lea.get(PAGE).text, "individual_meetings")
    form(claire, PAGE, **MET)
    opened |= {"counted": "150", "out_of": "196"}
    opened.pop("csrf")
    refused = form(lea, PAGE, **opened)
    assert refused.status_code == 409
    text = block(refused.text, "individual_meetings")
    assert "Votre réponse 150 sur 196" in text
    assert "Ce qui est enregistré 158 sur 196" in text
    assert stored(db, world)[Grade.ALL].counted == 158
    chosen = boxes(refused.text, "individual_meetings")
    chosen.pop("csrf")
    assert form(lea, PAGE, **chosen).status_code == 303
    assert stored(db, world)[Grade.ALL].counted == 150


def test_a_whole_answer_does_not_remove_unread_grades(sign_in: SignIn, db: Session, world: World) -> None:
    claire, lea = sign_in("claire"), sign_in("lea")
    opened = boxes(lea.get(PAGE).text, "individual_meetings") | {"counted": "150", "out_of": "196"}
    opened.pop("csrf")
    form(claire, GRADES, **{"rows-0-grade": "CP", "rows-0-counted": "12", "rows-0-out_of": "20"})
    refused = form(lea, PAGE, **opened)
    assert refused.status_code == 409
    assert "CP 12 sur 20" in block(refused.text, "individual_meetings")
    assert list(stored(db, world)) == [Grade.CP]


# --- what is known already -----------------------------------------------------------------------------


def test_events_are_not_asked_again(sign_in: SignIn, db: Session, world: World) -> None:
    hold(db, world, 14, "one")
    hold(db, world, 12, "two")
    claire = sign_in("claire")
    text = block(claire.get(PAGE).text, "visits")
    assert "Déjà compté par vos rendez-vous : 26 venues (2 rendez-vous)." in text
    assert "Autres venues, en plus de vos rendez-vous" in text
    form(claire, PAGE, indicator="visits", status="value", counted="8")
    assert "34 venues" in block(claire.get(PAGE).text, "visits")
    assert "2 actions" in block(claire.get(PAGE).text, "joint_actions")
    assert "2 réponses sur 5." in claire.get(PAGE).text


def test_sessions_are_listed_and_none_can_be_said(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    assert "Il n’y en a pas eu" in block(claire.get(PAGE).text, "shared_analysis")
    form(claire, PAGE, indicator="shared_analysis", status="value", counted="0")
    text = block(claire.get(PAGE).text, "shared_analysis")
    assert "0 séance." in text
    assert "Il n’y en a pas eu" not in text
    held = {"held_on": "19/11/2026", "representatives_present": "6", "representatives_elected": "9"}
    form(claire, f"/ecoles/{A}/analyse-partagee/nouvelle", **held)
    text = block(claire.get(PAGE).text, "shared_analysis")
    assert "1 séance." in text
    assert "19 novembre 2026 : 6 représentants présents sur 9" in text


def test_the_election_has_its_own_page(sign_in: SignIn, db: Session, world: World) -> None:
    html = sign_in("claire").get(PAGE).text
    assert f'href="/ecoles/{A}/election/{YEAR}"' in html
    assert "Noter le résultat de l’élection" in block(html, "election_turnout")


def test_a_private_school_has_no_election(sign_in: SignIn, db: Session, world: World) -> None:
    private = add_school(db, "0990003Z", "École Sainte-Anne", None, sector=Sector.PRIVATE)
    claire = world.users["claire"].id
    db.add(SchoolMembership(school_id=private.id, user_id=claire, role=Role.HEAD_TEACHER, started_at=NOW))
    db.flush()
    url, browser = f"/ecoles/0990003Z/saisie/{T1}", sign_in("claire")
    assert "Une école privée n’élit pas" in block(browser.get(url).text, "election_turnout")
    form(browser, url, indicator="election_turnout", status="not_applicable")
    assert "Sans objet." in block(browser.get(url).text, "election_turnout")


def test_a_yearly_figure_is_shown_all_year_and_asked_once(sign_in: SignIn, db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    follow_indicator(db, claire, A, "back_to_school_meeting")
    turn, key = (
        take_turn(db, world.a.id),
        FigureKey(world.a.id, T1, "election_turnout", source=Source.ELECTION, source_key=YEAR),
    )
    put_only(db, claire, turn, Source.ELECTION, {YEAR: {key: Figure.of(159, 362)}})
    say(db, world, indicator="back_to_school_meeting", counted=90, out_of=150)
    say(db, world)
    browser = sign_in("claire")
    clock.pin(datetime(2027, 2, 3, 9, tzinfo=UTC))
    db.execute(update(WebSession).values(created_at=clock.now(), last_seen_at=clock.now()))
    html = browser.get(f"/ecoles/{A}/saisie/{T2}").text
    assert "Octobre 2026 : 159 parents sur 362 (44 %)." in block(html, "election_turnout")
    text = block(html, "back_to_school_meeting")
    assert "Rentrée 2026 : 90 familles sur 150 (60 %)." in text
    assert "une fois par an, au 1er trimestre" in text
    assert "<form" not in html[html.index('id="back_to_school_meeting"') :].split("</section>")[0]
    assert f"Au {Term(T1).label} : 158 sur 196." in block(html, "individual_meetings")
    assert "2 réponses sur 6." in html


# --- by grade ------------------------------------------------------------------------------------------


def rows(**typed: tuple[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, (grade, (counted, out_of)) in enumerate(typed.items()):
        at = f"rows-{number}-"
        found |= {f"{at}grade": grade, f"{at}counted": counted, f"{at}out_of": out_of, f"{at}replaces": ""}
    return found


def test_a_figure_grade_by_grade(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    say(db, world)
    page = claire.get(GRADES).text
    assert re.findall(r'name="rows-\d-grade" value="(\w+)"', page) == ["CP", "CE1", "CE2", "CM1", "CM2"]
    assert "Une réponse pour toute l’école est enregistrée" in page
    typed = rows(CP=("12", "20"), CE1=("18", "24"), CE2=("1 009", "1\u202f022"), CM1=("", ""), CM2=("", ""))
    version = {"version": str(stored(db, world)[Grade.ALL].version)}
    assert form(claire, GRADES, **typed, **version).headers["location"] == f"{GRADES}?ok=niveaux"
    after = claire.get(f"{GRADES}?ok=niveaux").text
    assert "1\u202f039 élèves sur 1\u202f066" in after
    assert "3 niveaux sur 5." in after
    assert "Par niveau : 3 niveaux sur 5." in block(claire.get(PAGE).text, "individual_meetings")
    assert set(stored(db, world)) == {Grade.CP, Grade.CE1, Grade.CE2}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (("-1", "20"), "counted"),
        (("12,5", "20"), "counted"),
        (("21", "20"), "out_of"),
        (("", "20"), "counted"),
    ],
)
def test_a_mistake_in_one_grade_stores_none(
    sign_in: SignIn, db: Session, world: World, typed: tuple[str, str], field: str
) -> None:
    answer = form(sign_in("claire"), GRADES, **rows(CP=("12", "20"), CE1=typed))
    assert answer.status_code == 422
    assert f'id="f-rows-1-{field}-error"' in answer.text
    assert f'value="{typed[0]}"' in answer.text
    assert stored(db, world) == {}


def test_the_mistakes_of_several_grades_are_told_apart(sign_in: SignIn) -> None:
    answer = form(sign_in("claire"), GRADES, **rows(CP=("12", "x"), CE1=("18", "24"), CE2=("-1", "y")))
    told = re.findall(r'<li><a href="#f-rows-\d-\w+">([^<]*)', unescape(answer.text).replace("\u202f", " "))
    assert [line.split(" : ")[0] for line in told] == ["CP, sur", "CE2", "CE2, sur"]
    assert '<span class="visually-hidden">CE1, </span>Sur' in answer.text


def test_two_people_on_the_same_grades(sign_in: SignIn, db: Session, world: World) -> None:
    form(sign_in("claire"), GRADES, **rows(CP=("12", "20"), CE1=("18", "24")))
    answer = form(sign_in("lea"), GRADES, **rows(CP=("12", "20"), CE1=("17", "24"), CE2=("9", "22")))
    assert answer.status_code == 409
    assert "Enregistré entre-temps\u202f: 18 sur 24." in answer.text
    assert 'value="17"' in answer.text
    assert set(stored(db, world)) == {Grade.CP, Grade.CE1}
    again = dict(re.findall(r'name="((?:rows-\d-\w+|version))"[^>]*? value="([^"]*)"', answer.text))
    assert form(sign_in("lea"), GRADES, **again).status_code == 303
    assert stored(db, world)[Grade.CE1].counted == 17


def test_what_is_not_counted_by_grade_goes_back_to_the_screen(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    assert claire.get(f"{PAGE}/visits").headers["location"] == f"{PAGE}#visits"
    assert claire.get(f"{PAGE}/nothing").status_code == 404


# --- how much it costs ---------------------------------------------------------------------------------


def test_the_queries_do_not_grow_with_the_indicators(
    sign_in: SignIn,
    db: Session,
    world: World,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    browser, claire = sign_in("claire"), world.actor(db, "claire")

    def cost() -> int:
        with count_queries() as queries:
            assert browser.get(PAGE).status_code == 200
        return len(queries)

    few = cost()
    for slug in ("class_meetings", "report_handover", "digital_access", "climate_survey"):
        follow_indicator(db, claire, A, slug)
        say(db, world, indicator=slug)
    hold(db, world, 14, "one")
    assert cost() == few
    assert len(series_of_school(db, world.a)) == 6
