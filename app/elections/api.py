"""Elections over JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.accounts.access import CurrentActor, IfMatch, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.elections import queries, service
from app.elections.models import BallotReadingOut, BallotTextIn, ElectionIn, ElectionOut
from app.elections.reading import read_result
from app.schools.api import Over, Year
from app.web.openapi import or_made
from app.web.paging import Limit, Page, page_of, tagged

router = APIRouter(prefix="/api/v1/schools/{uai}/elections", tags=["ANALYSER"])


@router.get("", response_model=Page[ElectionOut])
def get_elections(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    after: Annotated[str, Query(max_length=9, description="Dernière année de la page d’avant")] = "",
    limit: Limit = 100,
) -> object:
    """Les élections de l’école, une par année scolaire, de la plus ancienne à la plus récente."""
    school = school_for(db, actor, uai, Task.SEE_ELECTIONS)
    rows = service.elections_seen(db, actor, school, after=after)
    return page_of(rows, limit, lambda election: election.year)


@router.get("/{year}", response_model=ElectionOut)
def get_election(db: Db, actor: CurrentActor, uai: Uai, year: Year, response: Response) -> ElectionOut:
    """Le résultat d’une année, avec sa version en `ETag` et ce qui mérite d’être relu (`warnings`)."""
    school = school_for(db, actor, uai, Task.SEE_ELECTIONS, year=year)
    row = queries.election_or_404(db, school.id, year)
    return tagged(response, service.seen_election(db, actor, school, row))


@router.put("/{year}", response_model=ElectionOut, responses=or_made(ElectionOut))
def put_election(
    db: Db, actor: CurrentActor, uai: Uai, year: Year, data: ElectionIn, version: Over, response: Response
) -> ElectionOut:
    """Noter le résultat (`If-None-Match: *`) ou le corriger (`If-Match`) ; les sièges sont calculés."""
    row = service.record_election(db, actor, uai, year, data, version)
    response.status_code = 201 if row.version == 1 else 200
    school = school_for(db, actor, uai, Task.SEE_ELECTIONS, year=year)
    return tagged(response, service.seen_election(db, actor, school, row))


@router.delete("/{year}", status_code=204)
def delete_election(db: Db, actor: CurrentActor, uai: Uai, year: Year, version: IfMatch) -> None:
    """Retirer un résultat noté par erreur : ce qu’il comptait est retiré des chiffres."""
    service.delete_election(db, actor, uai, year, version)


@router.post("/{year}/reading", response_model=BallotReadingOut, response_model_exclude_none=True)
def read_pasted_result(
    db: Db, actor: CurrentActor, uai: Uai, year: Year, data: BallotTextIn
) -> BallotReadingOut:
    """Lire le texte d’un procès-verbal : un corps pour `PUT`, à relire et à compléter. Rien n’est gardé."""
    return read_result(db, actor, uai, year, data)
