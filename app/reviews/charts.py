"""From what a page shows to a chart block: the figure, its drawing, its words and its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from app.domain import french
from app.domain.rates import per_hundred
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, Axis, Status
from app.reviews.overview import IndicatorView, Overview
from app.web.charts import ChartBlock, chart_block
from dashboards.points import Point
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


def points_of(view: IndicatorView) -> list[Point]:
    return [Point(total.term, total.figure, view.pupils.get(total.term.year)) for total in view.history]


def chart_of(view: IndicatorView, seen: Overview) -> ChartView:
    """The terms of one indicator, with its target when a goal has one."""
    indicator = view.indicator
    label = f"{indicator.title}, trimestre par trimestre. {view.sentence}"
    columns = ["Trimestre", "Nombre", *(["Sur", "Part"] if indicator.is_rate else [])]
    if indicator.per_pupils:
        columns.append("Pour 100 élèves")
    figure = term_series(indicator, points_of(view), target=view.target)
    return ChartView(
        view.sentence, chart_block(figure, label), columns, [_row(view, point) for point in points_of(view)]
    )


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


def spark_of(view: IndicatorView) -> Markup:
    return Markup(
        spark(view.indicator, points_of(view), view.sentence, target=view.target)
    )  # spark escapes its label


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
