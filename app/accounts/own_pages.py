"""The start page, and « Mon compte »: one's duties, sessions and API tokens."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.accounts import factor_queries, queries, session_queries, signing_in, tokens
from app.accounts.access import CurrentActor, RecentActor, is_live, only_school, recently_signed_in
from app.accounts.actor import Actor
from app.accounts.models import TokenIn, User
from app.accounts.provider import Provider
from app.accounts.sign_in_pages import leave
from app.db import Db
from app.errors import NotFound
from app.web.forms import Form, Nothing, Posted, PostedForm
from app.web.templating import render, see_other

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

ACCOUNT = "/mon-compte"


# --- Mon compte ----------------------------------------------------------------------------------------


def _token_form(posted: Posted | None = None) -> Form[TokenIn]:
    form = Form(TokenIn, posted, start={"scope": "read", "days": 90})
    form.fields["scope"].required = form.fields["days"].required = True  # they come filled in
    return form


@router.get(ACCOUNT)
def account_page(request: Request, db: Db, actor: CurrentActor) -> Response:
    return _account_page(request, db, actor, _token_form())


def _account_page(
    request: Request, db: Session, actor: Actor, form: Form[TokenIn], status: int = 200
) -> Response:
    if actor.user_id is None:
        raise NotFound()
    now = clock.now()
    schools, territories = queries.duties_shown(db, actor.user_id)
    provider: Provider | None = request.app.state.provider
    factor = factor_queries.factor_of(db, actor.user_id)
    return render(
        request,
        "accounts/mon_compte.html",
        status=status,
        nav_school=only_school(db, actor),
        person=db.get_one(User, actor.user_id),
        schools=schools,
        territories=territories,
        sessions=[
            session for session in session_queries.live_sessions(db, actor.user_id) if is_live(session, now)
        ],
        tokens=[
            token for token in session_queries.tokens_of_user(db, actor.user_id) if token.revoked_at is None
        ],
        has_factor=factor is not None and factor.confirmed_at is not None,
        codes_left=factor_queries.recovery_codes_left(db, actor.user_id),
        provider=provider,
        is_linked=provider is not None and factor_queries.is_linked(db, actor.user_id, provider.issuer),
        now=now,
        form=form,
    )


@router.post(f"{ACCOUNT}/sessions/fermer")
def submit_end_of_others(db: Db, actor: RecentActor) -> Response:
    signing_in.end_other_sessions(db, actor)
    return see_other(f"{ACCOUNT}?ok=session#sessions")


@router.post(f"{ACCOUNT}/sessions/{{session_id}}/fermer")
def submit_end_of_session(request: Request, db: Db, actor: CurrentActor, session_id: UUID) -> Response:
    if session_id != actor.session_id:
        recently_signed_in(actor)
    signing_in.end_session(db, actor, session_id)
    return leave(request) if session_id == actor.session_id else see_other(f"{ACCOUNT}?ok=session#sessions")


@router.post(f"{ACCOUNT}/jetons")
def submit_token(request: Request, db: Db, actor: CurrentActor, posted: PostedForm) -> Response:
    form, made = _token_form(posted), list[str]()
    if form.attempt(db, lambda data: made.append(tokens.make_token(db, actor, data)[1])):
        return render(request, "accounts/jeton.html", status=201, token=made[0])
    return _account_page(request, db, actor, form, status=422)


@router.get(f"{ACCOUNT}/jetons/{{token_id}}/revoquer")
def revoke_page(request: Request, db: Db, actor: CurrentActor, token_id: UUID) -> Response:
    token = tokens.own_token_or_404(db, actor, token_id)
    return render(request, "accounts/revoquer.html", token=token, form=Form(Nothing))


@router.post(f"{ACCOUNT}/jetons/{{token_id}}/revoquer")
def submit_revocation(
    request: Request, db: Db, actor: CurrentActor, token_id: UUID, posted: PostedForm
) -> Response:
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: tokens.revoke_token(db, actor, token_id)):
        return see_other(f"{ACCOUNT}?ok=jeton#jetons")
    token = tokens.own_token_or_404(db, actor, token_id)
    return render(request, "accounts/revoquer.html", status=409, token=token, form=form)
