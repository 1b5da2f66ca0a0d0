"""`python -m app invite | renew | reset-factor | unlink | end-… | token`: people."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from app import clock
from app.accounts import duties, factors, identities, queries, service, signing_in, tokens
from app.accounts.access import actor_of_user
from app.accounts.actor import AUTHORITY_LEVELS, command_actor
from app.accounts.factor_models import FactorResetIn
from app.accounts.models import InvitationIn, TokenIn, TokenScope
from app.db import Database, make_engine
from app.domain.uai import normalise_uai
from app.domain.vocabulary import Door, Role, TerritoryLevel
from app.errors import AppError, Invalid
from app.schools.models import Territory
from app.schools.queries import territory_or_none
from app.settings import Settings
from app.web.forms import field_errors

LEVELS = {
    Role.INSPECTOR: (TerritoryLevel.CIRCONSCRIPTION,),
    Role.AUTHORITY: AUTHORITY_LEVELS,
}


def add_commands(commands: Any) -> None:
    invite = commands.add_parser("invite", help="make an invitation link, to hand over; nothing is sent")
    invite.add_argument("email")
    invite.add_argument("--role", required=True, choices=[role.value for role in Role])
    place = invite.add_mutually_exclusive_group()
    place.add_argument("--school", metavar="UAI")
    place.add_argument("--territory", metavar="CODE", help="of a circonscription, département, académie; FR")
    invite.set_defaults(run=_invite)

    renew = commands.add_parser("renew", help="make a link to a new password for an account that exists")
    renew.add_argument("email")
    renew.set_defaults(run=_renew)

    reset = commands.add_parser("reset-factor", help="take away the second factor of an account that lost it")
    reset.add_argument("email")
    reset.set_defaults(run=_reset_factor)

    leaving = commands.add_parser("end-duties", help="an inspector or an authority leaves: their duties end")
    leaving.add_argument("email")
    leaving.set_defaults(run=_end_duties)

    resigning = commands.add_parser("end-administration", help="somebody administers the service no more")
    resigning.add_argument("email")
    resigning.set_defaults(run=_end_administration)

    unlink = commands.add_parser("unlink", help="end what lets an identity provider open somebody's account")
    unlink.add_argument("email")
    unlink.set_defaults(run=_unlink)

    ending = commands.add_parser("end-sessions", help="close the browsers of one account, or everybody's")
    whose = ending.add_mutually_exclusive_group(required=True)
    whose.add_argument("email", nargs="?")
    whose.add_argument("--all", action="store_true")
    ending.set_defaults(run=_end_sessions)

    token = commands.add_parser("token", help="make an API token of an account; it is printed once")
    token.add_argument("email")
    token.add_argument("--label", required=True, help="what the token is for")
    token.add_argument("--scope", choices=[scope.value for scope in TokenScope], default="read")
    token.add_argument("--days", type=int, default=90, help="valid for so many days, a year at most")
    token.set_defaults(run=_token)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database of a command; a refusal becomes the sentence that the command prints."""
    clock.pin(settings.now)
    database = Database(make_engine(settings.database_url, threads=1))
    try:
        yield database
    except ValidationError as problem:
        raise ValueError(" ".join(error.detail for error in field_errors(problem))) from None
    except Invalid as refusal:
        raise ValueError(" ".join(error.detail for error in refusal.errors)) from None
    except AppError as refusal:
        raise ValueError(refusal.detail) from None
    finally:
        database.engine.dispose()


@contextmanager
def _database(settings: Settings) -> Iterator[Session]:
    """One transaction."""
    with opened(settings) as database, database.session() as db:
        yield db


def _invite(chosen: argparse.Namespace, settings: Settings) -> int:
    role = Role(chosen.role)
    with _database(settings) as db:
        # The same check of the address for a place that is no school.
        data = InvitationIn(email=chosen.email, role=role)
        if chosen.school:
            link = service.invite(db, command_actor(), normalise_uai(chosen.school), data)
        else:
            territory = _territory(db, role, chosen.territory) if chosen.territory else None
            link = service.invite_above(db, command_actor(), data.email, role, territory)
    print(settings.public_url + link.path)
    return 0


def _territory(db: Session, role: Role, code: str) -> Territory:
    found = (territory_or_none(db, level, code) for level in LEVELS.get(role, tuple(TerritoryLevel)))
    territory = next((item for item in found if item is not None), None)
    if territory is None:
        raise ValueError(f"no territory has the code {code} for this role")
    return territory


def _renew(chosen: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as db:
        link = duties.renew_account_link(db, command_actor(), chosen.email.strip().lower())
    print(settings.public_url + link.path)
    return 0


def _reset_factor(chosen: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as db:
        factors.reset_factor(db, command_actor(), FactorResetIn(email=chosen.email))
    print("The second factor is gone and the sessions are closed: the password opens the account once.")
    return 0


def _end_duties(chosen: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as db:
        ended = duties.end_duties_above(db, command_actor(), chosen.email.strip().lower())
    print(f"{ended} duties ended.")
    return 0


def _end_administration(chosen: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as db:
        duties.end_administration(db, command_actor(), chosen.email.strip().lower())
    print("Administrator no more.")
    return 0


def _unlink(chosen: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as db:
        ended = identities.unlink_identity_of(db, command_actor(), chosen.email.strip().lower())
    print(f"Unlinked, {ended} sessions closed. Somebody without a password needs a link: renew.")
    return 0


def _end_sessions(chosen: argparse.Namespace, settings: Settings) -> int:
    email = None if chosen.all else chosen.email.strip().lower()
    with _database(settings) as db:
        ended = signing_in.end_sessions_of(db, command_actor(), email)
    print(f"{ended} sessions closed.")
    return 0


def _token(chosen: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as db:
        data = TokenIn(label=chosen.label, scope=TokenScope(chosen.scope), days=chosen.days)
        user = queries.live_user(db, chosen.email.strip().lower())
        if user is None:
            raise ValueError("no account has this address")
        _, text = tokens.make_token(db, actor_of_user(db, user, Door.COMMAND, ""), data)
    print(text)
    return 0
