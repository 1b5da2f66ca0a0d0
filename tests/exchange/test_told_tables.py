"""Action sheets and reports go with « Tout emporter », to be read."""

from collections.abc import Callable
from datetime import date

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.action_sheets.models import ActionSheetIn
from app.action_sheets.service import write_sheet
from app.actions.models import ActionIn
from app.actions.service import add_action
from app.domain.report import Finding, TargetEffect, Voice
from app.exchange.catalogue import KINDS
from app.exchange.matching import parts_of
from app.exchange.sheets import read_sheets
from app.reports.models import ClosingIn, FindingIn, NoteIn, ReportIn, StartIn
from app.reports.service import add_note, close_evaluation, start_evaluation, write_report
from tests.matrix import ACTION
from tests.world import A, World


def test_what_was_told_of_actions_goes_too_and_is_left_aside_by_an_import(
    db: Session, world: World, sign_in: Callable[[str], TestClient]
) -> None:
    claire = world.actor(db, "claire")
    action = add_action(db, claire, A, ActionIn.model_validate(ACTION))
    long = "Un café. " * 440
    answers = {"topics": "Le sommeil\nLes écrans", "aims": long, "people": {"parents": 63}}
    write_sheet(db, claire, A, action.id, ActionSheetIn.model_validate({"answers": answers}), 0)
    report = {"summary": "Un café", "strengths": "Le jour\nL’heure", "effects": ["health"]}
    write_report(db, claire, A, action.id, ReportIn.model_validate(report), 0)
    start_evaluation(db, claire, A, action.id, StartIn(started_on=date(2025, 10, 1)), 1)
    note = NoteIn(voice=Voice.PARENTS, noted_on=date(2026, 1, 9), text="Plus tard le soir")
    add_note(db, claire, A, action.id, note)
    finding = FindingIn(effect=TargetEffect.HEALTH, finding=Finding.OBSERVED, evidence="Ils dorment")
    close_evaluation(db, claire, A, action.id, ClosingIn(findings=[finding]), 3)
    answer = sign_in("claire").get(f"/api/v1/schools/{A}/export.xlsx")
    sheets = {sheet.name: [row.cells for row in sheet.rows] for sheet in read_sheets(answer.content)}
    questions = {tuple(row[1:]) for row in sheets["Fiches action"] if row[0] == ACTION["title"]}
    assert ("7. De quoi y parle-t-on\u202f?", "", "Le sommeil\nLes écrans") in questions
    assert long.strip() in {row[2] for row in questions}
    assert {tuple(row[1:]) for row in sheets["Rapports"][1:]} == {
        ("Ce que l’on y fait", "", "Un café"),
        ("Points forts", "", "Le jour\nL’heure"),
        ("Effets visés", "la santé", "Observé\nIls dorment"),
        ("Évaluation partagée", "commencée le", "1er octobre 2025"),
        ("Évaluation partagée", "close le", "21 novembre 2026"),
        ("Évaluation partagée", "ce qui a été compté", "Aucun rendez-vous tenu."),
        ("Ce qui a été dit", "les parents, 9 janvier 2026", "Plus tard le soir"),
    }
    _, ignored = parts_of(KINDS, read_sheets(answer.content))
    assert set(ignored) >= {"Fiches action", "Rapports"}
