"""The figures of the dashboard, one a line, as they stand in the tables under its charts."""

from collections.abc import Iterator, Sequence

from app.domain.rates import FEWEST_FOR_PERCENT, per_hundred
from app.domain.school_year import Term
from app.reviews.charts import points_of
from app.reviews.overview import IndicatorView, Overview
from app.schools.models import School
from app.web.tabular import Cell, Column, Kind, Table
from dashboards.points import Point
from dashboards.work import Held

COLUMNS = (
    Column("indicator", "Indicateur"),
    Column("school_year", "Année scolaire"),
    Column("term", "Trimestre", Kind.INTEGER),
    Column("answer", "Réponse"),
    Column("counted", "Nombre", Kind.INTEGER, is_nullable=True),
    Column("out_of", "Sur", Kind.INTEGER, is_nullable=True),
    Column("percent", "%", Kind.NUMBER, f"À partir de {FEWEST_FOR_PERCENT}", is_nullable=True, places=1),
    Column("per_hundred_pupils", "Pour 100 élèves", Kind.NUMBER, is_nullable=True, places=1),
)
HELD = ("Rendez-vous tenus", "Venues de parents", "Rendez-vous avec un partenaire", "Partenaires différents")


def dashboard_table(school: School, term: Term, seen: Overview, efforts: Sequence[Held]) -> Table:
    """Every indicator term by term, then what was held. A yearly figure stands in the first term."""
    rows = [*_indicator_rows(seen), *_held_rows(efforts)]
    return Table(f"tableau-de-bord-{school.uai}-{term}", "Tableau de bord", COLUMNS, rows)


def _indicator_rows(seen: Overview) -> Iterator[Sequence[Cell]]:
    for view in seen.indicators:
        for point in points_of(view, seen):
            yield _row(view, point)


def _row(view: IndicatorView, point: Point) -> Sequence[Cell]:
    rate = point.figure.rate
    said = point.figure.status.label if point.complete else "une partie des classes"
    start = (view.indicator.title, str(point.term.year), point.term.number, said)
    if rate is None:
        return (*start, None, None, None, None)
    has_percent = rate.share is not None and (rate.out_of or 0) >= FEWEST_FOR_PERCENT
    percent = rate.share * 100 if rate.share is not None and has_percent else None
    scaled = per_hundred(rate.counted, point.pupils) if view.indicator.per_pupils else None
    return (*start, rate.counted, rate.out_of, percent, scaled)


def _held_rows(efforts: Sequence[Held]) -> Iterator[Sequence[Cell]]:
    for row in efforts:
        for title, number in zip(HELD, row[1:], strict=True):
            yield (title, str(row.term.year), row.term.number, "compté", number, None, None, None)
