"""The year-end view: three terms side by side, to read, to print and to take to the projet d’école."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.db import Db
from app.domain.school_year import YEAR_PATTERN, SchoolYear
from app.reviews.minutes_pages import drawings_of
from app.reviews.year import year_report
from app.reviews.year_docx import year_docx
from app.schools.service import current_term, year_or_404
from app.web.files import attached
from app.web.paper import DOCX
from app.web.templating import render, see_other

router = APIRouter(prefix="/ecoles/{uai}/annee", default_response_class=HTMLResponse, include_in_schema=False)
YearPath = Annotated[
    str, Path(max_length=9, examples=["2026-2027"], json_schema_extra={"pattern": YEAR_PATTERN})
]


def year_url(uai: str, year: str) -> str:
    return f"/ecoles/{uai}/annee/{year}"


@router.get("")
def this_year_page(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return see_other(year_url(uai, current_term(db, school).year))


@router.get("/{year}.docx")
def download_year(db: Db, actor: CurrentActor, uai: Uai, year: YearPath) -> Response:
    return year_file(db, actor, uai, year)


@router.get("/{year}")
def year_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath) -> Response:
    report = year_report(db, actor, uai, year_or_404(year))
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return render(
        request,
        "reviews/year.html",
        school=school,
        nav_term=report.until,
        report=report,
        years=_years_around(uai, report.year, current_term(db, school).year),
        rows=[[found.line.title, *found.cells, found.line.sentence] for found in report.indicators],
        lines=[found.line for found in report.indicators],
        drawings=drawings_of(found.line for found in report.indicators),
    )


def year_file(db: Session, actor: Actor, uai: str, year: str) -> Response:
    report = year_report(db, actor, uai, year_or_404(year))
    return attached(year_docx(report), DOCX, report.filename)


def _years_around(uai: str, year: SchoolYear, now: SchoolYear) -> list[tuple[str, str, bool]]:
    found = [(f"← {year.previous}", year_url(uai, year.previous), False), (year, year_url(uai, year), True)]
    if year < now:
        found.append((f"{year.next} →", year_url(uai, year.next), False))
    return found
