"""Pooled figures over JSON: one question, one answer with a row for everything asked, and its ETag."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.accounts.access import CurrentActor
from app.aggregates import answers, release_queries
from app.aggregates.asking import Question, question
from app.aggregates.models import AggregateOut, Breakdown, Level, ReleaseOut
from app.db import Db
from app.errors import NotFound
from app.web.formats import ByExtension, WantedFormat, offered
from app.web.paging import Limit, Page, page_of

router = APIRouter(prefix="/api/v1", tags=["Agréger"])


def _question(
    db: Db,
    actor: CurrentActor,
    indicator: Annotated[
        list[str] | None, Query(description="Un ou plusieurs ; les cinq de la fiche sinon.")
    ] = None,
    level: Annotated[
        Level | None, Query(description="Ce que dit chaque ligne ; votre territoire sinon.")
    ] = None,
    within: Annotated[
        str | None,
        Query(max_length=8, description="0990900Z, 099, A99 ou FR ; votre territoire s’il n’y en a qu’un."),
    ] = None,
    term: Annotated[
        list[str] | None,
        Query(description="2026-2027-T1, 2024-2025-T1..2026-2027-T3, current, previous, same-last-year."),
    ] = None,
    breakdown: Annotated[Breakdown, Query(description="La coupe, ou aucune.")] = Breakdown.NONE,
    today: Annotated[date | None, Query(description="Le jour où current se lit ; aujourd’hui sinon.")] = None,
) -> Question:
    return question(
        db,
        actor,
        indicator=indicator or (),
        level=level,
        within=within,
        term=term or (),
        breakdown=breakdown,
        today=today,
    )


Asked = Annotated[Question, Depends(_question)]
TOLD = "Une ligne par territoire, indicateur, trimestre et valeur de la coupe."


@router.get("/aggregates", response_model=Page[AggregateOut], responses=offered(TOLD))
def get_aggregates(request: Request, db: Db, asked: Asked, wanted: WantedFormat) -> Response:
    """Les chiffres d’un territoire, une ligne par territoire, indicateur, trimestre et valeur de la coupe.

    Les taux sont Σ/Σ, jamais une moyenne de taux. L’IEN lit sa circonscription en direct ; au-dessus, ce
    sont les publications, et les élections telles qu’elles sont. Une case vide dit pourquoi (`reason`) ; un
    chiffre masqué est `null` avec `suppressed`. Aucun classement : les lignes suivent les noms. `ETag` change
    avec les données : redemandez avec `If-None-Match`, et recevez 304 tant que rien n’a changé.
    """
    return answers.answer(request, db, asked, wanted)


@router.get(
    "/aggregates.{extension}",
    response_model=Page[AggregateOut],
    responses=offered(TOLD),
    dependencies=[ByExtension],
)
def get_aggregates_as_file(request: Request, db: Db, asked: Asked, wanted: WantedFormat) -> Response:
    """La même réponse en fichier : une adresse à coller dans un tableur."""
    return answers.answer(request, db, asked, wanted)


@router.get("/releases", response_model=Page[ReleaseOut])
def get_releases(
    db: Db,
    actor: CurrentActor,
    after: Annotated[str, Query(max_length=20, description="Le dernier reçu : 2026-2027-T1/2")] = "",
    limit: Limit = 100,
) -> object:
    """Les publications, trimestre par trimestre, de la plus ancienne à la plus récente."""
    if not actor.territories:
        raise NotFound()
    term, _, number = after.partition("/")
    last = (term, int(number) if number.isdecimal() else 0)
    rows = release_queries.releases_listed(db, after=last, limit=limit + 1)
    return page_of(rows, limit, lambda release: f"{release.term}/{release.number}")
