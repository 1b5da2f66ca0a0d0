"""A school's partners seen as a directory, and the circonscription's suggestions.

The three verbs of a partner (`add_partner`, `revise_partner`, `delete_partner`) are with the actions and the
events that name it (app.actions.service).
"""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import check_version, current_year, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import plain, record, take_turn
from app.actions.models import Partner, PartnerIn
from app.actions.queries import partners_of_school
from app.actions.service import make_partner
from app.domain.french import fold
from app.domain.school_year import SchoolYear
from app.domain.search import is_found, search_text
from app.domain.vocabulary import PartnerKind, PartnerSector, Role, TerritoryLevel
from app.errors import Conflict, Invalid, NotFound
from app.partners import queries
from app.partners.models import (
    Participation,
    SharedAction,
    SuggestedPartner,
    SuggestionIn,
    SuggestionSeen,
)
from app.schools.models import School, Territory
from app.schools.queries import profile_at
from app.schools.territories import territory_or_404

ALL = 1_000_000
"""Lists are searched as a whole: a school has dozens of partners."""

# --- the directory -------------------------------------------------------------------------------------


def partners_found(
    db: Session,
    school_id: UUID,
    words: str = "",
    *,
    kind: PartnerKind | None = None,
    sector: PartnerSector | None = None,
) -> list[Partner]:
    """The school's partners that answer everything asked, oldest first. Accents and plurals do not count."""
    return [
        partner
        for partner in partners_of_school(db, school_id, limit=ALL)
        if kind in (None, partner.kind)
        and sector in (None, partner.sector)
        and is_found(_text(partner), words)
    ]


def _text(partner: Partner) -> str:
    specialty = partner.specialty.label if partner.specialty else ""
    return search_text(partner.name, partner.kind.label, specialty, partner.sector.label)


def participation_of_year(
    db: Session, school_id: UUID, partners: Iterable[Partner], year: SchoolYear
) -> list[Participation]:
    """What each of these partners took part in that year, also those who came to nothing; one query."""
    found = {
        partner.id: Participation(partner_id=partner.id, name=partner.name, year=year, events=0, actions=[])
        for partner in partners
    }
    for row in queries.held_with_partners(db, school_id, year=year):
        if row.partner_id in found:
            _add(found[row.partner_id], row.action_id, row.title, row.events)
    return list(found.values())


def participation_by_year(db: Session, partner: Partner) -> list[Participation]:
    """Every school year in which the partner took part in something, the latest first."""
    found: dict[str, Participation] = {}
    for row in queries.held_with_partners(db, partner.school_id, partner_id=partner.id):
        begun = Participation(partner_id=partner.id, name=partner.name, year=row.year, events=0, actions=[])
        _add(found.setdefault(row.year, begun), row.action_id, row.title, row.events)
    return list(found.values())


def _add(participation: Participation, action_id: UUID, title: str, events: int) -> None:
    participation.events += events
    participation.actions.append(SharedAction(id=action_id, title=title, events=events))


# --- what the circonscription suggests -----------------------------------------------------------------


def circonscription_of(db: Session, school: School) -> UUID | None:
    """Where the school is this year."""
    profile = profile_at(db, school.id, current_year(school))
    return profile.circonscription_id if profile else None


def suggestions_seen(db: Session, school: School) -> list[SuggestionSeen]:
    """What the school's circonscription suggests today, oldest first."""
    known = {fold(partner.name) for partner in partners_of_school(db, school.id, limit=ALL)}
    return [
        SuggestionSeen.model_validate(row.model_dump() | {"is_known": fold(row.name) in known})
        for row in queries.suggestions_of(db, circonscription_of(db, school), limit=ALL)
    ]


def take_up_suggestion(db: Session, actor: Actor, uai: str, suggestion_id: UUID) -> Partner:
    """Copy a suggestion into the school's own list: what becomes of the suggestion no longer matters.

    NotFound for one of another circonscription; Conflict when the school has that organisation already.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    suggestion = queries.suggestion_or_404(db, circonscription_of(db, school), suggestion_id)
    data = PartnerIn(**{name: getattr(suggestion, name) for name in PartnerIn.model_fields})
    try:
        partner = make_partner(db, school, data)
    except Invalid as refusal:
        raise Conflict(refusal.errors[0].detail, code=refusal.errors[0].code) from None
    after = plain(partner) | {"suggestion": suggestion.id}
    record(db, actor, turn, "partner.taken_up", f"partner:{partner.id}", after=after)
    return partner


# --- the list, kept by the inspector -------------------------------------------------------------------


def circonscription_kept(db: Session, actor: Actor, code: str) -> Territory:
    """The circonscription of that code, for its own inspector. NotFound for everybody else."""
    territory = territory_or_404(db, code)
    is_own = actor.territories.get(territory.id) is Role.INSPECTOR
    if not is_own or territory.level is not TerritoryLevel.CIRCONSCRIPTION:
        raise NotFound()
    return territory


def suggest_partner(db: Session, actor: Actor, code: str, data: SuggestionIn) -> SuggestedPartner:
    """Put an organisation on the list that the schools of the circonscription read."""
    territory = circonscription_kept(db, actor, code)
    turn = take_turn(db)
    _check_new_name(db, territory, data.name)
    suggestion = SuggestedPartner(territory_id=territory.id, **data.model_dump())
    db.add(suggestion)
    db.flush()
    record(db, actor, turn, "suggestion.added", f"suggestion:{suggestion.id}", after=suggestion)
    return suggestion


def revise_suggestion(
    db: Session, actor: Actor, code: str, suggestion_id: UUID, data: SuggestionIn, version: int | None
) -> SuggestedPartner:
    """Correct a suggestion; the schools that took it up keep what they copied."""
    territory = circonscription_kept(db, actor, code)
    turn = take_turn(db)
    suggestion = queries.suggestion_or_404(db, territory.id, suggestion_id)
    check_version(suggestion, version)
    _check_new_name(db, territory, data.name, suggestion)
    before = plain(suggestion)
    for name, value in data.model_dump().items():
        setattr(suggestion, name, value)
    suggestion.version += 1
    db.flush()
    target = f"suggestion:{suggestion.id}"
    record(db, actor, turn, "suggestion.revised", target, before=before, after=suggestion)
    return suggestion


def withdraw_suggestion(
    db: Session, actor: Actor, code: str, suggestion_id: UUID, version: int | None
) -> None:
    """Take an organisation off the list; the schools that took it up keep it in theirs."""
    territory = circonscription_kept(db, actor, code)
    turn = take_turn(db)
    suggestion = queries.suggestion_or_404(db, territory.id, suggestion_id)
    check_version(suggestion, version)
    before = plain(suggestion)
    db.delete(suggestion)
    db.flush()
    record(db, actor, turn, "suggestion.withdrawn", f"suggestion:{suggestion_id}", before=before)


def _check_new_name(
    db: Session, territory: Territory, name: str, own: SuggestedPartner | None = None
) -> None:
    others = (row for row in queries.suggestions_of(db, territory.id, limit=ALL) if row is not own)
    if any(fold(row.name) == fold(name) for row in others):
        raise Invalid.one("name", "Cet organisme est déjà dans la liste.", "known_partner")
