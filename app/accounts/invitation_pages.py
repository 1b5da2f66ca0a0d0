"""The link of an invitation, or of a new password: `/invitation/{token}`.

The slow part, argon2, is done in a dependency that stands before `Db`: the write opens afterwards.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app import clock
from app.accounts import queries, secrets, service, signing_in
from app.accounts.hashing import Crowded, Later, worked_out
from app.accounts.models import JoinIn, RenewalIn, WelcomeIn
from app.accounts.service import Proof
from app.accounts.sign_in_pages import address_of, enter
from app.accounts.signing_in import Attempt, Claim
from app.db import Db, InRoom
from app.domain.vocabulary import Role
from app.errors import Invalid, TooMany
from app.web.forms import Form, PostedForm
from app.web.templating import render

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

NOT_YOURS = "Ce n’est pas le mot de passe de ce compte : écrivez celui avec lequel vous vous connectez."


@dataclass(slots=True)
class Opened:
    """What a link opens. Of a sent form, `data` is kept until `proof` and `attempt` are worked out of it."""

    invitation_id: UUID
    email: str
    role: Role | None
    place: str
    form: Form[Any]
    name: str = ""
    data: JoinIn | RenewalIn | WelcomeIn | None = field(default=None, repr=False)
    claim: Claim | None = None
    proof: Proof | None = None
    attempt: Attempt | None = None
    later: Later | None = None


Token = Annotated[str, Path(max_length=64)]


def read_link(request: Request, token: Token, posted: PostedForm, _: InRoom) -> Opened | None:
    """What the link is for. None for a link that is over."""
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
        _read_answer(request, opened)
    return opened


def _read_answer(request: Request, opened: Opened) -> None:
    try:
        data = opened.form.validated()
        if isinstance(data, JoinIn):
            database = request.app.state.database
            opened.claim = signing_in.claim_of(database, opened.email, data.password, address_of(request))
        opened.data = data
    except Invalid as refusal:
        opened.form.show(refusal.errors)
    except TooMany as refusal:
        opened.later = refusal


async def open_link(request: Request, opened: Annotated[Opened | None, Depends(read_link)]) -> Opened | None:
    """The link and, when the form was sent, the slow part done, with nobody's place held meanwhile."""
    if opened is not None and opened.data is not None:
        try:
            await worked_out(request, partial(_prove, opened))
        except Crowded as refusal:
            opened.later = refusal
    return opened


def _prove(opened: Opened) -> None:
    if opened.claim is not None:
        opened.attempt = signing_in.verified(opened.claim)
        opened.proof = Proof(user_id=opened.attempt.user_id)
    elif opened.data is not None:
        name = getattr(opened.data, "name", "")
        opened.proof = Proof(password_hash=secrets.hash_password(opened.data.password), name=name)


Link = Annotated[Opened | None, Depends(open_link)]


@router.get("/invitation/{token}")
def invitation_page(request: Request, opened: Link) -> Response:
    return _invitation_page(request, opened, 200)


@router.post("/invitation/{token}")
def submit_invitation_answer(request: Request, opened: Link, db: Db) -> Response:
    if opened is None or opened.proof is None:
        return _invitation_page(request, opened, 422)
    try:
        if opened.attempt is not None and signing_in.admit(db, opened.attempt) is None:
            opened.form.fields["password"].error = NOT_YOURS
            return _invitation_page(request, opened, 422)
    except TooMany as refusal:
        opened.later = refusal
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
    if opened.later is not None:
        opened.form.notice, status = opened.later.detail, opened.later.status
    provider = request.app.state.provider
    answer = render(
        request, "accounts/invitation.html", status=status, opened=opened, form=opened.form, provider=provider
    )
    answer.headers.update(opened.later.headers if opened.later else {})
    return answer
