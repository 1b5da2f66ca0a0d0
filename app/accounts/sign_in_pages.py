"""Signing in and out, and the demonstration's buttons.

The password is verified in a dependency that stands before `Db`: the write opens afterwards, and nobody's
place is held meanwhile (hashing.py).
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts import queries, signing_in
from app.accounts.access import CurrentActor, Visitor
from app.accounts.actor import Actor
from app.accounts.hashing import Crowded, Later, worked_out
from app.accounts.models import SessionProof, SignInIn, WebSession
from app.accounts.provider import Provider, ProviderFailed
from app.accounts.signing_in import Attempt, Claim
from app.db import Db, InRoom
from app.domain.vocabulary import Role
from app.errors import Invalid, NotFound, TooMany
from app.web.forms import Form, PostedForm
from app.web.templating import render, see_other
from app.web.urls import safe_next

public = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
private = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

UNKNOWN = "Cette adresse et ce mot de passe ne vont pas ensemble : vérifiez l’un et l’autre."


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def enter(
    request: Request,
    db: Session,
    user_id: UUID,
    url: str,
    proof: SessionProof = SessionProof.PASSWORD,
    id_token: str | None = None,
) -> Response:
    """Open a session, set its cookie, and go on to `url`. The cookie ends with the browser."""
    settings = request.app.state.settings
    cookie = signing_in.open_session(
        db,
        user_id,
        browser=request.headers.get("user-agent", ""),
        request_id=request.state.request_id,
        replaces=request.cookies.get(settings.session_cookie),
        proof=proof,
        id_token=id_token,
    )
    return with_cookie(request, see_other(url), cookie)


def renew(request: Request, db: Session, actor: Actor) -> str:
    """The cookie under which this session goes on; the page rendered next carries its CSRF token."""
    assert actor.session_id is not None, "a browser asks"
    cookie, csrf = signing_in.renew_session(db, actor.session_id)
    request.state.actor = replace(actor, csrf=csrf)
    return cookie


def with_cookie(request: Request, answer: Response, cookie: str) -> Response:
    settings = request.app.state.settings
    answer.set_cookie(
        settings.session_cookie, cookie, path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )
    return answer


# --- /connexion ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tried:
    """The form as it was sent, and what the password was worth."""

    form: Form[SignInIn]
    claim: Claim | None = None
    attempt: Attempt | None = None
    later: Later | None = None


def read_sign_in(request: Request, posted: PostedForm, _: InRoom) -> Tried:
    tried, database = Tried(_sign_in_form(posted)), request.app.state.database
    try:
        data = tried.form.validated()
        tried.claim = signing_in.claim_of(database, data.email, data.password, address_of(request))
    except Invalid as refusal:
        tried.form.show(refusal.errors)
    except TooMany as refusal:
        tried.later = refusal
    return tried


async def try_sign_in(request: Request, tried: Annotated[Tried, Depends(read_sign_in)]) -> Tried:
    """Runs before `Db`: neither the write lock nor a place in the room is held while argon2 works."""
    if tried.claim is not None:
        try:
            tried.attempt = await worked_out(request, partial(signing_in.verified, tried.claim))
        except Crowded as refusal:
            tried.later = refusal
    return tried


def _sign_in_form(posted: Any = None) -> Form[SignInIn]:
    form = Form(SignInIn, posted, widgets={"email": "email", "password": "password"}, beside=("next",))
    form.fields["email"].autocomplete = "username"
    form.fields["password"].autocomplete = "current-password"
    return form


@public.get("/connexion")
def sign_in_page(
    request: Request,
    db: Db,
    visitor: Visitor,
    next: Annotated[str, Query(max_length=500)] = "/",
    encore: bool = False,
) -> Response:
    """`encore` asks again of someone who is signed in: what they want changes how they sign in."""
    if visitor is not None and not encore:
        return see_other(safe_next(next))
    return _sign_in_page(request, db, _sign_in_form(), safe_next(next), is_again=encore)


@public.post("/connexion")
def submit_sign_in(
    request: Request, tried: Annotated[Tried, Depends(try_sign_in)], db: Db, posted: PostedForm
) -> Response:
    url, later = safe_next(posted.get("next", "/")), tried.later
    if tried.attempt is not None:
        try:
            user_id = signing_in.admit(db, tried.attempt)
        except TooMany as refusal:
            later = refusal
        else:
            if user_id is not None:
                return enter(request, db, user_id, url)
            tried.form.fields["password"].error = UNKNOWN
    return _sign_in_page(request, db, tried.form, url, later)


def _sign_in_page(
    request: Request,
    db: Db,
    form: Form[SignInIn],
    url: str,
    later: Later | None = None,
    is_again: bool = False,
) -> Response:
    if later is not None:
        form.notice = later.detail
    status = later.status if later else 422 if form.posted else 200
    is_demo = request.app.state.is_demo
    answer = render(
        request,
        "accounts/connexion.html",
        status=status,
        form=form,
        next=url,
        provider=request.app.state.provider,
        is_again=is_again,
        people=_demo_groups(db) if is_demo else (),
    )
    answer.headers.update(later.headers if later else {})
    return answer


@public.post("/connexion/demo")
def submit_demo_sign_in(request: Request, db: Db, posted: PostedForm) -> Response:
    """No password and no code: these people are invented, and only in a database that was made for it."""
    if not request.app.state.is_demo:
        raise NotFound()
    wanted = (person[0] for person in queries.demo_people(db) if str(person[0]) == posted.get("user_id"))
    user_id = next(wanted, None)
    if user_id is None:
        raise NotFound()
    return enter(request, db, user_id, safe_next(posted.get("next", "/")), SessionProof.DEMO)


_SENTENCES = {
    Role.HEAD_TEACHER: "{name} dirige {place}",
    Role.DEPUTY: "{name} seconde la direction : {place}",
    Role.TEACHER: "{name} enseigne à {place}",
    Role.INSPECTOR: "{name} est IEN : circonscription {place}",
    Role.AUTHORITY: "{name} lit ce qui est publié : {place}",
    Role.ADMINISTRATOR: "{name} tient le service, sans voir aucun chiffre",
}
_GROUPS = {
    "Diriger une école": (Role.HEAD_TEACHER, Role.DEPUTY),
    "Enseigner": (Role.TEACHER,),
    "Accompagner des écoles": (Role.INSPECTOR, Role.AUTHORITY),
    "Tenir le service": (Role.ADMINISTRATOR,),
}


def _demo_groups(db: Db) -> list[tuple[str, list[tuple[UUID, str]]]]:
    """The people one can be, by what they do, each with one sentence."""
    people = queries.demo_people(db)
    return [
        (
            title,
            [
                (user_id, _SENTENCES[role].format(name=name, place=_with_article(place)))
                for user_id, name, role, place in people
                if role in roles
            ],
        )
        for title, roles in _GROUPS.items()
    ]


def _with_article(place: str) -> str:
    return f"l’{place[0].lower()}{place[1:]}" if place.startswith(("École", "Ecole")) else place


async def way_out(request: Request, actor: CurrentActor) -> str | None:
    """Where to sign out of the identity provider that opened this session, if one did."""
    provider: Provider | None = request.app.state.provider
    id_token = await anyio.to_thread.run_sync(_id_token_of, request, actor) if provider else None
    if provider is None or id_token is None:
        return None
    try:
        return await provider.end_session_url(id_token, f"{request.app.state.settings.public_url}/connexion")
    except ProviderFailed:
        return None


def _id_token_of(request: Request, actor: Actor) -> str | None:
    with request.app.state.database.session(reading=True) as db:
        session = db.get(WebSession, actor.session_id) if actor.session_id else None
        return session.id_token if session else None


@private.post("/deconnexion")
def submit_sign_out(
    request: Request, url: Annotated[str | None, Depends(way_out)], db: Db, actor: CurrentActor
) -> Response:
    """Our own session ends first, whatever the provider does."""
    if actor.session_id is not None:
        signing_in.end_session(db, actor, actor.session_id)
    if url is None:
        return leave(request)
    request.state.actor = None
    name = request.app.state.provider.name
    page = render(request, "accounts/vers_fournisseur.html", url=url, provider=name, leaves=True)
    return without_cookie(request, page)


def leave(request: Request) -> Response:
    """The sign-in page, without the cookie."""
    return without_cookie(request, see_other("/connexion?ok=deconnexion"))


def without_cookie(request: Request, answer: Response) -> Response:
    settings = request.app.state.settings
    answer.delete_cookie(
        settings.session_cookie, path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )
    return answer
