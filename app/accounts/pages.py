"""« Comptes » of a school, and the invitations of an inspector or an administrator, in the browser."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.accounts import duties, queries, reach_queries, service
from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.accounts.models import HeadshipIn, InvitationIn, User
from app.accounts.service import Link
from app.db import Db
from app.domain.school_year import today_in, year_of
from app.domain.uai import normalise_uai
from app.domain.vocabulary import Role
from app.errors import NotFound
from app.schools.models import School
from app.web.forms import Form, Nothing, Posted, PostedForm
from app.web.templating import render, see_other

router = APIRouter(
    prefix="/ecoles/{uai}/comptes", default_response_class=HTMLResponse, include_in_schema=False
)
inviting = APIRouter(prefix="/inviter", default_response_class=HTMLResponse, include_in_schema=False)

MOST_SCHOOLS = 200


def accounts_url(uai: str) -> str:
    return f"/ecoles/{uai}/comptes"


def _nav(actor: Actor, school: School) -> dict[str, Any]:
    """The school, and its navigation for those who work there only."""
    return {"school": school, "nav_school": school if school.id in actor.schools else None}


def _invitation_form(actor: Actor, school: School, posted: Posted | None = None) -> Form[InvitationIn]:
    roles = service.offered_roles(actor, school)
    form = Form(
        InvitationIn,
        posted,
        start={"role": roles[0]} if len(roles) == 1 else None,
        choices={"role": [(role.value, role.label) for role in roles]},
        widgets={"email": "email"} | ({"role": "hidden"} if len(roles) == 1 else {}),
        beside=("ecole",),
    )
    form.fields["email"].autocomplete = "off"
    return form


# --- Comptes -------------------------------------------------------------------------------------------


@router.get("")
def accounts_page(request: Request, db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.SEE_PEOPLE)
    return _accounts_page(request, db, actor, school)


def _accounts_page(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    form: Form[InvitationIn] | None = None,
    *,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    looks_after = service.may_look_after(actor, school)
    return render(
        request,
        "accounts/comptes.html",
        status=status,
        **_nav(actor, school),
        members=queries.members_of_school(db, school.id),
        looks_after=looks_after,
        may_hand_over=duties.may_hand_over(actor, school),
        pending=queries.pending_invitations(db, school.id, clock.now()) if looks_after else (),
        form=(form or _invitation_form(actor, school)) if looks_after else None,
        notice=notice,
    )


@router.post("")
def submit_invitation(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.PEOPLE)
    form = _invitation_form(actor, school, posted)
    made: list[Link] = []
    if form.attempt(db, lambda data: made.append(service.invite(db, actor, uai, data))):
        return _link_page(request, actor, school, made[0], back=accounts_url(uai))
    return _accounts_page(request, db, actor, school, form, status=422)


def _link_page(request: Request, actor: Actor, school: School, link: Link, *, back: str) -> Response:
    """The one page that shows the link: an answer, never an address that could be opened again."""
    url = request.app.state.settings.public_url + link.path
    context = {"link": url, "invitation": link.invitation, "back": back}
    return render(request, "accounts/link.html", status=201, **_nav(actor, school), **context)


@router.post("/invitations/{invitation_id}/retirer")
def submit_withdrawal(db: Db, actor: CurrentActor, uai: Uai, invitation_id: UUID) -> Response:
    service.withdraw_invitation(db, actor, uai, invitation_id)
    return see_other(f"{accounts_url(uai)}?ok=retire")


@router.get("/direction")
def headship_page(request: Request, db: Db, actor: CurrentActor, uai: Uai) -> Response:
    school = school_for(db, actor, uai, Task.PEOPLE)
    return _headship_page(request, db, actor, school)


@router.post("/direction")
def submit_headship(request: Request, db: Db, actor: CurrentActor, uai: Uai, posted: PostedForm) -> Response:
    school = school_for(db, actor, uai, Task.PEOPLE)
    form = _headship_form(db, school, posted)
    if form.attempt(db, lambda data: duties.hand_over_headship(db, actor, uai, data.membership_id)):
        return see_other(f"{accounts_url(uai)}?ok=direction")
    return _headship_page(request, db, actor, school, form, status=422)


def _headship_form(db: Session, school: School, posted: Posted | None = None) -> Form[HeadshipIn]:
    others = [row for row in queries.members_of_school(db, school.id) if row.role is not Role.HEAD_TEACHER]
    choices = [(str(row.id), f"{row.name}, {row.role.label}") for row in others]
    return Form(HeadshipIn, posted, choices={"membership_id": choices}, widgets={"membership_id": "radios"})


def _headship_page(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    form: Form[HeadshipIn] | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "accounts/direction.html",
        status=status,
        **_nav(actor, school),
        form=form or _headship_form(db, school),
        may_hand_over=duties.may_hand_over(actor, school),
        is_head=actor.schools.get(school.id) is Role.HEAD_TEACHER,
    )


@router.get("/{membership_id}/fin")
def end_page(request: Request, db: Db, actor: CurrentActor, uai: Uai, membership_id: UUID) -> Response:
    school = school_for(db, actor, uai, Task.PEOPLE)
    return _end_page(request, db, actor, school, membership_id, Form(Nothing))


@router.post("/{membership_id}/fin")
def submit_end(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, membership_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.PEOPLE)
    form = Form(Nothing, posted)
    if form.attempt(db, lambda _: duties.end_duty(db, actor, uai, membership_id)):
        return see_other(f"{accounts_url(uai)}?ok=fin")
    return _end_page(request, db, actor, school, membership_id, form, status=409)


def _end_page(
    request: Request,
    db: Session,
    actor: Actor,
    school: School,
    membership_id: UUID,
    form: Form[Nothing],
    status: int = 200,
) -> Response:
    duty = duties.duty_or_404(db, school.id, membership_id)
    person = db.get_one(User, duty.user_id)
    context = {"duty": duty, "person": person, "is_self": person.id == actor.user_id}
    return render(request, "accounts/fin.html", status=status, **_nav(actor, school), form=form, **context)


@router.post("/{membership_id}/lien")
def submit_renewal(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, membership_id: UUID, posted: PostedForm
) -> Response:
    school = school_for(db, actor, uai, Task.PEOPLE)
    form, made = Form(Nothing, posted), list[Link]()
    if form.attempt(db, lambda _: made.append(duties.renew_password_link(db, actor, uai, membership_id))):
        return _link_page(request, actor, school, made[0], back=accounts_url(uai))
    return _accounts_page(request, db, actor, school, notice=form.notice, status=409)


# --- /inviter ------------------------------------------------------------------------------------------


def _inviter(actor: Actor) -> Actor:
    """Inspectors and administrators only: a school invites from its own page."""
    if not actor.is_administrator and not actor.territories_for(Task.INVITE):
        raise NotFound()
    return actor


@inviting.get("")
def inviting_page(
    request: Request,
    db: Db,
    actor: CurrentActor,
    ecole: Annotated[str, Query(max_length=8)] = "",
    q: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    _inviter(actor)
    if ecole:
        school = school_for(db, actor, normalise_uai(ecole), Task.INVITE)
        return _invite_head_page(request, actor, school, _invitation_form(actor, school))
    visible = reach_queries.visible_schools(actor, Task.INVITE, this_year())
    schools = queries.schools_with_heads(db, visible, search=q, limit=MOST_SCHOOLS + 1)
    return render(
        request,
        "accounts/inviter.html",
        schools=schools[:MOST_SCHOOLS],
        has_more=len(schools) > MOST_SCHOOLS,
        shows_search=bool(q) or len(schools) > 20,
        q=q,
    )


@inviting.post("")
def submit_head_invitation(request: Request, db: Db, actor: CurrentActor, posted: PostedForm) -> Response:
    _inviter(actor)
    school = school_for(db, actor, normalise_uai(posted.get("ecole")), Task.INVITE)
    form = _invitation_form(actor, school, posted)
    made: list[Link] = []
    if form.attempt(db, lambda data: made.append(service.invite(db, actor, school.uai, data))):
        return _link_page(request, actor, school, made[0], back="/inviter")
    return _invite_head_page(request, actor, school, form, status=422)


def _invite_head_page(
    request: Request, actor: Actor, school: School, form: Form[InvitationIn], status: int = 200
) -> Response:
    return render(request, "accounts/inviter_une.html", status=status, **_nav(actor, school), form=form)


def this_year() -> str:
    """The school year where most schools are; `school_for` looks at each school's own."""
    return year_of(today_in("", clock.now()), "")
