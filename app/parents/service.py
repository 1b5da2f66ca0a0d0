"""Sharing a term with the elected parents, and what becomes of their remarks. One audit event an act."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app import clock
from app.accounts import secrets
from app.accounts.access import check_version, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import record, take_turn
from app.domain.school_year import DAY, Term, today_in
from app.domain.territories import DEPARTEMENTS
from app.domain.vocabulary import Door
from app.errors import Conflict, NotFound
from app.parents import queries
from app.parents.models import ParentLink, ParentLinkIn, ParentRemark, RemarkIn, RemarkState
from app.schools.models import School
from app.schools.service import past_or_current

MOST_OPEN = 10
"""Links of a school that may be open at once."""
MOST_WAITING = 40
"""Remarks of a link that may wait for the head teacher: whoever found the link cannot bury them."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A link with its secret, which is kept nowhere."""

    link: ParentLink
    secret: str

    @property
    def path(self) -> str:
        return f"/parents/{self.secret}"


# --- the link ------------------------------------------------------------------------------------------


def share_with_parents(db: Session, actor: Actor, uai: str, data: ParentLinkIn) -> Shared:
    """Make the link that opens the page of one term, until the end of its last day.

    Raises Conflict when the school has ten open links already, Invalid for a term that has not begun.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    now, secret = clock.now(), secrets.new_secret()
    if queries.open_links(db, school.id, now) >= MOST_OPEN:
        told = f"L’école a déjà {MOST_OPEN} liens ouverts\u202f: fermez ceux qui ne servent plus."
        raise Conflict(told, code="too_many_links")
    link = ParentLink(
        school_id=school.id,
        term=past_or_current(db, school, Term(data.term)),
        token_hash=secrets.fingerprint(secret),
        created_at=now,
        created_by=actor.user_id,
        expires_at=_end_of(school, today_at(school) + timedelta(days=data.days)),
    )
    db.add(link)
    db.flush()
    after = {"term": link.term, "expires_at": link.expires_at}
    record(db, actor, turn, "parent_link.made", f"parent_link:{link.id}", after=after)
    return Shared(link, secret)


def revoke_parent_link(db: Session, actor: Actor, uai: str, link_id: UUID, version: int | None) -> ParentLink:
    """The link opens nothing any more; the remarks left there stay. Raises Conflict for one that is over."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    link = queries.link_or_404(db, school.id, link_id)
    check_version(link, version)
    if not link.is_open(clock.now()):
        raise Conflict("Ce lien n’ouvre déjà plus rien.", code="link_over")
    link.revoked_at = clock.now()
    link.version += 1
    db.flush()
    record(db, actor, turn, "parent_link.revoked", f"parent_link:{link.id}")
    return link


def _end_of(school: School, day: date) -> datetime:
    """The midnight after a day, where the school is."""
    departement = DEPARTEMENTS.get(school.departement)
    zone = ZoneInfo(departement.timezone if departement else "Europe/Paris")
    return datetime.combine(day + DAY, time.min, zone).astimezone(UTC)


def last_day(school: School, link: ParentLink) -> date:
    """The last day on which the link opens the page, where the school is."""
    return today_in(school.departement, link.expires_at - timedelta(seconds=1))


def shared_by(db: Session, secret: str) -> tuple[ParentLink, School] | None:
    """What a link opens now; None when it is unknown, over or revoked, which nobody can tell apart."""
    return queries.open_link(db, secrets.fingerprint(secret), clock.now())


# --- remarks -------------------------------------------------------------------------------------------


def leave_remark(
    db: Session, school_id: UUID, link_id: UUID, data: RemarkIn, request_id: str
) -> ParentRemark:
    """Write down what an elected parent says, for the head teacher to read first. No account, no name.

    Raises NotFound when the link ended meanwhile, Conflict when forty remarks wait already. The audit keeps
    no word of it: nothing is ever taken out of its chain, and a remark may name someone.
    """
    turn = take_turn(db, school_id)
    link = queries.link_or_404(db, school_id, link_id)
    if not link.is_open(clock.now()):
        raise NotFound()
    refuse_too_many(db, link)
    remark = ParentRemark(
        school_id=school_id, link_id=link.id, left_at=clock.now(), topic=data.topic, text=data.text
    )
    db.add(remark)
    db.flush()
    someone = Actor(user_id=None, name="parents élus", door=Door.PAGE, request_id=request_id)
    after = {"link_id": link.id, "topic": remark.topic, "length": len(remark.text)}
    record(db, someone, turn, "parent_remark.left", f"parent_remark:{remark.id}", after=after)
    return remark


def refuse_too_many(db: Session, link: ParentLink) -> None:
    """Raise Conflict when no more remarks fit."""
    if queries.waiting_on(db, link.school_id, link.id) >= MOST_WAITING:
        told = (
            f"{MOST_WAITING} remarques attendent déjà d’être lues par l’école. "
            "Gardez votre texte et revenez dans quelques jours, ou dites-la de vive voix."
        )
        raise Conflict(told, code="too_many_waiting")


def keep_remark(db: Session, actor: Actor, uai: str, remark_id: UUID, version: int | None) -> ParentRemark:
    """The remark may enter the record of a session."""
    return _review(db, actor, uai, remark_id, version, RemarkState.KEPT)


def set_remark_aside(
    db: Session, actor: Actor, uai: str, remark_id: UUID, version: int | None
) -> ParentRemark:
    """The remark stays out of the record."""
    return _review(db, actor, uai, remark_id, version, RemarkState.SET_ASIDE)


REVIEWS = {RemarkState.KEPT: keep_remark, RemarkState.SET_ASIDE: set_remark_aside}
"""What a door calls for each answer."""


def _review(
    db: Session, actor: Actor, uai: str, remark_id: UUID, version: int | None, state: RemarkState
) -> ParentRemark:
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    remark = queries.remark_or_404(db, school.id, remark_id)
    check_version(remark, version)
    before = remark.state
    remark.state, remark.reviewed_at = state, clock.now()
    remark.version += 1
    db.flush()
    record(
        db,
        actor,
        turn,
        f"parent_remark.{state.value}",
        f"parent_remark:{remark.id}",
        before={"state": before},
        after={"state": state},
    )
    return remark


# --- from kept remarks to the record of a session --------------------------------------------------------


def is_in(text: str, remark: ParentRemark) -> bool:
    """Whether a session's text already has the remark; line ends and spaces do not count."""
    return _flat(remark.text) in _flat(text)


def taken_over(text: str, remarks: Iterable[ParentRemark]) -> str:
    """A session's text with the remarks it does not have yet, a dash before each."""
    for remark in remarks:
        if not is_in(text, remark):
            text = f"{text}\n– {remark.text}".lstrip("\n")
    return text


def not_yet_in(texts: Sequence[str], remarks: Iterable[ParentRemark]) -> list[ParentRemark]:
    """The remarks that no session has."""
    return [remark for remark in remarks if not any(is_in(text, remark) for text in texts)]


def _flat(text: str) -> str:
    return " ".join(text.split())
