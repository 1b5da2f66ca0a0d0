"""What an inspector may ask: a closed list of questions, read from words, each refusal with the list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.aggregates.models import Breakdown, Level
from app.aggregates.place_queries import (
    Lineage,
    Place,
    departement_in,
    lineage_by_code,
    lineage_of,
    role_over,
)
from app.domain.indicators import INDICATORS, OFFICIAL
from app.domain.school_year import YEARS, Term, calendar_of, term_of, today_in, year_of
from app.domain.transmitted import is_published_at_once
from app.domain.vocabulary import Role
from app.errors import Invalid, NotFound
from app.schools.territories import level_and_code

MOST_TERMS = 45
"""Fifteen years."""
FIRST_YEAR = YEARS.start + 2
"""Of a day whose school year has one before it that the service knows."""
RELATIVE = ("current", "previous", "same-last-year")
_ORDER = list(Level)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was found to have an answer, for somebody who may read it."""

    indicators: tuple[str, ...]
    level: Level
    lineage: Lineage
    role: Role
    """The duty by which the territory is read: it decides between live figures and releases."""
    terms: tuple[Term, ...]
    breakdown: Breakdown = Breakdown.NONE

    @property
    def within(self) -> Place:
        return self.lineage[0]

    @property
    def live(self) -> tuple[str, ...]:
        """The indicators read as they are now: an inspector's own, and elections for everybody."""
        if self.role is Role.INSPECTOR:
            return self.indicators
        return tuple(slug for slug in self.indicators if is_published_at_once(INDICATORS[slug]))

    @property
    def released(self) -> tuple[str, ...]:
        return tuple(slug for slug in self.indicators if slug not in self.live)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for questions with the same answer."""
        return self.indicators, self.level, self.within.id, self.role, self.terms, self.breakdown


def question(
    db: Session,
    actor: Actor,
    *,
    indicator: Sequence[str],
    level: Level | None,
    within: str | None,
    term: Sequence[str],
    breakdown: Breakdown,
    today: date | None,
) -> Question:
    """Raises NotFound for a territory that the caller may not read, Invalid with the list otherwise."""
    lineage, role = territory_read(db, actor, within)
    asked = _level(lineage[0], level)
    slugs = _indicators(indicator)
    found = Question(
        indicators=slugs,
        level=asked,
        lineage=lineage,
        role=role,
        terms=terms_of(term, today_at(lineage[0], today), departement_in(lineage)),
        breakdown=breakdown,
    )
    if asked is Level.SCHOOL and breakdown is not Breakdown.NONE:
        told = "Une école ne se ventile pas\u202f: breakdown vaut none."
        raise Invalid.one("breakdown", told, "unknown_cut")
    if asked is Level.SCHOOL and found.released:
        told = f"École par école, vous lisez les élections\u202f: {_listed(_votes())}."
        raise Invalid.one("indicator", told, "not_at_school_level")
    return found


def territory_read(db: Session, actor: Actor, code: str | None) -> tuple[Lineage, Role]:
    """The territory named, or the caller's only one, with those around it and the role it is read by.

    NotFound when it is not theirs to read.
    """
    if code is not None:
        lineage = lineage_by_code(db, *level_and_code(code))
        role = role_over(actor.territories, lineage)
        if role is None:
            raise NotFound()
        return lineage, role
    named = [lineage_of(db, key) for key in actor.territories]
    own = [one for one in named if role_over(actor.territories, one[1:]) is None]
    if not own:
        raise NotFound()
    if len(own) > 1:
        raise Invalid.one("within", "Vous lisez plusieurs territoires\u202f: dites lequel.", "missing")
    return own[0], actor.territories[own[0][0].id]


def _level(territory: Place, level: Level | None) -> Level:
    own = Level(territory.level.value)
    if level is None:
        return own
    if _ORDER.index(level) > _ORDER.index(own):
        allowed = [one.value for one in _ORDER[: _ORDER.index(own) + 1]]
        told = f"Ce niveau est au-dessus de votre territoire\u202f: demandez {_listed(allowed)}."
        raise Invalid.one("level", told, "level_above")
    return level


def _indicators(texts: Sequence[str]) -> tuple[str, ...]:
    """Several, repeated or separated by commas; the five of the sheet when none is named."""
    slugs = tuple(dict.fromkeys(_split(texts))) or OFFICIAL_ORDER
    unknown = [slug for slug in slugs if slug not in INDICATORS]
    if unknown:
        told = f"Indicateur inconnu\u202f: «\u202f{unknown[0][:60]}\u202f». Demandez {_listed(INDICATORS)}."
        raise Invalid.one("indicator", told, "unknown_indicator")
    return slugs


OFFICIAL_ORDER = tuple(slug for slug in INDICATORS if slug in OFFICIAL)


def _votes() -> list[str]:
    return [slug for slug, indicator in INDICATORS.items() if is_published_at_once(indicator)]


def _split(texts: Iterable[str]) -> list[str]:
    """A word left empty, as a variable of a script may be, is not one that was left out."""
    return [word.strip() for text in texts for word in text.split(",")]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


# --- terms ---------------------------------------------------------------------------------------------


def today_at(territory: Place, today: date | None) -> date:
    """The day that relative terms are resolved at; Invalid when it has not come."""
    now = today_in(territory.code or "", clock.now())
    if today is not None and today > now:
        raise Invalid.one("today", "Ce jour n’est pas encore passé.", "future")
    if today is not None and today.year < FIRST_YEAR:
        raise Invalid.one("today", f"Écrivez un jour à partir de {FIRST_YEAR}.", "too_old")
    return today or now


def terms_of(texts: Sequence[str], today: date, departement: str = "") -> tuple[Term, ...]:
    """Terms, ranges `A..B` and relative ones, in order. Raises Invalid when one comes twice or is to come."""
    calendar = calendar_of(year_of(today, departement), departement)
    now = term_of(today, calendar)
    found: list[Term] = []
    for word in _split(texts) or ["current"]:
        found += _terms(word, now, MOST_TERMS + 1 - len(found))
        if len(found) > MOST_TERMS:
            told = f"C’est trop de trimestres à la fois\u202f: demandez-en {MOST_TERMS} au plus."
            raise Invalid.one("term", told, "too_many_terms")
    if len(set(found)) < len(found):
        twice = next(term for term in found if found.count(term) > 1)
        raise Invalid.one("term", f"Le {twice.label} est demandé deux fois.", "overlapping_terms")
    if max(found) > now:
        raise Invalid.one("term", f"Le {max(found).label} n’a pas commencé.", "future_term")
    return tuple(sorted(found))


def _terms(word: str, now: Term, most: int) -> list[Term]:
    relative = {"current": now, "previous": now.previous, "same-last-year": now.same_last_year}
    if word in relative:
        return [relative[word]]
    first, is_range, last = word.partition("..")
    try:
        start, end = Term(first), Term(last if is_range else first)
    except ValueError:
        told = (
            f"«\u202f{word[:40]}\u202f» n’est pas un trimestre\u202f: écrivez 2026-2027-T1, "
            f"2024-2025-T1..2026-2027-T3, ou {_listed(RELATIVE)}."
        )
        raise Invalid.one("term", told, "unknown_term") from None
    if end < start:
        raise Invalid.one("term", f"«\u202f{word}\u202f» finit avant de commencer.", "unknown_term")
    found = [start]
    while found[-1] < end and len(found) < most:
        found.append(found[-1].next)
    return found
