"""What a chart writes of a figure, and where the figure stands on its axis."""

from collections.abc import Sequence

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import FEWEST_FOR_PERCENT, Rate
from app.domain.readings import counts_sentence
from app.domain.statistics import Interval, wilson_interval
from dashboards.looks import STRONG, Chart, terms_of, words
from dashboards.points import Point, names_of


def percent(rate: Rate | None) -> float | None:
    return round(100 * rate.counted / rate.out_of, 4) if rate and rate.out_of else None


def height(indicator: Indicator, point: Point) -> float | None:
    """Where a point stands on its axis; None for the three kinds of nothing."""
    rate = point.figure.rate
    return percent(rate) if indicator.is_rate else (rate.counted if rate else None)


def interval(indicator: Indicator, point: Point) -> Interval | None:
    """What chance alone leaves possible, in per cent (Wilson, 95 %), where that means something.

    A rate of persons in a term is one draw among others. A yearly census is not, nor is a part of the
    classes; and under 20 no percentage is said, so none is drawn around one.
    """
    rate = point.figure.rate
    is_draw = indicator.counts == "persons" and not indicator.is_yearly and point.complete
    if not is_draw or rate is None or (rate.out_of or 0) < FEWEST_FOR_PERCENT:
        return None
    low, high = wilson_interval(rate.counted, rate.out_of or 0)
    return 100 * low, 100 * high


def label(rate: Rate | None) -> str:
    """« 158 » and « sur 196 » under it: what stands at a point is always the counts."""
    if rate is None:
        return ""
    counted = french.number(rate.counted)
    return counted if rate.out_of is None else f"{counted}<br>sur {french.number(rate.out_of)}"


def told(indicator: Indicator, point: Point) -> str:
    """What a pointer on the chart reads: when, the counts, and the share from 20 on."""
    said = counts_sentence(indicator, point.figure, point.pupils).removesuffix(".")
    part = "" if point.complete else f"<br>Une partie des classes seulement{NARROW}: à ne pas comparer"
    part += f"<br>{words(point.aside)}" if point.aside else ""
    names = names_of(point.term)
    when = f"Année {names.year}" if indicator.is_yearly else names.full
    return f"{when}<br>{words(said)}{part}"


def common(indicator: Indicator, points: Sequence[Point]) -> Chart:
    """What every trace of an indicator says of itself."""
    return silent(indicator, points) | {
        "hovertext": [told(indicator, point) for point in points],
        "hoverinfo": "text",
    }


def silent(indicator: Indicator, points: Sequence[Point]) -> Chart:
    """The same for a trace that a pointer reads nothing from."""
    return {
        "name": words(indicator.title),
        "x": terms_of(indicator, points),
        "hoverinfo": "skip",
        "textfont": STRONG,
        "cliponaxis": False,
    }
