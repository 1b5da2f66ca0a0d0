"""What an action asks of parents: four steps, from coming along to leading together."""

from collections import Counter
from collections.abc import Iterable

from app.domain.french import NARROW, counted
from app.domain.vocabulary import Labelled


class Step(Labelled):
    """From a first act that costs little to leading with the team (« le pied dans la porte »)."""

    COME = "come", "venir"
    TAKE_PART = "take_part", "prendre part"
    CONTRIBUTE = "contribute", "apporter quelque chose"
    CO_LEAD = "co_lead", "animer avec l’équipe"

    @property
    def number(self) -> int:
        return tuple(Step).index(self) + 1

    @property
    def is_big_first_step(self) -> bool:
        """More than a family does the first time it meets the school."""
        return self.number >= 3


def starts_too_high(steps: Iterable[Step | None]) -> bool:
    """Whether every action of a plan asks a big first step; an action whose step is not said may be small."""
    asked = list(steps)
    return bool(asked) and all(step is not None and step.is_big_first_step for step in asked)


def spread_sentence(steps: Iterable[Step | None]) -> str:
    """« Ce que le plan demande aux parents : venir 2, prendre part 1… »; empty when no step is said."""
    asked = list(steps)
    count = Counter(asked)
    if not any(count[step] for step in Step):
        return ""
    told = ", ".join(f"{step.label} {count[step]}" for step in Step)
    unsaid = f" ({counted(count[None], ('action', 'actions'))} à préciser)" if count[None] else ""
    return f"Ce que le plan demande aux parents{NARROW}: {told}{unsaid}."
