"""Sentences for teachers, chosen by rule: counts first, a percentage from 20 on, then what chance says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import FEWEST_FOR_PERCENT, Figure, Rate, per_hundred
from app.domain.school_year import Term
from app.domain.verdicts import (
    ChangeKind,
    TermFigure,
    Verdict,
    are_unequal,
    compared_terms,
    verdict_on,
)
from app.domain.vocabulary import Source, Status

POINTS = ("point", "points")


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
class Reading:
    """What is said of a figure, and what it says of a change."""

    text: str
    verdict: Verdict | None = None

    @property
    def change(self) -> ChangeKind:
        return self.verdict.kind if self.verdict else ChangeKind.NONE


@dataclass(frozen=True, slots=True)
class Case:
    """All that the sentences about one figure may need; rules look at what is there.

    `pasts` are the terms it is compared with, in the order they are said.
    """

    indicator: Indicator
    now: TermFigure
    pasts: tuple[TermFigure, ...] = ()
    verdict: Verdict | None = None
    target: Target | None = None


def _has_percent(rate: Rate) -> bool:
    return rate.out_of is not None and rate.out_of >= FEWEST_FOR_PERCENT


def _aside(indicator: Indicator, rate: Rate, pupils: int | None) -> str:
    """The bracket after the counts, when the numbers are large enough to carry one."""
    share = rate.share if _has_percent(rate) else None
    if share is not None:
        return f" ({french.percent(share)})"
    scaled = per_hundred(rate.counted, pupils)
    if indicator.per_pupils and rate.counted and scaled is not None and (pupils or 0) >= FEWEST_FOR_PERCENT:
        return f" ({french.decimal(scaled, 0)} pour 100 élèves)"
    return ""


def _numbers(rate: Rate, unit: tuple[str, str] | None = None) -> str:
    """« 97 familles sur 212 », or « 97 sur 212 » where the unit was just said."""
    said = french.counted(rate.counted, unit) if unit else french.number(rate.counted)
    return f"{said} sur {french.number(rate.out_of)}" if rate.out_of is not None else said


def _yearly_moment(indicator: Indicator, year: int) -> str:
    """When a yearly figure was taken: parents vote in October, the rest belongs to the rentrée."""
    return f"octobre {year}" if indicator.fed_by is Source.ELECTION else f"rentrée {year}"


def counts_sentence(
    indicator: Indicator, figure: Figure, pupils: int | None = None, *, term: Term | None = None
) -> str:
    """The figure of a term, or which kind of nothing it is. In T2 and T3 a yearly figure says its month."""
    if figure.status is Status.NOT_APPLICABLE:
        return "Sans objet."
    if figure.rate is None:
        return f"Non mesuré {'cette année' if indicator.is_yearly else 'ce trimestre'}."
    counts = f"{_numbers(figure.rate, indicator.unit)}{_aside(indicator, figure.rate, pupils)}."
    if indicator.is_yearly and term is not None and term.number > 1:
        return f"{_yearly_moment(indicator, term.year.start).capitalize()}{NARROW}: {counts}"
    return counts


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


def _named(case: Case, term: Term) -> str:
    """The year is said when it is not the one that is being read."""
    return term.ordinal if term.year == case.now.term.year else term.label


def _moment(case: Case, term: Term) -> str:
    """« un an plus tôt », « au 1er trimestre », « en octobre 2025 »."""
    if case.indicator.is_yearly:
        moment = _yearly_moment(case.indicator, term.year.start)
        return f"en {moment}" if case.indicator.fed_by is Source.ELECTION else f"à la {moment}"
    return "un an plus tôt" if term == case.now.term.same_last_year else f"au {_named(case, term)}"


def _past(case: Case, past: TermFigure, rate: Rate) -> str:
    """« 80 sur 210 (38 %) au 1er trimestre », « 62 en 5 (32 pour 100) un an plus tôt »."""
    events = f" en {len(past.events)}" if case.now.events and past.events else ""
    aside = _aside(case.indicator, rate, past.pupils).replace(" élèves)", ")")
    return f"{_numbers(rate)}{events}{aside} {_moment(case, past.term)}"


def _compared(case: Case) -> str | None:
    """« 97 élèves sur 212 (46 %), contre 80 sur 210 (38 %) au 1er trimestre et 85 sur 208 (41 %) … »."""
    rate = case.now.figure.rate
    if rate is None or not case.pasts:
        return None
    events = f" en {len(case.now.events)} rendez-vous" if case.now.events else ""
    now = f"{_numbers(rate, case.indicator.unit)}{events}{_aside(case.indicator, rate, case.now.pupils)}"
    pasts = [_past(case, past, past.figure.rate) for past in case.pasts if past.figure.rate]
    return f"{now}, contre {' et '.join(pasts)}."


def _counted(case: Case) -> str:
    return counts_sentence(case.indicator, case.now.figure, case.now.pupils, term=case.now.term)


def _within_chance(indicator: Indicator, found: Verdict) -> str:
    if indicator.is_rate:
        where, margin = "pour une école de cette taille", french.counted(found.margin, POINTS)
    else:
        where, margin = "d’un rendez-vous à l’autre", french.counted(found.margin, indicator.unit)
    return f"l’écart reste dans ce que le hasard permet {where} (environ {margin})"


TOLD: Mapping[ChangeKind, str] = {
    ChangeKind.TO_DISCUSS: "écart à discuter, le hasard seul l’explique mal",
    ChangeKind.CLEAR: "changement net, le hasard seul ne l’explique pas",
}


def _gap(indicator: Indicator, gap: int) -> str:
    """« 7 points de plus », « 1 venue de moins par rendez-vous »."""
    way = "plus" if gap > 0 else "moins"
    if indicator.is_rate:
        return f"{french.counted(abs(gap), POINTS)} de {way}"
    return f"{french.counted(abs(gap), indicator.unit)} de {way} par rendez-vous"


def _judged(case: Case) -> str | None:
    """« Sur un an, 12 points de plus : écart à discuter, le hasard seul l’explique mal. »"""
    found = case.verdict
    if found is None:
        return None
    is_a_year = found.since == case.now.term.same_last_year
    span = "Sur un an" if is_a_year else f"Depuis le {_named(case, found.since)}"
    if not found.gap:
        same = "même proportion" if case.indicator.is_rate else "autant de venues par rendez-vous"
        return f"{span}, {same}."
    told = TOLD.get(found.kind) or _within_chance(case.indicator, found)
    return f"{span}, {_gap(case.indicator, found.gap)}{NARROW}: {told}."


def _unequal(case: Case) -> str | None:
    """Said of groups that cannot be compared, so that nobody subtracts one percentage from the other."""
    others = [past for past in case.pasts if are_unequal(past, case.now)]
    if not others:
        return None
    if case.verdict is None:
        return f"Les groupes n’ont pas la même taille{NARROW}: cet écart ne se lit pas comme un changement."
    moment = _moment(case, others[0].term)
    return f"{moment[0].upper()}{moment[1:]}, le groupe n’avait pas la même taille."


def _distant(case: Case) -> str | None:
    return distance_sentence(case.indicator, case.now.figure, case.target) if case.target else None


Rule = Callable[[Case], str | None]
SENTENCES: tuple[tuple[Rule, ...], ...] = ((_compared, _counted), (_judged,), (_unequal,), (_distant,))
"""A line a sentence, in reading order; in each line the first rule that has something to say speaks."""


def reading(
    indicator: Indicator,
    now: TermFigure,
    *,
    before: Iterable[TermFigure] = (),
    target: Target | None = None,
    comparisons: int = 0,
) -> Reading:
    """What is said of a figure, on the page, in the document and in the API.

    `before` holds the terms that may be compared, those of `compared_terms` are; `comparisons` is how many
    verdicts the school's readings give in a year (`comparisons_a_year`).
    """
    known = {past.term: past for past in before if _has_something(past.figure)}
    wanted = compared_terms(indicator, now.term) if _has_something(now.figure) else ()
    pasts = tuple(known[term] for term in wanted if term in known)
    verdict = verdict_on(indicator, now, pasts, comparisons)
    case = Case(indicator, now, pasts, verdict, target)
    spoken = (next(filter(None, (rule(case) for rule in rules)), None) for rules in SENTENCES)
    return Reading(" ".join(filter(None, spoken)), verdict)


def _has_something(figure: Figure) -> bool:
    """Measured, and on somebody: 0 of 0 has nothing to be compared with."""
    return figure.rate is not None and figure.rate.out_of != 0
