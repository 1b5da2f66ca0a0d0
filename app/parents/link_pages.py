"""The one page behind a parents' link: `/parents/{token}`. No account, and nothing beside this page.

Whatever can be refused is refused by a dependency that stands before `Db`: a stranger never waits for the
school's turn, nor keeps anyone else waiting.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.responses import Response

from app.db import Db, InRoom
from app.domain.school_year import Term
from app.errors import Conflict, Invalid, NotFound
from app.parents import service
from app.parents.models import ParentLink, RemarkIn, RemarkTopic
from app.parents.shared_page import shared_page
from app.schools.models import School
from app.web.forms import Form, Posted, PostedForm
from app.web.templating import render, see_other


class Answered(Exception):
    """A refusal that is a page already, raised before the write begins."""

    def __init__(self, page: Response) -> None:
        self.page = page


class LinkRoute(APIRoute):
    """Sends what a dependency answered, and keeps every answer out of search engines."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                page = await handle(request)
            except Answered as refusal:
                page = refusal.page
            page.headers["X-Robots-Tag"] = "noindex, nofollow"
            return page

        return answer


router = APIRouter(
    prefix="/parents", default_response_class=HTMLResponse, include_in_schema=False, route_class=LinkRoute
)


def _over(request: Request) -> Response:
    """The same page for a link that is unknown, over or revoked."""
    return render(request, "parents/over.html", status=404)


def _page(
    request: Request,
    db: Session,
    link: ParentLink,
    school: School,
    form: Form[RemarkIn],
    status: int = 200,
) -> Response:
    return render(
        request,
        "parents/shared.html",
        status=status,
        page=shared_page(db, school, Term(link.term)),
        last_day=service.last_day(school, link),
        form=form,
        preview=None,
    )


def _form(posted: Posted | None = None) -> Form[RemarkIn]:
    return Form(RemarkIn, posted, start={"topic": RemarkTopic.OTHER}, widgets={"text": "textarea"})


@router.get("/{token}")
def link_page(request: Request, token: str, db: Db) -> Response:
    found = service.shared_by(db, token)
    return _page(request, db, *found, _form()) if found else _over(request)


@dataclass(frozen=True, slots=True)
class Written:
    """A remark that can be taken: plain values, since they outlive the transaction they were read in."""

    school_id: UUID
    link_id: UUID
    form: Form[RemarkIn]


def check_remark(request: Request, token: str, posted: PostedForm, _: InRoom) -> Written:
    """Read and judge before anything is written. Raises Answered, with what was typed still in its box."""
    form = _form(posted)
    with request.app.state.database.session(reading=True) as db:
        found = service.shared_by(db, token)
        if found is None:
            raise Answered(_over(request))
        link, school = found
        try:
            form.validated()
            service.refuse_too_many(db, link)
        except Invalid as refusal:
            form.show(refusal.errors)
        except Conflict as refusal:
            form.notice = refusal.detail
        else:
            request.state.caller_id = link.id
            return Written(school.id, link.id, form)
        raise Answered(_page(request, db, link, school, form, 409 if form.notice else 422))


@router.post("/{token}")
def submit_remark(
    request: Request, token: str, written: Annotated[Written, Depends(check_remark)], db: Db
) -> Response:
    """One more remark waits; the page says so, and asks the browser for a fresh copy of itself."""
    place, identity = (written.school_id, written.link_id), request.state.request_id
    try:
        if written.form.attempt(db, lambda data: service.leave_remark(db, *place, data, identity)):
            # Relative: the answer is kept for those who send twice, and the address is a secret.
            return see_other("?ok=remarque#remarques")
    except NotFound:
        return _over(request)
    found = service.shared_by(db, token)
    return _page(request, db, *found, written.form, 409) if found else _over(request)
