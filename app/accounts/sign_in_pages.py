"""The doors of the house: signing in and out, the demonstration's buttons, and the link of an invitation.

Passwords are read and verified in a dependency that stands before `Db`: the write opens afterwards.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app import clock
from app.accounts import queries, secrets, service, signing_in
from app.accounts.access import CurrentActor, Visitor
from app.accounts.models import JoinIn, RenewalIn, SignInIn, WelcomeIn
from app.accounts.service import Proof
from app.accounts.signing_in import Attempt
from app.db import Db, InRoom
from app.domain.vocabulary import Role
from app.errors import Invalid, NotFound, TooMany
from app.web.forms import Form, PostedForm
from app.web.templating import render, see_other
from app.web.urls import safe_next

public = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
private = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

UNKNOWN = "Cette adresse et ce mot de passe ne vont pas ensemble : vérifiez l’un et l’autre."
NOT_YOURS = "Ce n’est pas le mot de passe de ce compte : écrivez celui avec lequel vous vous connectez."


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def enter(request: Request, db: Db, user_id: UUID, url: str) -> Response:
    """Open a session, set its cookie, and go on to `url`. The cookie ends with the browser."""
    settings = request.app.state.settings
    cookie = signing_in.open_session(
        db,
        user_id,
        browser=request.headers.get("user-agent", ""),
        request_id=request.state.request_id,
        replaces=request.cookies.get(settings.session_cookie),
    )
    answer = see_other(url)
    answer.set_cookie(
        settings.session_cookie, cookie, path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )
    return answer


# --- /connexion ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """The form as it was sent, and what the password was worth."""

    form: Form[SignInIn]
    attempt: Attempt | None
    too_many: TooMany | None = None


def try_sign_in(request: Request, posted: PostedForm, _: InRoom) -> Tried:
    """Runs before `Db`: no write lock is held while argon2 works."""
    form = _sign_in_form(posted)
    try:
        data = form.validated()
        database = request.app.state.database
        return Tried(form, signing_in.try_password(database, data.email, data.password, _address(request)))
    except Invalid as refusal:
        form.show(refusal.errors)
        return Tried(form, None)
    except TooMany as refusal:
        return Tried(form, None, refusal)


def _sign_in_form(posted: Any = None) -> Form[SignInIn]:
    form = Form(SignInIn, posted, widgets={"email": "email", "password": "password"}, beside=("next",))
    form.fields["email"].autocomplete = "username"
    form.fields["password"].autocomplete = "current-password"
    return form


@public.get("/connexion")
def sign_in_page(
    request: Request, db: Db, visitor: Visitor, next: Annotated[str, Query(max_length=500)] = "/"
) -> Response:
    if visitor is not None:
        return see_other(safe_next(next))
    return _sign_in_page(request, db, _sign_in_form(), safe_next(next))


@public.post("/connexion")
def submit_sign_in(
    request: Request, tried: Annotated[Tried, Depends(try_sign_in)], db: Db, posted: PostedForm
) -> Response:
    url, too_many = safe_next(posted.get("next", "/")), tried.too_many
    if tried.attempt is not None:
        try:
            user_id = signing_in.admit(db, tried.attempt)
        except TooMany as refusal:
            too_many = refusal
        else:
            if user_id is not None:
                return enter(request, db, user_id, url)
            tried.form.fields["password"].error = UNKNOWN
    return _sign_in_page(request, db, tried.form, url, too_many)


def _sign_in_page(
    request: Request, db: Db, form: Form[SignInIn], url: str, too_many: TooMany | None = None
) -> Response:
    if too_many is not None:
        form.notice = too_many.detail
    status = too_many.status if too_many else 422 if form.posted else 200
    is_demo = request.app.state.is_demo
    answer = render(
        request,
        "accounts/connexion.html",
        status=status,
        form=form,
        next=url,
        people=_demo_groups(db) if is_demo else (),
    )
    answer.headers.update(too_many.headers if too_many else {})
    return answer


@public.post("/connexion/demo")
def submit_demo_sign_in(request: Request, db: Db, posted: PostedForm) -> Response:
    """No password: these people are invented, and only in a database that was made for it."""
    if not request.app.state.is_demo:
        raise NotFound()
    wanted = (person[0] for person in queries.demo_people(db) if str(person[0]) == posted.get("user_id"))
    user_id = next(wanted, None)
    if user_id is None:
        raise NotFound()
    return enter(request, db, user_id, safe_next(posted.get("next", "/")))


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


@private.post("/deconnexion")
def submit_sign_out(request: Request, db: Db, actor: CurrentActor) -> Response:
    if actor.session_id is not None:
        signing_in.end_session(db, actor, actor.session_id)
    return leave(request)


def leave(request: Request) -> Response:
    """The sign-in page, without the cookie."""
    settings = request.app.state.settings
    answer = see_other("/connexion?ok=deconnexion")
    answer.delete_cookie(
        settings.session_cookie, path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )
    return answer


# --- /invitation/{token} -------------------------------------------------------------------------------


@dataclass(slots=True)
class Opened:
    """What a link opens; `proof` and `attempt` are worked out before the write, for a sent form."""

    invitation_id: UUID
    email: str
    role: Role | None
    place: str
    form: Form[Any]
    name: str = ""
    proof: Proof | None = None
    attempt: Attempt | None = None
    too_many: TooMany | None = None


Token = Annotated[str, Path(max_length=64)]


def open_link(request: Request, token: Token, posted: PostedForm, _: InRoom) -> Opened | None:
    """What the link is for and, when the form was sent, the slow part done. None for a link that is over."""
    with request.app.state.database.session(reading=True) as db:
        invitation = queries.live_invitation(db, secrets.fingerprint(token), clock.now())
        if invitation is None:
            return None
        user = queries.live_user(db, invitation.email)
        model: Any = RenewalIn if invitation.user_id else JoinIn if user else WelcomeIn
        form: Form[Any] = Form(
            model, posted if request.method == "POST" else None, widgets={"password": "password"}
        )
        opened = Opened(
            invitation_id=invitation.id,
            email=invitation.email,
            role=invitation.role,
            place=queries.place_name(db, invitation),
            form=form,
            name=user.name if user else "",
        )
    form.fields["password"].autocomplete = "current-password" if model is JoinIn else "new-password"
    if model is WelcomeIn:
        form.fields["name"].autocomplete = "name"
    if form.posted is not None:
        _prove(request, opened)
    return opened


def _prove(request: Request, opened: Opened) -> None:
    try:
        data = opened.form.validated()
        if isinstance(data, JoinIn):
            database = request.app.state.database
            opened.attempt = signing_in.try_password(database, opened.email, data.password, _address(request))
            opened.proof = Proof(user_id=opened.attempt.user_id)
        else:
            opened.proof = Proof(
                password_hash=secrets.hash_password(data.password), name=getattr(data, "name", "")
            )
    except Invalid as refusal:
        opened.form.show(refusal.errors)
    except TooMany as refusal:
        opened.too_many = refusal


Link = Annotated[Opened | None, Depends(open_link)]


@public.get("/invitation/{token}")
def invitation_page(request: Request, opened: Link) -> Response:
    return _invitation_page(request, opened, 200)


@public.post("/invitation/{token}")
def submit_invitation_answer(request: Request, opened: Link, db: Db) -> Response:
    if opened is None or opened.proof is None:
        return _invitation_page(request, opened, 422)
    try:
        if opened.attempt is not None and signing_in.admit(db, opened.attempt) is None:
            opened.form.fields["password"].error = NOT_YOURS
            return _invitation_page(request, opened, 422)
    except TooMany as refusal:
        opened.too_many = refusal
        return _invitation_page(request, opened, 422)
    proof, accepted = opened.proof, list[UUID]()
    if opened.form.attempt(
        db,
        lambda _: accepted.append(
            service.accept_invitation(db, opened.invitation_id, proof, request.state.request_id).id
        ),
    ):
        return enter(request, db, accepted[0], "/")
    return _invitation_page(request, opened, 409)


def _invitation_page(request: Request, opened: Opened | None, status: int) -> Response:
    if opened is None:
        return render(request, "accounts/lien_perime.html", status=404)
    if opened.too_many is not None:
        opened.form.notice, status = opened.too_many.detail, opened.too_many.status
    answer = render(request, "accounts/invitation.html", status=status, opened=opened, form=opened.form)
    answer.headers.update(opened.too_many.headers if opened.too_many else {})
    return answer
