"""The conseil des maîtres in the browser: decide under the charts, close, reopen."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for, today_at
from app.accounts.actor import Actor, Task
from app.db import Db
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.reviews import queries, service
from app.reviews.charts import chart_of
from app.reviews.council import VERDICTS, Item, items_of, still_waiting
from app.reviews.kinds import ReviewState, TargetKind
from app.reviews.models import ClosingIn, DecisionIn, ReopeningIn, Review, ReviewIn, TargetRef, VerdictIn
from app.reviews.overview import overview
from app.reviews.pages import term_links
from app.schools.models import School
from app.schools.service import current_term, term_or_404
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/conseil", default_response_class=HTMLResponse, include_in_schema=False
)


def _term(term: str) -> Term:
    return term_or_404(term)


TermPath = Annotated[Term, Depends(_term)]


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
    form = Form(VerdictIn, posted, choices={"verdict": VERDICTS[kind]}, prefix=f"{target_id}-")
    target = TargetRef(kind=kind, id=target_id)
    if form.attempt(
        db, lambda said: service.decide(db, actor, uai, term, DecisionIn(target=target, **said.model_dump()))
    ):
        return see_other(council_url(uai, term, f"d-{target_id}"))
    return _page(request, db, actor, school, term, refused=form, target_id=target_id)


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
        return see_other(council_url(uai, term, "decisions"))
    return _page(request, db, actor, school, term, refused=form)


@router.post("/{term}/clore")
def submit_closing(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: TermPath, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(ClosingIn, posted, prefix="cloture-")
    if form.attempt(db, lambda said: service.close_review(db, actor, uai, term, said, form.expected_version)):
        return see_other(council_url(uai, term))
    return _page(request, db, actor, school, term, refused=form)


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


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    term: Term,
    *,
    refused: Form[Any] | None = None,
    target_id: UUID | None = None,
) -> Response:
    """To open, under way or closed. `refused` is the form to correct; `target_id` names its decision."""
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
        template = "reviews/council.html"
        context |= _under_way(db, school, review, refused, target_id)
    return render(request, template, status=422 if refused else 200, **context)


def _under_way(
    db: Session, school: School, review: Review, refused: Form[Any] | None, target_id: UUID | None
) -> dict[str, Any]:
    term = Term(review.term)
    seen = overview(db, school, term)
    decisions = queries.decisions_of_term(db, school.id, term, review.number)
    items = items_of(db, review, seen, decisions)
    for item in items:
        if item.id == target_id and refused:
            item.form = refused
    start = {"held_on": today_at(school), "chair_role": "head_teacher"}
    closing = Form(ClosingIn, start=start, version=review.version, prefix="cloture-")
    if refused and refused.model is ClosingIn:
        closing = refused
    return {
        "seen": seen,
        "charts": {view.indicator.slug: chart_of(view, seen) for view in seen.indicators},
        "items": items,
        "forms": [item.form for item in items],
        "groups": _groups(items),
        "additions": [decision for decision in decisions if decision.verdict is Verdict.ADD],
        "waiting": still_waiting(items),
        "closing": closing,
    }


def _groups(items: list[Item]) -> list[tuple[str, list[Item]]]:
    goals = [item for item in items if item.kind is TargetKind.GOAL]
    actions = [item for item in items if item.kind is TargetKind.ACTION]
    return [
        ("Les objectifs", goals),
        ("Les actions en cours", [item for item in actions if item.must or item.decision]),
        (
            "Les actions prévues, si vous voulez en décider",
            [i for i in actions if not (i.must or i.decision)],
        ),
    ]


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
