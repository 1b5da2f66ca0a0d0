"""« Partager avec les parents élus », the school's side: links, their preview, the remarks to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.school_year import Term
from app.measurements.models import SharedAnalysis, SharedAnalysisIn
from app.measurements.session_pages import session_form_page
from app.measurements.session_queries import analyses_of_school, analysis_or_404
from app.parents import queries, service
from app.parents.models import ParentLink, ParentLinkIn, ParentRemark, RemarkReviewIn, RemarkState
from app.parents.service import Shared
from app.parents.shared_page import shared_page
from app.schools.models import School
from app.schools.service import current_term, term_or_404
from app.web.forms import Form, Nothing, Posted, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/parents", default_response_class=HTMLResponse, include_in_schema=False
)

SAVED = {
    "ferme": "Le lien est fermé\u202f: il n’ouvre plus rien.",
    "gardee": "La remarque est gardée.",
    "ecartee": "La remarque est écartée.",
}


def parents_url(uai: str) -> str:
    return f"/ecoles/{uai}/parents"


def _offered_terms(now: Term) -> list[Term]:
    """This year's terms that have begun and those of the year before, the latest first."""
    begun = [term for term in (*now.year.previous.terms, *now.year.terms) if term <= now]
    return begun[::-1]


def _link_form(db: Session, school: School, posted: Posted | None = None) -> Form[ParentLinkIn]:
    now = current_term(db, school)
    choices = [(term, term.label) for term in _offered_terms(now)]
    return Form(
        ParentLinkIn,
        posted,
        start={"term": now, "days": 21},
        choices={"term": choices},
        widgets={"term": "select"},
    )


@dataclass(frozen=True, slots=True)
class LinkView:
    link: ParentLink
    term: Term
    last_day: object
    is_open: bool


@dataclass(frozen=True, slots=True)
class KeptOfTerm:
    """The remarks kept for one term, and where they may go."""

    term: Term
    remarks: Sequence[ParentRemark]
    to_take: Sequence[ParentRemark]
    sessions: Sequence[SharedAnalysis]


def _kept_by_term(
    kept: Sequence[ParentRemark], terms: dict[UUID, Term], sessions: Sequence[SharedAnalysis]
) -> list[KeptOfTerm]:
    texts = [session.remarks for session in sessions]
    found = []
    for term in sorted({terms[remark.link_id] for remark in kept}, reverse=True):
        remarks = [remark for remark in kept if terms[remark.link_id] == term]
        later = [session for session in sessions if session.term >= term]
        found.append(KeptOfTerm(term, remarks, service.not_yet_in(texts, remarks), later))
    return found


@router.get("")
def parents_page(request: Request, db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    return _parents_page(request, db, school, _link_form(db, school))


def _parents_page(
    request: Request,
    db: Session,
    school: School,
    form: Form[ParentLinkIn],
    *,
    refused: str | None = None,
    status: int = 200,
) -> Response:
    links, remarks = queries.links_of_school(db, school.id), queries.remarks_of_school(db, school.id)
    terms = {link.id: Term(link.term) for link in links}
    now = clock.now()
    by_state = {state: [one for one in remarks if one.state is state] for state in RemarkState}
    return render(
        request,
        "parents/parents.html",
        status=status,
        school=school,
        form=form,
        refused=refused,
        notice=SAVED.get(request.query_params.get("ok", "")),
        term=current_term(db, school),
        links=[
            LinkView(link, terms[link.id], service.last_day(school, link), link.is_open(now))
            for link in reversed(links)
        ],
        terms=terms,
        waiting=by_state[RemarkState.WAITING],
        set_aside=by_state[RemarkState.SET_ASIDE],
        kept=_kept_by_term(by_state[RemarkState.KEPT], terms, analyses_of_school(db, school.id)),
    )


@router.post("")
def submit_link(request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form, made = _link_form(db, school, posted), list[Shared]()
    if not form.attempt(db, lambda data: made.append(service.share_with_parents(db, actor, uai, data))):
        return _parents_page(request, db, school, form, status=422)
    # The one page that shows the link: an answer, never an address that could be opened again.
    return render(
        request,
        "parents/link.html",
        status=201,
        school=school,
        link=request.app.state.settings.public_url + made[0].path,
        term=Term(made[0].link.term),
        last_day=service.last_day(school, made[0].link),
    )


@router.get("/apercu/{term}")
def preview_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str) -> Response:
    """The page as the elected parents read it, without the box for remarks."""
    school = school_for(db, actor, uai, Task.STEER)
    page = shared_page(db, school, term_or_404(term))
    return render(
        request, "parents/shared.html", page=page, last_day=None, form=None, preview=parents_url(uai)
    )


# --- closing a link ------------------------------------------------------------------------------------


@router.get("/liens/{link_id}/fermer")
def revocation_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, link_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    link = queries.link_or_404(db, school.id, link_id)
    return _revocation_page(request, school, link, Form(Nothing, version=link.version))


@router.post("/liens/{link_id}/fermer")
def submit_revocation(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, link_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(Nothing, posted)
    version = form.expected_version
    if form.attempt(db, lambda _: service.revoke_parent_link(db, actor, uai, link_id, version)):
        return see_other(f"{parents_url(uai)}?ok=ferme")
    return _revocation_page(request, school, queries.link_or_404(db, school.id, link_id), form, status=409)


def _revocation_page(
    request: Request, school: School, link: ParentLink, form: Form[Nothing], status: int = 200
) -> Response:
    return render(
        request,
        "parents/revoke.html",
        status=status,
        school=school,
        link=link,
        term=Term(link.term),
        last_day=service.last_day(school, link),
        form=form,
    )


# --- remarks -------------------------------------------------------------------------------------------


@router.post("/remarques/{remark_id}")
def submit_review(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, remark_id: UUID, posted: PostedForm
) -> Response:
    """One button keeps the remark, the other sets it aside."""
    school = school_for(db, actor, uai, Task.STEER)
    form = Form(RemarkReviewIn, posted)
    version = form.expected_version
    if form.attempt(db, lambda data: service.REVIEWS[data.state](db, actor, uai, remark_id, version)):
        answer = "gardee" if posted.get("state") == RemarkState.KEPT else "ecartee"
        return see_other(f"{parents_url(uai)}?ok={answer}#remarques")
    refused = form.errors[0][1]
    return _parents_page(request, db, school, _link_form(db, school), refused=refused, status=409)


@router.get("/seance/{term}")
def new_session_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str) -> Response:
    """The form of a new session, with the kept remarks that no session has yet."""
    school = school_for(db, actor, uai, Task.STEER)
    about = term_or_404(term)
    texts = [session.remarks for session in analyses_of_school(db, school.id)]
    remarks = service.not_yet_in(texts, queries.kept_of_term(db, school.id, about))
    form = Form(SharedAnalysisIn, start={"remarks": service.taken_over("", remarks)})
    return session_form_page(request, actor, school, about, form, None)


@router.get("/seance/{term}/{analysis_id}")
def session_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str, analysis_id: UUID
) -> Response:
    """The form of a session that was noted, with the kept remarks it does not have yet."""
    school = school_for(db, actor, uai, Task.STEER)
    row = analysis_or_404(db, school.id, analysis_id)
    kept = queries.kept_of_term(db, school.id, term_or_404(term))
    start = row.model_dump() | {"remarks": service.taken_over(row.remarks, kept)}
    form = Form(SharedAnalysisIn, start=start, version=row.version)
    return session_form_page(request, actor, school, row.term, form, row)
