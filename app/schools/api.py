"""Catalogues, the directory, a school's year, its term dates and its indicators over JSON."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import AfterValidator
from sqlmodel import Session

from app import clock
from app.accounts.access import CurrentActor, IfMatch, Uai, current_year, school_for, version_in
from app.accounts.actor import Task
from app.accounts.reach_queries import visible_schools
from app.db import Db
from app.domain.indicators import Indicator
from app.domain.school_year import YEAR_PATTERN, SchoolYear, today_in, year_of
from app.errors import NotFound
from app.schools import queries, service
from app.schools.catalogue import FrameworkOut, IndicatorOut, TrackedOut, all_indicators, framework
from app.schools.models import (
    CalendarIn,
    CalendarOut,
    ProfileIn,
    ProfileOut,
    School,
    SchoolOut,
    SchoolYearProfile,
    TermDatesOut,
    TrackedIn,
    TrackedIndicator,
)
from app.schools.territories import territory_or_404
from app.web.paging import Limit, Page, page_of, tagged

catalogue = APIRouter(prefix="/api/v1", tags=["Référence"])
router = APIRouter(prefix="/api/v1/schools", tags=["Écoles"])

Year = Annotated[
    str,
    Path(description="Année scolaire", examples=["2026-2027"], json_schema_extra={"pattern": YEAR_PATTERN}),
    AfterValidator(lambda text: SchoolYear(text)),
]
Slug = Annotated[str, Path(max_length=60, description="Nom de l’indicateur", examples=["seats_filled"])]


async def written_over(
    if_match: Annotated[str | None, Header()] = None, if_none_match: Annotated[str | None, Header()] = None
) -> int:
    """The version in If-Match; 0, « nothing there yet », for `If-None-Match: *`. Raises VersionRequired.

    Of both, If-Match is the one that counts (RFC 9110 §13.2.2).
    """
    is_new = if_match is None and if_none_match is not None and if_none_match.strip() == "*"
    return 0 if is_new else version_in(if_match)


Over = Annotated[int, Depends(written_over)]


# --- catalogues ----------------------------------------------------------------------------------------


@catalogue.get("/indicators", response_model=Page[IndicatorOut])
def get_indicators(_: CurrentActor) -> object:
    """Le catalogue des indicateurs : les cinq de la fiche, puis ceux qu’une école peut ajouter."""
    return {"items": all_indicators(), "next": None}


@catalogue.get("/framework", response_model=FrameworkOut)
def get_framework(_: CurrentActor) -> FrameworkOut:
    """Enjeux, axes, leviers, actions proposées et listes fermées, avec leurs libellés."""
    return framework()


# --- the directory -------------------------------------------------------------------------------------


@router.get("", response_model=Page[SchoolOut])
def get_schools(
    db: Db,
    actor: CurrentActor,
    territory: Annotated[
        str, Query(max_length=12, description="Circonscription, département ou académie")
    ] = "",
    after: Annotated[str, Query(max_length=8)] = "",
    limit: Limit = 100,
) -> object:
    """Les écoles que vous voyez, par UAI. Un code de deux chiffres est un département ; académie : `A24`."""
    year = year_of(today_in("", clock.now()), "")
    inside = territory_or_404(db, territory) if territory else None
    visible = visible_schools(actor, Task.SEE_SCHOOL, year)
    rows = queries.schools_listed(db, visible, year, after=after, limit=limit + 1, inside=inside)
    return page_of(rows, limit, lambda school: school.uai)


@router.get("/{uai}", response_model=SchoolOut)
def get_school(db: Db, actor: CurrentActor, uai: Uai) -> object:
    """Une école, telle qu’elle est cette année."""
    school = school_for(db, actor, uai, Task.SEE_SCHOOL)
    found = queries.school_listed(db, school.id, current_year(school))
    if found is None:
        raise NotFound()
    return found


# --- a school's year -----------------------------------------------------------------------------------


@router.get("/{uai}/profiles/{year}", response_model=ProfileOut)
def get_profile(db: Db, actor: CurrentActor, uai: Uai, year: Year, response: Response) -> SchoolYearProfile:
    """Ce qu’est l’école cette année-là ; 404 tant que rien n’a été écrit pour cette année."""
    school = school_for(db, actor, uai, Task.SEE_SCHOOL, year=year)
    found = queries.profile_of(db, school.id, year)
    if found is None:
        raise NotFound()
    return tagged(response, found)


@router.put("/{uai}/profiles/{year}", response_model=ProfileOut)
def put_profile(
    db: Db, actor: CurrentActor, uai: Uai, year: Year, data: ProfileIn, version: Over, response: Response
) -> SchoolYearProfile:
    """Confirmer les chiffres de l’année : `If-Match`, ou `If-None-Match: *` s’il n’y en a pas encore."""
    return tagged(response, service.confirm_profile(db, actor, uai, SchoolYear(year), data, version))


@router.get("/{uai}/calendar/{year}", response_model=CalendarOut)
def get_calendar(db: Db, actor: CurrentActor, uai: Uai, year: Year, response: Response) -> CalendarOut:
    """Les trois trimestres : ceux de la zone, ou ceux que l’école a fixés (`is_own`)."""
    school = school_for(db, actor, uai, Task.SEE_SCHOOL, year=year)
    return tagged(response, _calendar(db, school, SchoolYear(year)))


@router.put("/{uai}/calendar/{year}", response_model=CalendarOut)
def put_calendar(
    db: Db, actor: CurrentActor, uai: Uai, year: Year, data: CalendarIn, version: Over, response: Response
) -> CalendarOut:
    """Fixer les dates de l’école ; 409 si un rendez-vous enregistré changeait de trimestre."""
    service.set_term_dates(db, actor, uai, SchoolYear(year), data, version)
    school = school_for(db, actor, uai, Task.SEE_SCHOOL, year=year)
    return tagged(response, _calendar(db, school, SchoolYear(year)))


def _calendar(db: Session, school: School, year: SchoolYear) -> CalendarOut:
    calendar, own = service.calendar_for(db, school, year), queries.own_calendar(db, school.id, year)
    dates = [(term, *calendar.dates(term)) for term in year.terms]
    return CalendarOut(
        year=year,
        terms=[TermDatesOut(term=term, first_day=first, last_day=last) for term, first, last in dates],
        to_confirm=calendar.to_confirm,
        is_own=own is not None,
        version=own.version if own else 0,
    )


# --- its indicators ------------------------------------------------------------------------------------


@router.get("/{uai}/indicators", response_model=Page[TrackedOut])
def get_tracked(db: Db, actor: CurrentActor, uai: Uai) -> object:
    """Ce que l’école suit ou a suivi : les cinq de la fiche, puis les siens."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    rows = {row.slug: row for row in queries.tracked_rows(db, school.id)}
    found = service.indicators_of(db, school).values()
    return {"items": [_tracked(indicator, rows.get(indicator.slug)) for indicator in found], "next": None}


@router.post("/{uai}/indicators", response_model=TrackedOut, status_code=201)
def post_own_indicator(
    db: Db, actor: CurrentActor, uai: Uai, data: TrackedIn, response: Response
) -> TrackedOut:
    """Ajouter un indicateur propre à l’école."""
    row = service.add_own_indicator(db, actor, uai, data)
    return tagged(response, _tracked(service.indicator_of(row), row))


@router.put("/{uai}/indicators/{slug}", response_model=TrackedOut)
def put_indicator(db: Db, actor: CurrentActor, uai: Uai, slug: Slug, response: Response) -> TrackedOut:
    """Suivre un indicateur du catalogue, ou reprendre un indicateur arrêté. Sans corps ; répétable."""
    row = service.follow_indicator(db, actor, uai, slug)
    return tagged(response, _tracked(service.indicator_of(row), row))


@router.delete("/{uai}/indicators/{slug}", response_model=TrackedOut)
def delete_indicator(
    db: Db, actor: CurrentActor, uai: Uai, slug: Slug, version: IfMatch, response: Response
) -> TrackedOut:
    """Ne plus suivre à partir de ce trimestre ; ce qui a été relevé avant reste."""
    row = service.stop_indicator(db, actor, uai, slug, version)
    return tagged(response, _tracked(service.indicator_of(row), row))


def _tracked(indicator: Indicator, row: TrackedIndicator | None) -> TrackedOut:
    return TrackedOut.of(
        indicator,
        is_own=indicator.is_own,
        is_followed=row is None or row.until_term is None,
        since_term=row.since_term if row else None,
        until_term=row.until_term if row else None,
        version=row.version if row else 0,
    )
