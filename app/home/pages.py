"""Where a person arrives: the start page, and the sheet of a school with what is due this term."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts import queries as accounts
from app.accounts import reach_queries
from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.accounts.pages import MOST_SCHOOLS, this_year
from app.db import Db
from app.domain.engagement import spread_sentence, starts_too_high
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, stake_label
from app.home.service import reminders_by_school, reminders_of
from app.reviews import queries as reviews
from app.reviews.assembled import assembled
from app.reviews.charts import spark_of
from app.reviews.overview import overview
from app.reviews.pages import term_links
from app.reviews.undecided import undecided_in
from app.schools.frame import Frame
from app.schools.models import School
from app.schools.queries import territory_name
from app.schools.service import term_or_404
from app.web.templating import render, see_other
from app.web.urls import sheet_url, territory_url

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

IN_THE_PLAN = (ActionState.PLANNED, ActionState.RUNNING)
SAVED = {
    "objectif": "L’objectif est enregistré.",
    "action": "L’action est enregistrée.",
    "rendez-vous": "Le rendez-vous est enregistré.",
    "supprime": "C’est supprimé.",
    "releve": "Le relevé est enregistré.",
}


@router.get("/")
def start_page(request: Request, db: Db, actor: CurrentActor) -> Response:
    """One school: its sheet. Several, or schools seen from outside: a choice."""
    schools, territories = accounts.duties_shown(db, actor.user_id) if actor.user_id else ((), ())
    if len(schools) == 1 and not territories and not actor.is_administrator:
        return see_other(sheet_url(schools[0].uai))
    seen = []
    if territories:
        visible = reach_queries.visible_schools(actor, Task.SEE_SCHOOL, this_year())
        seen = list(accounts.schools_with_heads(db, visible, limit=MOST_SCHOOLS + 1))
    return render(
        request,
        "accounts/accueil.html",
        schools=schools,
        reminders=reminders_by_school(db, actor),
        territories=territories,
        territory_url=territory_url,
        seen=seen[:MOST_SCHOOLS],
        has_more=len(seen) > MOST_SCHOOLS,
        may_invite=actor.is_administrator or bool(actor.territories_for(Task.INVITE)),
    )


def _about(db: Session, frame: Frame, term: Term) -> str:
    """« Valmont · élémentaire · REP · 9 classes, 196 élèves · circonscription du Val-des-Tilleuls »."""
    school, profile = frame.school, frame.profile_at(term.year)
    if profile is None:
        return school.commune
    size = [
        f"{number} {word}{'s' if number > 1 else ''}"
        for number, word in ((profile.classes, "classe"), (profile.pupils, "élève"))
        if number is not None
    ]
    territory = territory_name(db, profile.circonscription_id) if profile.circonscription_id else ""
    parts = [
        school.commune,
        profile.type.label,
        profile.sector.label if profile.sector.value == "private" else "",
        profile.priority.label if profile.priority.value != "none" else "",
        ", ".join(size),
        f"circonscription {territory}" if territory else "",
    ]
    return " · ".join(part for part in parts if part)


@router.get("/ecoles/{uai}")
def sheet_page(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    trimestre: Annotated[str | None, Query(max_length=12)] = None,
) -> Response:
    """The sheet itself: three columns and the band under them."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    frame = Frame(db, school)
    now = frame.now
    term = term_or_404(trimestre) if trimestre else now
    may = _may(actor, school)
    shown = assembled(request, frame, ("sheet", term, *may.values()), lambda: _sheet(db, actor, frame, term))
    return render(
        request,
        "reviews/sheet.html",
        school=school,
        nav_term=term,
        about=_about(db, frame, term),
        term=term,
        now=now,
        terms=term_links(now, term, f"/ecoles/{uai}?trimestre={{}}"),
        stake_label=stake_label,
        notice=SAVED.get(request.query_params.get("ok", "")),
        may=may,
        **shown,
    )


def _sheet(db: Session, actor: Actor, frame: Frame, term: Term) -> dict[str, Any]:
    """What the page says of the school, to everybody who may do as much there."""
    school, seen = frame.school, overview(db, frame, term)
    review = reviews.review_or_none(db, school.id, term)
    decisions = reviews.decisions_of_term(db, school.id, term, review.number) if review else []
    steps = [view.action.step for view in seen.actions if view.action.state in IN_THE_PLAN]
    return {
        "seen": seen,
        "sparks": {view.indicator.slug: spark_of(view, seen) for view in seen.indicators},
        "review": review,
        "decisions": decisions,
        "waiting": undecided_in(seen, decisions),
        "asked": spread_sentence(steps),
        "is_steep": starts_too_high(steps),
        "reminders": reminders_of(db, actor, frame, seen.figures.series) if term == frame.now else [],
    }


def _may(actor: Actor, school: School) -> dict[str, bool]:
    """Which « add » links to show; the verbs decide for themselves."""
    return {
        "steer": school.id in actor.schools_for(Task.STEER),
        "count": school.id in actor.schools_for(Task.COUNT),
    }
