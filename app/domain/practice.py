"""What a practice of the library says of itself."""

from dataclasses import dataclass

from app.domain.engagement import Step
from app.domain.levers import LEVERS, Setting
from app.domain.search import search_text
from app.domain.vocabulary import Audience, Axis, Labelled, PartnerKind


class Age(Labelled):
    """Of the children it concerns."""

    UNDER_3 = "under_3", "moins de 3 ans"
    FROM_3_TO_5 = "3_to_5", "3 à 5 ans"
    FROM_6_TO_11 = "6_to_11", "6 à 11 ans"


class Effort(Labelled):
    """What it costs the team the first time."""

    LIGHT = "light", "léger\u202f: une heure de préparation"
    MODERATE = "moderate", "moyen\u202f: quelques heures, à plusieurs"
    LARGE = "large", "important\u202f: plusieurs semaines, avec des partenaires"


@dataclass(frozen=True, slots=True)
class Example:
    """Where it has been done, and how."""

    place: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Something others did, in a form that a school can take up and rewrite."""

    slug: str
    title: str
    summary: str
    axis: Axis
    lever: str
    step: Step
    settings: tuple[Setting, ...]
    audiences: tuple[Audience, ...]
    """The first one is proposed to a school that takes the practice up."""
    ages: tuple[Age, ...]
    effort: Effort
    context: str
    stakeholders: tuple[str, ...]
    partner_kinds: tuple[PartnerKind, ...] = ()
    means: tuple[str, ...]
    conditions: tuple[str, ...]
    """Conditions for success: the checklist of the action that is made of it."""
    examples: tuple[Example, ...] = ()
    indicators: tuple[str, ...]

    @property
    def searched(self) -> str:
        """Its `search_text`: all its words, and the labels of what it is filed under."""
        labels = (*self.settings, *self.audiences, *self.ages, *self.partner_kinds, self.step, self.axis)
        return search_text(
            self.title,
            self.summary,
            self.context,
            LEVERS[self.lever].label,
            *self.stakeholders,
            *self.means,
            *self.conditions,
            *(f"{example.place} {example.told}" for example in self.examples),
            *(member.label for member in labels),
        )
