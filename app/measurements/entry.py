"""The term on one screen: what each indicator already says, from where, and what is still asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from app.accounts.access import today_at
from app.domain.french import NARROW, counted, number
from app.domain.indicators import Indicator
from app.domain.plausibility import doubts_about
from app.domain.rates import Figure
from app.domain.readings import counts_sentence
from app.domain.school_year import Term, today_in
from app.domain.sittings import minutes_spent
from app.domain.territories import DEPARTEMENTS
from app.domain.vocabulary import Grade, Sector, Source, Status
from app.measurements import queries, session_queries
from app.measurements.chains import says
from app.measurements.checks import grades_in, indicator_named, is_by_grade
from app.measurements.models import Measurement, MeasurementRow, SharedAnalysis
from app.measurements.service import Series, Total, series_of, series_of_school, shown_total
from app.schools.models import School, SchoolYearProfile
from app.schools.queries import profile_at, pupils_at
from app.schools.service import indicators_of
from app.web.french import clock_time, moment


@dataclass(frozen=True, slots=True)
class Block:
    """One indicator of the term: its live answers, and the sentence they make."""

    indicator: Indicator
    term: Term
    total: Total
    sentence: str
    before: str
    """The figure of the term before, to compare with what is about to be typed."""
    typed: Mapping[Grade, Measurement] = field(default_factory=dict)
    fed: Sequence[Measurement] = ()
    """The live rows that events, the election or sessions wrote."""
    every_grade: int = 0
    is_concerned: bool = True
    warnings: Sequence[str] = ()
    """What is worth a second look; nothing of it is refused."""

    @property
    def whole(self) -> Measurement | None:
        """The typed answer for the whole school."""
        return self.typed.get(Grade.ALL)

    @property
    def is_answered(self) -> bool:
        return self.total.answers > 0

    @property
    def kind(self) -> str:
        return kind_of(self.indicator, self.term)

    @property
    def may_be_by_grade(self) -> bool:
        return is_by_grade(self.indicator) and self.every_grade > 1

    @property
    def grades_said(self) -> str:
        """« 3 niveaux sur 5 », when the figure is the sum of grades."""
        if not self.total.grades:
            return ""
        return f"{counted(self.total.grades, ('niveau', 'niveaux'))} sur {self.every_grade}"

    @property
    def fed_said(self) -> str:
        """What the events already count, so that nobody types it again."""
        if self.indicator.fed_by is not Source.EVENT:
            return ""
        if not self.fed:
            return "Aucun rendez-vous noté ce trimestre n’en compte."
        total = sum(row.counted or 0 for row in self.fed)
        events = counted(len(self.fed), ("rendez-vous", "rendez-vous"))
        several = f" ({events})" if total != len(self.fed) else ""
        return f"Déjà compté par vos rendez-vous{NARROW}: {counted(total, self.indicator.unit)}{several}."

    @property
    def seen(self) -> int:
        """The ledger version of the latest typed answer: what a person who reads this page has read."""
        return max((row.version for row in self.typed.values()), default=0)


@dataclass(frozen=True, slots=True)
class Entry:
    """The blocks of one term, in the order of the sheet, and the sessions held in it."""

    school: School
    term: Term
    blocks: Sequence[Block]
    sessions: Sequence[SharedAnalysis]
    minutes: int
    """Spent typing this term, as far as the hours of the answers tell."""

    @property
    def answered(self) -> int:
        return sum(block.is_answered for block in self.blocks)


def kind_of(indicator: Indicator, term: Term) -> str:
    """Which of the template's blocks shows an indicator: "typed", "later", or what feeds it."""
    if indicator.fed_by in (Source.ELECTION, Source.SESSION):
        return indicator.fed_by.value
    return "later" if indicator.is_yearly and term.number > 1 else "typed"


def entry_of(db: Session, school: School, term: Term) -> Entry:
    """Read everything the screen shows, in a constant number of queries."""
    indicators = indicators_of(db, school, term)
    series = series_of_school(db, school, [term, term.year.terms[0], *_followed(term)])
    typed: dict[str, dict[Grade, Measurement]] = {}
    fed: dict[str, list[Measurement]] = {}
    for row in queries.live_rows(db, school.id, term=term):
        if row.source is Source.TYPED:
            typed.setdefault(row.indicator, {})[row.grade] = row
        else:
            fed.setdefault(row.indicator, []).append(row)
    profile = profile_at(db, school.id, term.year)
    blocks = [
        _block(indicator, term, series, profile, typed.get(slug, {}), fed.get(slug, []))
        for slug, indicator in indicators.items()
    ]
    minutes = minutes_spent(queries.typed_when(db, school.id, term))
    return Entry(school, term, blocks, session_queries.analyses_of_school(db, school.id, term), minutes)


def _block(
    indicator: Indicator,
    term: Term,
    series: Series,
    profile: SchoolYearProfile | None,
    typed: Mapping[Grade, Measurement],
    fed: Sequence[Measurement],
) -> Block:
    total = shown_total(series, indicator, term)
    pupils = profile.pupils if profile else None
    is_private = profile is not None and profile.sector is Sector.PRIVATE
    return Block(
        indicator,
        term,
        total,
        counts_sentence(indicator, total.figure, pupils, term=term),
        _before(indicator, term, series),
        typed,
        fed,
        len(grades_in(profile)),
        not (is_private and indicator.fed_by is Source.ELECTION),
        _warnings(indicator, series, total, pupils),
    )


def warnings_on(db: Session, row: MeasurementRow | Measurement) -> Sequence[str]:
    """What is worth a second look in the figure that a relevé belongs to."""
    term = Term(row.term)
    indicator = indicator_named(db, row.school_id, row.indicator)
    series = series_of(queries.totals_of_school(db, row.school_id, terms=[term, *_followed(term)]))
    pupils = pupils_at(db, row.school_id, term.year)
    return _warnings(indicator, series, shown_total(series, indicator, term), pupils)


def _followed(term: Term) -> tuple[Term, Term]:
    """The terms whose figures those of `term` follow: the term before, and last year's for a yearly one."""
    return term.previous, term.year.previous.terms[0]


def _warnings(indicator: Indicator, series: Series, total: Total, pupils: int | None) -> Sequence[str]:
    earlier = _followed(total.term)[indicator.is_yearly]
    told = f"en {earlier.year}" if indicator.is_yearly else f"au {earlier.label}"
    before = series.get(indicator.slug, {}).get(earlier)
    return doubts_about(indicator, total.figure.rate, before.figure.rate if before else None, told, pupils)


def _before(indicator: Indicator, term: Term, series: Series) -> str:
    """« Au 1er trimestre : 135 sur 196. »; nothing for a yearly figure, whose term before is a year away."""
    earlier = series.get(indicator.slug, {}).get(term.previous)
    if indicator.is_yearly or earlier is None or earlier.figure.rate is None:
        return ""
    return f"Au {term.previous.label}{NARROW}: {said(earlier.figure)}."


def said(figure: Figure) -> str:
    """« 42 sur 60 », « non mesuré »: one answer in a few words."""
    if figure.rate is None:
        return figure.status.label
    whole = f" sur {number(figure.rate.out_of)}" if figure.rate.out_of is not None else ""
    return f"{number(figure.rate.counted)}{whole}"


def said_by(rows: Mapping[Grade, Measurement]) -> str:
    """What is stored, whatever its grain: « 42 sur 60 », or « CP 12 sur 20, CE1 non mesuré »."""
    if not rows:
        return Status.WITHDRAWN.label
    return ", ".join(
        said(says(row)) if grade is Grade.ALL else f"{grade.label} {said(says(row))}"
        for grade, row in rows.items()
    )


def saved_at(school: School, block: Block) -> str:
    """« à 17 h 58 », or « le 3 novembre 2026 à 17 h 58 » for an answer of another day."""
    if not block.typed:
        return ""
    last = max(row.recorded_at for row in block.typed.values())
    return _when(school, last)


def _when(school: School, instant: datetime) -> str:
    departement = DEPARTEMENTS.get(school.departement)
    zone = departement.timezone if departement else "Europe/Paris"
    if today_in(school.departement, instant) == today_at(school):
        return f"à {clock_time(instant, zone)}"
    return f"le {moment(instant, zone)}"
