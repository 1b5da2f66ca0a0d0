"""The year-end view: the three terms, what was reached, done, stopped and decided, as the data say it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from docx.oxml.ns import qn
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import Session, select

from app import clock
from app.accounts.actor import Actor
from app.accounts.models import WebSession
from app.actions.models import Action, ActionIn, ActionStateIn, EventIn
from app.actions.service import add_action, add_event, set_action_state
from app.domain.plan import Verdict
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import ActionState, Axis, EventState, GoalState
from app.errors import NotFound
from app.goals.models import Goal, GoalIn, GoalStateIn, TargetIn
from app.goals.service import add_goal, set_goal_state
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reviews.models import ChangesIn, ClosingIn, DecisionIn, ReopeningIn, ReviewIn
from app.reviews.overview import overview
from app.reviews.service import close_review, decide, open_review, reopen_review
from app.reviews.year import YearReport, year_report
from app.reviews.year_docx import year_docx
from app.schools.frame import Frame
from app.web.paper import DOCX, typeset
from tests.reviews.test_minutes import alternatives, parts, read, written
from tests.reviews.test_reviews import an_action, on
from tests.world import T1, T2, T3, A, World

THIS, LAST = SchoolYear("2026-2027"), SchoolYear("2025-2026")
MEETINGS, VISITS, TURNOUT = "individual_meetings", "visits", "election_turnout"
API, PAGE = f"/api/v1/schools/{A}/years/{THIS}/report.docx", f"/ecoles/{A}/annee/{THIS}"
SignIn = Callable[[str], TestClient]


@pytest.fixture
def claire(db: Session, world: World) -> Actor:
    return world.actor(db, "claire")


def on_day(db: Session, year: int, month: int, day: int) -> None:
    """Months later; everyone has signed in again."""
    now = datetime(year, month, day, 15, tzinfo=UTC)
    clock.pin(now)
    db.execute(update(WebSession).values(created_at=now, last_seen_at=now))


def answer(db: Session, claire: Actor, term: str, counted: int, **more: Any) -> None:
    given: dict[str, Any] = {"indicator": MEETINGS, "term": term, "counted": counted, "out_of": 196} | more
    record_measurement(db, claire, A, MeasurementIn(**given))


def a_goal(db: Session, claire: Actor, title: str, value: int | None = None, slug: str = MEETINGS) -> Goal:
    target = TargetIn(indicator=slug, value=value, term=T3) if value is not None else None
    return add_goal(db, claire, A, GoalIn(stake="success", title=title, target=target))


def started(db: Session, claire: Actor, data: ActionIn) -> Action:
    action = add_action(db, claire, A, data)
    return end(db, claire, action, ActionState.RUNNING)


def end(db: Session, claire: Actor, action: Action, state: ActionState, reason: str | None = None) -> Action:
    change = ActionStateIn(state=state, reason=reason)
    return set_action_state(db, claire, A, action.id, change, action.version)


def council(db: Session, claire: Actor, term: str, *decisions: DecisionIn) -> None:
    """Open, decide and close, at the time of the clock."""
    open_review(db, claire, A, ReviewIn(term=term))
    for decision in decisions:
        decide(db, claire, A, Term(term), decision)
    held = ClosingIn(held_on=clock.now().date(), members_present=9)
    close_review(db, claire, A, Term(term), held)


@pytest.fixture
def whole_year(db: Session, claire: Actor) -> None:
    """Three councils: a goal reached, one kept, one dropped, an action stopped, one changed, one added."""
    meet, vote, invite = (
        a_goal(db, claire, "Rencontrer chaque famille", 80),
        a_goal(db, claire, "Ouvrir la salle des parents"),
        a_goal(db, claire, "Inviter les grands-parents"),
    )
    cafe, newsletter = (started(db, claire, an_action(title)) for title in ("Café", "Lettre <A> & B"))
    add_event(
        db,
        claire,
        A,
        cafe.id,
        EventIn(planned_on=date(2026, 11, 6), state=EventState.HELD, parents_present=14),
    )
    answer(db, claire, T1, 139)
    keep = [on(item, Verdict.KEEP) for item in (meet, vote, invite, newsletter)]
    council(db, claire, T1, *keep, on(cafe, Verdict.CHANGE, "Un mardi sur deux"))
    on_day(db, 2027, 3, 26)
    answer(db, claire, T2, 151)
    added = ChangesIn(action=an_action("Goûter du mardi"))
    council(
        db,
        claire,
        T2,
        on(meet, Verdict.KEEP),
        on(vote, Verdict.KEEP),
        on(invite, Verdict.STOP, "Hors de portée cette année"),
        on(cafe, Verdict.KEEP),
        on(newsletter, Verdict.STOP, "Personne ne la lisait"),
        DecisionIn(verdict=Verdict.ADD, changes=added),
    )
    on_day(db, 2027, 6, 22)
    answer(db, claire, T3, 158)
    council(
        db, claire, T3, on(meet, Verdict.REACHED, "158 élèves sur 196"), on(vote, Verdict.KEEP), *_ended(db)
    )


def _ended(db: Session) -> list[DecisionIn]:
    actions = {action.title: action for action in db.exec(select(Action))}
    return [
        on(actions["Café"], Verdict.FINISH, "L’année est finie"),
        on(actions["Goûter du mardi"], Verdict.KEEP),
    ]


def report_of(db: Session, claire: Actor, year: SchoolYear = THIS) -> YearReport:
    return year_report(db, claire, A, year)


def indicator(report: YearReport, slug: str) -> Any:
    return next(found for found in report.indicators if found.line.slug == slug)


def takeaways(report: YearReport) -> dict[str, list[str]]:
    return {takeaway.title: takeaway.lines for takeaway in report.takeaways}


# --- the three terms -----------------------------------------------------------------------------------


def test_three_terms_side_by_side(db: Session, claire: Actor, whole_year: None) -> None:
    found = indicator(report_of(db, claire), MEETINGS)
    assert found.cells == (
        "139 sur 196 (71\u202f%)",
        "151 sur 196 (77\u202f%)",
        "158 sur 196 (81\u202f%)",
    )


def test_the_sentence_is_that_of_the_dashboard(
    db: Session, world: World, claire: Actor, whole_year: None
) -> None:
    seen = overview(db, Frame(db, world.a), Term(T3))
    shown = {view.indicator.slug: view.sentence for view in seen.indicators}
    said = indicator(report_of(db, claire), MEETINGS).line.sentence
    assert said == f"3e trimestre\u202f: {shown[MEETINGS]}"
    assert "158 élèves sur 196" in said


def test_a_term_without_a_figure_leaves_the_sentence_of_the_last_one(
    db: Session, world: World, claire: Actor
) -> None:
    answer(db, claire, T1, 139)
    on_day(db, 2027, 6, 22)
    found = indicator(report_of(db, claire), MEETINGS)
    assert found.cells == ("139 sur 196 (71\u202f%)", "non mesuré", "non mesuré")
    assert found.line.sentence.startswith("1er trimestre\u202f: 139 élèves sur 196")


def test_three_kinds_of_nothing_and_small_numbers(db: Session, claire: Actor) -> None:
    answer(db, claire, T1, 3, out_of=5)
    record_measurement(
        db,
        claire,
        A,
        MeasurementIn.model_validate(
            {"indicator": "shared_analysis", "term": T1, "status": "not_applicable"}
        ),
    )
    report = report_of(db, claire)
    assert report.until == T1
    assert indicator(report, MEETINGS).cells == ("3 sur 5", "à venir", "à venir")
    assert indicator(report, "shared_analysis").cells == ("sans objet", "à venir", "à venir")
    assert indicator(report, VISITS).cells == ("non mesuré", "à venir", "à venir")
    assert takeaways(report)["Ce que l’année ne dit pas"] == [
        "Venues des parents à l’école\u202f: non mesuré cette année.",
        "Participation aux élections\u202f: non mesuré cette année.",
        "Actions conjointes avec des partenaires\u202f: non mesuré cette année.",
        "Analyse partagée avec les représentants des parents\u202f: sans objet.",
        "1er trimestre 2026-2027\u202f: le bilan n’a pas été clos.",
    ]


def test_a_yearly_figure_stands_in_its_term_alone(sign_in: SignIn, db: Session, claire: Actor) -> None:
    body = {"held_on": "2026-10-09", "registered": 362, "voters": 159, "blank_null": 9, "seats": 9}
    url = f"/api/v1/schools/{A}/elections/{THIS}"
    lists = [{"name": "FCPE", "category": "fcpe", "votes": 150, "candidates": 9}]
    saved = sign_in("claire").put(
        url, json=body | {"voting_modes": ["in_person"], "lists": lists}, headers={"If-None-Match": "*"}
    )
    assert saved.status_code in {200, 201}, saved.text
    on_day(db, 2027, 6, 22)
    found = indicator(report_of(db, claire), TURNOUT)
    assert found.cells == ("159 sur 362 (44\u202f%)", "—", "—")
    assert found.line.sentence.startswith("Octobre 2026\u202f: 159 parents sur 362")


# --- goals, actions, decisions -------------------------------------------------------------------------


def test_goals_and_actions_stand_under_what_became_of_them(
    db: Session, claire: Actor, whole_year: None
) -> None:
    report = report_of(db, claire)
    assert [(title, [goal.title for goal in goals]) for title, goals in report.goals_by_state] == [
        ("Atteints", ["Rencontrer chaque famille"]),
        ("En cours", ["Ouvrir la salle des parents"]),
        ("Abandonnés", ["Inviter les grands-parents"]),
    ]
    found = {title: [action.title for action in actions] for title, actions in report.actions_by_state}
    assert found == {
        "Terminées": ["Café"],
        "En cours": [],
        "Prévues": ["Goûter du mardi"],
        "Abandonnées": ["Lettre <A> & B"],
    }
    assert report.actions[0].said == "1 rendez-vous tenu, 14 venues. L’année est finie."


def test_the_decisions_of_an_action_stand_in_one_row(db: Session, claire: Actor, whole_year: None) -> None:
    report = report_of(db, claire)
    assert report.councils == [
        "1er trimestre, conseil du 21 novembre 2026",
        "2e trimestre, conseil du 26 mars 2027",
        "3e trimestre, conseil du 22 juin 2027",
    ]
    rows = {
        decision.title: [line and line.verdict for line in map(decision.by_term.get, THIS.terms)]
        for decision in report.decisions
    }
    assert rows == {
        "Rencontrer chaque famille": [Verdict.KEEP, Verdict.KEEP, Verdict.REACHED],
        "Ouvrir la salle des parents": [Verdict.KEEP, Verdict.KEEP, Verdict.KEEP],
        "Inviter les grands-parents": [Verdict.KEEP, Verdict.STOP, None],
        "Lettre <A> & B": [Verdict.KEEP, Verdict.STOP, None],
        "Café": [Verdict.CHANGE, Verdict.KEEP, Verdict.FINISH],
        "Goûter du mardi": [None, Verdict.ADD, Verdict.KEEP],
    }
    assert list(rows)[:3] == [
        "Rencontrer chaque famille",
        "Ouvrir la salle des parents",
        "Inviter les grands-parents",
    ]


def test_only_the_last_closing_of_a_term_counts(db: Session, claire: Actor) -> None:
    cafe = started(db, claire, an_action("Café"))
    council(db, claire, T1, on(cafe, Verdict.KEEP))
    reopen_review(db, claire, A, Term(T1), ReopeningIn(reason="Un oubli"))
    assert [d.by_term[Term(T1)].verdict for d in report_of(db, claire).decisions] == [Verdict.KEEP]
    decide(db, claire, A, Term(T1), on(cafe, Verdict.STOP, "Trop peu de monde"))
    close_review(db, claire, A, Term(T1), ClosingIn(held_on=date(2026, 11, 21), members_present=9))
    assert [d.by_term[Term(T1)].verdict for d in report_of(db, claire).decisions] == [Verdict.STOP]


def test_what_to_take_to_the_projet_d_ecole(db: Session, claire: Actor, whole_year: None) -> None:
    found = takeaways(report_of(db, claire))
    assert found["Ce que l’année a apporté"] == [
        "Objectif atteint\u202f: Rencontrer chaque famille. 158 élèves sur 196.",
        "Action menée à terme\u202f: Café. 1 rendez-vous tenu, 14 venues. L’année est finie.",
    ]
    assert found["Ce qui reste à faire"] == ["Ouvrir la salle des parents. Sans cible chiffrée."]
    assert found["Ce que l’équipe a décidé pour la suite"] == [
        "Poursuivre\u202f: Ouvrir la salle des parents.",
        "Poursuivre\u202f: Goûter du mardi.",
    ]
    assert found["Ce que l’équipe a arrêté, et pourquoi"] == [
        "Objectif\u202f: Inviter les grands-parents. Hors de portée cette année.",
        "Action\u202f: Lettre <A> & B. Personne ne la lisait.",
    ]


def test_a_target_that_is_met_waits_for_the_council(db: Session, claire: Actor) -> None:
    """158 of 196 is 80.6 %: 80 is met, 81 is not."""
    answer(db, claire, T1, 158)
    a_goal(db, claire, "Viser 80", 80)
    a_goal(db, claire, "Viser 81", 81)
    found = takeaways(report_of(db, claire))
    assert [line for line in found["Ce que l’année a apporté"] if "Viser" in line] == [
        "Cible atteinte, à confirmer en conseil des maîtres\u202f: Viser 80. "
        "Cible\u202f: 80\u202f% au 3e trimestre 2026-2027. 158 élèves sur 196 (81\u202f%). Objectif atteint."
    ]
    assert [line[:8] for line in found["Ce qui reste à faire"]] == ["Viser 81"]


def test_an_empty_group_meets_no_target(db: Session, claire: Actor) -> None:
    answer(db, claire, T1, 0, out_of=0)
    goal = a_goal(db, claire, "Viser zéro", 0)
    assert [found.is_met for found in report_of(db, claire).goals if found.title == goal.title] == [False]


# --- other years ---------------------------------------------------------------------------------------


def test_a_year_keeps_what_ended_after_it(db: Session, claire: Actor, whole_year: None) -> None:
    """Seen a year later: the room was opened then, the afternoon snack given up then."""
    on_day(db, 2027, 10, 5)
    room = db.exec(select(Goal).where(Goal.title == "Ouvrir la salle des parents")).one()
    reached = GoalStateIn(state=GoalState.REACHED, reason="Elle est ouverte")
    set_goal_state(db, claire, A, room.id, reached, room.version)
    report = report_of(db, claire)
    assert report.until == T3
    assert {goal.title: goal.state for goal in report.goals}[room.title] is GoalState.ACTIVE
    following = report_of(db, claire, THIS.next)
    assert {goal.title: goal.state for goal in following.goals} == {room.title: GoalState.REACHED}
    assert following.decisions == []
    assert following.councils[0] == "1er trimestre, bilan non clos"


def test_an_action_ended_by_hand_ends_that_day(db: Session, claire: Actor) -> None:
    """Planned for two years and given up in the first; one that the second year ends was still going on."""
    days: dict[str, Any] = {"planned_from": date(2026, 10, 2), "planned_to": date(2028, 6, 25)}
    given_up, finished = (
        started(db, claire, ActionIn(axis=Axis.RIGHTS, title=title, **days))
        for title in ("Abandonnée tôt", "Terminée plus tard")
    )
    end(db, claire, given_up, ActionState.DROPPED, "Faute de temps")
    on_day(db, 2027, 10, 5)
    end(db, claire, finished, ActionState.DONE)
    states = {action.title: (action.state, action.reason) for action in report_of(db, claire).actions}
    assert states == {
        "Abandonnée tôt": (ActionState.DROPPED, "Faute de temps"),
        "Terminée plus tard": (ActionState.RUNNING, ""),
    }


def test_before_the_school_began_there_is_nothing_of_it(db: Session, claire: Actor, whole_year: None) -> None:
    report = report_of(db, claire, LAST)
    assert (report.goals, report.actions, report.decisions) == ([], [], [])
    assert [found.is_known for found in report.indicators] == [False] * 5
    assert list(takeaways(report)) == ["Ce que l’année ne dit pas"]


def test_a_year_to_come_has_no_report(db: Session, sign_in: SignIn, claire: Actor) -> None:
    with pytest.raises(NotFound):
        year_report(db, claire, A, THIS.next)
    for year in (THIS.next, "2026", "2026-2028"):
        assert sign_in("claire").get(PAGE.replace(THIS, year)).status_code == 404
        assert sign_in("claire").get(API.replace(THIS, year)).status_code == 404


# --- the document and the doors ------------------------------------------------------------------------


def test_the_document_holds_all_of_it(db: Session, claire: Actor, whole_year: None) -> None:
    report = report_of(db, claire)
    document = read(year_docx(report))
    text = written(document)
    for found in report.indicators:
        for word in (found.line.title, found.line.sentence, *found.cells):
            assert typeset(word) in text
    said = [word for goal in report.goals for word in (goal.title, goal.said)]
    said += [word for action in report.actions for word in (action.title, action.said)]
    for word in said:
        assert typeset(word) in text
    for line in (line for takeaway in report.takeaways for line in (takeaway.title, *takeaway.lines)):
        assert typeset(line) in text
    terms, _, decisions, _ = document.tables
    assert [cell.text for cell in terms.rows[0].cells] == [
        "Indicateur",
        "1er trimestre",
        "2e trimestre",
        "3e trimestre",
        "Ce qu’on en lit",
    ]
    rows = [[cell.text for cell in row.cells] for row in decisions.rows]
    assert rows[0] == ["Objectif ou action", *report.councils]
    stopped = next(row for row in rows if row[0].startswith("Lettre"))
    assert stopped == ["Lettre <A> & B (action)", "Poursuivre", "Arrêter\nPersonne ne la lisait", "—"]
    assert len(rows) == 1 + len(report.decisions)
    assert [typeset(found.line.label) for found in report.indicators] == alternatives(document)
    assert len(document.inline_shapes) == 5
    for table in (terms, decisions):
        assert table.rows[0]._tr.trPr is not None
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert document.core_properties.title == "Bilan de l’année 2026-2027"


def test_no_person_is_named(db: Session, world: World, claire: Actor, whole_year: None) -> None:
    for part, blob in parts(year_docx(report_of(db, claire))).items():
        if part.endswith(".xml"):
            assert not [user.email for user in world.users.values() if user.email in blob.decode()]
            assert "claire" not in blob.decode().casefold()


def test_both_doors_give_the_same_document(sign_in: SignIn, whole_year: None) -> None:
    answers = [sign_in(name).get(url) for name in ("claire", "lea") for url in (API, f"{PAGE}.docx")]
    for given in answers:
        assert given.status_code == 200
        assert given.headers["content-type"] == DOCX
        assert given.headers["content-disposition"] == f'attachment; filename="annee-{A}-{THIS}.docx"'
        assert parts(given.content) == parts(answers[0].content)


def test_a_chart_that_cannot_be_drawn_is_named(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, whole_year: None
) -> None:
    from app.reviews import minutes_docx

    def failing(_: str) -> bytes:
        raise ValueError("no such glyph")

    monkeypatch.setattr(minutes_docx, "png_of", failing)
    given = sign_in("claire").get(API)
    assert given.status_code == 500
    assert "«\u202fParticipation aux rencontres individuelles\u202f»" in given.json()["detail"]


def test_the_page_says_the_same(sign_in: SignIn, db: Session, claire: Actor, whole_year: None) -> None:
    page = sign_in("claire").get(PAGE).text
    report = report_of(db, claire)
    for found in report.indicators:
        assert found.line.title in page
        assert found.line.sentence in page
    assert "Lettre &lt;A&gt; &amp; B" in page
    assert "Hors de portée cette année" in page
    drawn = [page.count(f'<svg class="{kind}"') for kind in ("plot", "plot plot-narrow")]
    assert drawn == [5, 5], "for a desk and for a phone"
    assert f'href="{PAGE}.docx"' in page
    assert f'href="/ecoles/{A}/annee/{LAST}"' in page
    assert f"/annee/{THIS.next}" not in page
    for term in (T1, T2, T3):
        assert f'href="/ecoles/{A}/conseil/{term}/releve"' in page


@pytest.mark.parametrize("url", ["", f"/tableau-de-bord/{T1}", f"/conseil/{T1}"])
def test_a_head_teacher_finds_it(sign_in: SignIn, whole_year: None, url: str) -> None:
    assert f'href="{PAGE}"' in sign_in("claire").get(f"/ecoles/{A}{url}").text


def test_the_shortest_address_leads_to_this_year(sign_in: SignIn) -> None:
    given = sign_in("lea").get(f"/ecoles/{A}/annee")
    assert (given.status_code, given.headers["location"]) == (303, PAGE)


def test_another_school_has_nothing_to_see(sign_in: SignIn, whole_year: None) -> None:
    for name in ("karim", "ines", "rita"):
        for url in (API, PAGE, f"{PAGE}.docx", f"/ecoles/{A}/annee"):
            assert sign_in(name).get(url).status_code == 404


def test_the_cost_does_not_grow(
    db: Session, claire: Actor, whole_year: None, count_queries: Callable[[], Any]
) -> None:
    def cost() -> int:
        db.expunge_all()
        with count_queries() as sent:
            report_of(db, claire)
        return len(sent)

    before = cost()
    for number in range(5):
        a_goal(db, claire, f"Objectif {number}")
        started(db, claire, an_action(f"Action {number}"))
    assert cost() == before
