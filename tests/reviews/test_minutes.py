"""The minutes as a document, read back: whole and as it was that day, or not at all."""

import io
import re
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import Session

from app.accounts.actor import Actor
from app.actions.models import Action, ActionChange, ActionStateIn
from app.actions.service import add_action, revise_action, set_action_state
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState
from app.goals.models import Goal, GoalChange, GoalIn, TargetIn
from app.goals.service import add_goal, revise_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reviews import queries
from app.reviews.charts import chart_of
from app.reviews.minutes import DocumentFailed, minutes_of
from app.reviews.minutes_docx import minutes_docx
from app.reviews.models import ChangesIn, ClosingIn, DecisionIn, ReopeningIn, ReviewFigure, ReviewIn
from app.reviews.overview import overview
from app.reviews.service import close_review, decide, open_review, reopen_review
from app.schools.frame import Frame
from app.web.paper import DOCX, typeset
from tests.reviews.test_reviews import an_action, on
from tests.world import T1, T2, TODAY, A, World

TERM = Term(T1)
API, PAGE = f"/api/v1/schools/{A}/reviews/{T1}/minutes.docx", f"/ecoles/{A}/conseil/{T1}/releve"
SignIn = Callable[[str], TestClient]
ANSWER = MeasurementIn(indicator="individual_meetings", term=T1, counted=158, out_of=196)
NOTES = "Avancer la première rencontre.\n\nÀ revoir en janvier."


@pytest.fixture
def claire(db: Session, world: World) -> Actor:
    return world.actor(db, "claire")


@pytest.fixture
def goal(db: Session, claire: Actor) -> Goal:
    aim = TargetIn(indicator="individual_meetings", value=85, term="2026-2027-T3")
    return add_goal(db, claire, A, GoalIn(stake="success", title="Rencontrer chaque famille", target=aim))


@pytest.fixture
def cafe(db: Session, claire: Actor) -> Action:
    action = add_action(db, claire, A, an_action("Café des parents <du vendredi> & co"))
    return set_action_state(
        db, claire, A, action.id, ActionStateIn(state=ActionState.RUNNING), action.version
    )


@pytest.fixture
def closed(db: Session, claire: Actor, goal: Goal, cafe: Action) -> None:
    """A goal kept, an action stopped, another added; one figure typed."""
    record_measurement(db, claire, A, ANSWER)
    open_review(db, claire, A, ReviewIn(term=T1))
    decide(db, claire, A, TERM, on(goal, Verdict.KEEP))
    decide(db, claire, A, TERM, on(cafe, Verdict.STOP, "Peu de monde à cette heure."))
    added = ChangesIn(action=an_action("Goûter du mardi"))
    decide(db, claire, A, TERM, DecisionIn(verdict=Verdict.ADD, changes=added))
    close_review(db, claire, A, TERM, ClosingIn(held_on=TODAY, members_present=9, notes=NOTES))


def read(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def written(document: Document) -> str:
    """All the words of the body in reading order, a line a paragraph."""
    paragraphs = document.element.body.iter(qn("w:p"))
    return "\n".join("".join(text.text or "" for text in p.iter(qn("w:t"))) for p in paragraphs)


def alternatives(document: Document) -> list[str]:
    return [drawn.get("descr", "") for drawn in document.element.body.iter(qn("wp:docPr"))]


def parts(content: bytes) -> dict[str, bytes]:
    """Everything inside the file, images too."""
    return {str(part.partname): part.blob for part in read(content).part.package.iter_parts()}


# --- what it says --------------------------------------------------------------------------------------


def test_every_decision_stands_in_it_with_its_reason(db: Session, claire: Actor, closed: None) -> None:
    document = read(minutes_docx(minutes_of(db, claire, A, TERM)))
    text = written(document)
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert rows[0] == ["Objectif ou action", "Décision", "Pourquoi, et ce qui change"]
    assert rows[1] == ["Rencontrer chaque famille (objectif)", "Poursuivre", ""]
    assert rows[2] == [
        "Café des parents <du vendredi> & co (action)",
        "Arrêter",
        "Peu de monde à cette heure.",
    ]
    assert rows[3][:2] == ["Goûter du mardi (action)", "Ajouter"]
    assert "du 2 octobre 2026 au 25 juin 2027" in rows[3][2]
    assert len(rows) == 4
    assert (
        "Conseil tenu le 21 novembre 2026, présidé par la direction de l’école, 9 membres présents." in text
    )
    assert "Avancer la première rencontre.\nÀ revoir en janvier." in text
    assert "Nom, date et signature" in text


def test_every_sentence_and_every_curve_stand_in_it(db: Session, claire: Actor, closed: None) -> None:
    minutes = minutes_of(db, claire, A, TERM)
    document = read(minutes_docx(minutes))
    text, said = written(document), alternatives(document)
    kept = queries.figures_of_term(db, claire_school(db, claire), T1)
    for figure in kept:
        assert typeset(figure.label) in text
        assert typeset(figure.sentence) in text
    assert len(said) == len(document.inline_shapes) == len(minutes.indicators) == 5
    for line, words in zip(minutes.indicators, said, strict=True):
        assert words == typeset(f"{line.title}, trimestre par trimestre. {line.sentence}")
    assert "158 élèves sur 196" in said[0]


def claire_school(db: Session, claire: Actor) -> Any:
    from app.accounts.access import school_for
    from app.accounts.actor import Task

    return school_for(db, claire, A, Task.SEE_WORK).id


def test_the_sheet_has_its_three_columns(db: Session, claire: Actor, closed: None) -> None:
    sheet = read(minutes_docx(minutes_of(db, claire, A, TERM))).tables[0]
    assert [cell.text.splitlines()[0] for cell in sheet.rows[0].cells] == ["AMBITIONNER", "AGIR", "ANALYSER"]
    goals, actions, indicators = (cell.text for cell in sheet.rows[1].cells)
    assert "Rencontrer chaque famille" in goals
    assert "Cible\u202f: 85\u202f% au 3e trimestre 2026-2027." in goals
    axes = [line for line in actions.splitlines() if line.startswith(("Rendre", "Aider", "Encourager"))]
    assert len(axes) == 3
    assert actions.index("Aider les parents") < actions.index("Café") < actions.index("Encourager")
    assert "158 élèves sur 196" in indicators


def test_it_can_be_read_aloud_and_found_again(db: Session, claire: Actor, closed: None) -> None:
    document = read(minutes_docx(minutes_of(db, claire, A, TERM)))
    styles = [p.style.name for p in document.paragraphs if p.style is not None]
    assert styles.count("Title") == 1
    assert {"Heading 1", "Heading 2"} <= set(styles)
    for table in document.tables[:2]:
        assert table.rows[0]._tr.trPr is not None
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    languages = {found.get(qn("w:val")) for found in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"fr-FR"}
    section = document.sections[0]
    assert (section.page_width.cm, section.page_height.cm) == pytest.approx((29.7, 21), abs=0.01)  # type: ignore[union-attr]  # None would fail the test as it should
    footer = section.footer._element.xml
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    about = document.core_properties
    assert (about.title, about.author, about.language) == (
        "Relevé de conclusions, 1er trimestre 2026-2027",
        "École des Tilleuls",
        "fr-FR",
    )


def test_no_person_is_named(db: Session, world: World, claire: Actor, closed: None) -> None:
    content = minutes_docx(minutes_of(db, claire, A, TERM))
    names = [word for user in world.users.values() for word in (user.name, user.email)]
    for part, blob in parts(content).items():
        if part.endswith(".xml"):
            assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", blob.decode())]


def test_properties_come_in_the_order_that_word_asks(db: Session, claire: Actor, closed: None) -> None:
    """LibreOffice reads them in any order; Word calls the file damaged."""
    document = read(minutes_docx(minutes_of(db, claire, A, TERM)))
    orders = {
        "w:tblPr": [
            "tblStyle",
            "tblW",
            "tblInd",
            "tblBorders",
            "tblLayout",
            "tblCellMar",
            "tblLook",
            "tblCaption",
        ],
        "w:tcPr": ["tcW", "gridSpan", "tcBorders", "shd"],
        "w:pPr": ["pStyle", "keepNext", "pageBreakBefore", "pBdr", "shd", "spacing", "ind", "jc"],
    }
    for tag, order in orders.items():
        found = list(document.element.body.iter(qn(tag)))
        assert found
        for properties in found:
            places = [order.index(child.tag.rpartition("}")[2]) for child in properties]
            assert places == sorted(places), [child.tag for child in properties]


# --- as it was that day --------------------------------------------------------------------------------


def test_nothing_done_since_changes_it(
    db: Session, claire: Actor, goal: Goal, cafe: Action, closed: None
) -> None:
    before = parts(minutes_docx(minutes_of(db, claire, A, TERM)))
    live = record_measurement(db, claire, A, ANSWER)
    record_measurement(db, claire, A, ANSWER.model_copy(update={"counted": 20, "replaces": live.id}))
    earlier = ANSWER.model_copy(update={"term": "2025-2026-T2", "counted": 7, "out_of": 190})
    record_measurement(db, claire, A, earlier)
    aim = TargetIn(indicator="individual_meetings", value=10, term="2026-2027-T3")
    other = GoalChange(stake="climate", title="Tout autre", target=aim, reason="Essai")
    revise_goal(db, claire, A, goal.id, other, goal.version)
    moved = ActionChange(**an_action("Tout autre").model_dump() | {"axis": "rights", "reason": "Essai"})
    revise_action(db, claire, A, cafe.id, moved, cafe.version)
    after = parts(minutes_docx(minutes_of(db, claire, A, TERM)))
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] != before[name]] == []


def test_a_reopened_review_says_why_and_keeps_both(db: Session, claire: Actor, closed: None) -> None:
    first = written(read(minutes_docx(minutes_of(db, claire, A, TERM))))
    assert "Version" not in first
    reopen_review(db, claire, A, TERM, ReopeningIn(reason="Une action oubliée."))
    assert minutes_of(db, claire, A, TERM).number == 1
    close_review(db, claire, A, TERM, ClosingIn(held_on=TODAY, members_present=1))
    minutes = minutes_of(db, claire, A, TERM)
    assert minutes.filename == f"releve-{A}-{T1}-v2.docx"
    second = written(read(minutes_docx(minutes)))
    assert "Version 2. Bilan rouvert\u202f: Une action oubliée." in second
    assert "1 membre présent." in second
    assert written(read(minutes_docx(minutes_of(db, claire, A, TERM, 1)))) == first


# --- whole, or not at all ------------------------------------------------------------------------------


def test_a_figure_that_is_not_that_of_its_curve_stops_the_document(
    sign_in: SignIn, db: Session, claire: Actor, closed: None
) -> None:
    db.execute(update(ReviewFigure).where(ReviewFigure.key == "individual_meetings").values(counted=157))  # type: ignore[arg-type]  # SQLModel types a column as its value
    with pytest.raises(DocumentFailed, match="«\u202fParticipation aux rencontres individuelles\u202f»"):
        minutes_of(db, claire, A, TERM)
    browser = sign_in("claire")
    for url in (API, PAGE, f"{PAGE}.docx"):
        answer = browser.get(url)
        assert answer.status_code == 500
        assert "«\u202fParticipation aux rencontres individuelles\u202f»" in answer.text
    refused = browser.get(API)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "document_failed"


def test_its_charts_begin_with_the_first_answer_as_those_of_the_page(
    db: Session, world: World, claire: Actor, closed: None
) -> None:
    seen = overview(db, Frame(db, world.a), TERM)
    shown = {view.indicator.slug: chart_of(view, seen).block["figure"]["data"] for view in seen.indicators}
    kept = {line.slug: line.chart["data"] for line in minutes_of(db, claire, A, TERM).indicators}
    assert kept["individual_meetings"][0]["x"] == [["2026-2027"], ["T1"]]
    assert {slug: [trace["x"] for trace in data] for slug, data in kept.items()} == {
        slug: [trace["x"] for trace in data] for slug, data in shown.items()
    }


def test_a_chart_that_cannot_be_drawn_is_named(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, closed: None
) -> None:
    """The third of five: nothing comes out, not even the other four."""
    from app.reviews import minutes_docx as module

    drawn: list[str] = []

    def failing(svg: str) -> bytes:
        drawn.append(svg)
        if len(drawn) == 3:
            raise ValueError("no such glyph")
        return b""

    monkeypatch.setattr(module, "png_of", failing)
    answer = sign_in("claire").get(API)
    assert answer.status_code == 500
    assert answer.json()["detail"] == (
        "Le graphique de «\u202fParticipation aux élections\u202f» n’a pas pu être dessiné\u202f: "
        "le document n’est pas produit."
    )
    assert len(drawn) == 3


# --- both doors ----------------------------------------------------------------------------------------


def test_both_doors_give_the_same_document(sign_in: SignIn, closed: None) -> None:
    for name in ("claire", "lea"):
        answers = [sign_in(name).get(url) for url in (API, f"{PAGE}.docx")]
        for answer in answers:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == DOCX
            assert answer.headers["content-disposition"] == f'attachment; filename="releve-{A}-{T1}.docx"'
        assert parts(answers[0].content) == parts(answers[1].content)


def test_the_page_says_the_same_and_prints(sign_in: SignIn, db: Session, claire: Actor, closed: None) -> None:
    page = sign_in("claire").get(PAGE)
    assert page.status_code == 200
    minutes = minutes_of(db, claire, A, TERM)
    for line in minutes.indicators:
        assert line.title in page.text
        assert line.sentence in page.text
    drawn = [page.text.count(f'<svg class="{kind}"') for kind in ("plot", "plot plot-narrow")]
    assert drawn == [len(minutes.indicators)] * 2, "for a desk and for a phone"
    assert "Peu de monde à cette heure." in page.text
    assert "Café des parents &lt;du vendredi&gt; &amp; co" in page.text
    assert "<script type" not in page.text.partition("<main")[2]
    council = sign_in("claire").get(f"/ecoles/{A}/conseil/{T1}").text
    assert f"{PAGE}.docx?number=1" in council
    assert f"{PAGE}?number=1" in council


@pytest.mark.parametrize("url", [API, PAGE, f"{PAGE}.docx"])
def test_there_are_none_before_the_closing(sign_in: SignIn, db: Session, claire: Actor, url: str) -> None:
    assert sign_in("claire").get(url).status_code == 404
    open_review(db, claire, A, ReviewIn(term=T1))
    answer = sign_in("claire").get(url)
    assert answer.status_code == 404
    assert "n’est pas encore clos" in answer.text


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "1" * 30])
def test_a_version_that_is_not_there(sign_in: SignIn, closed: None, number: str) -> None:
    answer = sign_in("claire").get(f"{API}?number={number}")
    assert answer.status_code == (404 if number == "2" else 422)
    assert sign_in("claire").get(API.replace(T1, T2)).status_code == 404
    assert sign_in("claire").get(API.replace(T1, "2026")).status_code == 404


def test_another_school_has_nothing_to_see(sign_in: SignIn, closed: None) -> None:
    for name in ("karim", "ines", "rita"):
        for url in (API, PAGE, f"{PAGE}.docx"):
            assert sign_in(name).get(url).status_code == 404


def test_the_cost_does_not_grow(
    db: Session, claire: Actor, closed: None, count_queries: Callable[[], Any]
) -> None:
    """Same statements for more goals, actions, decisions and figures."""

    def cost() -> int:
        db.expunge_all()
        with count_queries() as sent:
            minutes_of(db, claire, A, TERM)
        return len(sent)

    before = cost()
    reopen_review(db, claire, A, TERM, ReopeningIn(reason="Encore"))
    for number in range(5):
        added = ChangesIn(goal=GoalIn(stake="success", title=f"Objectif {number}"))
        decide(db, claire, A, TERM, DecisionIn(verdict=Verdict.ADD, changes=added))
    close_review(db, claire, A, TERM, ClosingIn(held_on=TODAY, members_present=9))
    assert cost() == before
