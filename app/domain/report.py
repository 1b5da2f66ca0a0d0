"""The one-page report of an action and its shared evaluation over twelve months: the rules, without SQL.

An evaluation says what a school saw during a period. It never says what brought it about.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.french import counted
from app.domain.vocabulary import Labelled

MONTHS = 12
DAY = timedelta(days=1)


class TargetEffect(Labelled):
    """What an action hopes to see: the eight of the Point parents sheet."""

    SCHOOL_RESULTS = "school_results", "les résultats scolaires"
    HEALTH = "health", "la santé"
    PARENTS_INVOLVEMENT = "parents_involvement", "l’implication des parents"
    ABSENTEEISM = "absenteeism", "l’absentéisme à l’école"
    SCHOOLWORK = "schoolwork", "l’investissement de l’enfant dans son travail"
    SELF_CONFIDENCE = "self_confidence", "la confiance en soi"
    COMMUNICATION = "communication", "la communication avec les autres"
    ILL_BEING = "ill_being", "le mal-être à l’école et à la maison"


class Finding(Labelled):
    """What was seen of a target effect by the end of the twelve months."""

    OBSERVED = "observed", "observé"
    PARTLY = "partly", "en partie"
    NOT_OBSERVED = "not_observed", "non observé"
    NOT_KNOWN = "not_known", "on ne sait pas"


class Voice(Labelled):
    """Whose view an interim note gives; the school writes it down, a role and never a name."""

    PARENTS = "parents", "les parents"
    TEACHERS = "teachers", "les enseignants"
    PARTNERS = "partners", "les partenaires"


@dataclass(frozen=True, slots=True)
class Period:
    """Twelve months, both days included: from 1 October to 30 September."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def is_over(self, today: date) -> bool:
        """The evaluation may be closed from the day after the last one."""
        return today > self.last

    def until(self, today: date) -> date:
        """The last day of which something can be known."""
        return min(self.last, today)


def twelve_months_from(first: date) -> Period:
    """The period that begins on `first`. One that begins on 29 February ends on 28 February."""
    try:
        same_day = first.replace(year=first.year + 1)
    except ValueError:  # 29 February
        same_day = date(first.year + 1, 3, 1)
    return Period(first, same_day - DAY)


def needs_evidence(finding: Finding) -> bool:
    """What was seen, or looked for and not seen, is told in a sentence; not knowing needs none."""
    return finding is not Finding.NOT_KNOWN


def points_of(text: str) -> list[str]:
    """A text of one point a line, as a list; the bullets that people type are taken away."""
    lines = (line.strip().lstrip("•-–—*").strip() for line in text.splitlines())
    return [line for line in lines if line]


@dataclass(frozen=True, slots=True)
class Attended:
    """The held events of a period and who came; `partners` are different organisations."""

    events: int
    parents: int
    children: int
    professionals: int
    partners: int

    @property
    def sentence(self) -> str:
        """« 12 rendez-vous tenus : 98 venues de parents, 40 d’enfants, 2 partenaires. »"""
        if not self.events:
            return "Aucun rendez-vous tenu."
        came = [counted(self.parents, ("venue de parent", "venues de parents"))]
        if self.children:
            came.append(f"{counted(self.children, ('venue d’enfant', 'venues d’enfants'))}")
        if self.professionals:
            came.append(
                counted(self.professionals, ("présence de professionnel", "présences de professionnels"))
            )
        if self.partners:
            came.append(counted(self.partners, ("partenaire", "partenaires")))
        held = counted(self.events, ("rendez-vous tenu", "rendez-vous tenus"))
        return f"{held}\u202f: {', '.join(came)}."
