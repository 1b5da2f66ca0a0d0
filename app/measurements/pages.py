"""The term's figures in the browser: all on one screen, a block each; one of them by grade."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.french import plural
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Source, Status
from app.errors import NotFound
from app.measurements import service
from app.measurements.entry import Block, Entry, entry_of, said_by, saved_at
from app.measurements.grades import live_grades
from app.measurements.models import Measurement, MeasurementIn
from app.schools.models import School
from app.schools.service import current_term, indicators_of, term_or_404
from app.web.forms import Form, Posted, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/saisie", default_response_class=HTMLResponse, include_in_schema=False
)

STATUSES = [
    (Status.VALUE.value, "Voici le nombre"),
    (Status.NOT_MEASURED.value, "Non mesuré"),
    (Status.NOT_APPLICABLE.value, "Sans objet"),
]
_HIDDEN = dict.fromkeys(("indicator", "term", "grade", "replaces"), "hidden")


def entry_url(uai: str, term: str, slug: str = "") -> str:
    return f"/ecoles/{uai}/saisie/{term}" + (f"/{slug}" if slug else "")


@dataclass(slots=True)
class Shown:
    """A block and its form. `theirs` is set when somebody else answered meanwhile."""

    block: Block
    form: Form[MeasurementIn] | None
    saved_at: str
    mine: str = ""
    theirs: str = ""


@router.get("")
def current_entry_page(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.COUNT)
    return see_other(entry_url(school.uai, current_term(db, school)))


@router.get("/{term}")
def entry_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str) -> Response:
    """A term that has not begun leads to the current one: there is nothing to type yet."""
    school, wanted = school_for(db, actor, uai, Task.COUNT), term_or_404(term)
    now = current_term(db, school)
    if wanted > now:
        return see_other(entry_url(school.uai, now))
    return _page(request, db, entry_of(db, school, wanted))


@router.post("/{term}")
def submit_answer(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str, posted: PostedForm
) -> Response:
    """One block: its answer is stored, or comes back as it was typed."""
    school, wanted = school_for(db, actor, uai, Task.COUNT), term_or_404(term)
    slug = posted.get("indicator")
    indicator = indicators_of(db, school, wanted).get(slug)
    if indicator is None:
        raise NotFound()
    typed = _settled(posted, live_grades(db, school.id, wanted, slug).get(Grade.ALL), wanted)
    form = _form(typed, slug)
    if form.attempt(
        db, lambda data: service.record_measurement(db, actor, uai, data, seen=form.expected_version)
    ):
        return see_other(f"{entry_url(school.uai, wanted)}?ok={slug}#{slug}")
    return _page(request, db, entry_of(db, school, wanted), form, slug)


# --- all the indicators of a term ----------------------------------------------------------------------


def _page(
    request: Request,
    db: Session,
    entry: Entry,
    refused: Form[MeasurementIn] | None = None,
    refused_slug: str = "",
) -> Response:
    """Every block with its form; the one that was refused comes back as it was typed."""
    shown = []
    for block in entry.blocks:
        form = refused if refused and block.indicator.slug == refused_slug else _form_of(block)
        one = Shown(block, form, saved_at(entry.school, block))
        if form is refused and refused is not None:
            _face_conflict(one, refused)
        _dress(block, form)
        shown.append(one)
    return render(
        request,
        "measurements/entry.html",
        status=200 if refused is None else (409 if any(one.theirs for one in shown) else 422),
        school=entry.school,
        nav_term=entry.term,
        term=entry.term,
        terms=_term_links(db, entry.school, entry.term),
        entry=entry,
        shown=shown,
        forms=[one.form for one in shown],
    )


def _form(
    posted: Posted | None, slug: str, start: Any = None, seen: int | None = None
) -> Form[MeasurementIn]:
    return Form(
        MeasurementIn,
        posted,
        start=start,
        choices={"status": STATUSES},
        widgets=_HIDDEN,
        version=seen,
        prefix=f"{slug}-",
    )


def _form_of(block: Block) -> Form[MeasurementIn]:
    """Prefilled with the live answer for the whole school; `replaces` names it."""
    start: dict[str, Any] = {"indicator": block.indicator.slug, "status": Status.VALUE.value}
    if block.whole is not None:
        start |= {
            "status": block.whole.status.value,
            "counted": block.whole.counted,
            "out_of": block.whole.out_of,
            "replaces": block.whole.id,
        }
    return _form(None, block.indicator.slug, start, block.seen)


def _dress(block: Block, form: Form[MeasurementIn] | None) -> None:
    """The boxes in the words of the indicator."""
    if form is None:
        return
    indicator, fields = block.indicator, form.fields
    fields["counted"].label, fields["out_of"].label = indicator.counted, indicator.out_of or ""
    if indicator.fed_by is Source.EVENT:
        fields["counted"].label = f"Autres {plural(2, *indicator.unit)}, en plus de vos rendez-vous"
        fields["counted"].hint = "Écrivez 0 s’il n’y en a pas d’autres."
    for name in ("status", "counted", "out_of"):
        fields[name].required = True
    for name in _HIDDEN:  # what no one can see cannot be corrected beside itself
        if fields[name].error:
            form.notice, fields[name].error = form.notice or fields[name].error, None


def _face_conflict(shown: Shown, form: Form[MeasurementIn]) -> None:
    """Somebody answered since the page was read: both answers are shown, sending again is a choice."""
    block = shown.block
    live = str(block.whole.id) if block.whole else ""
    if form.fields["replaces"].value == live and block.seen <= (form.expected_version or 0):
        return
    shown.theirs, shown.mine = said_by(block.typed), _typed(form)
    form.fields["replaces"].value, form.version = live, str(block.seen)


def _typed(form: Form[MeasurementIn]) -> str:
    """The answer as the person typed it."""
    status, counted, out_of = (form.fields[name].value for name in ("status", "counted", "out_of"))
    if status not in ("", Status.VALUE.value):
        return next((label for value, label in STATUSES if value == status), Status.WITHDRAWN.label).lower()
    return f"{counted} sur {out_of}" if out_of else counted


def _settled(posted: Posted, live: Measurement | None, term: Term) -> Posted:
    """What the person meant: a box left as it was shown does not contradict « non mesuré ».

    A number typed anew beside « non mesuré » stays, for the model to refuse: nobody guesses which one holds.
    """
    values: dict[str, list[str]] = dict(posted.values) | {"term": [term]}
    status = posted.get("status", Status.VALUE.value)
    if status != Status.VALUE.value:
        for name in ("counted", "out_of"):
            shown = getattr(live, name, None)
            is_as_shown = posted.get(name).strip() == ("" if shown is None else str(shown))
            if is_as_shown or status == Status.WITHDRAWN.value:
                values.pop(name, None)
    return Posted(values)


def _term_links(db: Session, school: School, term: Term) -> list[tuple[str, str, bool]]:
    """The terms of the year that have begun, and the ways to the year before and back."""
    now = current_term(db, school)
    links = [(f"← {term.year.previous}", entry_url(school.uai, term.year.previous.terms[2]), False)]
    for one in term.year.terms:
        if one <= now:
            label = one.label if one == term else one.label.removesuffix(f" {one.year}")
            links.append((label, entry_url(school.uai, one), one == term))
    if term.year < now.year:
        links.append((f"{term.year.next} →", entry_url(school.uai, term.year.next.terms[0]), False))
    return links
