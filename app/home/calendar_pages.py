"""The calendar to subscribe to: made and closed under « Mon compte », read by whoever has the link."""

from hashlib import sha256

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.accounts.access import CurrentActor
from app.accounts.actor import Actor
from app.db import Db
from app.errors import NotFound
from app.home import queries, service
from app.web.answers import is_known
from app.web.forms import Form, Nothing, PostedForm
from app.web.templating import render, see_other

HERE = "/mon-compte/calendrier"
router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
public = APIRouter(prefix="/calendrier", include_in_schema=False)


@router.get(HERE)
def calendar_page(request: Request, db: Db, actor: CurrentActor) -> Response:
    return _page(request, db, actor, Form(Nothing))


@router.post(HERE)
def submit_link(request: Request, db: Db, actor: CurrentActor, posted: PostedForm) -> Response:
    form, made = Form(Nothing, posted), list[str]()
    if not form.attempt(db, lambda _: made.append(service.make_calendar_link(db, actor)[1])):
        return _page(request, db, actor, form, status=422)
    link = f"{request.app.state.settings.public_url}/calendrier/{made[0]}.ics"
    subscribing = f"webcal:{link.partition(':')[2]}"  # the scheme that agendas open by themselves
    return render(request, "home/calendar_link.html", status=201, link=link, subscribing=subscribing)


@router.post(f"{HERE}/revoquer")
def submit_revocation(request: Request, db: Db, actor: CurrentActor, posted: PostedForm) -> Response:
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: service.revoke_calendar_link(db, actor)):
        return see_other(f"{HERE}?ok=ferme")
    return _page(request, db, actor, form, status=409)


def _page(request: Request, db: Session, actor: Actor, form: Form[Nothing], status: int = 200) -> Response:
    if actor.user_id is None:
        raise NotFound()
    link = queries.open_link_of(db, actor.user_id, clock.now())
    return render(request, "home/calendar.html", status=status, link=link, form=form)


@public.get("/{token}.ics")
def calendar(request: Request, token: str, db: Db) -> Response:
    """No account: the secret of the address is the permission. It reads, and writes nothing."""
    address = request.app.state.settings.public_url
    text = service.calendar_of_link(db, token, request.state.request_id, address)
    headers = {"X-Robots-Tag": "noindex, nofollow"}
    if text is None:  # unknown, over or revoked: the same answer, for a program that shows no page
        return Response("Ce lien n’ouvre rien.\n", 404, headers, "text/plain")
    headers |= {"ETag": f'"{sha256(text.encode()).hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}
    if is_known(request, headers["ETag"]):
        return Response(None, 304, headers)
    headers["Content-Disposition"] = 'inline; filename="confiance.ics"'
    return Response(text, 200, headers, "text/calendar")
