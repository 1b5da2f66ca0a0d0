"""Action sheets over JSON: the questions, the sheet of an action, the sheets of a school."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app import clock
from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.action_sheets import queries, service
from app.action_sheets.catalogue import ActionSheetSchema, sheet_schema
from app.action_sheets.document import sheet_docx
from app.action_sheets.models import ActionSheetIn, ActionSheetOut, ListedSheet
from app.action_sheets.reading import sheet_read
from app.db import Db, Text
from app.domain.search import search_words
from app.schools.api import Over
from app.web.files import attached, binary
from app.web.openapi import or_made
from app.web.paging import Limit, Page, page_of, tagged
from app.web.paper import DOCX

router = APIRouter(prefix="/api/v1", tags=["Fiche action"])


@router.get("/action-sheet-schema", response_model=ActionSheetSchema)
def get_action_sheet_schema(_: CurrentActor) -> ActionSheetSchema:
    """Les trente questions de la fiche action, avec leurs listes fermées et la forme de chaque réponse."""
    return sheet_schema()


@router.get("/schools/{uai}/action-sheets", response_model=Page[ListedSheet])
def get_action_sheets(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    q: Annotated[Text, Query(max_length=100, description="Des mots, sans accent ni pluriel")] = "",
    after: UUID | None = None,
    limit: Limit = 100,
) -> object:
    """Les fiches action de l’école. « cafe parent » trouve celles qui parlent de café des parents."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    rows = queries.sheets_of_school(db, school.id, words=search_words(q), after=after, limit=limit + 1)
    page = page_of(rows, limit, lambda row: row[0].action_id)
    return page | {"items": [ListedSheet.of(*row) for row in page["items"]]}


@router.get("/schools/{uai}/actions/{action_id}/sheet", response_model=ActionSheetOut)
def get_action_sheet(
    db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, response: Response
) -> ActionSheetOut:
    """La fiche d’une action, avec sa version en `ETag` ; une fiche que personne n’a commencée a la version 0.

    `proposed` est ce que l’action dit déjà (dates, rendez-vous, partenaires, indicateurs) et d’où cela vient.
    Rien n’en est gardé tant que l’école ne l’écrit pas dans `answers`.
    """
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return tagged(response, service.sheet_out(db, school, action_id))


@router.put(
    "/schools/{uai}/actions/{action_id}/sheet",
    response_model=ActionSheetOut,
    responses=or_made(ActionSheetOut),
)
def put_action_sheet(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: ActionSheetIn,
    version: Over,
    response: Response,
) -> ActionSheetOut:
    """Écrire la fiche entière : `If-None-Match: *` pour la commencer, `If-Match` ensuite.

    Une réponse hors d’une liste est refusée avec la question et la liste.
    """
    sheet = service.write_sheet(db, actor, uai, action_id, data, version)
    response.status_code = 201 if sheet.version == 1 else 200
    return tagged(response, service.sheet_out(db, school_for(db, actor, uai, Task.SEE_WORK), action_id))


@router.get(
    "/schools/{uai}/actions/{action_id}/sheet.docx",
    response_class=Response,
    responses=binary(DOCX, "La fiche, à ouvrir dans un traitement de texte."),
)
def get_action_sheet_document(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> Response:
    """La fiche d’une action : les trente questions et leurs réponses, page par page."""
    sheet = sheet_read(db, school_for(db, actor, uai, Task.SEE_WORK), action_id)
    return attached(sheet_docx(sheet, clock.now()), DOCX, sheet.filename)
