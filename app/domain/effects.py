"""Did an indicator move when an action began? Counts first, three honest answers, and no cause.

The figures of the term before an action began stand beside those of the term it began in. Whatever the
action's own meetings brought is taken out on both sides: an action is not proved by its own attendance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import FEWEST_FOR_PERCENT, Figure, Rate, pooled
from app.domain.school_year import Term
from app.domain.statistics import (
    MIN_EVENTS,
    Interval,
    clustered_change,
    excludes_zero,
    funnel_flag,
    newcombe_interval,
    smallest_visible_change,
)
from app.domain.vocabulary import Labelled, Source

FINEST_NEEDED = 0.15
"""Where only a change above this share (0–1) could show, « non » would say too much: nothing can be said."""
FEWEST_TERMS = 4
"""Earlier terms needed before one of them can be called unusually low."""


class Answer(Labelled):
    YES = "yes", "oui, on peut le penser"
    NO = "no", "non, rien ne le montre"
    UNKNOWN = "unknown", "on ne peut pas conclure"


@dataclass(frozen=True, slots=True)
class Side:
    """A term's figure. `own` is what the action's own meetings brought to it, `others` the attendance of each
    other meeting; a part of a count that no meeting explains was typed."""

    term: Term
    figure: Figure
    own: int = 0
    others: tuple[int, ...] = ()
    is_whole: bool = True
    """False when only some grades were counted."""

    @property
    def rest(self) -> int:
        """What is counted when the action's own meetings are left out."""
        return max(self.figure.rate.counted - self.own, 0) if self.figure.rate else 0

    @property
    def is_told_by_meetings(self) -> bool:
        return self.rest == sum(self.others)


@dataclass(frozen=True, slots=True)
class Effect:
    """The answer for one indicator. `interval` is after − before, as shares or attendances per meeting."""

    indicator: Indicator
    before: Side
    after: Side
    answer: Answer
    sentence: str
    warnings: tuple[str, ...] = ()
    interval: Interval | None = None
    smallest: float | None = None
    """The least change of share (0–1) that this school could show; None for counts."""


@dataclass(frozen=True, slots=True)
class _Finding:
    answer: Answer
    sentence: str
    interval: Interval | None = None
    smallest: float | None = None


def effect_on(
    indicator: Indicator,
    before: Side,
    after: Side,
    *,
    earlier: Sequence[Figure] = (),
    others_begun: int = 0,
) -> Effect:
    """What can be said of one indicator around the beginning of an action.

    `earlier` are the figures of the terms before `before`, `others_begun` how many other actions began in
    the same term. Rates are compared by Newcombe's interval at 95 %, attendances by the variance between
    meetings.
    """
    found = _found(indicator, before, after)
    is_compared = before.figure.rate is not None and after.figure.rate is not None
    warnings = _warnings(indicator, before, after, earlier, others_begun) if is_compared else ()
    return Effect(
        indicator, before, after, found.answer, found.sentence, warnings, found.interval, found.smallest
    )


def _found(indicator: Indicator, before: Side, after: Side) -> _Finding:
    was, now = before.figure.rate, after.figure.rate
    if was is None or now is None:
        side = before if was is None else after
        return _Finding(Answer.UNKNOWN, f"Rien n’a été mesuré {_at(indicator, side)}.")
    if not (before.is_whole and after.is_whole):
        side = after if before.is_whole else before
        some = "une partie des niveaux seulement a été comptée"
        return _Finding(Answer.UNKNOWN, f"{_at(indicator, side).capitalize()}, {some}.")
    now_at, was_at = _at(indicator, after), _at(indicator, before)
    if indicator.is_rate:
        told = f"{_rate(now, indicator)} {now_at}, contre {_rate(was)} {was_at}"
        return _of_rate(indicator, was, now, told)
    own = [_own(side) for side in (before, after)]
    counted = french.counted(now.counted, indicator.unit)
    told = f"{counted} {now_at}{own[1]}, contre {french.number(was.counted)} {was_at}{own[0]}"
    if any(own):
        told += f". Hors de ses rendez-vous, {french.number(after.rest)} contre {french.number(before.rest)}"
    return _of_count(indicator, before, after, told)


def _own(side: Side) -> str:
    return f", dont {french.number(side.own)} aux rendez-vous de l’action" if side.own else ""


def _at(indicator: Indicator, side: Side) -> str:
    return f"en {side.term.year}" if indicator.is_yearly else f"au {side.term.label}"


# --- rates ---------------------------------------------------------------------------------------------


def _of_rate(indicator: Indicator, was: Rate, now: Rate, told: str) -> _Finding:
    fewest = min(was.out_of or 0, now.out_of or 0)
    if fewest < FEWEST_FOR_PERCENT or was.share is None or now.share is None:
        return _Finding(Answer.UNKNOWN, f"{told}{NARROW}: trop peu pour comparer.")
    interval = newcombe_interval((was.counted, was.out_of or 0), (now.counted, now.out_of or 0))
    smallest = smallest_visible_change(fewest, was.share)
    answer, said = _judged(indicator, interval, float(now.share - was.share), smallest)
    return _Finding(answer, f"{told}{NARROW}: {said}.", interval, smallest)


def _rate(rate: Rate, indicator: Indicator | None = None) -> str:
    """« 158 élèves sur 196 (81 %) »; the unit is said once."""
    counted = french.counted(rate.counted, indicator.unit) if indicator else french.number(rate.counted)
    share = rate.share if rate.out_of and rate.out_of >= FEWEST_FOR_PERCENT else None
    return f"{counted} sur {french.number(rate.out_of or 0)}" + (
        f" ({french.percent(share)})" if share is not None else ""
    )


def _judged(
    indicator: Indicator, interval: Interval, change: float, smallest: float | None
) -> tuple[Answer, str]:
    if not excludes_zero(interval):
        if smallest is None or smallest > FINEST_NEEDED:
            return Answer.UNKNOWN, "l’école est trop petite pour que l’écart dise quelque chose"
        return Answer.NO, "l’écart reste dans ce que le hasard permet"
    if indicator.better == "neither":
        return Answer.UNKNOWN, "l’écart dépasse le hasard, sans qu’un sens soit le bon"
    is_better = (change > 0) is (indicator.better == "higher")
    if is_better:
        return Answer.YES, "l’écart dépasse ce que le hasard permet"
    return Answer.NO, "les chiffres ont bougé, mais dans l’autre sens"


# --- counts --------------------------------------------------------------------------------------------


def _of_count(indicator: Indicator, before: Side, after: Side, told: str) -> _Finding:
    if indicator.fed_by is not Source.EVENT:
        return _Finding(Answer.UNKNOWN, f"{told}. Deux nombres seuls ne disent pas ce que fait le hasard.")
    if after.rest <= before.rest:
        none = "rien ne montre qu’on vienne davantage à d’autres moments"
        return _Finding(Answer.NO, f"{told}{NARROW}: {none}.")
    if not (before.is_told_by_meetings and after.is_told_by_meetings):
        typed = f"Une part a été saisie sans rendez-vous{NARROW}: pas de verdict"
        return _Finding(Answer.UNKNOWN, f"{told}. {typed}.")
    change = clustered_change(before.others, after.others)
    if change is None:
        few = f"il faudrait au moins {MIN_EVENTS} autres rendez-vous de chaque côté"
        return _Finding(Answer.UNKNOWN, f"{told}. Pour en dire plus, {few}.")
    interval = (change.low, change.high)
    if change.change <= 0:
        same = "il y a eu plus de rendez-vous, sans plus de monde à chacun"
        return _Finding(Answer.NO, f"{told}{NARROW}: {same}.", interval)
    if change.is_clear:
        more = "on vient davantage à d’autres moments, plus que le hasard ne l’explique"
        return _Finding(Answer.YES, f"{told}{NARROW}: {more}.", interval)
    return _Finding(Answer.NO, f"{told}{NARROW}: l’écart reste dans ce que le hasard permet.", interval)


# --- warnings ------------------------------------------------------------------------------------------


def _warnings(
    indicator: Indicator, before: Side, after: Side, earlier: Sequence[Figure], others_begun: int
) -> tuple[str, ...]:
    found = []
    if others_begun:
        actions = french.counted(others_begun, ("autre action a commencé", "autres actions ont commencé"))
        found.append(f"{actions} au même trimestre{NARROW}: les chiffres ne les distinguent pas.")
    if _is_unusual(indicator, before, earlier):
        found.append(
            f"Le point de départ était inhabituellement {'haut' if indicator.better == 'lower' else 'bas'}"
            f"{NARROW}: un retour vers l’habitude suffirait à expliquer l’écart."
        )
    if not indicator.is_yearly and before.term.number != after.term.number:
        found.append("Les deux trimestres ne sont pas de la même saison.")
    return tuple(found)


def _is_unusual(indicator: Indicator, before: Side, earlier: Sequence[Figure]) -> bool:
    """Further from at least four earlier terms, on the bad side, than chance explains (regression to the
    mean, Galton 1886): by exact binomial tails for a rate, by two standard deviations for a count."""
    start, rates = before.figure.rate, [figure.rate for figure in earlier if figure.rate is not None]
    if start is None or len(rates) < FEWEST_TERMS or indicator.better == "neither":
        return False
    bad = "above" if indicator.better == "lower" else "below"
    if indicator.is_rate:
        usual = pooled(rates).share
        if usual is None or not start.out_of:
            return False
        return funnel_flag(start.counted, start.out_of, usual) == bad
    counts = [rate.counted for rate in rates]
    gap = start.counted - fmean(counts)
    return abs(gap) > 2 * stdev(counts) and (gap > 0) is (bad == "above")
