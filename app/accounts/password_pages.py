"""« Changer de mot de passe », for whoever knows the present one; the others get a link."""

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts import secrets, signing_in
from app.accounts.access import CurrentActor
from app.accounts.factor_models import PasswordChangeIn
from app.accounts.hashing import Crowded, Later, worked_out
from app.accounts.models import User
from app.accounts.sign_in_pages import address_of, renew, with_cookie
from app.accounts.signing_in import Attempt, Claim
from app.db import Db, InRoom
from app.errors import Invalid, NotFound, TooMany
from app.web.forms import Form, Posted, PostedForm
from app.web.openapi import SHOWN_ONCE
from app.web.templating import render, see_other

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PASSWORD = "/mon-compte/mot-de-passe"
NOT_THE_PRESENT_ONE = "Ce n’est pas votre mot de passe actuel."


@dataclass(slots=True)
class Change:
    """The form as it was sent; argon2 has worked before the write opens."""

    form: Form[PasswordChangeIn]
    claim: Claim | None = None
    password: str = field(default="", repr=False)
    attempt: Attempt | None = None
    password_hash: str = ""
    later: Later | None = None

    def work_out(self, claim: Claim) -> None:
        """Slow, once or twice: the present password, then the new one."""
        self.attempt = signing_in.verified(claim)
        if self.attempt.user_id is not None:
            self.password_hash = secrets.hash_password(self.password)


def _password_form(posted: Posted | None = None) -> Form[PasswordChangeIn]:
    form = Form(PasswordChangeIn, posted, widgets={"current_password": "password", "password": "password"})
    form.fields["current_password"].autocomplete = "current-password"
    form.fields["password"].autocomplete = "new-password"
    return form


def read_change(request: Request, posted: PostedForm, actor: CurrentActor, _: InRoom) -> Change:
    change, database = Change(_password_form(posted)), request.app.state.database
    try:
        data = change.form.validated()
        with database.session(reading=True) as db:
            email = db.get_one(User, actor.user_id).email
        change.password = data.password
        change.claim = signing_in.claim_of(database, email, data.current_password, address_of(request))
    except Invalid as refusal:
        change.form.show(refusal.errors)
    except TooMany as refusal:
        change.later = refusal
    return change


async def try_change(request: Request, change: Annotated[Change, Depends(read_change)]) -> Change:
    """Runs before `Db`: neither the write lock nor a place in the room is held while argon2 works."""
    if change.claim is not None:
        try:
            await worked_out(request, partial(change.work_out, change.claim))
        except Crowded as refusal:
            change.later = refusal
    return change


@router.get(PASSWORD)
def password_page(request: Request, db: Db, actor: CurrentActor) -> Response:
    if actor.user_id is None:
        raise NotFound()
    return _password_page(request, Change(_password_form()), 200)


@router.post(PASSWORD, openapi_extra=SHOWN_ONCE)  # the key of a form keeps a fast hash of what it says
def submit_password(
    request: Request, change: Annotated[Change, Depends(try_change)], db: Db, actor: CurrentActor
) -> Response:
    if change.attempt is None:
        return _password_page(request, change, 422)
    try:
        user_id = signing_in.admit(db, change.attempt)
    except TooMany as refusal:
        change.later = refusal
        return _password_page(request, change, refusal.status)
    if user_id is None or user_id != actor.user_id:
        change.form.fields["current_password"].error = NOT_THE_PRESENT_ONE
        return _password_page(request, change, 422)
    signing_in.change_password(db, actor, change.password_hash)
    return with_cookie(request, see_other("/mon-compte?ok=mot-de-passe"), renew(request, db, actor))


def _password_page(request: Request, change: Change, status: int) -> Response:
    if change.later is not None:
        change.form.notice, status = change.later.detail, change.later.status
    answer = render(request, "accounts/mot_de_passe.html", status=status, form=change.form)
    answer.headers.update(change.later.headers if change.later else {})
    return answer
