"""The sheet, and the dashboard: the whole loop of one school on one page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.db import Db
from app.domain.engagement import spread_sentence, starts_too_high
from app.domain.school_year import Term
from app.domain.vocabulary import STAKES, ActionState
from app.reviews import queries
from app.reviews.charts import chart_of, effort_block, efforts_of, glances_of, plan_block, spark_of
from app.reviews.dashboard_table import dashboard_table
from app.reviews.overview import overview
from app.reviews.service import undecided
from app.schools.models import School
from app.schools.queries import profile_at, territory_by_id
from app.schools.service import current_term, term_or_404
from app.web.answers import table_answer
from app.web.formats import Format, Wanted
from app.web.templating import render, see_other

router = APIRouter(prefix="/ecoles/{uai}", default_response_class=HTMLResponse, include_in_schema=False)

IN_THE_PLAN = (ActionState.PLANNED, ActionState.RUNNING)
SAVED = {
    "objectif": "L’objectif est enregistré.",
    "action": "L’action est enregistrée.",
    "rendez-vous": "Le rendez-vous est enregistré.",
    "supprime": "C’est supprimé.",
    "releve": "Le relevé est enregistré.",
}


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


def _about(db: Session, school: School, term: Term) -> str:
    """« Valmont · élémentaire · REP · 9 classes, 196 élèves · circonscription du Val-des-Tilleuls »."""
    profile = profile_at(db, school.id, term.year)
    if profile is None:
        return school.commune
    size = [
        f"{number} {word}{'s' if number > 1 else ''}"
        for number, word in ((profile.classes, "classe"), (profile.pupils, "élève"))
        if number is not None
    ]
    territory = territory_by_id(db, profile.circonscription_id) if profile.circonscription_id else None
    parts = [
        school.commune,
        profile.type.label,
        profile.sector.label if profile.sector.value == "private" else "",
        profile.priority.label if profile.priority.value != "none" else "",
        ", ".join(size),
        f"circonscription {territory.name}" if territory else "",
    ]
    return " · ".join(part for part in parts if part)


@router.get("")
def sheet_page(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    trimestre: Annotated[str | None, Query(max_length=12)] = None,
) -> Response:
    """The sheet itself: three columns and the band under them."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    now = current_term(db, school)
    term = term_or_404(trimestre) if trimestre else now
    seen = overview(db, school, term)
    review = queries.review_or_none(db, school.id, term)
    decisions = queries.decisions_of_term(db, school.id, term, review.number) if review else []
    steps = [view.action.step for view in seen.actions if view.action.state in IN_THE_PLAN]
    return render(
        request,
        "reviews/sheet.html",
        school=school,
        nav_term=term,
        about=_about(db, school, term),
        term=term,
        now=now,
        terms=term_links(now, term, f"/ecoles/{uai}?trimestre={{}}"),
        seen=seen,
        sparks={view.indicator.slug: spark_of(view, seen) for view in seen.indicators},
        stakes=STAKES,
        review=review,
        decisions=decisions,
        waiting=undecided(db, school, decisions),
        asked=spread_sentence(steps),
        is_steep=starts_too_high(steps),
        notice=SAVED.get(request.query_params.get("ok", "")),
        may=_may(actor, school),
    )


def _may(actor: Actor, school: School) -> dict[str, bool]:
    """Which « add » links to show; the verbs decide for themselves."""
    return {
        "steer": school.id in actor.schools_for(Task.STEER),
        "count": school.id in actor.schools_for(Task.COUNT),
    }


@router.get("/tableau-de-bord")
def current_dashboard(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return see_other(f"/ecoles/{uai}/tableau-de-bord/{current_term(db, school)}")


@router.get("/tableau-de-bord/{term}.csv", response_class=Response)
def dashboard_file(db: Db, actor: CurrentActor, uai: Uai, term: str) -> Response:
    """The figures under the charts, for a spreadsheet."""
    school, wanted = school_for(db, actor, uai, Task.SEE_WORK), term_or_404(term)
    efforts = efforts_of(queries.effort_by_term(db, school.id), wanted)
    table = dashboard_table(school, wanted, overview(db, school, wanted), efforts)
    return table_answer(table, Wanted(Format.CSV))


@router.get("/tableau-de-bord/{term}")
def dashboard_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str) -> Response:
    """All indicators at a glance, then one chart each: the sentence, the chart, the figures themselves."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    wanted, now = term_or_404(term), current_term(db, school)
    seen = overview(db, school, wanted)
    here = f"/ecoles/{uai}/tableau-de-bord"
    return render(
        request,
        "reviews/dashboard.html",
        school=school,
        nav_term=wanted,
        term=wanted,
        terms=term_links(now, wanted, f"{here}/{{}}"),
        csv=f"{here}/{wanted}.csv",
        seen=seen,
        glances=glances_of(seen),
        charts={view.indicator.slug: chart_of(view, seen) for view in seen.indicators},
        plan=plan_block(seen),
        effort=effort_block(efforts_of(queries.effort_by_term(db, school.id), wanted), wanted),
    )
