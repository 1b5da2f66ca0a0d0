"""From what is read of a territory to sentences and charts: counts first, no verdict, no rank."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile
from typing import Any

from app.aggregates.distribution import by_name
from app.aggregates.picture import Line, Picture
from app.aggregates.rows import NOT_RELEASED, Row
from app.domain import french
from app.domain.french import NARROW
from app.domain.funnel import Standing
from app.domain.indicators import Indicator
from app.domain.rates import FEWEST_FOR_PERCENT, NOT_MEASURED, Figure
from app.domain.readings import counts_sentence
from app.domain.release_rules import Hidden
from app.domain.school_year import Term
from app.domain.transmitted import is_published_at_once
from app.web.charts import ChartBlock, chart_block
from dashboards.points import Point
from dashboards.series import funnel, term_series

SCHOOLS = ("école", "écoles")
SIDES = {
    "below": "plus bas que ce que le hasard explique",
    "above": "plus haut que ce que le hasard explique",
}
FEWEST_TO_COMPARE = 3
"""Schools: one or two are compared with themselves."""
FUNNEL_NOTE = (
    "Entre les traits pleins, les écarts peuvent venir du hasard seul\u202f: moins une école compte de "
    "monde, plus il joue. Un losange est à regarder."
)
CHANCE_NOTE = "Le trait vertical\u202f: ce que le hasard seul laisse possible. "


@dataclass(frozen=True, slots=True)
class ChartView:
    """One chart: its heading and sentence, what `ui.chart` draws, and the table behind it."""

    key: str
    title: str
    sentence: str
    block: ChartBlock
    columns: list[str]
    rows: list[list[str | None]]


@dataclass(frozen=True, slots=True)
class Told:
    """The figure of one indicator in a sentence, and which schools are behind it."""

    title: str
    sentence: str
    behind: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """A school to look at together, and why."""

    uai: str
    name: str
    sentences: list[str]


# --- sentences -----------------------------------------------------------------------------------------


def completeness(picture: Picture) -> str:
    """« 8 écoles sur 12 ont transmis »."""
    if not picture.expected:
        return "Aucune école n’est rattachée ici"
    if not picture.sent:
        return f"Aucune école n’a transmis, sur {french.number(picture.expected)}"
    verb = french.plural(picture.sent, "a transmis", "ont transmis")
    return f"{french.counted(picture.sent, SCHOOLS)} sur {french.number(picture.expected)} {verb}"


def as_of(picture: Picture) -> datetime | None:
    """When the figures last changed; for who reads releases, when what is shown was released."""
    lines = [line for line in picture.lines if picture.is_live or not is_published_at_once(line.indicator)]
    return max((line.row.as_of for line in lines if line.row.as_of), default=None)


def told_of(line: Line, term: Term) -> Told:
    row = line.row
    return Told(line.indicator.title, _sentence(line.indicator, row, term), behind(row))


def _sentence(indicator: Indicator, row: Row, term: Term) -> str:
    """The counts of the row, or why there are none."""
    if row.counted is None:
        return f"{_why(indicator, row)}."
    said = counts_sentence(indicator, Figure.of(row.counted, row.out_of), term=term)
    if row.per_100_pupils is not None and row.counted:
        return f"{said.removesuffix('.')} ({french.decimal(row.per_100_pupils, 0)} pour 100 élèves)."
    return said


def _why(indicator: Indicator, row: Row) -> str:
    """Which nothing it is."""
    if row.suppressed and row.reason:
        label = Hidden(row.reason).label
        return label[:1].upper() + label[1:]
    if row.reason == NOT_RELEASED:
        return "Pas encore publié"
    return "Aucun résultat enregistré" if is_published_at_once(indicator) else "Aucune école ne l’a transmis"


def behind(row: Row) -> str:
    """« 8 écoles sur 12 »; the number alone where a school may choose not to follow the indicator."""
    if row.counted is None:
        return ""
    whole = f" sur {french.number(row.schools_expected)}" if row.schools_expected else ""
    return f"{french.counted(row.schools_reporting, SCHOOLS)}{whole}"


# --- terms ---------------------------------------------------------------------------------------------


def series_of(line: Line) -> ChartView | None:
    """The terms of a rate from its first figure on; None under two figures, which make no series."""
    rows = list(dropwhile(lambda row: row.counted is None, line.history))
    if not line.indicator.is_rate or sum(row.counted is not None for row in rows) < 2:
        return None
    figure = term_series(line.indicator, [_point(line.indicator, row) for row in rows], year_before=False)
    rhythm = "année par année" if line.indicator.is_yearly else "trimestre par trimestre"
    title = f"{line.indicator.title}, {rhythm}"
    has_interval = any("error_y" in trace for trace in figure["data"])
    note = CHANCE_NOTE if has_interval else ""
    between = "D’une année à l’autre" if line.indicator.is_yearly else "D’un trimestre à l’autre"
    note += f"{between}, ce ne sont pas toujours les mêmes écoles."
    sentence = f"Le dernier chiffre\u202f: {_last(line.indicator, rows)}"
    return ChartView(
        key=f"suite-{line.indicator.slug}",
        title=title,
        sentence=sentence,
        block=chart_block(figure, f"{title}. {sentence}", note=note),
        columns=["Trimestre", "Nombre", "Sur", "Part", "Écoles"],
        rows=[_series_row(line.indicator, row) for row in rows],
    )


def _last(indicator: Indicator, rows: Sequence[Row]) -> str:
    row, figure = [(row, Figure.of(row.counted, row.out_of)) for row in rows if row.counted is not None][-1]
    said = counts_sentence(indicator, figure).removesuffix(".")
    when = f"en {row.term.year}" if indicator.is_yearly else f"au {row.term.label}"
    return f"{said} {when}, dans {behind(row)}."


def _point(indicator: Indicator, row: Row) -> Point:
    if row.counted is not None:
        return Point(row.term, Figure.of(row.counted, row.out_of), aside=behind(row))
    return Point(row.term, NOT_MEASURED, nothing=_nothing(indicator, row).replace(" ", "<br>", 1))


def _nothing(indicator: Indicator, row: Row) -> str:
    """The same as `_why`, short enough for a chart or a cell."""
    if row.suppressed:
        return "masqué"
    if row.reason == NOT_RELEASED:
        return "pas publié"
    return "sans résultat" if is_published_at_once(indicator) else "non transmis"


def _series_row(indicator: Indicator, row: Row) -> list[str | None]:
    when = str(row.term.year) if indicator.is_yearly else row.term.label
    if row.counted is None or row.out_of is None:
        return [when, _nothing(indicator, row), "—", "—", "—"]
    return [when, *_cells(row.counted, row.out_of), behind(row)]


def _cells(counted: int, out_of: int) -> list[str]:
    """Number, out of, and the share from 20 on."""
    share = french.percent(counted / out_of) if out_of >= FEWEST_FOR_PERCENT else "—"
    return [french.number(counted), french.number(out_of), share]


# --- school by school ----------------------------------------------------------------------------------


def funnel_of_line(line: Line, *, is_named: bool) -> ChartView | None:
    """The schools of a rate; None where they may not be read one by one, or where there are too few."""
    if line.spread is None or line.spread.funnel is None or len(line.spread.schools) < FEWEST_TO_COMPARE:
        return None
    seen, title = line.spread.funnel, f"{line.indicator.title}, école par école"
    names = [school.name for school in line.spread.schools] if is_named else ()
    sentence = _spread_sentence(seen.standings, line.spread.not_shown)
    figure = funnel(line.indicator, seen, names)
    label = f"{title}. {_sentence(line.indicator, line.row, line.row.term)} {sentence}"
    columns, rows = _by_name(line) if is_named else _by_place(seen.standings)
    return ChartView(
        key=f"ecoles-{line.indicator.slug}",
        title=title,
        sentence=sentence,
        block=chart_block(figure, label, note=FUNNEL_NOTE, height=320),
        columns=columns,
        rows=rows,
    )


def _spread_sentence(standings: Sequence[Standing], not_shown: int) -> str:
    outside = sum(standing.flag is not None for standing in standings)
    said = french.counted(len(standings), SCHOOLS)
    if not outside:
        said += "\u202f: aucun écart que le hasard seul n’explique"
    else:
        said += f", dont {french.number(outside)} à regarder"
    if not_shown:
        verb = french.plural(not_shown, "n’est pas montrée", "ne sont pas montrées")
        among = "parmi moins de 11 personnes"
        counted = french.counted(not_shown, ("école qui a compté", "écoles qui ont compté"))
        said += f". {counted} {among} {verb}"
    return f"{said}."


def _by_name(line: Line) -> tuple[list[str], list[list[str | None]]]:
    assert line.spread is not None
    assert line.spread.funnel is not None
    rows: list[list[str | None]] = [
        [
            school.name,
            *_cells(standing.rate.counted, standing.rate.out_of or 0),
            "à regarder" if standing.flag else "—",
        ]
        for school, standing in zip(line.spread.schools, line.spread.funnel.standings, strict=True)
    ]
    return ["École", "Nombre", "Sur", "Part", "Repère"], rows


def _by_place(standings: Sequence[Standing]) -> tuple[list[str], list[list[str | None]]]:
    flags = [standing.flag for standing in standings]
    places = {
        "Dans les limites": flags.count(None),
        "Au-dessus, à regarder": flags.count("above"),
        "Au-dessous, à regarder": flags.count("below"),
    }
    return ["Place", "Écoles"], [[place, french.number(count)] for place, count in places.items()]


def flagged_of(picture: Picture) -> list[Flagged]:
    """By name, each school once; for who may read the names."""
    found: dict[str, Flagged] = {}
    for line in picture.lines if picture.is_live else ():
        for school, sentence in _outside(line):
            found.setdefault(school.uai, Flagged(school.uai, school.name, [])).sentences.append(sentence)
    return by_name(found.values())


def _outside(line: Line) -> Iterator[tuple[Any, str]]:
    if line.spread is None or line.spread.funnel is None:
        return
    for school, standing in zip(line.spread.schools, line.spread.funnel.standings, strict=True):
        if standing.flag:
            figure = Figure.of(standing.rate.counted, standing.rate.out_of)
            said = counts_sentence(line.indicator, figure).removesuffix(".")
            yield school, f"{line.indicator.title}{NARROW}: {said}, {SIDES[standing.flag]}."
