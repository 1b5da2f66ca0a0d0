"""A funnel: a point a school, the share of all together, what chance allows at each size; never a rank."""

from collections.abc import Sequence

from app.domain import french
from app.domain.french import NARROW
from app.domain.funnel import Funnel, Standing
from app.domain.indicators import Indicator
from app.domain.rates import FEWEST_FOR_PERCENT, Figure, Rate
from app.domain.readings import counts_sentence
from dashboards.looks import CARD, HUE, INK, SOFT, Chart, layout, number_axis, rate_axis, words
from dashboards.told import percent

LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
SIDES = {"below": "plus bas", "above": "plus haut"}


def funnel(indicator: Indicator, seen: Funnel, names: Sequence[str] = ()) -> Chart:
    """Schools by how many they counted (across) and their share (upwards).

    `names` follow the standings, for a reader who may see the schools; without them no school can be told.
    Those outside the 99.8 % limits have another shape, size and colour, and are « à regarder ».
    """
    said = names or [""] * len(seen.standings)
    schools = list(zip(seen.standings, said, strict=True))
    last = seen.limits[-1].out_of
    traces = [
        *_curves(seen),
        _reference(seen.reference, last),
        _schools(indicator, [school for school in schools if not school[0].flag], is_flagged=False),
        _schools(indicator, [school for school in schools if school[0].flag], is_flagged=True),
    ]
    axes = {"xaxis": number_axis(last, f"sur combien {_of(indicator.unit[1])}"), "yaxis": rate_axis()}
    look = layout(0, **axes) | {"showlegend": True, "legend": LEGEND}
    return {"data": [trace for trace in traces if trace["x"]], "layout": look}


def _of(units: str) -> str:
    return f"d’{units}" if french.fold(units)[0] in "aeiouy" else f"de {units}"


def _curves(seen: Funnel) -> list[Chart]:
    """Two curves on each side of the reference; the lower ones stand in no legend."""
    return [
        _line(
            [limit.out_of for limit in seen.limits],
            [round(100 * getattr(limit, f"{side}_{level}"), 4) for limit in seen.limits],
            name,
            SOFT,
            dash,
            showlegend=side == "high",
        )
        for level, name, dash in (
            ("998", f"hasard à 99,8{NARROW}%", "solid"),
            ("95", f"à 95{NARROW}%", "dot"),
        )
        for side in ("high", "low")
    ]


def _reference(rate: Rate, last: int) -> Chart:
    """The share of all together: a percentage from 20 on, the counts below."""
    assert rate.share is not None
    whole = rate.out_of or 0
    said = french.percent(rate.share) if whole >= FEWEST_FOR_PERCENT else f"{rate.counted} sur {whole}"
    return _line([0, last], [percent(rate)] * 2, f"ensemble{NARROW}: {said}", INK, "dash", showlegend=True)


def _line(
    x: list[int], y: Sequence[float | None], name: str, colour: str, dash: str, *, showlegend: bool
) -> Chart:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": list(y),
        "line": {"color": colour, "width": 2, "dash": dash},
        "hoverinfo": "skip",
        "showlegend": showlegend,
    }


def _schools(indicator: Indicator, schools: Sequence[tuple[Standing, str]], *, is_flagged: bool) -> Chart:
    """The edge keeps two schools at one place two."""
    symbol, size, colour = ("diamond", 15, INK) if is_flagged else ("circle", 10, HUE)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "école à regarder" if is_flagged else "école",
        "x": [standing.rate.out_of for standing, _ in schools],
        "y": [percent(standing.rate) for standing, _ in schools],
        "hovertext": [_told(indicator, standing, name) for standing, name in schools],
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {
            "symbol": symbol,
            "size": size,
            "color": colour,
            "opacity": 1,
            "line": {"color": CARD, "width": 1.5},
        },
    }


def _told(indicator: Indicator, standing: Standing, name: str) -> str:
    said = counts_sentence(indicator, Figure.of(standing.rate.counted, standing.rate.out_of))
    lines = [words(name or "Une école"), words(said.removesuffix("."))]
    if standing.flag:
        lines.append(f"à regarder{NARROW}: {SIDES[standing.flag]} que ce que le hasard explique")
    return "<br>".join(lines)
