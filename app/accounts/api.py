"""Oneself, one's tokens, and a school's accounts over JSON."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from app import clock
from app.accounts import duties, queries, service, session_queries, tokens
from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Actor, Task
from app.accounts.models import (
    InvitationIn,
    InvitationMade,
    InvitationOut,
    MemberOut,
    MeOut,
    SchoolMembership,
    TokenIn,
    TokenMade,
    TokenOut,
    User,
)
from app.accounts.service import Link
from app.db import Db
from app.errors import NotFound
from app.web.openapi import SHOWN_ONCE
from app.web.paging import Page

me = APIRouter(prefix="/api/v1", tags=["Mon compte"])
router = APIRouter(prefix="/api/v1/schools/{uai}", tags=["Comptes"])


@me.get("/me", response_model=MeOut)
def get_me(db: Db, actor: CurrentActor) -> object:
    """Qui demande, et avec quelles fonctions."""
    user = _user_of(db, actor)
    schools, territories = queries.duties_shown(db, user.id)
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "is_administrator": user.is_administrator,
        "may_write": actor.may_write,
        "schools": schools,
        "territories": territories,
    }


def _user_of(db: Db, actor: Actor) -> User:
    if actor.user_id is None:
        raise NotFound()
    return db.get_one(User, actor.user_id)


@me.get("/tokens", response_model=Page[TokenOut])
def get_tokens(db: Db, actor: CurrentActor) -> object:
    """Vos jetons, le plus récent d’abord ; leur secret n’est jamais montré à nouveau."""
    return {"items": session_queries.tokens_of_user(db, _user_of(db, actor).id), "next": None}


@me.post("/tokens", response_model=TokenMade, status_code=201, openapi_extra=SHOWN_ONCE)
def post_token(db: Db, actor: CurrentActor, data: TokenIn) -> object:
    """Faire un jeton. `token` n’est montré qu’ici. Fait avec un jeton, il ne lui survit pas."""
    token, text = tokens.make_token(db, actor, data)
    return token.model_dump() | {"token": text}


@me.delete("/tokens/{token_id}", status_code=204)
def delete_token(db: Db, actor: CurrentActor, token_id: UUID) -> None:
    """Révoquer un de vos jetons : il n’ouvre plus rien."""
    tokens.revoke_token(db, actor, token_id)


# --- a school's accounts -------------------------------------------------------------------------------


@router.get("/accounts", response_model=Page[MemberOut])
def get_accounts(db: Db, actor: CurrentActor, uai: Uai) -> object:
    """Qui a une fonction dans l’école. Les adresses ne sont données qu’à qui s’occupe des comptes."""
    school = school_for(db, actor, uai, Task.SEE_PEOPLE)
    shows_email = service.may_look_after(actor, school)
    members: list[dict[str, Any]] = [
        dict(row._mapping) | ({} if shows_email else {"email": None})
        for row in queries.members_of_school(db, school.id)
    ]
    return {"items": members, "next": None}


@router.get("/invitations", response_model=Page[InvitationOut])
def get_invitations(db: Db, actor: CurrentActor, uai: Uai) -> object:
    """Les liens remis qui n’ont pas encore servi."""
    school = school_for(db, actor, uai, Task.PEOPLE)
    return {"items": queries.pending_invitations(db, school.id, clock.now()), "next": None}


@router.post("/invitations", response_model=InvitationMade, status_code=201, openapi_extra=SHOWN_ONCE)
def post_invitation(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, data: InvitationIn
) -> dict[str, Any]:
    """Faire un lien d’invitation, à remettre en main propre. `link` n’est montré qu’ici.

    Une direction invite ses enseignants et un adjoint ; une inspection invite les directions de ses écoles.
    """
    return _made(request, service.invite(db, actor, uai, data))


@router.delete("/invitations/{invitation_id}", status_code=204)
def delete_invitation(db: Db, actor: CurrentActor, uai: Uai, invitation_id: UUID) -> None:
    """Retirer une invitation : le lien n’ouvre plus rien."""
    service.withdraw_invitation(db, actor, uai, invitation_id)


@router.delete("/accounts/{membership_id}", status_code=204)
def delete_account(db: Db, actor: CurrentActor, uai: Uai, membership_id: UUID) -> None:
    """Mettre fin à une fonction ; s’il n’en reste aucune, sessions et jetons de la personne sont fermés."""
    duties.end_duty(db, actor, uai, membership_id)


@router.post("/accounts/{membership_id}/handover", response_model=MemberOut)
def post_handover(db: Db, actor: CurrentActor, uai: Uai, membership_id: UUID) -> dict[str, Any]:
    """Transmettre la direction à cette personne ; la direction sortante devient enseignante."""
    return _member(db, duties.hand_over_headship(db, actor, uai, membership_id))


@router.post(
    "/accounts/{membership_id}/renewal",
    response_model=InvitationMade,
    status_code=201,
    openapi_extra=SHOWN_ONCE,
)
def post_renewal(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, membership_id: UUID
) -> dict[str, Any]:
    """Faire un lien de nouveau mot de passe, à remettre en main propre."""
    return _made(request, duties.renew_password_link(db, actor, uai, membership_id))


def _made(request: Request, link: Link) -> dict[str, Any]:
    return link.invitation.model_dump() | {"link": request.app.state.settings.public_url + link.path}


def _member(db: Db, duty: SchoolMembership) -> dict[str, Any]:
    user = db.get_one(User, duty.user_id)
    return duty.model_dump() | {"name": user.name, "email": user.email}
