"""Parents' links and their remarks over JSON."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.accounts.access import CurrentActor, IfMatch, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.parents import queries, service
from app.parents.models import (
    ParentLinkIn,
    ParentLinkMade,
    ParentLinkOut,
    ParentRemark,
    RemarkOut,
    RemarkReviewIn,
    RemarkState,
)
from app.web.openapi import SHOWN_ONCE
from app.web.paging import Limit, Page, page_of, tagged

router = APIRouter(prefix="/api/v1/schools/{uai}", tags=["Parents élus"])


@router.get("/parent-links", response_model=Page[ParentLinkOut])
def get_parent_links(
    db: Db, actor: CurrentActor, uai: Uai, after: UUID | None = None, limit: Limit = 100
) -> object:
    """Les liens faits pour les parents élus, du plus ancien au plus récent, ouverts ou non."""
    school = school_for(db, actor, uai, Task.STEER)
    rows = queries.links_of_school(db, school.id, after=after, limit=limit + 1)
    return page_of(rows, limit, lambda link: link.id)


@router.post("/parent-links", response_model=ParentLinkMade, status_code=201, openapi_extra=SHOWN_ONCE)
def post_parent_link(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, data: ParentLinkIn, response: Response
) -> dict[str, Any]:
    """Faire un lien vers la page d’un trimestre. `link` n’est montré qu’ici.

    Qui a le lien lit cette page, sans compte, et rien d’autre.
    """
    made = service.share_with_parents(db, actor, uai, data)
    link = request.app.state.settings.public_url + made.path
    return tagged(response, made.link).model_dump() | {"link": link}


@router.delete("/parent-links/{link_id}", status_code=204)
def delete_parent_link(db: Db, actor: CurrentActor, uai: Uai, link_id: UUID, version: IfMatch) -> None:
    """Fermer un lien : il n’ouvre plus rien. Les remarques déjà laissées restent."""
    service.revoke_parent_link(db, actor, uai, link_id, version)


@router.get("/parent-remarks", response_model=Page[RemarkOut])
def get_parent_remarks(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    state: RemarkState | None = None,
    after: UUID | None = None,
    limit: Limit = 100,
) -> object:
    """Les remarques laissées par les parents élus, sans nom ; seule la direction les lit."""
    school = school_for(db, actor, uai, Task.STEER)
    rows = queries.remarks_of_school(db, school.id, state=state, after=after, limit=limit + 1)
    return page_of(rows, limit, lambda remark: remark.id)


@router.patch("/parent-remarks/{remark_id}", response_model=RemarkOut)
def patch_parent_remark(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    remark_id: UUID,
    data: RemarkReviewIn,
    version: IfMatch,
    response: Response,
) -> ParentRemark:
    """Garder une remarque, ou l’écarter. Gardée, elle peut entrer dans le compte rendu d’une séance."""
    review = service.REVIEWS[data.state]
    return tagged(response, review(db, actor, uai, remark_id, version))
