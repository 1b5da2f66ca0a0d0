"""What a school has to do this term, and by when: rules over plain facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.french import NARROW, counted
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import Labelled

HOLIDAYS = timedelta(days=16)
"""T1 and T2 end with the two weeks of holidays that close them: what is due is due before."""
NOTICE = timedelta(days=28)
"""A closing is announced four weeks ahead, the time to find a day for the conseil des maîtres."""
LATE = timedelta(days=30)
"""What a past term still lacks is asked for a month, then left alone."""
TO_TRANSMIT = timedelta(days=14)
_INDICATORS = ("indicateur", "indicateurs")


class ReminderKind(Labelled):
    FIGURES = "figures", "Saisie"
    ELECTION = "election", "Élection"
    REVIEW = "review", "Bilan"
    TRANSMISSION = "transmission", "Transmission"
    EVENT = "event", "Rendez-vous"


@dataclass(frozen=True, slots=True)
class TermFacts:
    """One term of a school. `missing` of `asked` indicators wait to be typed; None before it begins.

    The election has its own reminder, so it is not asked; `unanswered` of `shown` counts it too, and is what
    the sheet and the entry screen say.
    """

    term: Term
    first: date
    last: date
    missing: int | None = None
    asked: int = 0
    unanswered: int = 0
    shown: int = 0
    review: str = "none"
    """none, open or closed."""
    closed_on: date | None = None
    is_transmitted: bool = False

    def is_left(self, today: date) -> bool:
        """Over for a month, or over without anything begun: nobody is reminded of it any more."""
        is_untouched = self.review == "none" and self.missing == self.asked
        return today > self.last + LATE or (today > self.last and is_untouched)

    @property
    def due_on(self) -> date:
        """The day by which the term is typed and its review held, while the school is at work."""
        if self.term.number == 3:
            return min(self.last, date(self.last.year, 6, 30))
        return max(self.first, self.last - HOLIDAYS)


@dataclass(frozen=True, slots=True)
class PastEvent:
    """A planned event whose day is over and that nobody counted."""

    key: str
    planned_on: date
    title: str


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What the rules look at. `election` is the year whose result is not recorded, else None."""

    today: date
    terms: Sequence[TermFacts]
    election: SchoolYear | None = None
    events: Sequence[PastEvent] = ()
    may_steer: bool = True
    """The head teacher’s; a teacher is reminded of figures and events."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to do. `about` is a term, a year or an event; with `kind` it stays the same all the while.

    `title` holds no word that the school typed, so that it may leave the page; `detail` may.
    """

    kind: ReminderKind
    about: str
    title: str
    detail: str
    due_on: date
    path: str
    """Below the school’s own address, from a slash on."""


def reminders(facts: SchoolFacts) -> list[Reminder]:
    """What is due now, the most urgent first."""
    found = [*_events(facts), *_election(facts, ahead=False)]
    for term in facts.terms:
        found += _term(facts, term, ahead=False)
    return _in_order(found)


def coming(facts: SchoolFacts) -> list[Reminder]:
    """What is due now and later in the terms given: what a calendar shows."""
    found = [*_events(facts), *_election(facts, ahead=True)]
    for term in facts.terms:
        found += _term(facts, term, ahead=True)
    return _in_order(found)


def _in_order(found: Iterable[Reminder]) -> list[Reminder]:
    return sorted(found, key=lambda one: (one.due_on, list(ReminderKind).index(one.kind), one.about))


def _term(facts: SchoolFacts, term: TermFacts, *, ahead: bool) -> list[Reminder]:
    if term.is_left(facts.today):
        return []
    found = []
    if term.review != "closed" and (term.missing or (ahead and term.missing is None)):
        found.append(_figures(term))
    if not facts.may_steer:
        return found
    if term.review != "closed" and (ahead or facts.today >= term.due_on - NOTICE):
        found.append(_review(term))
    if term.review == "closed" and not term.is_transmitted and term.closed_on is not None:
        title = f"Bilan du {term.term.ordinal}{NARROW}: le transmettre à l’IEN, si vous le voulez"
        detail = "Le bilan est clos. Rien ne part sans vous, et vous voyez avant ce qui part."
        due = term.closed_on + TO_TRANSMIT
        path = f"/transmettre/{term.term}"
        found.append(Reminder(ReminderKind.TRANSMISSION, term.term, title, detail, due, path))
    return found


def _figures(term: TermFacts) -> Reminder:
    title = f"Chiffres du {term.term.ordinal} à saisir"
    if term.missing is None:
        detail = "Le trimestre n’a pas commencé."
    else:
        detail = f"{counted(term.unanswered, _INDICATORS)} sur {term.shown} sans réponse."
    return Reminder(ReminderKind.FIGURES, term.term, title, detail, term.due_on, f"/saisie/{term.term}")


def _review(term: TermFacts) -> Reminder:
    title = f"Bilan du {term.term.ordinal} en conseil des maîtres"
    detail = "Il est ouvert, à clore." if term.review == "open" else "Environ dix minutes, à tenir."
    return Reminder(ReminderKind.REVIEW, term.term, title, detail, term.due_on, f"/conseil/{term.term}")


def _election(facts: SchoolFacts, *, ahead: bool) -> list[Reminder]:
    """The ballot is held in October: before the end of the seventh week of the school year.

    Source: arrêté du 13 mai 1985 on the conseil d’école. Its result is asked until the first term is left.
    """
    year = facts.election
    if year is None or not facts.may_steer:
        return []
    opens, closes = date(year.start, 10, 1), date(year.start, 10, 31)
    first_term = next((term for term in facts.terms if term.term == year.terms[0]), None)
    if first_term is None or facts.today > first_term.last or not (ahead or facts.today >= opens):
        return []
    title = "Résultat de l’élection des représentants des parents"
    detail = "Le procès-verbal se colle tel quel, à relire avant d’enregistrer."
    return [Reminder(ReminderKind.ELECTION, year, title, detail, closes, f"/election/{year}")]


def _events(facts: SchoolFacts) -> list[Reminder]:
    return [
        Reminder(
            ReminderKind.EVENT,
            event.key,
            "Un rendez-vous passé est à compter",
            f"«\u202f{event.title}\u202f»{NARROW}: combien de parents sont venus{NARROW}?",
            event.planned_on,
            f"/rendez-vous/{event.key}",
        )
        for event in facts.events
        if event.planned_on < facts.today
    ]
