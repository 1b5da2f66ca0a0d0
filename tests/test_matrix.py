"""The authorisation matrix, walked: every route × every person, on a school of theirs, another, none."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session

from app import clock, routers
from app.accounts.models import InvitationIn
from app.accounts.queries import live_membership, live_sessions
from app.accounts.secrets import read_token
from app.accounts.service import invite
from app.action_sheets.models import ActionSheet
from app.actions.models import Action, ActionIn, EventIn, PartnerIn
from app.actions.service import add_action, add_event, add_partner
from app.domain.passing_on import Credit, Readers
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import Role
from app.elections.models import ElectionIn
from app.elections.service import record_election
from app.exchange.sheets import read_sheets
from app.exchange.waiting import check_file, keep_file
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn, SharedAnalysisIn
from app.measurements.service import record_measurement
from app.measurements.sessions import hold_shared_analysis
from app.parents.models import ParentLinkIn, RemarkIn, RemarkTopic
from app.parents.service import leave_remark, share_with_parents
from app.partners.models import SuggestionIn
from app.partners.service import suggest_partner
from app.passing_on.models import PublishedSheet, PublishedSheetVersion
from app.reports.models import NoteIn, ReportIn, StartIn
from app.reports.service import add_note, start_evaluation, write_report
from app.reviews.kinds import TargetKind
from app.reviews.models import ClosingIn, DecisionIn, ReviewIn, TargetRef
from app.reviews.service import close_review, decide, open_review
from app.schools.service import follow_indicator
from app.transmissions.models import TransmissionIn
from app.transmissions.service import transmit_term
from tests.conftest import rolled_back
from tests.matrix import ACTION, DESCRIBED, ELECTION, EVALUATED, EVERYONE, MATRIX, PUBLIC, PUBLISHED, Row
from tests.world import MISSING, NOW, T1, YEAR, A, World, add_token, build_world

SignIn = Callable[[str], TestClient]


def routes_of(router: APIRouter) -> list[str]:
    return [
        f"{method} {route.path}"
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


PRIVATE_ROUTES = [name for router in routers.PRIVATE for name in routes_of(router)]
PUBLIC_ROUTES = [name for router in routers.PUBLIC for name in routes_of(router)]


@pytest.fixture(scope="module")
def db(empty_engine: Engine) -> Iterator[Session]:
    """One world for the whole table: every question is asked in a savepoint of its own and undone."""
    clock.pin(NOW)
    with rolled_back(empty_engine) as session:
        yield session


@pytest.fixture(scope="module")
def world(db: Session) -> World:
    return build_world(db)


@pytest.fixture(scope="module")
def places(db: Session, world: World) -> dict[str, Any]:
    """What the `{…}` of a path stand for: one of each thing, at school A."""
    claire = world.actor(db, "claire")
    reviewed = add_goal(db, claire, A, GoalIn(stake="climate", title="Écouter chaque famille"))
    keep_goal = DecisionIn(target=TargetRef(kind=TargetKind.GOAL, id=reviewed.id), verdict=Verdict.KEEP)
    for term in ("2025-2026-T3", T1):
        open_review(db, claire, A, ReviewIn(term=term))
        decision = decide(db, claire, A, Term(term), keep_goal)
        if term != T1:
            close_review(db, claire, A, Term(term), ClosingIn(held_on=date(2026, 6, 22), members_present=9))
    goal = add_goal(db, claire, A, GoalIn(stake="climate", title="Rencontrer chaque famille"))
    cafe, evening = (
        add_action(db, claire, A, ActionIn.model_validate(ACTION | {"title": title}))
        for title in ("Café des parents", "Soirée des parents")
    )
    event = add_event(db, claire, A, evening.id, EventIn.model_validate({"planned_on": "2026-12-04"}))
    partner = add_partner(
        db,
        claire,
        A,
        PartnerIn.model_validate({"name": "Centre social", "kind": "social_centre", "sector": "other"}),
    )
    centre = {"name": "Maison des familles", "kind": "association", "sector": "other"}
    suggestion = suggest_partner(db, world.actor(db, "ines"), "0990900Z", SuggestionIn.model_validate(centre))
    kept = ActionIn.model_validate(ACTION).model_dump(exclude={"goal_ids", "partner_ids"})
    evaluated = Action(school_id=world.a.id, id=UUID(EVALUATED), created_at=NOW, **kept)
    db.add(evaluated)
    db.flush()
    add_published(db, world.a.id, kept)
    written = ReportIn.model_validate({"effects": ["health"]})
    write_report(db, claire, A, evaluated.id, written, 0)
    start_evaluation(db, claire, A, evaluated.id, StartIn(started_on=date(2025, 11, 20)), 1)
    spoken = {"voice": "parents", "noted_on": "2026-03-02", "text": "Un horaire plus tardif"}
    note = add_note(db, claire, A, evaluated.id, NoteIn.model_validate(spoken))
    answer = MeasurementIn.model_validate(
        {"indicator": "individual_meetings", "term": T1, "counted": 158, "out_of": 196}
    )
    measurement = record_measurement(db, claire, A, answer)
    before = {"indicator": "individual_meetings", "term": "2025-2026-T3", "counted": 150, "out_of": 190}
    record_measurement(db, claire, A, MeasurementIn.model_validate(before))
    transmit_term(db, claire, A, TransmissionIn(term="2025-2026-T3"))
    follow_indicator(db, claire, A, "seats_filled")
    record_election(db, claire, A, YEAR, ElectionIn.model_validate(ELECTION))
    held = {"held_on": "2026-11-19", "representatives_present": 6, "representatives_elected": 9}
    analysis = hold_shared_analysis(db, claire, A, SharedAnalysisIn.model_validate(held))
    teaching = live_membership(db, world.a.id, user_id=world.users["lea"].id)
    invited = invite(db, claire, A, InvitationIn(email="mona@demo.invalid", role=Role.TEACHER))
    token = read_token(add_token(db, world.users["claire"]))
    link = share_with_parents(db, claire, A, ParentLinkIn(term=T1)).link
    said = RemarkIn(topic=RemarkTopic.OTHER, text="Plus de rencontres le soir.")
    sent = b"Indicateur;Trimestre;Nombre\nVenues des parents;2026-2027-T1;12\n"
    file = keep_file(db, claire, A, "measurements", "releves.csv", read_sheets(sent))
    check_file(db, claire, A, file.id)
    remark = leave_remark(db, world.a.id, link.id, said, "test")
    assert teaching
    assert token
    return {
        "uai": A,
        "year": YEAR,
        "slug": "seats_filled",
        "goal_id": goal.id,
        "action_id": cafe.id,
        "event_id": event.id,
        "partner_id": partner.id,
        "suggestion_id": suggestion.id,
        "note_id": note.id,
        "measurement_id": measurement.id,
        "analysis_id": analysis.id,
        "membership_id": teaching.id,
        "invitation_id": invited.invitation.id,
        "token_id": token[0],
        "session_id": live_sessions(db, world.users["claire"].id)[0].id,
        "term": T1,
        "decision_id": decision.id,
        "kind": "action",
        "target_id": cafe.id,
        "link_id": link.id,
        "remark_id": remark.id,
        "file_id": file.id,
        "sheet_id": PUBLISHED,
    }


def add_published(db: Session, school_id: UUID, kept: dict[str, Any]) -> None:
    """An action, its sheet, and that sheet published to everyone, under ids that the table knows."""
    action, sheet = UUID(DESCRIBED), UUID(PUBLISHED)
    answers = {"aims": "Que chaque famille connaisse quelqu’un à l’école."}
    db.add(Action(school_id=school_id, id=action, created_at=NOW, **kept))
    db.flush()
    db.add(ActionSheet(school_id=school_id, action_id=action, answers=answers, updated_at=NOW))
    db.add(
        PublishedSheet(school_id=school_id, id=sheet, action_id=action, number=1, readers=Readers.EVERYONE)
    )
    db.flush()
    version = PublishedSheetVersion(
        school_id=school_id,
        sheet_id=sheet,
        number=1,
        credit=Credit.SCHOOL,
        origin="École des Tilleuls, Valmont",
        title=kept["title"],
        axis=kept["axis"],
        answers=answers,
        search_text=" cafe parent",
        published_at=NOW,
    )
    db.add(version)
    db.flush()


def ask(client: TestClient, name: str, row: Row, places: dict[str, Any]) -> Any:
    method, path = name.split(" ")
    url = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str((places | row.places)[found[1]]), path)
    url += f"?{row.query}" if row.query else ""
    if path.startswith("/api/"):
        headers = {} if row.version is None else {"If-Match": f'"{row.version}"'}
        if row.content is not None:
            return client.request(method, url, content=row.content.encode(), headers=headers)
        return client.request(method, url, json=row.body, headers=headers)
    if method == "POST":
        return client.post(url, data={"csrf": client.headers.get("X-Test-CSRF", "")} | (row.body or {}))
    return client.request(method, url)


def test_every_route_has_its_row() -> None:
    assert sorted(MATRIX) == sorted(PRIVATE_ROUTES)
    assert set(PUBLIC_ROUTES) <= PUBLIC


@pytest.mark.parametrize("name", MATRIX)
def test_each_person_gets_what_the_table_says(
    sign_in: SignIn, db: Session, places: dict[str, Any], name: str
) -> None:
    row = MATRIX[name]
    for person in EVERYONE:
        with db.begin_nested() as undo:
            answer = ask(sign_in(person), name, row, places)
            undo.rollback()
        if person in row.allowed:
            assert answer.status_code in row.answers, (person, answer.status_code, answer.text[:400])
        elif person == "anonymous":
            keeps_what_was_typed = bool((row.body or {}).keys() - {"version"})
            assert answer.status_code == (401 if "/api/" in name or keeps_what_was_typed else 303), person
        else:
            assert answer.status_code == (403 if person in row.seeing else 404), (person, answer.status_code)


@pytest.mark.parametrize("name", [name for name in MATRIX if "{uai}" in name])
def test_a_foreign_school_answers_like_a_missing_one(
    sign_in: SignIn, places: dict[str, Any], name: str
) -> None:
    """Same status and, apart from the request's own number, the same body."""
    karim = sign_in("karim")
    foreign = ask(karim, name, MATRIX[name], places)
    missing = ask(karim, name, MATRIX[name], places | {"uai": MISSING})
    assert foreign.status_code == missing.status_code == 404
    assert len(foreign.content) == len(missing.content)


@pytest.mark.parametrize("name", [name for name in MATRIX if name.startswith("GET ") and "/api/" not in name])
def test_no_page_shows_the_name_of_a_field(sign_in: SignIn, places: dict[str, Any], name: str) -> None:
    """A field without a French title would show `target-value` to a head teacher."""
    if "claire" in MATRIX[name].allowed:
        page = ask(sign_in("claire"), name, MATRIX[name], places).text
        shown = re.findall(r"<(?:label|legend)[^>]*>\s*([a-z]+[-_][a-z_-]+)", page)
        assert shown == []
