"""One indicator of a term by grade: a row of boxes each, and their sum once stored."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Status
from app.errors import NotFound
from app.measurements.chains import says
from app.measurements.checks import grades_of
from app.measurements.entry import Block, entry_of, said, saved_at
from app.measurements.grades import record_grades
from app.measurements.models import GradesIn, Measurement
from app.measurements.pages import entry_url
from app.schools.models import School
from app.schools.pages import SlugPath
from app.schools.service import current_term, term_or_404
from app.web.forms import Form, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/saisie/{term}/{slug}", default_response_class=HTMLResponse, include_in_schema=False
)

_HIDDEN = {"rows-grade": "hidden", "rows-replaces": "hidden"}


@router.get("")
def grades_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str, slug: SlugPath
) -> Response:
    school, wanted = school_for(db, actor, uai, Task.COUNT), term_or_404(term)
    block = _block(db, school, wanted, slug)
    if not block.may_be_by_grade or block.kind != "typed" or wanted > current_term(db, school):
        return see_other(f"{entry_url(school.uai, wanted)}#{slug}")
    return _grades_page(request, db, school, block)


@router.post("")
def submit_grades(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str, slug: SlugPath, posted: PostedForm
) -> Response:
    school, wanted = school_for(db, actor, uai, Task.COUNT), term_or_404(term)
    form = Form(GradesIn, posted, widgets=_HIDDEN)
    seen = form.expected_version
    if form.attempt(db, lambda data: record_grades(db, actor, uai, slug, wanted, data, seen=seen)):
        return see_other(f"{entry_url(school.uai, wanted, slug)}?ok=niveaux")
    return _grades_page(request, db, school, _block(db, school, wanted, slug), form)


def _block(db: Session, school: School, term: Term, slug: str) -> Block:
    found = next((one for one in entry_of(db, school, term).blocks if one.indicator.slug == slug), None)
    if found is None:
        raise NotFound()
    return found


def _grades_page(
    request: Request, db: Session, school: School, block: Block, refused: Form[GradesIn] | None = None
) -> Response:
    form = refused or _grades_form(grades_of(db, school, block.term.year), block)
    is_conflict = refused is not None and _face_grades(refused, block)
    for number in form.rows["rows"]:
        _dress_row(form, number, block)
    status = 200 if refused is None else (409 if is_conflict else 422)
    return render(
        request,
        "measurements/grades.html",
        status=status,
        school=school,
        nav_term=block.term,
        term=block.term,
        block=block,
        form=form,
        is_conflict=is_conflict,
        saved_at=saved_at(school, block),
        other_answers=_without_number(block.typed),
    )


def _grades_form(grades: list[Grade], block: Block) -> Form[GradesIn]:
    rows = []
    for grade in grades:
        live = block.typed.get(grade)
        rows.append(
            {
                "grade": grade.value,
                "counted": live.counted if live else None,
                "out_of": live.out_of if live else None,
                "replaces": live.id if live else None,
            }
        )
    return Form(
        GradesIn,
        start={"rows": rows},
        widgets=_HIDDEN,
        blank_rows=0,
        version=block.seen,
    )


def _dress_row(form: Form[GradesIn], number: int, block: Block) -> None:
    """The grade is the label of its first box, and told with the second: « CE1, sur »."""
    at = f"rows-{number}-"
    typed = form.fields[f"{at}grade"].value
    label = next((grade.label for grade in Grade if grade.value == typed), typed)
    counted, out_of = form.fields[f"{at}counted"], form.fields[f"{at}out_of"]
    counted.label, out_of.label = label[:1].upper() + label[1:], "Sur"
    out_of.row = counted.label
    counted.required = out_of.required = True
    for name in ("grade", "replaces"):
        hidden = form.fields[f"{at}{name}"]
        if hidden.error:
            counted.error, hidden.error = counted.error or hidden.error, None


def _face_grades(form: Form[GradesIn], block: Block) -> bool:
    """Put what somebody else stored beside each row that differs; whether there was one."""
    found = False
    for number in form.rows["rows"]:
        at = f"rows-{number}-"
        grade, replaces = form.fields[f"{at}grade"].value, form.fields[f"{at}replaces"]
        live = next((row for key, row in block.typed.items() if key.value == grade), None)
        if replaces.value != (str(live.id) if live else ""):
            theirs = said(says(live))
            told = f"Enregistré entre-temps\u202f: {theirs}. Recopiez-le, ou gardez votre nombre."
            form.fields[f"{at}counted"].error = told
            replaces.value = str(live.id) if live else ""
            found = True
    if block.whole is not None and block.whole.version > (form.expected_version or 0):
        found = True
    form.version = str(block.seen)
    return found


def _without_number(typed: Mapping[Grade, Measurement]) -> list[str]:
    """Grades of which something else than a number is known: a row of boxes cannot show it."""
    return [
        f"{grade.label}\u202f: {row.status.label}"
        for grade, row in typed.items()
        if grade is not Grade.ALL and row.status is not Status.VALUE
    ]
