"""« Transmettre le trimestre »: what leaves the school, seen before, version after version."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app import clock
from app.accounts.access import current_year, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import record, take_turn
from app.accounts.reach_queries import is_visible
from app.domain.indicators import INDICATORS, Indicator
from app.domain.rates import Figure, Rate
from app.domain.readings import counts_sentence
from app.domain.school_year import Term
from app.domain.transmitted import is_small, leaves_the_school
from app.domain.vocabulary import Status
from app.errors import Conflict, NotFound
from app.measurements.service import Total, series_of_school
from app.reviews.minutes import Minutes, minutes_in
from app.reviews.queries import last_version
from app.schools.models import School
from app.schools.queries import profile_at
from app.schools.service import indicators_of, past_or_current
from app.transmissions import queries
from app.transmissions.models import (
    Transmission,
    TransmissionIn,
    TransmissionOut,
    TransmittedOut,
    TransmittedTotal,
)
from app.transmissions.publishing import publish


@dataclass(frozen=True, slots=True)
class Sent:
    """One figure that a transmission carries, beside what the last one said of it."""

    indicator: Indicator
    total: Total
    reading: str
    last: TransmittedTotal | None

    @property
    def is_new(self) -> bool:
        return self.last is None or _said(self.last) != self.total.figure


@dataclass(frozen=True, slots=True)
class Preview:
    """What a transmission would contain now, what needs none, and what stays in the school."""

    school: School
    term: Term
    figures: Sequence[Sent]
    public: Sequence[Sent]
    stays: Sequence[Indicator]
    review_number: int | None
    """The closing whose minutes would go with it."""
    last: Transmission | None

    @property
    def changed_since(self) -> int:
        """How many figures say something else than the last version; 0 before the first."""
        return sum(sent.is_new for sent in self.figures) if self.last else 0

    @property
    def is_empty(self) -> bool:
        return not any(sent.total.answers for sent in self.figures)


def preview_of(db: Session, actor: Actor, uai: str, term: Term) -> Preview:
    """Raises Invalid for a term that has not begun."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return _preview(db, school, past_or_current(db, school, term))


def transmit_term(db: Session, actor: Actor, uai: str, data: TransmissionIn) -> Transmission:
    """Send the figures of a term to the circonscription, as they are now.

    Raises Conflict when there is nothing to send, or nothing that differs from the last version. Earlier
    versions stay; the new one counts in the sums instead of them, in the same transaction.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    seen = _preview(db, school, past_or_current(db, school, Term(data.term)))
    minutes = seen.review_number if data.with_minutes else None
    _refuse_nothing(seen, minutes)
    profile = profile_at(db, school.id, seen.term.year)
    sent = Transmission(
        school_id=school.id,
        term=seen.term,
        number=seen.last.number + 1 if seen.last else 1,
        ledger_version=turn.version,
        transmitted_at=clock.now(),
        transmitted_by=actor.user_id,
        pupils=profile.pupils if profile else None,
        review_number=minutes,
    )
    db.add(sent)
    db.flush()
    db.add_all(_row(sent, one) for one in seen.figures)
    db.flush()
    moved = publish(db, school.id, seen.term)
    place = profile.circonscription_id if profile else None
    if place is not None and place not in moved:  # the same figures sent again are still a transmission
        queries.bump_versions(db, [place])
    record(db, actor, turn, "term.transmitted", f"transmission:{seen.term}:{sent.number}", after=sent)
    return sent


def _preview(db: Session, school: School, term: Term) -> Preview:
    profile = profile_at(db, school.id, term.year)
    pupils = profile.pupils if profile else None
    last = queries.last_transmission(db, school.id, term)
    before = {row.indicator: row for row in queries.totals_of(db, last)} if last else {}
    series = series_of_school(db, school, [term])
    figures, public, stays = [], [], []
    for indicator in indicators_of(db, school, term).values():
        nothing = Total(indicator.slug, term, Figure(Status.NOT_MEASURED))
        total = series.get(indicator.slug, {}).get(term) or nothing
        told = counts_sentence(indicator, total.figure, pupils, term=term)
        sent = Sent(indicator, total, told, before.get(indicator.slug))
        if leaves_the_school(indicator, term):
            figures.append(sent)
        elif indicator.is_own:
            stays.append(indicator)
        elif total.answers:
            public.append(sent)
    review = last_version(db, school.id, term)
    return Preview(school, term, figures, public, stays, review.number if review else None, last)


def _refuse_nothing(seen: Preview, minutes: int | None) -> None:
    if seen.is_empty:
        raise Conflict("Aucun chiffre de ce trimestre n’est encore noté\u202f: il n’y a rien à transmettre.")
    if seen.last and not seen.changed_since and seen.last.review_number == minutes:
        told = "Rien n’a changé depuis la dernière transmission\u202f: l’IEN a déjà ces chiffres."
        raise Conflict(told, code="unchanged")


def _row(sent: Transmission, one: Sent) -> TransmittedTotal:
    rate = one.total.figure.rate
    return TransmittedTotal(
        school_id=sent.school_id,
        term=sent.term,
        number=sent.number,
        indicator=one.indicator.slug,
        status=one.total.figure.status,
        counted=rate.counted if rate else None,
        out_of=rate.out_of if rate else None,
        grades=one.total.grades,
    )


def _said(row: TransmittedTotal) -> Figure:
    return Figure.of(row.counted, row.out_of) if row.counted is not None else Figure(row.status)


# --- reading -------------------------------------------------------------------------------------------


def school_seen(db: Session, actor: Actor, uai: str, term: Term) -> School:
    """The school, for who may read what it sent of that year. NotFound for the others."""
    return school_for(db, actor, uai, Task.SEE_TRANSMITTED, year=term.year)


def transmission_or_404(db: Session, school: School, term: Term, number: int | None = None) -> Transmission:
    """One version of a term, the latest unless a number is given."""
    found = (
        queries.last_transmission(db, school.id, term)
        if number is None
        else queries.transmission_or_none(db, school.id, term, number)
    )
    if found is None:
        raise NotFound("L’école n’a pas transmis ce trimestre.")
    return found


def version_seen(db: Session, actor: Actor, school: School, sent: Transmission) -> TransmissionOut:
    """One version as this reader may see it: outside the school, nothing counted among fewer than 11."""
    inside = is_visible(db, actor, school.id, Task.SEE_WORK, current_year(school))
    figures = [_seen(row, sent, inside) for row in queries.totals_of(db, sent)]
    return TransmissionOut(
        term=sent.term,
        number=sent.number,
        transmitted_at=sent.transmitted_at,
        has_minutes=sent.review_number is not None,
        figures=figures,
        changed_since=_preview(db, school, Term(sent.term)).changed_since if inside else None,
    )


def _seen(row: TransmittedTotal, sent: Transmission, inside: bool) -> TransmittedOut:
    seen = TransmittedOut.model_validate(row, from_attributes=True)
    if row.counted is None or inside:
        return seen
    if not is_small(INDICATORS[row.indicator], Rate(row.counted, row.out_of), sent.pupils):
        return seen
    return seen.model_copy(update={"counted": None, "out_of": None, "suppressed": True})


def versions_seen(db: Session, actor: Actor, uai: str, *, after: str, limit: int) -> list[TransmissionOut]:
    """The latest version of each term of the years in which the school is the reader's to see."""
    school = school_for(db, actor, uai, Task.SEE_TRANSMITTED)
    rows = queries.last_transmissions(db, school.id, after=after, limit=limit)
    return [
        version_seen(db, actor, school, sent)
        for sent in rows
        if is_visible(db, actor, school.id, Task.SEE_TRANSMITTED, Term(sent.term).year)
    ]


def attached_minutes(db: Session, actor: Actor, uai: str, term: Term, number: int | None = None) -> Minutes:
    """The minutes that were attached to a version. NotFound when they were not."""
    school = school_seen(db, actor, uai, term)
    sent = transmission_or_404(db, school, term, number)
    if sent.review_number is None:
        raise NotFound("L’école n’a pas joint de relevé de conclusions.")
    return minutes_in(db, school, term, sent.review_number)
