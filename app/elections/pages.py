"""The election in the browser: one form a year, then what follows from it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, current_year, school_for
from app.accounts.actor import Actor, Task
from app.accounts.reach_queries import is_visible
from app.db import Db
from app.domain.ballot_text import MOST_CHARACTERS
from app.domain.french import NARROW, counted, number
from app.domain.indicators import INDICATORS
from app.domain.rates import NOT_APPLICABLE, Figure
from app.domain.readings import counts_sentence
from app.domain.school_year import SchoolYear
from app.elections import queries, service
from app.elections.models import BallotReadingOut, BallotTextIn, ElectionIn, ElectionOut
from app.elections.reading import read_result
from app.schools.models import School
from app.schools.pages import YearPath
from app.schools.queries import profile_at
from app.schools.service import year_or_404
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/election", default_response_class=HTMLResponse, include_in_schema=False
)

SAVED = {"election": "Le résultat est enregistré.", "supprime": "Le résultat est retiré."}


def election_url(uai: str, year: str) -> str:
    return f"/ecoles/{uai}/election/{year}"


@router.get("")
def this_year_page(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_ELECTIONS)
    return see_other(election_url(school.uai, current_year(school)))


@router.get("/{year}")
def election_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath) -> Response:
    wanted = year_or_404(year)
    school = school_for(db, actor, uai, Task.SEE_ELECTIONS, year=wanted)
    return _page(request, db, actor, school, wanted)


@router.post("/{year}")
def submit_election(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath, posted: PostedForm
) -> Response:
    wanted = year_or_404(year)
    school = school_for(db, actor, uai, Task.RUN_ELECTION, year=wanted)
    form = Form(ElectionIn, posted, beside=("text",))
    version = form.expected_version
    if form.attempt(db, lambda data: service.record_election(db, actor, uai, wanted, data, version)):
        return see_other(f"{election_url(school.uai, wanted)}?ok=election")
    pasted = posted.get("text")[:MOST_CHARACTERS]
    read = read_result(db, actor, uai, wanted, BallotTextIn(text=pasted)) if pasted else None
    status = 409 if form.is_stale else 422
    return _page(request, db, actor, school, wanted, form, status=status, read=read, pasted=pasted)


@router.get("/{year}/proces-verbal")
def paste_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath) -> Response:
    wanted = year_or_404(year)
    school = school_for(db, actor, uai, Task.RUN_ELECTION, year=wanted)
    service.refuse_private(db, school, wanted)
    return _paste_page(request, school, wanted, Form(BallotTextIn))


@router.post("/{year}/proces-verbal")
def submit_pasted_text(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath, posted: PostedForm
) -> Response:
    """The election form, filled with what the text says: nothing is stored before it is sent."""
    wanted = year_or_404(year)
    school = school_for(db, actor, uai, Task.RUN_ELECTION, year=wanted)
    form, found = Form(BallotTextIn, posted), list[BallotReadingOut]()
    if not form.attempt(db, lambda data: found.append(read_result(db, actor, uai, wanted, data))):
        return _paste_page(request, school, wanted, form, status=422)
    row = queries.election_or_none(db, school.id, wanted)
    stored = service.seen_election(db, actor, school, row) if row else None
    filled = _form(stored, service.proposed_seats(db, school, wanted), found[0])
    return _page(request, db, actor, school, wanted, filled, read=found[0], pasted=posted.get("text"))


def _paste_page(
    request: Request, school: School, year: SchoolYear, form: Form[BallotTextIn], status: int = 200
) -> Response:
    form.fields["text"].rows = 14
    return render(request, "elections/paste.html", status=status, school=school, year=year, form=form)


@router.get("/{year}/supprimer")
def delete_election_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath) -> Response:
    wanted = year_or_404(year)
    school = school_for(db, actor, uai, Task.RUN_ELECTION, year=wanted)
    row = queries.election_or_404(db, school.id, wanted)
    form = Form(Nothing, version=row.version)
    return render(request, "elections/delete.html", school=school, year=wanted, election=row, form=form)


@router.post("/{year}/supprimer")
def submit_election_deletion(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, year: YearPath, posted: PostedForm
) -> Response:
    wanted = year_or_404(year)
    school = school_for(db, actor, uai, Task.RUN_ELECTION, year=wanted)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.delete_election(db, actor, uai, wanted, form.expected_version)):
        return see_other(f"{election_url(school.uai, wanted)}?ok=supprime")
    row = queries.election_or_404(db, school.id, wanted)
    return render(
        request, "elections/delete.html", status=409, school=school, year=wanted, election=row, form=form
    )


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    year: SchoolYear,
    form: Form[ElectionIn] | None = None,
    status: int = 200,
    read: BallotReadingOut | None = None,
    pasted: str = "",
) -> Response:
    """The stored result, then the form for who may write; an inspector reads the result only."""
    row = queries.election_or_none(db, school.id, year)
    seen = service.seen_election(db, actor, school, row) if row else None
    is_concerned = service.is_concerned(profile_at(db, school.id, year))
    may_write = is_concerned and school.id in actor.schools_for(Task.RUN_ELECTION)
    if form is None and may_write:
        form = _form(seen, service.proposed_seats(db, school, year))
    elif form is not None and form.is_stale:
        form.version = str(seen.version if seen else 0)  # both are shown now: sending again is a choice
    if form is not None:
        _say_what_is_asked(form)
    works_here = school.id in actor.schools_for(Task.SEE_WORK)
    return render(
        request,
        "elections/election.html",
        status=status,
        school=school,
        nav_school=school if works_here else None,
        works_here=works_here,
        year=year,
        years=_years_around(db, actor, school, year),
        seen=seen,
        results=_results(seen) if seen else [],
        form=form if may_write else None,
        read=read,
        pasted=pasted,
        notice=SAVED.get(request.query_params.get("ok", "")),
        not_concerned=None if is_concerned else service.NOT_CONCERNED,
    )


def _form(
    seen: ElectionOut | None, seats: int | None, read: BallotReadingOut | None = None
) -> Form[ElectionIn]:
    """What is stored, or nothing yet; then what a pasted text says, which never empties a box."""
    start = {"seats": seats} if seen is None else _stored(seen)
    if read is not None:
        start |= {name: value for name, value in read.proposed.model_dump().items() if value or value == 0}
    return Form(
        ElectionIn,
        start=start,
        version=seen.version if seen else 0,
        blank_rows=1 if start.get("lists") else 2,
    )


def _stored(seen: ElectionOut) -> dict[str, Any]:
    """Seats that were only computed are left empty again: they follow when a number is corrected."""
    start: dict[str, Any] = seen.model_dump()
    if seen.seats_filled == sum(one.seats for one in seen.lists) and seen.lists:
        start["seats_filled"] = None
    if seen.no_ballot or seen.held_with:
        start["voters"] = start["blank_null"] = None
    if seen.held_with:
        start["seats"] = start["seats_filled"] = None
    for one in start["lists"]:
        if one["seats"] == one["computed_seats"]:
            one["seats"] = None
    return start


def _say_what_is_asked(form: Form[ElectionIn]) -> None:
    """The model lets these be absent, for the rare ballot without votes; nearly everyone answers them."""
    asked = ["registered", "voters", "blank_null", "seats"]
    asked += [f"lists-{n}-{name}" for n in form.rows["lists"] for name in ("name", "category", "votes")]
    for name in asked:
        form.fields[name].required = True


def _results(seen: ElectionOut) -> list[str]:
    """What the sheet will say: turnout, valid votes, seats, each with its counts."""
    if seen.held_with:
        told = f"Scrutin tenu avec l’école {seen.held_with}\u202f: les chiffres sont notés dans cette école."
        return [told, "Ici, la participation est sans objet."]
    term = SchoolYear(seen.year).terms[0]
    filled = counts_sentence(
        INDICATORS[service.SEATS_FILLED], Figure.of(seen.seats_filled, seen.seats), term=term
    )
    if seen.lots_drawn:
        drawn = seen.seats_filled - sum(one.seats for one in seen.lists)
        filled += f" Dont {number(drawn)} par tirage au sort."
    if seen.no_ballot:
        return ["Aucune liste\u202f: le scrutin n’a pas eu lieu. La participation est sans objet.", filled]
    voted = Figure.of(seen.voters, seen.registered) if seen.registered else NOT_APPLICABLE
    blank = counted(seen.blank_null, ("bulletin blanc ou nul", "bulletins blancs ou nuls"))
    return [
        f"Participation{NARROW}: {counts_sentence(INDICATORS[service.TURNOUT], voted, term=term)}",
        f"{counted(seen.valid, ('suffrage exprimé', 'suffrages exprimés'))}, {blank}.",
        f"Sièges pourvus{NARROW}: {filled}",
    ]


def _years_around(db: Session, actor: Actor, school: School, year: SchoolYear) -> list[tuple[str, str, bool]]:
    """The years this person may open: those of a school that moved are shared by two inspectors."""
    around = sorted({year.previous, year, current_year(school)})
    shown = [item for item in around if is_visible(db, actor, school.id, Task.SEE_ELECTIONS, item)]
    return [(item, election_url(school.uai, item), item == year) for item in shown]
