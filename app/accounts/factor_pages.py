"""The second factor in the browser: made, given at sign-in, given up, and reset by an administrator."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import Response

from app.accounts import factor_queries, factors, signing_in
from app.accounts.access import CurrentActor, RecentActor
from app.accounts.actor import Actor, Step
from app.accounts.factor_models import CodeIn, EnrolmentIn, FactorResetIn
from app.accounts.models import SessionProof, User
from app.accounts.sign_in_pages import address_of, renew, with_cookie
from app.db import Db
from app.domain.one_time import enrolment_uri, written_key
from app.errors import Invalid, NotFound, TooMany
from app.web.forms import Form, Nothing, Posted, PostedForm
from app.web.openapi import SHOWN_ONCE
from app.web.templating import render, see_other
from app.web.urls import safe_next

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

ISSUER = "Confiance"
FACTOR, CODE = Step.ENROL.value, Step.GIVE_CODE.value
RESET = "/comptes/second-facteur"
WRONG = "Ce code n’est pas, ou plus, valable : attendez le suivant, ou prenez un autre code de secours."
CLOSED = (
    "Trop de codes faux de suite : ceux du téléphone ne sont plus acceptés. Prenez un code de secours, puis "
    "changez de mot de passe si ce n’était pas vous."
)


def _code_form(model: Any, posted: Posted | None = None, *, beside: tuple[str, ...] = ()) -> Form[Any]:
    form: Form[Any] = Form(model, posted, beside=beside)
    described = form.fields["one_time_code"]
    described.autocomplete, described.value = "one-time-code", ""  # a code is never shown back
    return form


# --- making one ----------------------------------------------------------------------------------------


@router.get(FACTOR)
def factor_page(request: Request, db: Db, actor: CurrentActor) -> Response:
    return _factor_page(request, db, actor)


def _factor_page(
    request: Request, db: Session, actor: Actor, form: Form[Any] | None = None, status: int = 200
) -> Response:
    """What there is: nothing, a key to confirm, or a factor that works."""
    if actor.user_id is None:
        raise NotFound()
    factor = factor_queries.factor_of(db, actor.user_id)
    works = factor is not None and factor.confirmed_at is not None
    shown = {"key": written_key(factor.secret), "qr": _qr(db, actor)} if factor and not works else {}
    return render(
        request,
        "accounts/second_facteur.html",
        status=status,
        factor=factor,
        works=works,
        left=factor_queries.recovery_codes_left(db, actor.user_id),
        is_obliged=actor.must_have_factor or actor.step is not None,
        form=form or _code_form(CodeIn if works else EnrolmentIn),
        start=Form(Nothing),
        **({"key": "", "qr": ""} | shown),
    )


def _qr(db: Session, actor: Actor) -> Markup:
    """The picture of the key, drawn here: nobody else is asked. Black on white even in the dark."""
    import segno

    factor = factor_queries.factor_of(db, actor.person_id)
    assert factor is not None
    uri = enrolment_uri(factor.secret, db.get_one(User, actor.person_id).email, ISSUER)
    drawn = segno.make(uri, error="m", micro=False).svg_inline(
        omitsize=True, border=4, light="#fff", dark="#000", svgclass=None, lineclass=None
    )
    return Markup(drawn)  # segno writes numbers and our two colours


@router.post(f"{FACTOR}/commencer")
def submit_beginning(request: Request, db: Db, actor: RecentActor, posted: PostedForm) -> Response:
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: factors.begin_enrolment(db, actor)):
        return see_other(FACTOR)
    answer = _code_form(CodeIn)
    answer.notice = form.notice
    return _factor_page(request, db, actor, answer, status=409)


@router.post(FACTOR, openapi_extra=SHOWN_ONCE)
def submit_first_code(request: Request, db: Db, actor: CurrentActor, posted: PostedForm) -> Response:
    form, codes = _code_form(EnrolmentIn, posted), list[str]()
    if form.attempt(db, lambda data: codes.extend(factors.confirm_enrolment(db, actor, data))):
        cookie = renew(request, db, actor)
        page = render(request, "accounts/codes_de_secours.html", status=201, codes=codes)
        return with_cookie(request, page, cookie)
    return _factor_page(request, db, actor, form, status=409 if form.notice else 422)


@router.post(f"{FACTOR}/retirer", openapi_extra=SHOWN_ONCE)
def submit_giving_up(request: Request, db: Db, actor: CurrentActor, posted: PostedForm) -> Response:
    form = _code_form(CodeIn, posted)
    status, proof = _try(request, db, actor, form)
    if proof is not None:
        factors.give_up_factor(db, actor, proof)
        return see_other(f"{FACTOR}?ok=retire")
    return _factor_page(request, db, actor, form, status)


def _try(request: Request, db: Db, actor: Actor, form: Form[Any]) -> tuple[int, SessionProof | None]:
    """(status of the page in case of refusal, what the code was): a failure is counted, so it is no error."""
    try:
        proof = factors.prove(db, actor, form.validated().one_time_code, address_of(request))
    except Invalid as refusal:
        form.show(refusal.errors)
        return refusal.status, None
    except TooMany as refusal:
        form.notice = refusal.detail
        return refusal.status, None
    if proof is None:
        form.fields["one_time_code"].error = WRONG if factors.takes_phone_codes(db, actor) else CLOSED
    return 422, proof


# --- giving a code at sign-in --------------------------------------------------------------------------


@router.get(CODE)
def code_page(
    request: Request, actor: CurrentActor, next: Annotated[str, Query(max_length=500)] = "/"
) -> Response:
    if actor.step is not Step.GIVE_CODE:
        return see_other(safe_next(next))
    return _code_page(request, _code_form(CodeIn, beside=("next",)), safe_next(next))


@router.post(CODE, openapi_extra=SHOWN_ONCE)
def submit_code(request: Request, db: Db, actor: CurrentActor, posted: PostedForm) -> Response:
    url = safe_next(posted.get("next", "/"))
    if actor.step is not Step.GIVE_CODE or actor.user_id is None:
        return see_other(url)
    form = _code_form(CodeIn, posted, beside=("next",))
    status, proof = _try(request, db, actor, form)
    if proof is None:
        return _code_page(request, form, url, status)
    signing_in.complete_session(db, actor, proof)
    return with_cookie(request, see_other(url), renew(request, db, actor))


def _code_page(request: Request, form: Form[Any], url: str, status: int = 200) -> Response:
    answer = render(request, "accounts/code.html", status=status, form=form, next=url)
    if status == TooMany.status:
        answer.headers["Retry-After"] = "300"
    return answer


# --- an administrator's reset --------------------------------------------------------------------------


def _reset_form(actor: Actor, posted: Posted | None = None) -> Form[FactorResetIn]:
    if not actor.is_administrator:
        raise NotFound()
    form = Form(FactorResetIn, posted, widgets={"email": "email"})
    form.fields["email"].autocomplete = "off"
    return form


@router.get(RESET)
def reset_page(request: Request, actor: CurrentActor) -> Response:
    return render(request, "accounts/second_facteur_perdu.html", form=_reset_form(actor))


@router.post(RESET)
def submit_reset(request: Request, db: Db, actor: CurrentActor, posted: PostedForm) -> Response:
    form = _reset_form(actor, posted)
    if form.attempt(db, lambda data: factors.reset_factor(db, actor, data)):
        return see_other(f"{RESET}?ok=retire")
    status = 409 if form.notice else 422
    return render(request, "accounts/second_facteur_perdu.html", status=status, form=form)
