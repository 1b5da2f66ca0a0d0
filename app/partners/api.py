"""Partners over JSON: a school's directory, what they took part in, what the circonscription suggests."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.accounts.access import CurrentActor, IfMatch, Uai, current_year, school_for
from app.accounts.actor import Task
from app.actions.models import Partner, PartnerIn, PartnerOut
from app.actions.queries import partner_or_404, partners_of_school
from app.actions.service import add_partner, delete_partner, revise_partner
from app.db import Db, YearKey
from app.domain.school_year import SchoolYear
from app.domain.vocabulary import PartnerKind, PartnerSector
from app.partners import queries, service
from app.partners.models import (
    Participation,
    SuggestedPartner,
    SuggestionIn,
    SuggestionOut,
    SuggestionSeen,
)
from app.web.paging import Limit, Page, page_of, tagged

router = APIRouter(prefix="/api/v1/schools/{uai}", tags=["AGIR"])
suggestions = APIRouter(prefix="/api/v1/circonscriptions/{code}/suggested-partners", tags=["AGIR"])
Code = Annotated[
    str,
    Path(max_length=12, description="Code de la circonscription (UAI de son bureau)", examples=["0990900Z"]),
]
Words = Annotated[
    str,
    Query(
        max_length=100, description="Chaque mot doit se trouver, sans accent ni pluriel.", examples=["pmi"]
    ),
]


# --- the directory of a school -------------------------------------------------------------------------


@router.get("/partners", response_model=Page[PartnerOut])
def get_partners(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    q: Words = "",
    kind: PartnerKind | None = None,
    sector: PartnerSector | None = None,
    after: UUID | None = None,
    limit: Limit = 100,
) -> object:
    """Les partenaires de l’école : tous, ou ceux qui répondent aux mots, au type et au domaine demandés."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    found = service.partners_found(db, school.id, q, kind=kind, sector=sector)
    rows = [partner for partner in found if after is None or partner.id > after]
    return page_of(rows, limit, lambda partner: partner.id)


@router.post("/partners", response_model=PartnerOut, status_code=201)
def post_partner(db: Db, actor: CurrentActor, uai: Uai, data: PartnerIn, response: Response) -> Partner:
    """Ajouter un partenaire : un organisme, jamais une personne."""
    return tagged(response, add_partner(db, actor, uai, data))


@router.get("/partners/{partner_id}", response_model=PartnerOut)
def get_partner(db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID, response: Response) -> Partner:
    """Un partenaire, avec sa version en `ETag`."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return tagged(response, partner_or_404(db, school.id, partner_id))


@router.put("/partners/{partner_id}", response_model=PartnerOut)
def put_partner(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    partner_id: UUID,
    data: PartnerIn,
    version: IfMatch,
    response: Response,
) -> Partner:
    """Corriger un partenaire."""
    return tagged(response, revise_partner(db, actor, uai, partner_id, data, version))


@router.delete("/partners/{partner_id}", status_code=204)
def delete_one(db: Db, actor: CurrentActor, uai: Uai, partner_id: UUID, version: IfMatch) -> None:
    """Supprimer un partenaire qu’aucune action ni aucun rendez-vous ne cite."""
    delete_partner(db, actor, uai, partner_id, version)


@router.get("/partner-participation", response_model=Page[Participation])
def get_participation(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    year: YearKey | None = None,
    after: UUID | None = None,
    limit: Limit = 100,
) -> object:
    """À combien de rendez-vous tenus, et de quelles actions, chaque partenaire a pris part en une année.

    Sans `year`, l’année scolaire en cours. Un partenaire qui n’est venu à rien y est aussi, avec 0.
    """
    school = school_for(db, actor, uai, Task.SEE_WORK)
    wanted = SchoolYear(year) if year else current_year(school)
    partners = partners_of_school(db, school.id, after=after, limit=limit + 1)
    rows = service.participation_of_year(db, school.id, partners, wanted)
    return page_of(rows, limit, lambda row: row.partner_id)


@router.get("/suggested-partners", response_model=Page[SuggestionSeen])
def get_suggestions_seen(
    db: Db, actor: CurrentActor, uai: Uai, after: UUID | None = None, limit: Limit = 100
) -> object:
    """Ce que la circonscription suggère à l’école, et ce qui est déjà dans sa liste (`is_known`)."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    seen = service.suggestions_seen(db, school)
    rows = [row for row in seen if after is None or row.id > after]
    return page_of(rows, limit, lambda row: row.id)


@router.post("/suggested-partners/{suggestion_id}/take-up", response_model=PartnerOut, status_code=201)
def post_take_up(db: Db, actor: CurrentActor, uai: Uai, suggestion_id: UUID, response: Response) -> Partner:
    """Copier un organisme suggéré dans la liste de l’école. 409 s’il y est déjà."""
    return tagged(response, service.take_up_suggestion(db, actor, uai, suggestion_id))


# --- the list of a circonscription ---------------------------------------------------------------------


@suggestions.get("", response_model=Page[SuggestionOut])
def get_suggestions(
    db: Db, actor: CurrentActor, code: Code, after: UUID | None = None, limit: Limit = 100
) -> object:
    """Les organismes que l’IEN suggère aux écoles de la circonscription."""
    territory = service.circonscription_kept(db, actor, code)
    rows = queries.suggestions_of(db, territory.id, after=after, limit=limit + 1)
    return page_of(rows, limit, lambda row: row.id)


@suggestions.post("", response_model=SuggestionOut, status_code=201)
def post_suggestion(
    db: Db, actor: CurrentActor, code: Code, data: SuggestionIn, response: Response
) -> SuggestedPartner:
    """Suggérer un organisme aux écoles."""
    return tagged(response, service.suggest_partner(db, actor, code, data))


@suggestions.get("/{suggestion_id}", response_model=SuggestionOut)
def get_suggestion(
    db: Db, actor: CurrentActor, code: Code, suggestion_id: UUID, response: Response
) -> SuggestedPartner:
    """Une suggestion, avec sa version en `ETag`."""
    territory = service.circonscription_kept(db, actor, code)
    return tagged(response, queries.suggestion_or_404(db, territory.id, suggestion_id))


@suggestions.put("/{suggestion_id}", response_model=SuggestionOut)
def put_suggestion(
    db: Db,
    actor: CurrentActor,
    code: Code,
    suggestion_id: UUID,
    data: SuggestionIn,
    version: IfMatch,
    response: Response,
) -> SuggestedPartner:
    """Corriger une suggestion : les écoles qui l’ont reprise gardent leur copie."""
    return tagged(response, service.revise_suggestion(db, actor, code, suggestion_id, data, version))


@suggestions.delete("/{suggestion_id}", status_code=204)
def delete_suggestion(db: Db, actor: CurrentActor, code: Code, suggestion_id: UUID, version: IfMatch) -> None:
    """Retirer une suggestion : les écoles qui l’ont reprise gardent leur copie."""
    service.withdraw_suggestion(db, actor, code, suggestion_id, version)
