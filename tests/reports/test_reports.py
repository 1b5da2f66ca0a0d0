"""The report of an action and its twelve months: written, started, noted, closed, reopened."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import docx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from app.accounts.audit_queries import audit_chain
from app.actions.conditions import check_conditions
from app.actions.models import ActionIn, ConditionsIn, EventIn, PartnerIn
from app.actions.service import add_action, add_event, add_partner, delete_action, revise_event
from app.domain.report import Finding, TargetEffect, Voice
from app.domain.school_year import Term
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reports.models import ClosingIn, NoteIn, ReopeningIn, ReportIn, StartIn
from app.reports.report_docx import report_docx
from app.reports.service import (
    add_note,
    close_evaluation,
    remove_note,
    reopen_evaluation,
    start_evaluation,
    write_report,
)
from app.reports.view import Report, report_of
from tests.world import NOW, A, B, World, form

SignIn = Callable[[str], TestClient]
WRITTEN: dict[str, Any] = {
    "summary": "Un café le vendredi.",
    "aims": "Se rencontrer\nSe parler",
    "effects": ["health", "parents_involvement"],
    "audience": "Tous les parents",
    "animators": "Coordonnatrice REP",
    "strengths": "Un lieu connu",
    "improvements": "Un horaire plus tardif",
}
FOUND = {
    "findings": [
        {"effect": "health", "finding": "not_known"},
        {"effect": "parents_involvement", "finding": "partly", "evidence": "14 parents sur 31 sont revenus."},
    ]
}
START = date(2025, 11, 20)
"""Its twelve months are over since yesterday (19 November 2026)."""


@pytest.fixture
def action(db: Session, world: World) -> UUID:
    claire = world.actor(db, "claire")
    target = {"indicator": "individual_meetings", "value": 85, "term": "2026-2027-T3"}
    goal = add_goal(
        db, claire, A, GoalIn.model_validate({"stake": "climate", "title": "Rencontrer", "target": target})
    )
    said = {
        "axis": "familiarity",
        "title": "Point parents",
        "planned_from": "2025-10-01",
        "planned_to": "2027-06-10",
        "audience": "all_parents",
        "goal_ids": [goal.id],
    }
    return add_action(db, claire, A, ActionIn.model_validate(said)).id


def event(db: Session, world: World, action_id: UUID, day: str, **more: Any) -> UUID:
    said = {"planned_on": day, "state": "held", "parents_present": 10} | more
    return add_event(db, world.actor(db, "lea"), A, action_id, EventIn.model_validate(said)).id


def write(db: Session, world: World, action_id: UUID, version: int = 0, **more: Any) -> None:
    data = ReportIn.model_validate(WRITTEN | more)
    write_report(db, world.actor(db, "claire"), A, action_id, data, version)


def start(db: Session, world: World, action_id: UUID, version: int = 1, day: date = START) -> None:
    start_evaluation(db, world.actor(db, "claire"), A, action_id, StartIn(started_on=day), version)


def note(db: Session, world: World, action_id: UUID, day: str = "2026-03-02", who: str = "lea") -> UUID:
    said = {"voice": "parents", "noted_on": day, "text": "Un horaire plus tardif."}
    return add_note(db, world.actor(db, who), A, action_id, NoteIn.model_validate(said)).id


def close(db: Session, world: World, action_id: UUID, version: int = 2, **more: Any) -> None:
    data = ClosingIn.model_validate(FOUND | more)
    close_evaluation(db, world.actor(db, "claire"), A, action_id, data, version)


def seen(db: Session, world: World, action_id: UUID) -> Report:
    db.expire_all()
    return report_of(db, db.merge(world.a), action_id)


# --- writing -------------------------------------------------------------------------------------------


def test_an_action_without_a_report_has_an_empty_one(db: Session, world: World, action: UUID) -> None:
    report = seen(db, world, action)
    assert (report.out.version, report.out.effects, report.evaluation) == (0, [], None)
    assert report.audience == "tous les parents"


def test_a_report_is_written_and_rewritten_whole(db: Session, world: World, action: UUID) -> None:
    write(db, world, action)
    report = seen(db, world, action)
    assert report.aims == ["Se rencontrer", "Se parler"]
    assert [row.effect for row in report.out.effects] == [
        TargetEffect.HEALTH,
        TargetEffect.PARENTS_INVOLVEMENT,
    ]
    assert report.audience == "Tous les parents"
    with pytest.raises(Stale):
        write(db, world, action)
    write(db, world, action, 1, effects=["health", "health", "ill_being"], summary="")
    report = seen(db, world, action)
    assert [row.effect for row in report.out.effects] == [TargetEffect.HEALTH, TargetEffect.ILL_BEING]
    assert (report.out.summary, report.out.version) == ("", 2)
    last = audit_chain(db, world.a.id)[-1]
    assert last.verb == "report.written"
    assert last.before is not None
    assert [row["effect"] for row in last.before["effects"]] == ["health", "parents_involvement"]


def test_a_new_report_is_of_version_0(db: Session, world: World, action: UUID) -> None:
    with pytest.raises(Stale):
        write(db, world, action, 1)


@pytest.mark.parametrize("field", ["summary", "aims", "audience", "animators", "strengths", "improvements"])
def test_nobody_is_named(field: str) -> None:
    with pytest.raises(ValueError, match="téléphone"):
        ReportIn.model_validate({field: "Appeler le 01 23 45 67 89"})
    with pytest.raises(ValueError, match="personne"):
        ReportIn.model_validate({field: "Animé par Mme Inventée"})


def test_an_action_with_a_report_stays(db: Session, world: World, action: UUID) -> None:
    write(db, world, action)
    with pytest.raises(Conflict):
        delete_action(db, world.actor(db, "claire"), A, action, 1)


def test_who_may_do_what(db: Session, world: World, action: UUID) -> None:
    write(db, world, action)
    start(db, world, action)
    lea, karim = world.actor(db, "lea"), world.actor(db, "karim")
    with pytest.raises(Forbidden):
        write_report(db, lea, A, action, ReportIn(), 2)
    with pytest.raises(Forbidden):
        close_evaluation(db, lea, A, action, ClosingIn.model_validate(FOUND), 2)
    with pytest.raises(NotFound):
        write_report(db, karim, A, action, ReportIn(), 2)
    with pytest.raises(NotFound):
        write_report(db, karim, B, action, ReportIn(), 0)
    note(db, world, action)


# --- the twelve months ---------------------------------------------------------------------------------


def test_the_first_day_can_be_corrected_while_no_note_is_left_outside(
    db: Session, world: World, action: UUID
) -> None:
    start(db, world, action, 0)
    note(db, world, action, "2026-03-02")
    start(db, world, action, 2, date(2026, 3, 2))
    with pytest.raises(Conflict):
        start(db, world, action, 3, date(2026, 3, 3))
    evaluation = seen(db, world, action).evaluation
    assert evaluation is not None
    assert (evaluation.started_on, evaluation.last_day) == (date(2026, 3, 2), date(2027, 3, 1))


@pytest.mark.parametrize("day", [date(2019, 11, 1), date(2027, 11, 30), date(1926, 11, 1)])
def test_a_slip_of_the_year_is_caught(db: Session, world: World, action: UUID, day: date) -> None:
    with pytest.raises(Invalid):
        start(db, world, action, 0, day)


def test_notes_belong_to_the_twelve_months(db: Session, world: World, action: UUID) -> None:
    with pytest.raises(Conflict):
        note(db, world, action)
    start(db, world, action, 0, date(2026, 10, 1))
    for day in ("2026-09-30", "2026-11-22"):
        with pytest.raises(Invalid):
            note(db, world, action, day)
    kept = note(db, world, action, "2026-11-21")
    note(db, world, action, "2026-10-01", "claire")
    evaluation = seen(db, world, action).evaluation
    assert evaluation is not None
    assert [each.noted_on for each in evaluation.notes] == [date(2026, 10, 1), date(2026, 11, 21)]
    assert evaluation.notes[0].voice is Voice.PARENTS
    remove_note(db, world.actor(db, "lea"), A, action, kept)
    assert len(seen(db, world, action).out.evaluation.notes) == 1  # type: ignore[union-attr]  # None would fail the test as it should
    with pytest.raises(NotFound):
        remove_note(db, world.actor(db, "lea"), A, action, kept)


def test_a_note_makes_the_version_read_before_it_stale(db: Session, world: World, action: UUID) -> None:
    write(db, world, action)
    start(db, world, action)
    note(db, world, action)
    with pytest.raises(Stale):
        close(db, world, action, 2)


def test_only_held_events_of_these_months_count(db: Session, world: World, action: UUID) -> None:
    centre = {"name": "Centre", "kind": "social_centre", "sector": "other"}
    partner = add_partner(db, world.actor(db, "claire"), A, PartnerIn.model_validate(centre)).id
    start(db, world, action, 0)
    event(db, world, action, "2025-11-19")
    event(db, world, action, "2025-11-20", children_present=4, partner_ids=[partner])
    event(db, world, action, "2026-11-19", professionals_present=2, partner_ids=[partner])
    event(db, world, action, "2026-11-20")
    event(db, world, action, "2025-11-14", held_on="2025-11-21")
    event(db, world, action, "2026-03-05", state="cancelled", parents_present=None)
    evaluation = seen(db, world, action).evaluation
    assert evaluation is not None
    assert evaluation.attended.model_dump(exclude={"sentence"}) == {
        "events": 3,
        "parents": 30,
        "children": 4,
        "professionals": 2,
        "partners": 1,
    }


def test_the_indicators_are_those_the_action_aims_at_then_what_was_measured(
    db: Session, world: World, action: UUID
) -> None:
    claire = world.actor(db, "claire")
    for term, counted in (("2025-2026-T1", 50), ("2025-2026-T2", 60), ("2026-2027-T1", 70)):
        said = {"indicator": "individual_meetings", "term": term, "counted": counted, "out_of": 100}
        record_measurement(db, claire, A, MeasurementIn.model_validate(said))
    event(db, world, action, "2026-03-05")
    start(db, world, action, 0)
    evaluation = seen(db, world, action).evaluation
    assert evaluation is not None
    told = [(one.indicator, one.term, one.counted) for one in evaluation.figures]
    assert told == [
        ("individual_meetings", "2025-2026-T1", 50),
        ("individual_meetings", "2025-2026-T2", 60),
        ("individual_meetings", "2025-2026-T3", None),
        ("individual_meetings", "2026-2027-T1", 70),
        ("visits", "2025-2026-T1", None),
        ("visits", "2025-2026-T2", 10),
        ("visits", "2025-2026-T3", None),
        ("visits", "2026-2027-T1", None),
    ]
    assert evaluation.figures[0].sentence == "50 élèves sur 100 (50\u202f%)."


def test_a_period_to_come_has_no_figure(db: Session, world: World, action: UUID) -> None:
    start(db, world, action, 0, date(2027, 2, 1))
    evaluation = seen(db, world, action).evaluation
    assert evaluation is not None
    assert (evaluation.figures, evaluation.attended.events) == ([], 0)


# --- closing -------------------------------------------------------------------------------------------


def test_it_is_closed_after_the_twelve_months(db: Session, world: World, action: UUID) -> None:
    write(db, world, action)
    start(db, world, action, 1, date(2025, 11, 22))
    with pytest.raises(Conflict) as refusal:
        close(db, world, action)
    assert refusal.value.code == "too_early"
    assert "21 novembre 2026" in refusal.value.detail
    clock.pin(NOW.replace(day=22))
    close(db, world, action)
    assert seen(db, world, action).is_closed


def test_it_is_not_closed_before_it_began(db: Session, world: World, action: UUID) -> None:
    write(db, world, action)
    with pytest.raises(Conflict) as refusal:
        close(db, world, action, 1)
    assert refusal.value.code == "not_started"


def test_it_is_not_closed_without_a_target_effect(db: Session, world: World, action: UUID) -> None:
    start(db, world, action, 0)
    with pytest.raises(Conflict) as refusal:
        close(db, world, action, 1, findings=[])
    assert refusal.value.code == "no_effect"


@pytest.mark.parametrize(
    "findings",
    [
        FOUND["findings"][:1],
        [FOUND["findings"][0]] * 2,
        [*FOUND["findings"], {"effect": "ill_being", "finding": "not_known"}],
        [FOUND["findings"][0], {"effect": "ill_being", "finding": "not_known"}],
    ],
)
def test_every_target_effect_has_one_finding(
    db: Session, world: World, action: UUID, findings: list[dict[str, str]]
) -> None:
    write(db, world, action)
    start(db, world, action)
    with pytest.raises(Invalid):
        close(db, world, action, findings=findings)


@pytest.mark.parametrize("finding", [finding for finding in Finding if finding is not Finding.NOT_KNOWN])
def test_what_was_seen_is_told(finding: Finding) -> None:
    with pytest.raises(ValueError, match="en une phrase"):
        ClosingIn.model_validate({"findings": [{"effect": "health", "finding": finding.value}]})


def test_what_is_closed_does_not_move(db: Session, world: World, action: UUID) -> None:
    """Neither by a correction of an event or a figure, nor by a rewriting of the report."""
    claire = world.actor(db, "claire")
    said = {"indicator": "individual_meetings", "term": "2025-2026-T2", "counted": 60, "out_of": 100}
    record_measurement(db, claire, A, MeasurementIn.model_validate(said))
    one = event(db, world, action, "2026-03-05")
    write(db, world, action)
    start(db, world, action)
    before = seen(db, world, action).evaluation
    close(db, world, action)
    kept = seen(db, world, action)
    assert kept.evaluation is not None
    assert before is not None
    assert kept.evaluation.figures == before.figures
    assert kept.evaluation.attended == before.attended
    assert [(row.finding, row.evidence) for row in kept.out.effects] == [
        (Finding.NOT_KNOWN, ""),
        (Finding.PARTLY, "14 parents sur 31 sont revenus."),
    ]
    more = EventIn.model_validate({"planned_on": "2026-03-05", "state": "held", "parents_present": 40})
    revise_event(db, claire, A, one, more, 1)
    event(db, world, action, "2026-04-02")
    assert seen(db, world, action).evaluation == kept.evaluation
    for refused in (
        lambda: write(db, world, action, 3),
        lambda: start(db, world, action, 3),
        lambda: note(db, world, action),
        lambda: close(db, world, action, 3),
    ):
        with pytest.raises(Conflict) as refusal:
            refused()
        assert refusal.value.code == "evaluation_closed"


def test_reopening_counts_again_and_keeps_the_answers_as_proposals(
    db: Session, world: World, action: UUID
) -> None:
    claire = world.actor(db, "claire")
    write(db, world, action)
    start(db, world, action)
    why = ReopeningIn(reason="Un rendez-vous oublié")
    with pytest.raises(Conflict) as refusal:
        reopen_evaluation(db, claire, A, action, why, 2)
    assert refusal.value.code == "not_closed"
    close(db, world, action)
    event(db, world, action, "2026-04-02")
    reopen_evaluation(db, claire, A, action, why, 3)
    report = seen(db, world, action)
    assert report.evaluation is not None
    assert (report.evaluation.closed_on, report.evaluation.attended.events) == (None, 1)
    assert report.out.effects[1].finding is Finding.PARTLY
    close(db, world, action, 4)
    last = audit_chain(db, world.a.id)
    assert [row.verb for row in last[-3:]] == ["event.added", "evaluation.reopened", "evaluation.closed"]
    assert last[-2].after is not None
    assert last[-2].after["why_reopened"] == "Un rendez-vous oublié"


# --- the doors -----------------------------------------------------------------------------------------


def test_the_whole_story_over_json(sign_in: SignIn, action: UUID) -> None:
    claire, url = sign_in("claire"), f"/api/v1/schools/{A}/actions/{action}/report"
    assert claire.get(url).json()["version"] == 0
    assert claire.put(url, json=WRITTEN).status_code == 428
    written = claire.put(url, json=WRITTEN, headers={"If-Match": '"0"'})
    assert (written.status_code, written.headers["ETag"]) == (200, '"1"')
    unknown = claire.put(url, json=WRITTEN | {"effects": ["luck"]}, headers={"If-Match": '"1"'})
    assert unknown.json()["errors"][0]["pointer"] == "/effects/0"
    assert (
        claire.post(
            f"{url}/start", json={"started_on": "2025-11-20"}, headers={"If-Match": '"1"'}
        ).status_code
        == 200
    )
    said = {"voice": "partners", "noted_on": "2026-05-04", "text": "La salle est trop petite."}
    noted = sign_in("lea").post(f"{url}/notes", json=said)
    assert (noted.status_code, noted.json()["voice"]) == (201, "partners")
    early = claire.post(f"{url}/close", json=FOUND, headers={"If-Match": '"2"'})
    assert early.status_code == 412
    closed = claire.post(f"{url}/close", json=FOUND, headers={"If-Match": '"3"'})
    assert closed.json()["evaluation"]["closed_on"] == "2026-11-21"
    assert closed.json()["effects"][1]["finding"] == "partly"
    again = claire.post(f"{url}/reopen", json={"reason": "Un oubli"}, headers={"If-Match": '"4"'})
    assert again.json()["evaluation"]["closed_on"] is None
    assert claire.delete(f"{url}/notes/{noted.json()['id']}").status_code == 204
    document = claire.get(f"{url}.docx")
    assert document.headers["content-type"].startswith("application/vnd.openxmlformats")
    missing = f"/api/v1/schools/{A}/actions/{UUID(int=1)}/report"
    assert claire.get(missing).status_code == 404


def test_the_whole_story_through_the_pages(sign_in: SignIn, db: Session, world: World, action: UUID) -> None:
    claire, url = sign_in("claire"), f"/ecoles/{A}/actions/{action}/rapport"
    assert f'href="{url}"' in claire.get(f"/ecoles/{A}/actions/{action}").text
    assert "Écrire le rapport" in claire.get(url).text
    typed = WRITTEN | {"version": "0"}
    assert form(claire, f"{url}/modifier", **typed).headers["location"] == f"{url}?ok=rapport"
    again = claire.get(f"{url}/modifier").text
    assert "Se rencontrer\nSe parler" in again
    assert again.count(" checked") == 2
    wrong = form(claire, f"{url}/debut", started_on="hier", version="1")
    assert wrong.status_code == 422
    assert 'value="hier"' in wrong.text
    assert form(claire, f"{url}/debut", started_on="20/11/2025", version="1").status_code == 303
    lea = sign_in("lea")
    refused = form(lea, f"{url}/notes", voice="parents", noted_on="22/11/2026", text="Trop tôt.")
    assert refused.status_code == 422
    assert "est attendu" in refused.text
    assert (
        form(lea, f"{url}/notes", voice="parents", noted_on="02/03/2026", text="Plus tard.").status_code
        == 303
    )
    page = claire.get(url).text
    assert "Plus tard." in page
    assert f"{url}/clore" in page
    assert f"{url}/clore" not in lea.get(url).text
    answers = {
        "findings-0-effect": "health",
        "findings-0-finding": "observed",
        "findings-0-evidence": "",
        "findings-1-effect": "parents_involvement",
        "findings-1-finding": "",
        "findings-1-evidence": "14 parents sur 31.",
        "version": "3",
    }
    unfinished = form(claire, f"{url}/clore", **answers)
    assert unfinished.status_code == 422
    assert "Dites en une phrase" in unfinished.text
    assert "Répondez à cette question" in unfinished.text
    assert "14 parents sur 31." in unfinished.text
    whole = answers | {"findings-0-finding": "not_known", "findings-1-finding": "partly"}
    assert form(claire, f"{url}/clore", **whole).headers["location"] == f"{url}?ok=close"
    closed = claire.get(url).text
    assert "La santé\u202f: on ne sait pas" in closed
    assert "Elles ne disent pas pourquoi" in closed
    assert "Noter ce qui se dit" not in closed
    assert form(claire, f"{url}/rouvrir", reason="", version="4").status_code == 422
    assert form(claire, f"{url}/rouvrir", reason="Un oubli", version="4").status_code == 303
    (kept,) = seen(db, world, action).out.evaluation.notes  # type: ignore[union-attr]  # None would fail the test as it should
    assert form(lea, f"{url}/notes/{kept.id}/retirer").headers["location"] == f"{url}?ok=retiree"


def test_no_page_of_a_report_says_that_it_caused_anything(
    sign_in: SignIn, db: Session, world: World, action: UUID
) -> None:
    write(db, world, action)
    start(db, world, action)
    claire, url = sign_in("claire"), f"/ecoles/{A}/actions/{action}/rapport"
    told = claire.get(url).text + claire.get(f"{url}/clore").text + claire.get(f"{url}/modifier").text
    close(db, world, action)
    told += claire.get(url).text + claire.get(f"{url}/rouvrir").text
    told += " ".join(
        paragraph.text
        for paragraph in docx.Document(io.BytesIO(report_docx(seen(db, world, action)))).paragraphs
    )
    for word in ("grâce à", "a permis", "significatif", "a eu pour effet", "prouve"):
        assert word not in told


def test_the_document_is_complete(db: Session, world: World, action: UUID) -> None:
    claire = world.actor(db, "claire")
    condition = ConditionsIn.model_validate(
        {"conditions": [{"text": "Un lieu connu de tous", "is_met": True}]}
    )
    check_conditions(db, claire, A, action, condition, 1)
    event(db, world, action, "2026-03-05", children_present=3)
    write(db, world, action)
    start(db, world, action)
    note(db, world, action)
    close(db, world, action, 3)
    document = docx.Document(io.BytesIO(report_docx(seen(db, world, action))))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    told = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    for wanted in (
        "Point parents",
        "Un café le vendredi.",
        "Se rencontrer",
        "la santé",
        "Un lieu connu de tous (réuni)",
        "Coordonnatrice REP",
        "Tous les parents",
        "Un lieu connu",
        "Un horaire plus tardif",
        "Du 20 novembre 2025 au 19 novembre 2026",
        "close le 21 novembre 2026",
        "1 rendez-vous tenu",
        "3 venues d’enfants",
        "En partie",
        "14 parents sur 31 sont revenus.",
        "On ne sait pas",
        "2 mars 2026, les parents",
        Term("2025-2026-T2").label,
    ):
        assert wanted in told, wanted
    assert document.core_properties.author == world.a.name


def test_a_page_that_has_nothing_to_ask_leads_back(
    sign_in: SignIn, db: Session, world: World, action: UUID
) -> None:
    claire, url = sign_in("claire"), f"/ecoles/{A}/actions/{action}/rapport"
    write(db, world, action)
    for page in ("clore", "rouvrir"):
        assert claire.get(f"{url}/{page}").headers["location"] == url
    start(db, world, action, 1, date(2026, 10, 1))
    assert claire.get(f"{url}/clore").headers["location"] == url
    start(db, world, action, 2)
    assert claire.get(f"{url}/clore").status_code == 200
    close(db, world, action, 3)
    assert claire.get(f"{url}/clore").headers["location"] == url
    assert claire.get(f"{url}/rouvrir").status_code == 200


def test_two_who_write_see_both_answers(sign_in: SignIn, db: Session, world: World, action: UUID) -> None:
    write(db, world, action)
    write(db, world, action, 1, audience="Les parents de CP", effects=["ill_being"])
    claire, url = sign_in("claire"), f"/ecoles/{A}/actions/{action}/rapport/modifier"
    mine = WRITTEN | {"audience": "Les parents de CM2", "version": "1"}
    conflict = form(claire, url, **mine)
    assert conflict.status_code == 409
    assert "Enregistré entre-temps\u202f: <strong>Les parents de CP</strong>" in conflict.text
    assert "le mal-être à l’école et à la maison</strong>" in conflict.text
    assert 'value="Les parents de CM2"' in conflict.text
    assert form(claire, url, **(mine | {"version": "2"})).status_code == 303
