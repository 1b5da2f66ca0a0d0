"""The conseil des maîtres in the browser: one step at a time, close, reopen.

The page holds every step, each with its own form, so that it works without JavaScript; meeting.js shows one
at a time on the projector, and keeps what is typed while the connection is away.
"""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.accounts.access import CurrentActor, Uai, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import version_of
from app.actions.effects import effects_of_school, own_attendance
from app.actions.feeding import VISITS
from app.db import Db
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.reviews import queries, service
from app.reviews.charts import ChartView, action_chart, chart_of
from app.reviews.council import NOTE_WIDGETS, VERDICTS, Item, followed_up, items_of, steps_of, still_waiting
from app.reviews.kinds import ReviewState, TargetKind
from app.reviews.meeting import add_note, start_meeting
from app.reviews.models import (
    AttendanceIn,
    ClosingIn,
    DecisionIn,
    NoteIn,
    ReopeningIn,
    Review,
    ReviewIn,
    TargetRef,
    VerdictIn,
)
from app.reviews.overview import Overview, overview
from app.reviews.pages import term_links
from app.schools.frame import Frame
from app.schools.models import School
from app.schools.service import current_term, term_or_404
from app.web.forms import Form, Nothing, Posted, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/conseil", default_response_class=HTMLResponse, include_in_schema=False
)


async def _term(term: str) -> Term:
    return term_or_404(term)


TermPath = Annotated[Term, Depends(_term)]
AFTER = ("next",)
LONGEST_MEETING = 240
"""Minutes after which the clock of a meeting is no longer shown."""


def council_url(uai: str, term: str, anchor: str = "") -> str:
    return f"/ecoles/{uai}/conseil/{term}{f'#{anchor}' if anchor else ''}"


@router.get("")
def current_council(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return see_other(council_url(uai, current_term(db, school)))


@router.get("/{term}")
def council_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath) -> Response:
    return _page(request, db, actor, school_for(db, actor, uai, Task.SEE_WORK), term)


@router.post("/{term}/ouvrir")
def submit_opening(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.open_review(db, actor, uai, ReviewIn(term=term))):
        return see_other(council_url(uai, term))
    return _page(request, db, actor, school, term, refused=form)


@router.get("/{term}/etat", response_class=JSONResponse)
def council_state(db: Db, actor: CurrentActor, uai: Uai, term: TermPath) -> Response:
    """A number that grows with every write of the school: the open page asks whether it has to look again."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return JSONResponse({"version": version_of(db, school.id)}, headers={"Cache-Control": "no-store"})


@router.post("/{term}/presences")
def submit_attendance(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(AttendanceIn, posted, prefix="debut-", beside=AFTER)
    if form.attempt(db, lambda said: start_meeting(db, actor, uai, term, said, form.expected_version)):
        return see_other(council_url(uai, term, _after(posted)))
    return _page(request, db, actor, school, term, refused=form, place="debut")


@router.post("/{term}/notes")
def submit_note(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    about = posted.get("about")
    form = Form(NoteIn, posted, widgets=NOTE_WIDGETS, prefix=f"n-{about}-", beside=AFTER)
    if form.attempt(db, lambda said: add_note(db, actor, uai, term, said)):
        return see_other(council_url(uai, term, _after(posted)))
    return _page(request, db, actor, school, term, refused=form, place=f"i-{about}")


@router.post("/{term}/decisions/{kind}/{target_id}")
def submit_decision(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermPath,
    kind: TargetKind,
    target_id: UUID,
    posted: PostedForm,
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(VerdictIn, posted, choices={"verdict": VERDICTS[kind]}, prefix=f"{target_id}-", beside=AFTER)
    target = TargetRef(kind=kind, id=target_id)

    def decide(said: VerdictIn) -> None:
        data = DecisionIn(target=target, **said.model_dump())
        service.decide(db, actor, uai, term, data, form.expected_version)

    if form.attempt(db, decide):
        return see_other(council_url(uai, term, _after(posted)))
    return _page(request, db, actor, school, term, refused=form, place=f"d-{target_id}")


@router.post("/{term}/retirer/{decision_id}")
def submit_withdrawal(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermPath,
    decision_id: UUID,
    posted: PostedForm,
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.withdraw_decision(db, actor, uai, term, decision_id)):
        return see_other(council_url(uai, term, "ajouter"))
    return _page(request, db, actor, school, term, refused=form)


@router.post("/{term}/clore")
def submit_closing(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(ClosingIn, posted, prefix="clore-")

    def close(said: ClosingIn) -> None:
        whole = said.model_copy(update={"notes": said.notes or ""})  # an emptied box is an answer here
        service.close_review(db, actor, uai, term, whole, form.expected_version)

    if form.attempt(db, close):
        return see_other(council_url(uai, term))
    return _page(request, db, actor, school, term, refused=form, place="clore")


@router.post("/{term}/rouvrir")
def submit_reopening(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(ReopeningIn, posted)
    if form.attempt(
        db, lambda said: service.reopen_review(db, actor, uai, term, said, form.expected_version)
    ):
        return see_other(council_url(uai, term))
    return _page(request, db, actor, school, term, refused=form)


# --- one page, three moments ---------------------------------------------------------------------------


def _after(posted: Posted) -> str:
    """The step that follows, as the form says it: an anchor and nothing else."""
    found = posted.get("next")
    return found if re.fullmatch(r"[a-z0-9_-]{1,80}", found) else ""


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    term: Term,
    *,
    refused: Form[Any] | None = None,
    place: str = "",
) -> Response:
    """To open, under way or closed. `refused` is the form to correct, `place` the step it belongs to."""
    now = current_term(db, school)
    review = queries.review_or_none(db, school.id, term)
    context: dict[str, Any] = {
        "school": school,
        "nav_term": term,
        "term": term,
        "may_steer": school.id in actor.schools_for(Task.STEER),
        "terms": term_links(now, term, f"/ecoles/{school.uai}/conseil/{{}}"),
        "review": review,
        "refused": refused,
    }
    if review is None:
        template, context["form"] = "reviews/to_open.html", refused or Form(Nothing)
        context["has_begun"] = term <= now
    elif review.state is ReviewState.CLOSED:
        template = "reviews/closed.html"
        context |= _closed(db, school, review, refused)
    else:
        template = "reviews/meeting.html"
        context |= _under_way(db, school, review, refused, place)
    status = (409 if refused.is_stale else 422) if refused else 200
    return render(request, template, status=status, **context)


def _under_way(
    db: Session, school: School, review: Review, refused: Form[Any] | None, place: str
) -> dict[str, Any]:
    term = Term(review.term)
    seen = overview(db, Frame(db, school), term)
    decisions = queries.decisions_of_term(db, school.id, term, review.number)
    last = queries.last_decisions_before(db, school.id, term)
    items = items_of(seen, decisions, last)
    steps, followed = steps_of(review, seen, items, today_at(school)), followed_up(last, seen)
    for step in steps:
        if refused and step.key == place and step.form:
            if refused.is_stale:  # both answers are shown; sending once more is then a choice
                refused.version = step.form.version
            step.form = refused
    return {
        "steps": steps,
        "forms": [step.form for step in steps],
        "charts": {view.indicator.slug: chart_of(view, seen) for view in seen.indicators},
        "effects": effects_of_school(db, school),
        "action_charts": _action_charts(db, school, seen, items),
        "followed": followed,
        "followed_term": Term(followed[0].decision.term).label if followed else "",
        "additions": [decision for decision in decisions if decision.verdict is Verdict.ADD],
        "waiting": still_waiting(items),
        "minutes": _minutes_since(review),
        "version": version_of(db, school.id),
    }


def _action_charts(db: Session, school: School, seen: Overview, items: list[Item]) -> dict[UUID, ChartView]:
    """The parents' visits with the part that each action's own meetings made."""
    visits = next((view for view in seen.indicators if view.indicator.slug == VISITS), None)
    own = own_attendance(db, school.id)
    return {
        item.id: action_chart(visits, seen, own[item.id], item.title)
        for item in items
        if visits and item.id in own
    }


def _minutes_since(review: Review) -> int | None:
    """Since the meeting began; None before, and once it is clearly another day's."""
    elapsed = (clock.now() - review.started_at).total_seconds() // 60 if review.started_at else None
    return int(elapsed) if elapsed is not None and elapsed < LONGEST_MEETING else None


def _closed(db: Session, school: School, review: Review, refused: Form[Any] | None) -> dict[str, Any]:
    decisions = queries.decisions_of_term(db, school.id, review.term)
    figures = queries.figures_of_term(db, school.id, review.term)
    versions = [
        (
            version,
            [item for item in decisions if item.number == version.number],
            [item for item in figures if item.number == version.number],
        )
        for version in reversed(queries.versions_of_term(db, school.id, review.term))
    ]
    return {"versions": versions, "form": refused or Form(ReopeningIn, version=review.version)}
