"""From what a page shows to a chart block: the figure, its drawing, its words and its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.domain import french
from app.domain.french import fold
from app.domain.indicators import Indicator
from app.domain.rates import per_hundred
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, Axis, Status
from app.reviews.overview import IndicatorView, Overview, since_first_answer
from app.reviews.sheet_queries import TermEffort
from app.web.charts import ChartBlock, chart_block, drawing
from dashboards.looks import Chart
from dashboards.points import Mark, Point
from dashboards.series import summary, term_series
from dashboards.sparks import spark
from dashboards.work import Held, effort, plan


@dataclass(frozen=True, slots=True)
class ChartView:
    """One chart of a page: its sentence, what `ui.chart` draws, and the table behind it."""

    sentence: str
    block: ChartBlock
    columns: list[str]
    rows: list[list[str | None]]

    @property
    def note(self) -> str:
        """What a stroke of the chart means, when it has one."""
        return self.block["note"]


def points_of(view: IndicatorView, seen: Overview) -> list[Point]:
    """The terms of an indicator from its first answer on; a total of some grades only is not complete."""
    return [
        Point(
            total.term,
            total.figure,
            view.pupils.get(total.term.year),
            not total.grades or total.grades >= _grades(seen, total.term.year),
        )
        for total in since_first_answer(view.history)
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
    block = chart_block(figure, label, note=CHANCE if has_interval else "")
    return ChartView(view.sentence, block, columns, rows)


GLANCE = (180, 140)
"""Width and height of a small multiple."""

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
    """The plan by axis and state, as it stands today."""
    total, running = len(seen.actions), len(seen.running_actions)
    part = f"dont {french.number(running)}" if running else "aucune"
    sentence = f"{french.counted(total, ('action', 'actions'))} au plan, {part} en cours aujourd’hui."
    rows: list[list[str | None]] = [
        [axis.label, *(french.number(seen.plan[axis][state]) for state in ActionState)] for axis in Axis
    ]
    columns = ["Axe", *(state.label.capitalize() for state in ActionState)]
    label = f"Actions par axe et par état. {sentence}"
    return ChartView(sentence, chart_block(plan(seen.plan), label), columns, rows)


def effort_block(efforts: Sequence[Held], term: Term) -> ChartView:
    """What was held and how many came, term by term: the team's work beside what it changed."""
    now = next((row for row in efforts if row.term == term), Held(term, 0, 0))
    held = french.counted(now.events, ("rendez-vous tenu", "rendez-vous tenus"))
    came = french.counted(now.parents, ("venue de parent", "venues de parents"))
    sentence = f"{held} ce trimestre, {came}"
    if now.partners:
        sentence += f", avec {french.counted(now.partners, ('partenaire', 'partenaires'))}"
    columns = ["Trimestre", "Rendez-vous", "Venues de parents", "Avec un partenaire", "Partenaires"]
    rows: list[list[str | None]] = [[row.term.label, *(french.number(n) for n in row[1:])] for row in efforts]
    label = f"Rendez-vous, venues et partenaires par trimestre. {sentence}."
    return ChartView(f"{sentence}.", chart_block(effort(efforts), label, height=370), columns, rows)


def efforts_of(rows: Sequence[TermEffort], term: Term) -> list[Held]:
    """This school year and the two before, from the first event on: a term without an event is a zero."""
    known = {row.term: row for row in rows}
    since = term.year.previous.previous.terms[0]
    at = max(min(known, default=term.next), since)
    efforts = []
    while at <= term:
        row = known.get(at)
        efforts.append(
            Held(at, row.events, row.parents, row.with_partner, row.partners) if row else Held(at, 0, 0)
        )
        at = at.next
    return efforts


@dataclass(frozen=True, slots=True)
class Glance:
    """One indicator of the first screen: its small multiple, and what its sentence adds to its counts."""

    view: IndicatorView
    svg: Markup
    said: str


def glances_of(seen: Overview) -> list[Glance]:
    """Small multiples: the same terms under all of them, the same 0 to 100 % for every rate."""
    series = [(view.indicator, points_of(view, seen)) for view in seen.indicators]
    targets = {view.indicator.slug: view.target for view in seen.indicators if view.target}
    figures = summary(series, targets=targets)
    return [
        Glance(view, _small_multiple(figures[view.indicator.slug], view.indicator), _beside_counts(view))
        for view in seen.indicators
    ]


def _small_multiple(figure: Chart, indicator: Indicator) -> Markup:
    label = f"{indicator.title}, trimestre par trimestre"  # its words stand beside it
    return drawing(figure, *GLANCE, label)


def _beside_counts(view: IndicatorView) -> str:
    """The sentence without the counts it begins with, where they stand above it in large."""
    counts = " ".join(view.counts) if view.counts else ""
    if not counts or not view.sentence.startswith(counts):
        return view.sentence
    rest = view.sentence.removeprefix(counts).lstrip("., ")
    return rest[:1].upper() + rest[1:]
