"""Sentences for teachers, chosen by rule: counts first, a percentage from 20 on, no verdict."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import Figure, Rate, per_hundred
from app.domain.school_year import Term
from app.domain.vocabulary import Source, Status

FEWEST_FOR_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Target:
    """What a goal aims at: whole per cent for a rate, a whole number for a count, by the end of a term."""

    indicator: str
    value: int
    by: Term
    baseline: Rate | None = None

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("Une cible ne peut pas être négative.")


@dataclass(frozen=True, slots=True)
class Case:
    """All that a sentence about one figure may need; rules look at what is there."""

    indicator: Indicator
    figure: Figure
    term: Term | None = None
    pupils: int | None = None
    target: Target | None = None
    before: Figure | None = None
    before_term: Term | None = None
    before_pupils: int | None = None


def _has_percent(rate: Rate) -> bool:
    return rate.out_of is not None and rate.out_of >= FEWEST_FOR_PERCENT


def _aside(indicator: Indicator, rate: Rate, pupils: int | None) -> str:
    """The bracket after the counts, when the numbers are large enough to carry one."""
    if rate.share is not None and _has_percent(rate):
        return f" ({french.percent(rate.share)})"
    scaled = per_hundred(rate.counted, pupils)
    if indicator.per_pupils and rate.counted and scaled is not None and (pupils or 0) >= FEWEST_FOR_PERCENT:
        return f" ({french.decimal(scaled, 0)} pour 100 élèves)"
    return ""


def _counts(indicator: Indicator, rate: Rate, pupils: int | None, *, with_unit: bool = True) -> str:
    """« 97 familles sur 212 (46 %) », or « 97 sur 212 (46 %) » where the unit was just said."""
    said = french.counted(rate.counted, indicator.unit) if with_unit else french.number(rate.counted)
    whole = f" sur {french.number(rate.out_of)}" if rate.out_of is not None else ""
    return f"{said}{whole}{_aside(indicator, rate, pupils)}"


def _moment(indicator: Indicator, year: int) -> str:
    """When a yearly figure was taken: parents vote in October, the rest belongs to the rentrée."""
    return f"octobre {year}" if indicator.fed_by is Source.ELECTION else f"rentrée {year}"


def _when(indicator: Indicator, term: Term) -> str:
    if not indicator.is_yearly:
        return f"au {term.label}"
    moment = _moment(indicator, term.year.start)
    return f"en {moment}" if moment.startswith("octobre") else f"à la {moment}"


def counts_sentence(
    indicator: Indicator, figure: Figure, pupils: int | None = None, *, term: Term | None = None
) -> str:
    """The figure of a term, or which kind of nothing it is. In T2 and T3 a yearly figure says its month."""
    if figure.status is Status.NOT_APPLICABLE:
        return "Sans objet."
    if figure.rate is None:
        return f"Non mesuré {'cette année' if indicator.is_yearly else 'ce trimestre'}."
    counts = _counts(indicator, figure.rate, pupils)
    if indicator.is_yearly and term is not None and term.number > 1:
        return f"{_moment(indicator, term.year.start).capitalize()}{NARROW}: {counts}."
    return f"{counts}."


def units_missing(indicator: Indicator, rate: Rate, target: Target) -> int:
    """Units between a figure and its target: above 0 while the target is not reached.

    ceil(value × out_of / 100) − counted; where lower is better, counted − floor(value × out_of / 100).
    """
    scaled = target.value * rate.out_of if rate.out_of is not None else target.value * 100
    if indicator.better == "lower":
        return rate.counted - scaled // 100
    return -(-scaled // 100) - rate.counted


def distance_sentence(indicator: Indicator, figure: Figure, target: Target) -> str | None:
    """How far the target is, in persons and not in points; None when there is nothing to compare."""
    if figure.rate is None or figure.rate.out_of == 0:
        return None
    missing = units_missing(indicator, figure.rate, target)
    if missing <= 0:
        return "Objectif atteint."
    units = french.counted(missing, indicator.unit)
    return f"{units} de trop pour l’objectif." if indicator.better == "lower" else f"Il manque {units}."


def _difference(before: Rate, after: Rate) -> str | None:
    """« 7 points de plus », « 11 de moins »; None between rates too small for a percentage."""
    if before.share is None or after.share is None:
        gap, unit = after.counted - before.counted, ""
    elif _has_percent(before) and _has_percent(after):
        # Between the two percentages as they are printed, so that the reader's own subtraction agrees.
        gap = french.whole_percent(after.share) - french.whole_percent(before.share)
        unit = french.plural(gap, " point", " points")
    else:
        return None
    if not gap:
        return "autant" if not unit else "même proportion"
    return f"{french.number(abs(gap))}{unit} de {'plus' if gap > 0 else 'moins'}"


def change_sentence(
    indicator: Indicator,
    before: Figure,
    after: Figure,
    *,
    since: Term | None = None,
    pupils: int | None = None,
    pupils_before: int | None = None,
) -> str | None:
    """Both figures and what lies between them, without a verdict; None when one of them is missing."""
    if before.rate is None or after.rate is None:
        return None
    now = _counts(indicator, after.rate, pupils)
    then = _counts(indicator, before.rate, pupils_before, with_unit=False)
    moment = _when(indicator, since) if since else "auparavant"
    difference = _difference(before.rate, after.rate)
    return f"{now}, contre {then} {moment}" + (f"{NARROW}: {difference}." if difference else ".")


Rule = Callable[[Case], str | None]


def _changed(case: Case) -> str | None:
    is_shown_again = case.indicator.is_yearly and case.term is not None and case.term.number > 1
    if case.before is None or is_shown_again:
        return None
    return change_sentence(
        case.indicator,
        case.before,
        case.figure,
        since=case.before_term,
        pupils=case.pupils,
        pupils_before=case.before_pupils,
    )


def _counted(case: Case) -> str:
    return counts_sentence(case.indicator, case.figure, case.pupils, term=case.term)


def _distant(case: Case) -> str | None:
    return distance_sentence(case.indicator, case.figure, case.target) if case.target else None


SENTENCES: tuple[tuple[Rule, ...], ...] = ((_changed, _counted), (_distant,))
"""A line a sentence, in reading order; in each line the first rule that has something to say speaks."""


def reading(
    indicator: Indicator,
    figure: Figure,
    *,
    term: Term | None = None,
    pupils: int | None = None,
    target: Target | None = None,
    before: Figure | None = None,
    before_term: Term | None = None,
    before_pupils: int | None = None,
) -> str:
    """What is said under a chart."""
    case = Case(indicator, figure, term, pupils, target, before, before_term, before_pupils)
    spoken = (next(filter(None, (rule(case) for rule in rules)), None) for rules in SENTENCES)
    return " ".join(filter(None, spoken))
