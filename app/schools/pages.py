"""« Rentrée » and « Nos indicateurs » in the browser."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, current_year, school_for
from app.accounts.actor import Actor, Task
from app.db import Db
from app.domain.french import number
from app.domain.indicators import INDICATORS, OFFICIAL, PACKS
from app.domain.school_year import SchoolYear
from app.schools import queries, service
from app.schools.models import CalendarIn, ProfileIn, School, TrackedIn
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

router = APIRouter(prefix="/ecoles/{uai}", default_response_class=HTMLResponse, include_in_schema=False)

YearPath = Annotated[str, Path(max_length=9)]
SlugPath = Annotated[str, Path(max_length=60)]


def _steers(actor: Actor, school: School) -> bool:
    return school.id in actor.schools_for(Task.STEER)


# --- Rentrée -------------------------------------------------------------------------------------------


def year_url(uai: str, year: str) -> str:
    return f"/ecoles/{uai}/rentree/{year}"


@router.get("/rentree")
def this_year_page(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return see_other(year_url(uai, current_year(school)))


@router.get("/rentree/{year}")
def year_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return _year_page(request, db, actor, school, service.year_or_404(year))


@router.post("/rentree/{year}")
def submit_profile(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    wanted, form = service.year_or_404(year), Form(ProfileIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: service.confirm_profile(db, actor, uai, wanted, data, version)):
        return see_other(f"{year_url(uai, wanted)}?ok=chiffres")
    return _year_page(request, db, actor, school, wanted, profile_form=form, status=422)


@router.post("/rentree/{year}/calendrier")
def submit_calendar(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    wanted, form = service.year_or_404(year), Form(CalendarIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: service.set_term_dates(db, actor, uai, wanted, data, version)):
        return see_other(f"{year_url(uai, wanted)}?ok=dates#dates")
    return _year_page(request, db, actor, school, wanted, calendar_form=form, status=422)


def _year_page(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    year: SchoolYear,
    *,
    profile_form: Form[ProfileIn] | None = None,
    calendar_form: Form[CalendarIn] | None = None,
    status: int = 200,
) -> Response:
    """Both forms stand on one page; the one that was refused comes back as it was typed."""
    profile = queries.profile_at(db, school.id, year)
    written = profile if profile and profile.year == year else None
    before = queries.profile_at(db, school.id, year.previous)
    calendar, own = service.calendar_for(db, school, year), queries.own_calendar(db, school.id, year)
    where = profile.circonscription_id if profile else None
    profile_form = profile_form or Form(ProfileIn, start=profile)
    calendar_form = calendar_form or Form(CalendarIn, start=calendar)
    _tell_last_year(profile_form, before)
    for form, row in ((profile_form, written), (calendar_form, own)):
        if form.posted is None or form.is_stale:
            # After a conflict the page shows what is recorded: sending again then replaces it knowingly.
            form.version = str(row.version if row else 0)
    return render(
        request,
        "schools/rentree.html",
        status=status,
        school=school,
        year=year,
        years=_years_around(school, year),
        may_write=_steers(actor, school) and service.may_set_up(school, year),
        profile=profile,
        is_confirmed=written is not None and written.is_confirmed,
        place=queries.territory_by_id(db, where) if where else None,
        figures_from=_figures_from(profile, year),
        profile_form=profile_form,
        calendar_form=calendar_form,
        calendar=calendar,
        is_own_calendar=own is not None,
        followed=list(service.indicators_of(db, school, year.terms[2]).values()),
    )


def _tell_last_year(form: Form[ProfileIn], before: Any) -> None:
    """Last year's number is a better example than an invented one."""
    for name in ("pupils", "classes", "families"):
        if (value := getattr(before, name, None)) is not None:
            form.fields[name].hint = f"L’an dernier\u202f: {number(value)}."


def _years_around(school: School, year: SchoolYear) -> list[tuple[str, str, bool]]:
    current = current_year(school)
    shown = sorted({current.previous, current, current.next, year})
    return [(item, year_url(school.uai, item), item == year) for item in shown]


def _figures_from(profile: Any, year: SchoolYear) -> str | None:
    """The earlier year that unconfirmed figures are about."""
    if profile is None or (profile.pupils is None and profile.classes is None):
        return None
    known: str = profile.figures_year or profile.year
    return known if known != year else None


# --- Nos indicateurs -----------------------------------------------------------------------------------


def indicators_url(uai: str) -> str:
    return f"/ecoles/{uai}/indicateurs"


@router.get("/indicateurs")
def indicators_page(request: Request, db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return _indicators_page(request, db, actor, school)


@router.post("/indicateurs")
def submit_own_indicator(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(TrackedIn, posted)
    if form.attempt(db, lambda data: service.add_own_indicator(db, actor, uai, data)):
        return see_other(f"{indicators_url(uai)}?ok=ajoute#propres")
    return _indicators_page(request, db, actor, school, form, status=422)


@router.post("/indicateurs/{slug}/suivre")
def submit_follow(db: Db, actor: CurrentActor, uai: Uai, slug: SlugPath) -> Response:
    service.follow_indicator(db, actor, uai, slug)
    return see_other(f"{indicators_url(uai)}?ok=suivi#{slug}")


@router.post("/indicateurs/{slug}/arreter")
def submit_stop(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, slug: SlugPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.stop_indicator(db, actor, uai, slug, form.expected_version)):
        return see_other(f"{indicators_url(uai)}?ok=arrete#{slug}")
    return _indicators_page(request, db, actor, school, notice=form.notice, status=409)


def _indicators_page(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    form: Form[TrackedIn] | None = None,
    *,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    rows = {row.slug: row for row in queries.tracked_rows(db, school.id)}
    return render(
        request,
        "schools/indicateurs.html",
        status=status,
        school=school,
        may_write=_steers(actor, school),
        official=[INDICATORS[slug] for slug in OFFICIAL],
        packs=[(pack.label, [INDICATORS[slug] for slug in pack.slugs]) for pack in PACKS.values()],
        own=[service.indicator_of(row) for row in rows.values() if row.is_own],
        rows=rows,
        form=form or Form(TrackedIn, start={"unit_one": "famille", "unit_many": "familles"}),
        notice=notice,
    )
