"""The page of a territory: its circonscription for an inspector, what was released for an authority."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor
from app.accounts.actor import Actor
from app.aggregates.answering import code_of
from app.aggregates.charts import as_of, completeness, flagged_of, funnel_of_line, series_of, told_of
from app.aggregates.picture import Picture, picture_of
from app.db import Db
from app.domain.school_year import Term
from app.domain.vocabulary import TerritoryLevel
from app.errors import NotFound
from app.schools.service import term_or_404
from app.schools.territories import territory_or_404
from app.web.templating import render
from app.web.urls import territory_url

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/circonscription/{code}")
def circonscription_page(
    request: Request, db: Db, actor: CurrentActor, code: str, trimestre: str | None = None
) -> Response:
    """A circonscription, by the UAI of its office."""
    if territory_or_404(db, code).level is not TerritoryLevel.CIRCONSCRIPTION:
        raise NotFound()
    return _page(request, db, actor, code, trimestre)


@router.get("/territoire/{code}")
def territory_page(
    request: Request, db: Db, actor: CurrentActor, code: str, trimestre: str | None = None
) -> Response:
    """A département (099), an académie (A99) or the whole of France (FR)."""
    if territory_or_404(db, code).level is TerritoryLevel.CIRCONSCRIPTION:
        raise NotFound()
    return _page(request, db, actor, code, trimestre)


def _page(request: Request, db: Session, actor: Actor, code: str, trimestre: str | None) -> Response:
    picture = picture_of(db, actor, code, term_or_404(trimestre) if trimestre else None)
    charts = [
        chart
        for line in picture.lines
        for chart in (funnel_of_line(line, is_named=picture.is_live), series_of(line))
        if chart is not None
    ]
    return render(
        request,
        "aggregates/circonscription.html",
        seen=picture,
        term=picture.term,
        code=code_of(picture.territory),
        completeness=completeness(picture),
        told=[told_of(line, picture.term) for line in picture.lines],
        as_of=as_of(picture),
        flagged=flagged_of(picture),
        charts=charts,
        terms=_terms(picture),
        years=_years(picture),
        first=picture.lines[0].history[0].term,
    )


def _address(picture: Picture, term: Term) -> str:
    territory = picture.territory
    return f"{territory_url(territory.level, territory.code or '')}?trimestre={term}"


def _terms(picture: Picture) -> list[tuple[str, str, bool]]:
    begun = [term for term in picture.term.year.terms if term <= picture.now]
    return [(term.ordinal, _address(picture, term), term == picture.term) for term in begun]


def _years(picture: Picture) -> list[tuple[str, str]]:
    """The same term a year before, and a year after as far as it has begun."""
    term = picture.term
    around = [term.same_last_year]
    if term.year < picture.now.year:
        around.append(min(term.year.next.terms[term.number - 1], picture.now))
    return [(str(one.year), _address(picture, one)) for one in around]
