"""Numbers that are possible and unlikely: asked about once, after they are stored, and never refused."""

from app.domain.french import NARROW, counted, decimal, number, percent
from app.domain.indicators import PUPILS, Indicator
from app.domain.rates import FEWEST_FOR_PERCENT, Rate
from app.domain.readings import POINTS

FEWEST_REGISTERED_PER_CLASS, MOST_REGISTERED_PER_CLASS = 20, 70
"""Electors of a class of about 25 pupils, one or two a pupil, siblings' parents counted once."""
LARGEST_MOVE = 30
"""Points between two figures of a school; a typing mistake is a likelier reason than a larger one."""


def doubts_about(
    indicator: Indicator, rate: Rate | None, before: Rate | None, before_said: str, pupils: int | None
) -> list[str]:
    """What to read again in a figure. `before` is the one it follows, told in words by `before_said`."""
    if rate is None:
        return []
    found = [move_doubt(rate, before, before_said), _crowd_doubt(indicator, rate, pupils)]
    return [told for told in found if told]


def move_doubt(rate: Rate, before: Rate | None, before_said: str) -> str:
    """« 36 sur 196 (18 %), contre 158 sur 196 (81 %) au 2e trimestre : 62 points de moins. », or nothing."""
    if before is None or min(rate.out_of or 0, before.out_of or 0) < FEWEST_FOR_PERCENT:
        return ""
    assert rate.share is not None
    assert before.share is not None
    points = round((rate.share - before.share) * 100)
    if abs(points) <= LARGEST_MOVE:
        return ""
    direction = "de plus" if points > 0 else "de moins"
    told = f"{_said(rate)}, contre {_said(before)} {before_said}"
    return f"{told}{NARROW}: {counted(abs(points), POINTS)} {direction}."


def registered_doubt(registered: int | None, classes: int | None) -> str:
    """« 90 parents inscrits pour 9 classes, soit 10,0 par classe : d’ordinaire de 20 à 70. », or nothing."""
    if registered is None or not classes:
        return ""
    if FEWEST_REGISTERED_PER_CLASS * classes <= registered <= MOST_REGISTERED_PER_CLASS * classes:
        return ""
    parents = counted(registered, ("parent inscrit", "parents inscrits"))
    in_all = counted(classes, ("classe", "classes"))
    told = f"{parents} pour {in_all}, soit {decimal(registered / classes)} par classe"
    return f"{told}{NARROW}: d’ordinaire de {FEWEST_REGISTERED_PER_CLASS} à {MOST_REGISTERED_PER_CLASS}."


def _crowd_doubt(indicator: Indicator, rate: Rate, pupils: int | None) -> str:
    """More pupils invited than the school has."""
    if indicator.unit != PUPILS or rate.out_of is None or not pupils or rate.out_of <= pupils:
        return ""
    return f"{counted(rate.out_of, PUPILS)} en tout, dans une école qui en compte {number(pupils)}."


def _said(rate: Rate) -> str:
    assert rate.out_of is not None
    assert rate.share is not None
    return f"{number(rate.counted)} sur {number(rate.out_of)} ({percent(rate.share)})"
