"""Signing in with an identity provider: leaving for it, and coming back. Without one set, all 404.

The browser leaves by an address of ours and comes back to one: `state` and `nonce` wait in a cookie of ten
minutes. What is asked of the provider is asked before any place in the room, and on the event loop.
"""

import hmac
import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.accounts import factor_queries, identities, queries, secrets
from app.accounts.access import CurrentActor, RecentActor, Visitor
from app.accounts.actor import Actor
from app.accounts.models import SessionProof
from app.accounts.provider import Journey, Person, Provider, ProviderFailed, read_journey
from app.accounts.sign_in_pages import enter
from app.db import Db, WritingDb
from app.errors import Conflict, NotFound
from app.web.forms import Form, Nothing, PostedForm
from app.web.openapi import SHOWN_ONCE
from app.web.templating import render, see_other
from app.web.urls import safe_next, with_next

public = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
private = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
log = logging.getLogger("confiance.error")

BACK = "/connexion/fournisseur/retour"
UNLINK = "/mon-compte/fournisseur/delier"
MINUTES = 10


def provider_of(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound()
    return provider


TheProvider = Annotated[Provider, Depends(provider_of)]


def _cookie(request: Request) -> str:
    return "__Host-provider" if request.app.state.settings.is_https else "provider"


def _back(request: Request) -> str:
    return f"{request.app.state.settings.public_url}{BACK}"


def _remember(request: Request, answer: Response, journey: Journey) -> Response:
    answer.set_cookie(
        _cookie(request),
        journey.written(),
        max_age=MINUTES * 60,
        path="/",
        secure=request.app.state.settings.is_https,
        httponly=True,
        samesite="lax",  # the way back comes from another site
    )
    return answer


async def _leave(request: Request, provider: Provider, journey: Journey) -> Response:
    url = await provider.authorization_url(journey, _back(request))
    return _remember(request, see_other(url), journey)


# --- leaving -------------------------------------------------------------------------------------------


@public.get("/connexion/fournisseur")
async def start_sign_in(
    request: Request, provider: TheProvider, next: Annotated[str, Query(max_length=500)] = "/"
) -> Response:
    if (asked_by := request.headers.get("sec-fetch-site")) and asked_by not in {"same-origin", "none"}:
        return see_other(with_next("/connexion", safe_next(next)))  # another site's link signs nobody in
    return await _leave(request, provider, Journey("sign_in", safe_next(next)))


@public.get("/invitation/{token}/fournisseur")
async def start_invitation(
    request: Request, provider: TheProvider, token: Annotated[str, Path(max_length=64)]
) -> Response:
    """The link is only looked at on the way back: here nothing is told about it."""
    return await _leave(request, provider, Journey("invitation", token))


@private.post("/mon-compte/fournisseur", openapi_extra=SHOWN_ONCE)
async def submit_link(request: Request, provider: TheProvider, actor: RecentActor) -> Response:
    """A POST, so that nobody else's page can begin it; `form-action` forbids it to redirect elsewhere."""
    journey = Journey("link", str(actor.user_id))
    url = await provider.authorization_url(journey, _back(request))
    answer = render(request, "accounts/vers_fournisseur.html", url=url, provider=provider.name, leaves=False)
    return _remember(request, answer, journey)


@private.get(UNLINK)
def unlink_page(request: Request, db: Db, provider: TheProvider, actor: CurrentActor) -> Response:
    return _unlink_page(request, db, provider, actor, Form(Nothing))


def _unlink_page(
    request: Request, db: Session, provider: Provider, actor: Actor, form: Form[Nothing], status: int = 200
) -> Response:
    if actor.user_id is None or not factor_queries.is_linked(db, actor.user_id, provider.issuer):
        raise NotFound()
    return render(request, "accounts/delier.html", status=status, provider=provider.name, form=form)


@private.post(UNLINK)
def submit_unlink(
    request: Request, db: Db, provider: TheProvider, actor: RecentActor, posted: PostedForm
) -> Response:
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: identities.unlink_identity(db, actor, provider.issuer)):
        return see_other("/mon-compte?ok=delie#connexion")
    return _unlink_page(request, db, provider, actor, form, status=409)


# --- coming back ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Returned:
    """Who came back, and for what."""

    journey: Journey
    person: Person
    name: str


async def returned(
    request: Request,
    provider: TheProvider,
    code: Annotated[str, Query(max_length=2000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=255)] = "",
) -> Returned | None:
    """Everything that takes time, before a place in the room is taken. None when the way back is not ours."""
    journey = read_journey(request.cookies.get(_cookie(request), ""))
    if journey is None or not code or not hmac.compare_digest(journey.state.encode(), state.encode()):
        return None
    try:
        if not await provider.is_own_answer(iss):
            return None
        person = await provider.redeem(journey, code, _back(request))
        name = await provider.name_of(person) if journey.purpose == "invitation" else ""
    except ProviderFailed as problem:
        log.warning("provider: %s", problem.why)
        raise
    return Returned(journey, person, name)


@public.get(BACK)
def come_back(
    request: Request, found: Annotated[Returned | None, Depends(returned)], visitor: Visitor, db: WritingDb
) -> Response:
    """The one GET that writes: a session, a duty or a link, each by its verb."""
    provider = provider_of(request)
    if found is None:
        return _refused(request, provider, "La connexion n’a pas été menée jusqu’au bout, ou trop tard.", 400)
    try:
        with db.begin_nested():
            answer = _PURPOSES[found.journey.purpose](request, db, visitor, found)
    except (Conflict, NotFound) as refusal:
        answer = _refused(request, provider, refusal.detail, refusal.status)
    answer.delete_cookie(
        _cookie(request), path="/", secure=request.app.state.settings.is_https, httponly=True, samesite="lax"
    )
    return answer


def _signed_in(request: Request, db: Session, visitor: Actor | None, found: Returned) -> Response:
    user_id = identities.account_of(db, found.person)
    if user_id is None:
        told = (
            "Aucun compte n’est lié à cette identité. Ouvrez d’abord votre lien d’invitation, ou "
            "connectez-vous avec votre mot de passe et liez-la depuis « Mon compte »."
        )
        raise NotFound(told)
    return enter(request, db, user_id, safe_next(found.journey.about), _proof(found), found.person.id_token)


def _invited(request: Request, db: Session, visitor: Actor | None, found: Returned) -> Response:
    invitation = queries.live_invitation(db, secrets.fingerprint(found.journey.about), clock.now())
    if invitation is None:
        return render(request, "accounts/lien_perime.html", status=404)
    user = identities.accept_as(db, invitation.id, found.person, found.name[:100], request.state.request_id)
    return enter(request, db, user.id, "/", _proof(found), found.person.id_token)


def _linked(request: Request, db: Session, visitor: Actor | None, found: Returned) -> Response:
    """For the person who began it: somebody else may have signed in meanwhile, in the same browser."""
    if visitor is None or str(visitor.user_id) != found.journey.about:
        return see_other("/connexion?next=/mon-compte")
    identities.link_identity(db, visitor, found.person)
    return see_other("/mon-compte?ok=lie#connexion")


_PURPOSES = {"sign_in": _signed_in, "invitation": _invited, "link": _linked}


def _proof(found: Returned) -> SessionProof:
    return SessionProof.STRONG_PROVIDER if found.person.is_strong else SessionProof.PROVIDER


def _refused(request: Request, provider: Provider, told: str, status: int) -> Response:
    context = {"provider": provider.name, "told": told}
    return render(request, "accounts/fournisseur_refuse.html", status=status, **context)
