"""Pooled figures over JSON: one question, one answer with a row for everything asked, and its ETag."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor
from app.accounts.actor import Actor
from app.aggregates import answers, release_queries
from app.aggregates.asking import Question, question
from app.aggregates.distribution import one_question
from app.aggregates.models import (
    AggregateOut,
    Breakdown,
    DistributionOut,
    Level,
    PublicationOut,
    ReleaseIn,
    ReleaseOut,
    ReleasePreviewOut,
)
from app.aggregates.preview import Decided, decide_while_reading, preview_of
from app.aggregates.releasing import publish_release
from app.db import Db, InRoom
from app.domain.school_year import Term
from app.errors import NotFound
from app.reviews.api import TermPath
from app.web.formats import ByExtension, WantedFormat, offered
from app.web.paging import Limit, Page, page_of

router = APIRouter(prefix="/api/v1", tags=["Agréger"])
figures = APIRouter(prefix="/api/v1", tags=["Agréger"])
"""What is asked again and again: answered from memory as long as it holds."""


async def _words(
    indicator: Annotated[
        list[str] | None, Query(description="Un ou plusieurs\u202f; les cinq de la fiche sinon.")
    ] = None,
    level: Annotated[
        Level | None, Query(description="Ce que dit chaque ligne\u202f; votre territoire sinon.")
    ] = None,
    within: Annotated[
        str | None,
        Query(
            max_length=8, description="0990900Z, 099, A99 ou FR\u202f; votre territoire s’il n’y en a qu’un."
        ),
    ] = None,
    term: Annotated[
        list[str] | None,
        Query(description="2026-2027-T1, 2024-2025-T1..2026-2027-T3, current, previous, same-last-year."),
    ] = None,
    breakdown: Annotated[Breakdown, Query(description="La coupe, ou aucune.")] = Breakdown.NONE,
    today: Annotated[
        date | None, Query(description="Le jour où current se lit\u202f; aujourd’hui sinon.")
    ] = None,
) -> Callable[[Session, Actor], Question]:
    return partial(
        question,
        indicator=indicator or (),
        level=level,
        within=within,
        term=term or (),
        breakdown=breakdown,
        today=today,
    )


Asked = Annotated[Callable[[Session, Actor], Question], Depends(_words)]
"""The question, still to be asked by somebody in a transaction."""
TOLD = "Une ligne par territoire, indicateur, trimestre et valeur de la coupe."


@figures.get("/aggregates", response_model=Page[AggregateOut], responses=offered(TOLD))
def get_aggregates(
    request: Request, db: Db, actor: CurrentActor, asked: Asked, wanted: WantedFormat
) -> Response:
    """Les chiffres d’un territoire, une ligne par territoire, indicateur, trimestre et valeur de la coupe.

    Les taux sont Σ/Σ, jamais une moyenne de taux. L’IEN lit sa circonscription en direct ; au-dessus, ce
    sont les publications, et les élections telles qu’elles sont. Une case vide dit pourquoi (`reason`) ; un
    chiffre masqué est `null` avec `suppressed`. Aucun classement : les lignes suivent les noms. `ETag` change
    avec les données : redemandez avec `If-None-Match`, et recevez 304 tant que rien n’a changé.
    """
    return answers.answer(request, db, asked(db, actor), wanted)


@figures.get(
    "/aggregates.{extension}",
    response_model=Page[AggregateOut],
    responses=offered(TOLD),
    dependencies=[ByExtension],
)
def get_aggregates_as_file(
    request: Request, db: Db, actor: CurrentActor, asked: Asked, wanted: WantedFormat
) -> Response:
    """La même réponse en fichier : une adresse à coller dans un tableur."""
    return answers.answer(request, db, asked(db, actor), wanted)


@figures.get("/aggregates/distribution", response_model=DistributionOut)
def get_distribution(
    request: Request,
    db: Db,
    actor: CurrentActor,
    indicator: Annotated[
        str, Query(max_length=60, description="Un taux\u202f: individual_meetings, election_turnout…")
    ],
    within: Annotated[
        str | None, Query(max_length=8, description="0990900Z\u202f; votre territoire s’il n’y en a qu’un.")
    ] = None,
    term: Annotated[
        str, Query(max_length=40, description="2026-2027-T1, current, previous ou same-last-year.")
    ] = "current",
    today: Annotated[
        date | None, Query(description="Le jour où current se lit\u202f; aujourd’hui sinon.")
    ] = None,
) -> Response:
    """École par école : un point par école, l’ensemble, et ce que le hasard permet à chaque taille.

    L’IEN lit les écoles de sa circonscription qui ont transmis ; au-dessus, seules les élections se lisent
    école par école. `reference` est Σ/Σ des écoles montrées. `flag` (hors des limites à 99,8 %) veut dire
    « à regarder », jamais plus : le hasard seul y met environ une école sur 500. Les écoles suivent leurs
    noms, sans classement ; celles qui ont compté parmi moins de 11 personnes ne sont que dénombrées
    (`not_shown`).
    """
    asked = one_question(db, actor, indicator=indicator, within=within, term=term, today=today)
    return answers.distribution_answer(request, db, asked)


@router.get("/releases", response_model=Page[ReleaseOut])
def get_releases(
    db: Db,
    actor: CurrentActor,
    after: Annotated[str, Query(max_length=20, description="Le dernier reçu\u202f: 2026-2027-T1/2")] = "",
    limit: Limit = 100,
) -> object:
    """Les publications, trimestre par trimestre, de la plus ancienne à la plus récente."""
    if not actor.territories:
        raise NotFound()
    term, _, number = after.partition("/")
    last = (term, int(number) if number.isdecimal() else 0)
    rows = release_queries.releases_listed(db, after=last, limit=limit + 1)
    return page_of(rows, limit, lambda release: f"{release.term}/{release.number}")


def _decide(request: Request, actor: CurrentActor, data: ReleaseIn, _: InRoom) -> tuple[Decided, ReleaseIn]:
    return decide_while_reading(request, actor, Term(data.term)), data


@router.get("/releases/{term}/preview", response_model=ReleasePreviewOut)
def get_release_preview(request: Request, db: Db, actor: CurrentActor, term: TermPath) -> ReleasePreviewOut:
    """Ce que la prochaine publication d’un trimestre montrerait et masquerait, sans rien publier.

    Une autorité nationale seulement. 409 quand il n’y a rien de transmis (`nothing_published`), ou trop peu
    de nouveau depuis la dernière (`too_few_changes`).
    """
    return preview_of(db, decide_while_reading(request, actor, term).or_refuse())


@router.post("/releases", response_model=PublicationOut, status_code=201)
def post_release(
    decided: Annotated[tuple[Decided, ReleaseIn], Depends(_decide)], db: Db, actor: CurrentActor
) -> PublicationOut:
    """Publier un trimestre : ses totaux sont figés, pour les autorités et en données ouvertes.

    Une autorité nationale seulement. Avec le `seal` d’un aperçu, 409 (`changed_since_preview`) si une école
    a transmis depuis.
    """
    return publish_release(db, actor, decided[0].or_refuse(), seal=decided[1].seal)
