"""The catalogue of practices, and how one finds its way in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.engagement import Step
from app.domain.practice import Age, Effort, Practice
from app.domain.practices_linking import LINKING_PRACTICES
from app.domain.practices_parenting import PARENTING
from app.domain.practices_sheet import SHEET_PRACTICES
from app.domain.search import is_found
from app.domain.vocabulary import Audience, Axis, PartnerKind

PRACTICES: Mapping[str, Practice] = {
    practice.slug: practice for practice in (*PARENTING, *LINKING_PRACTICES, *SHEET_PRACTICES)
}
"""Every practice by its slug; a slug is kept for ever, since actions remember it."""

_SEARCHED = {slug: practice.searched for slug, practice in PRACTICES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one looks for; None stands for any."""

    axis: Axis | None = None
    lever: str | None = None
    audience: Audience | None = None
    age: Age | None = None
    step: Step | None = None
    partner_kind: PartnerKind | None = None
    effort: Effort | None = None
    words: str = ""

    def is_met_by(self, practice: Practice) -> bool:
        """Whether the practice answers every question that was asked."""
        return (
            self.axis in (None, practice.axis)
            and self.lever in (None, practice.lever)
            and self.audience in (None, *practice.audiences)
            and self.age in (None, *practice.ages)
            and self.step in (None, practice.step)
            and self.partner_kind in (None, *practice.partner_kinds)
            and self.effort in (None, practice.effort)
            and is_found(_SEARCHED[practice.slug], self.words)
        )


def practices_found(wanted: Wanted) -> list[Practice]:
    """Those that answer, in the order of the catalogue."""
    return [practice for practice in PRACTICES.values() if wanted.is_met_by(practice)]
