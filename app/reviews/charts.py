"""From what a page shows to a chart block: the figure, its drawing, its words and its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from app.domain import french
from app.domain.french import fold
from app.domain.rates import per_hundred
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, Axis, Status
from app.reviews.overview import IndicatorView, Overview
from app.web.charts import ChartBlock, chart_block
from dashboards.looks import Chart
from dashboards.points import Mark, Point
from dashboards.series import term_series
from dashboards.sparks import spark
from dashboards.work import effort, plan


@dataclass(frozen=True, slots=True)
class ChartView:
    """One chart of a page: its sentence, what `ui.chart` draws, and the table behind it."""

    sentence: str
    block: ChartBlock
    columns: list[str]
    rows: list[list[str | None]]
    note: str = ""
    """What a stroke of the chart means, in words to stand under it."""


def points_of(view: IndicatorView, seen: Overview) -> list[Point]:
    """The terms of an indicator; a total of some grades only is not complete."""
    return [
        Point(
            total.term,
            total.figure,
            view.pupils.get(total.term.year),
            not total.grades or total.grades >= _grades(seen, total.term.year),
        )
        for total in view.history
    ]


def _grades(seen: Overview, year: str) -> int:
    """Of the year, else of the latest year before it."""
    known = [seen.grades[at] for at in sorted(seen.grades) if at <= year]
    return known[-1] if known else 0


def chart_of(view: IndicatorView, seen: Overview) -> ChartView:
    """The terms of one indicator, with its target if a goal has one, and the actions that began and ended."""
    marks = [
        Mark(moment.term, moment.label, moment.kind)
        for moment in seen.moments
        if moment.is_told_on(view.indicator)
    ]
    points = points_of(view, seen)
    figure = term_series(view.indicator, points, target=view.target, marks=marks)
    return _chart_view(view, points, figure)


def action_chart(view: IndicatorView, seen: Overview, own: Mapping[Term, int], label: str) -> ChartView:
    """The same indicator with the part that an action's own events made, and that action's marks alone.

    `label` is the action's title. A rate has no such part: its chart says when the action began and ended.
    """
    marks = [
        Mark(moment.term, moment.label, moment.kind)
        for moment in seen.moments
        if fold(moment.title) == fold(label)
    ]
    points = points_of(view, seen)
    part = {} if view.indicator.is_rate else own
    figure = term_series(view.indicator, points, target=view.target, marks=marks, own=part, own_name=label)
    shown = _chart_view(view, points, figure)
    if not part:
        return shown
    rows = [
        [*row, french.number(part.get(point.term, 0)) if point.figure.rate else None]
        for row, point in zip(shown.rows, points, strict=True)
    ]
    return replace(shown, columns=[*shown.columns, "Dont cette action"], rows=rows)


def _chart_view(view: IndicatorView, points: Sequence[Point], figure: Chart) -> ChartView:
    indicator = view.indicator
    label = f"{indicator.title}, trimestre par trimestre. {view.sentence}"
    columns = ["Trimestre", "Nombre", *(["Sur", "Part"] if indicator.is_rate else [])]
    if indicator.per_pupils:
        columns.append("Pour 100 élèves")
    rows = [_row(view, point) for point in points]
    has_interval = any("error_y" in trace for trace in figure["data"])
    return ChartView(view.sentence, chart_block(figure, label), columns, rows, CHANCE if has_interval else "")


CHANCE = "Le trait vertical\u202f: ce que le hasard seul laisse possible."


def _row(view: IndicatorView, point: Point) -> list[str | None]:
    name, rate = point.term.label, point.figure.rate
    width = 1 + 2 * view.indicator.is_rate + view.indicator.per_pupils
    if rate is None:
        said = "sans objet" if point.figure.status is Status.NOT_APPLICABLE else None
        return [name, *[said] * width]
    cells: list[str | None] = [french.number(rate.counted)]
    if view.indicator.is_rate:
        shown = rate.share is not None and (rate.out_of or 0) >= 20
        cells += [
            french.number(rate.out_of or 0),
            french.percent(rate.share) if shown and rate.share is not None else "—",
        ]
    if view.indicator.per_pupils:
        scaled = per_hundred(rate.counted, point.pupils)
        cells.append(french.decimal(scaled, 0) if scaled is not None else "—")
    return [name, *cells]


def spark_of(view: IndicatorView, seen: Overview) -> Markup:
    drawn = spark(view.indicator, points_of(view, seen), view.sentence, target=view.target)
    return Markup(drawn)  # spark escapes its label


def plan_block(seen: Overview) -> ChartView:
    """The plan by axis and state."""
    counts = {
        axis: {state: sum(view.action.state is state for view in views) for state in ActionState}
        for axis, views in seen.by_axis
    }
    total = len(seen.actions)
    joint = french.counted(len(seen.running_actions), ("action en cours", "actions en cours"))
    sentence = f"{french.counted(total, ('action', 'actions'))} au plan, dont {joint}."
    rows: list[list[str | None]] = [
        [axis.label, *(french.number(counts[axis][state]) for state in ActionState)] for axis in Axis
    ]
    columns = ["Axe", *(state.label.capitalize() for state in ActionState)]
    return ChartView(
        sentence, chart_block(plan(counts), f"Actions par axe et par état. {sentence}"), columns, rows
    )


def effort_block(rows: Sequence[Row[Any]], term: Term) -> ChartView:
    """What was held and how many came, term by term: the team's work beside what it changed."""
    now = next((row for row in rows if row.term == term), None)
    held = french.counted(now.events if now else 0, ("rendez-vous tenu", "rendez-vous tenus"))
    came = french.counted(now.parents if now else 0, ("venue", "venues"))
    sentence = f"{held} ce trimestre, {came}."
    table: list[list[str | None]] = [
        [
            Term(row.term).label,
            *(french.number(n) for n in (row.events, row.parents, row.children, row.with_partner)),
        ]
        for row in rows
    ]
    columns = ["Trimestre", "Rendez-vous", "Venues de parents", "Enfants", "Avec un partenaire"]
    figure = effort([(Term(row.term), row.events, row.parents, row.with_partner) for row in rows])
    return ChartView(
        sentence, chart_block(figure, f"Rendez-vous et venues par trimestre. {sentence}"), columns, table
    )
