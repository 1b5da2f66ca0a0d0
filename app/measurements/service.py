"""ANALYSER: the verbs of a typed relevé, and the figures of a school as everyone reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, record, take_turn
from app.domain.indicators import Indicator
from app.domain.rates import Figure
from app.domain.readings import reading
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Source, Status
from app.errors import Conflict, Invalid, NotFound
from app.measurements import queries
from app.measurements.chains import WITHDRAWN, FigureKey, put_figure, says
from app.measurements.models import Measurement, MeasurementIn
from app.schools.models import School
from app.schools.queries import profile_at
from app.schools.service import indicator_followed, indicators_of, past_or_current

_ELSEWHERE = {
    Source.ELECTION: "Ce nombre vient de l’élection : corrigez-le sur la page de l’élection.",
    Source.SESSION: "Ce nombre vient des séances d’analyse partagée : ajoutez ou corrigez une séance.",
}


def record_measurement(
    db: Session, actor: Actor, uai: str, data: MeasurementIn, *, row_id: UUID | None = None
) -> Measurement:
    """Type one relevé, or correct the one it `replaces`.

    Raises Conflict when the box already holds another answer that `data` did not say it replaces.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    key, wanted = _checked(db, school, data)
    last = queries.tip(db, key.school_id, key.term, key.indicator, key.grade, key.source, key.source_key)
    if data.replaces is None and says(last) not in (WITHDRAWN, wanted):
        raise Conflict(
            "Cette case a déjà une réponse : corrigez-la en indiquant ce que vous remplacez.", code="answered"
        )
    if data.replaces is not None and (last is None or last.id != data.replaces):
        raise Conflict(
            "Quelqu’un a modifié cette réponse entre-temps : relisez-la avant de corriger.", code="replaced"
        )
    row = put_figure(db, actor, turn, key, wanted, row_id=row_id)
    if row is None and last is None:
        raise NotFound("Il n’y a rien à retirer dans cette case.")
    if wanted != WITHDRAWN:
        _withdraw_other_grain(db, actor, turn, key)
    answer = row or last
    assert answer is not None
    record(
        db,
        actor,
        turn,
        "measurement.corrected" if answer.replaces else "measurement.recorded",
        f"measurement:{answer.id}",
        before=last if row is not None else answer,
        after=answer,
    )
    return answer


def put_measurement(
    db: Session, actor: Actor, uai: str, row_id: UUID, data: MeasurementIn
) -> tuple[Measurement, bool]:
    """A relevé under the caller's own id: sending it twice is the same as once. The flag says « made now ».

    Raises Conflict when that id already says something else.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    existing = queries.measurement_or_none(db, school.id, row_id)
    if existing is None:
        return record_measurement(db, actor, uai, data, row_id=row_id), True
    key, wanted = _checked(db, school, data)
    place = FigureKey(
        school.id, existing.term, existing.indicator, existing.grade, existing.source, existing.source_key
    )
    if (place, says(existing)) != (key, wanted) or (data.replaces and data.replaces != existing.replaces):
        raise Conflict(
            "Ce relevé existe déjà et dit autre chose : corrigez-le avec « replaces ».", code="other_body"
        )
    return existing, False


def _checked(db: Session, school: School, data: MeasurementIn) -> tuple[FigureKey, Figure]:
    """The figure a body speaks of, once its indicator, term, grade and shape were found to fit."""
    indicator = indicator_followed(db, school, data.indicator)
    term = past_or_current(db, school, Term(data.term))
    if indicator.fed_by in _ELSEWHERE:
        raise Invalid.one("indicator", _ELSEWHERE[indicator.fed_by], "fed_elsewhere")
    if indicator.is_yearly and term.number != 1:
        raise Invalid.one("term", "Ce nombre se relève une fois par an, au 1er trimestre.", "yearly")
    if data.grade is not Grade.ALL:
        _check_grade(db, school, indicator, term, data.grade)
    if data.status is not Status.VALUE or data.counted is None:
        return _key(school, term, data), Figure(data.status)
    if indicator.is_rate and data.out_of is None:
        raise Invalid.one("out_of", "Écrivez aussi sur combien.", "out_of_missing")
    if not indicator.is_rate and data.out_of is not None:
        raise Invalid.one(
            "out_of", "Cet indicateur est un simple nombre : laissez « sur combien » vide.", "out_of_extra"
        )
    return _key(school, term, data), Figure.of(data.counted, data.out_of)


def _key(school: School, term: Term, data: MeasurementIn) -> FigureKey:
    return FigureKey(school.id, term, data.indicator, data.grade)


def _check_grade(db: Session, school: School, indicator: Indicator, term: Term, grade: Grade) -> None:
    if indicator.counts != "persons" or indicator.is_yearly or indicator.fed_by:
        raise Invalid.one("grade", "Cet indicateur se compte pour toute l’école.", "whole_school_only")
    if grade not in grades_of(db, school, term.year):
        raise Invalid.one("grade", "L’école n’a pas ce niveau.", "unknown_grade")


def grades_of(db: Session, school: School, year: str) -> list[Grade]:
    """The grades the school has that year, by its type, and the Ulis when it has one."""
    profile = profile_at(db, school.id, year)
    if profile is None:
        return []
    return [*profile.type.grades, *([Grade.ULIS] if profile.has_ulis else [])]


def _withdraw_other_grain(db: Session, actor: Actor, turn: Turn, key: FigureKey) -> None:
    """Whole school or by grade, never both: they would be added twice."""
    for row in queries.live_rows(
        db, key.school_id, term=key.term, indicator=key.indicator, source=Source.TYPED
    ):
        if (row.grade is Grade.ALL) != (key.grade is Grade.ALL):
            other = FigureKey(key.school_id, key.term, key.indicator, row.grade)
            put_figure(db, actor, turn, other, WITHDRAWN)


# --- reading -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Total:
    """One indicator of one term as it is shown."""

    indicator: str
    term: Term
    figure: Figure
    answers: int = 0
    grades: int = 0


Series = Mapping[str, Mapping[Term, Total]]
"""indicator → term → total; a term that is absent was never answered."""


def series_of_school(
    db: Session, school: School, terms: Sequence[Term] | None = None
) -> dict[str, dict[Term, Total]]:
    """Every figure of the school in one read."""
    series: dict[str, dict[Term, Total]] = {}
    for row in queries.totals_of_school(db, school.id, terms=terms):
        series.setdefault(row.indicator, {})[Term(row.term)] = _total(row)
    return series


def _total(row: object) -> Total:
    counted, out_of, status = row.counted, row.out_of, Status(row.status)  # type: ignore[attr-defined]  # a Row
    figure = Figure.of(counted, out_of) if status is Status.VALUE else Figure(status)
    return Total(row.indicator, Term(row.term), figure, row.answers, row.grades)  # type: ignore[attr-defined]


def shown_total(series: Series, indicator: Indicator, term: Term) -> Total:
    """What a term shows: a yearly figure belongs to T1 and is shown all year."""
    at = term.year.terms[0] if indicator.is_yearly else term
    return series.get(indicator.slug, {}).get(at) or Total(indicator.slug, at, Figure(Status.NOT_MEASURED))


def totals_at(
    db: Session, actor: Actor, uai: str, term: Term, as_of: int | None = None
) -> list[dict[str, object]]:
    """Each indicator followed in a term, with its sentence; `as_of` is a ledger version."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    profile = profile_at(db, school.id, term.year)
    if as_of is None:
        series: dict[str, dict[Term, Total]] = series_of_school(db, school)
    else:
        series = {}
        for row in queries.totals_recomputed(db, school.id, version=as_of):
            series.setdefault(row.indicator, {})[Term(row.term)] = _total(row)
    answers: list[dict[str, object]] = []
    for indicator in indicators_of(db, school, term).values():
        total = shown_total(series, indicator, term)
        rate = total.figure.rate
        answers.append(
            {
                "indicator": indicator.slug,
                "term": total.term,
                "status": total.figure.status,
                "counted": rate.counted if rate else None,
                "out_of": rate.out_of if rate else None,
                "answers": total.answers,
                "grades": total.grades,
                "reading": reading(
                    indicator, total.figure, term=term, pupils=profile.pupils if profile else None
                ),
            }
        )
    return answers


def verify_totals(db: Session) -> list[str]:
    """Recompute every total from its chains and name those that differ."""
    wrong: list[str] = []
    for school_id in queries.schools_with_figures(db):
        kept = {
            (row.indicator, row.term): tuple(row)
            for row in queries.totals_of_school(db, school_id)
            if row.answers
        }
        fresh = {
            (row.indicator, row.term): (
                row.indicator,
                row.term,
                row.status,
                row.counted,
                row.out_of,
                row.answers,
                row.grades,
            )
            for row in queries.totals_recomputed(db, school_id)
        }
        wrong += [
            f"{school_id} {key}"
            for key in sorted(kept.keys() | fresh.keys())
            if kept.get(key) != fresh.get(key)
        ]
    return wrong
