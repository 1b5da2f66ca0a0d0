"""The dashboard: every figure of a term, its sentence and its chart."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.school_year import Term
from app.reviews import sheet_queries
from app.reviews.assembled import assembled
from app.reviews.charts import chart_of, effort_block, efforts_of, glances_of, plan_block
from app.reviews.dashboard_table import dashboard_table
from app.reviews.overview import overview
from app.schools.frame import Frame
from app.schools.service import current_term, term_or_404
from app.web.answers import table_answer
from app.web.formats import Format, Wanted
from app.web.templating import render, see_other

router = APIRouter(prefix="/ecoles/{uai}", default_response_class=HTMLResponse, include_in_schema=False)


def term_links(now: Term, chosen: Term, url: str) -> list[tuple[str, str, bool]]:
    """The three terms of the chosen year, and the way to the year before and, if it has begun, the next."""
    year = chosen.year
    links = [(f"← {year.previous}", url.format(year.previous.terms[2]), False)]
    for term in year.terms:
        label = f"{term.number}{'er' if term.number == 1 else 'e'} trimestre"
        links.append((f"{label} {year}" if term == chosen else label, url.format(term), term == chosen))
    if year < now.year:
        links.append((f"{year.next} →", url.format(year.next.terms[0]), False))
    return links


@router.get("/tableau-de-bord")
def current_dashboard(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return see_other(f"/ecoles/{uai}/tableau-de-bord/{current_term(db, school)}")


@router.get("/tableau-de-bord/{term}.csv", response_class=Response)
def dashboard_file(db: Db, actor: CurrentActor, uai: Uai, term: str) -> Response:
    """The figures under the charts, for a spreadsheet."""
    school, wanted = school_for(db, actor, uai, Task.SEE_WORK), term_or_404(term)
    efforts = efforts_of(sheet_queries.effort_by_term(db, school.id), wanted)
    table = dashboard_table(school, wanted, overview(db, Frame(db, school), wanted), efforts)
    return table_answer(table, Wanted(Format.CSV))


@router.get("/tableau-de-bord/{term}")
def dashboard_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str) -> Response:
    """All indicators at a glance, then one chart each: the sentence, the chart, the figures themselves."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    wanted, frame = term_or_404(term), Frame(db, school)
    shown = assembled(request, frame, ("dashboard", wanted), lambda: _dashboard(db, frame, wanted))
    here = f"/ecoles/{uai}/tableau-de-bord"
    return render(
        request,
        "reviews/dashboard.html",
        school=school,
        nav_term=wanted,
        term=wanted,
        terms=term_links(frame.now, wanted, f"{here}/{{}}"),
        csv=f"{here}/{wanted}.csv",
        **shown,
    )


def _dashboard(db: Session, frame: Frame, term: Term) -> dict[str, Any]:
    seen = overview(db, frame, term)
    efforts = efforts_of(sheet_queries.effort_by_term(db, frame.school.id), term)
    return {
        "seen": seen,
        "glances": glances_of(seen),
        "charts": {view.indicator.slug: chart_of(view, seen) for view in seen.indicators},
        "plan": plan_block(seen),
        "effort": effort_block(efforts, term),
    }
