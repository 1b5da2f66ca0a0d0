"""The report of an action over JSON, and its document."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from app.accounts.access import CurrentActor, IfMatch, Uai
from app.accounts.actor import Actor
from app.db import Db
from app.reports import service
from app.reports.answers import NoteOut, ReportOut
from app.reports.models import (
    ClosingIn,
    EvaluationNote,
    NoteIn,
    ReopeningIn,
    ReportIn,
    StartIn,
)
from app.reports.report_docx import report_docx
from app.reports.view import read_report
from app.web.files import attached, binary
from app.web.paging import tagged
from app.web.paper import DOCX

router = APIRouter(prefix="/api/v1/schools/{uai}/actions/{action_id}", tags=["AGIR"])


def _answer(db: Session, actor: Actor, uai: str, action_id: UUID, response: Response) -> ReportOut:
    return tagged(response, read_report(db, actor, uai, action_id).out)


@router.get("/report", response_model=ReportOut)
def get_report(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, response: Response) -> ReportOut:
    """Le rapport d’une action et son évaluation partagée sur douze mois ; vide, version 0, s’il n’existe pas.

    `evaluation` compte les rendez-vous et les indicateurs au fil de l’eau ; close, elle garde ceux du jour de
    la clôture. Rien n’y dit ce qui a produit ce qui a été vu.
    """
    return _answer(db, actor, uai, action_id, response)


@router.put("/report", response_model=ReportOut)
def put_report(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: ReportIn,
    version: IfMatch,
    response: Response,
) -> ReportOut:
    """Écrire ou remplacer le rapport (`If-Match: "0"` la première fois)."""
    service.write_report(db, actor, uai, action_id, data, version)
    return _answer(db, actor, uai, action_id, response)


@router.get(
    "/report.docx",
    response_class=Response,
    responses=binary(DOCX, "Le rapport de l’action, à ouvrir dans un traitement de texte."),
)
def get_report_docx(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    """Le rapport d’une action, d’une page."""
    report = read_report(db, actor, uai, action_id)
    return attached(report_docx(report), DOCX, report.filename)


@router.post("/report/start", response_model=ReportOut)
def post_start(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: StartIn,
    version: IfMatch,
    response: Response,
) -> ReportOut:
    """Commencer les douze mois de l’évaluation, ou corriger leur premier jour."""
    service.start_evaluation(db, actor, uai, action_id, data, version)
    return _answer(db, actor, uai, action_id, response)


@router.post("/report/notes", response_model=NoteOut, status_code=201)
def post_note(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, data: NoteIn) -> EvaluationNote:
    """Noter ce que disent les parents, les enseignants ou les partenaires en cours de route."""
    return service.add_note(db, actor, uai, action_id, data)


@router.delete("/report/notes/{note_id}", status_code=204)
def delete_note(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, note_id: UUID) -> None:
    """Retirer une note écrite par erreur."""
    service.remove_note(db, actor, uai, action_id, note_id)


@router.post("/report/close", response_model=ReportOut)
def post_close(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: ClosingIn,
    version: IfMatch,
    response: Response,
) -> ReportOut:
    """Clore l’évaluation après ses douze mois : une réponse et une phrase pour chaque effet visé."""
    service.close_evaluation(db, actor, uai, action_id, data, version)
    return _answer(db, actor, uai, action_id, response)


@router.post("/report/reopen", response_model=ReportOut)
def post_reopen(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: ReopeningIn,
    version: IfMatch,
    response: Response,
) -> ReportOut:
    """Rouvrir une évaluation close, en disant pourquoi."""
    service.reopen_evaluation(db, actor, uai, action_id, data, version)
    return _answer(db, actor, uai, action_id, response)
