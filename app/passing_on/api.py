"""Passing on over JSON: publish a sheet, find those of others, take one up."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access import CurrentActor, IfMatch, Uai, school_for
from app.accounts.actor import Task
from app.actions.models import ActionOut
from app.actions.queries import action_out
from app.db import Db
from app.domain.passing_on import Credit
from app.passing_on import queries, service
from app.passing_on.models import (
    AdoptionOut,
    SharedListing,
    SharedSheetOut,
    SharingIn,
    SharingOut,
    TakeUpSheetIn,
)
from app.passing_on.reading import shared_docx
from app.schools.api import Over
from app.web.files import attached, binary
from app.web.openapi import or_made
from app.web.paging import Limit, Page, page_of, tagged
from app.web.paper import DOCX

router = APIRouter(prefix="/api/v1", tags=["Fiches publiées"])


@router.get("/schools/{uai}/actions/{action_id}/sheet/publication", response_model=SharingOut)
def get_sheet_publication(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    response: Response,
    credit: Annotated[Credit | None, Query(description="L’aperçu avec ou sans le nom de l’école")] = None,
) -> SharingOut:
    """Ce que publier la fiche montrerait aujourd’hui, ce qui l’empêche, et ce qui est déjà publié."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return tagged(response, service.sharing_out(db, school, action_id, credit))


@router.put(
    "/schools/{uai}/actions/{action_id}/sheet/publication",
    response_model=SharingOut,
    responses=or_made(SharingOut),
)
def put_sheet_publication(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    action_id: UUID,
    data: SharingIn,
    version: Over,
    response: Response,
) -> SharingOut:
    """Publier la fiche telle qu’elle est : `If-None-Match: *` la première fois, `If-Match` ensuite.

    Ce qui est publié ne change plus ; publier de nouveau fait une nouvelle version. Ce qui nomme une
    personne, ou l’école quand elle ne veut pas être nommée, est refusé question par question.
    """
    sheet = service.publish_sheet(db, actor, uai, action_id, data, version)
    response.status_code = 201 if sheet.number == 1 else 200
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return tagged(response, service.sharing_out(db, school, action_id))


@router.delete("/schools/{uai}/actions/{action_id}/sheet/publication", status_code=204)
def delete_sheet_publication(
    db: Db, actor: CurrentActor, uai: Uai, action_id: UUID, version: IfMatch
) -> None:
    """Retirer la fiche : personne d’autre ne la lit plus. Ce qui a été repris reste à chaque école."""
    service.withdraw_sheet(db, actor, uai, action_id, version)


@router.get("/shared-sheets", response_model=Page[SharedSheetOut])
def get_shared_sheets(db: Db, actor: CurrentActor, asked: Annotated[SharedListing, Query()]) -> object:
    """Les fiches publiées que l’on peut lire, la plus récente d’abord ; « cafe parent » suffit."""
    return service.sheets_found(db, actor, asked)


@router.get("/shared-sheets/{sheet_id}", response_model=SharedSheetOut)
def get_shared_sheet(db: Db, actor: CurrentActor, sheet_id: UUID) -> SharedSheetOut:
    """Une fiche publiée, dans sa dernière version ; 404 si l’école l’a retirée."""
    return service.shared_or_404(db, actor, sheet_id)


@router.get(
    "/shared-sheets/{sheet_id}/sheet.docx",
    response_class=Response,
    responses=binary(DOCX, "La fiche publiée, à ouvrir dans un traitement de texte."),
)
def get_shared_sheet_document(db: Db, actor: CurrentActor, sheet_id: UUID) -> Response:
    """La même, pour le traitement de texte."""
    sheet = service.shared_or_404(db, actor, sheet_id)
    return attached(shared_docx(sheet), DOCX, f"fiche-publiee-{sheet.id}.docx")


@router.post("/schools/{uai}/taken-up-sheets", response_model=ActionOut, status_code=201)
def post_taken_up_sheet(
    db: Db, actor: CurrentActor, uai: Uai, data: TakeUpSheetIn, response: Response
) -> ActionOut:
    """Reprendre une fiche publiée : une action de l’école, avec ses conditions à cocher."""
    action = service.take_up_sheet(db, actor, uai, data)
    return tagged(response, action_out(db, action.school_id, action.id))


@router.get("/schools/{uai}/taken-up-sheets", response_model=Page[AdoptionOut])
def get_taken_up_sheets(
    db: Db, actor: CurrentActor, uai: Uai, after: UUID | None = None, limit: Limit = 100
) -> object:
    """Les actions que l’école a reprises d’une fiche, et d’où elles viennent, même si elle a été retirée."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    rows = queries.adoptions_of_school(db, school.id, after=after, limit=limit + 1)
    return page_of(rows, limit, lambda row: row.action_id)
