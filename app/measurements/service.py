"""ANALYSER: the verbs of a typed relevé, and the figures of a school as everyone reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, record, take_turn
from app.domain.french import number
from app.domain.indicators import Indicator
from app.domain.rates import Figure
from app.domain.readings import counts_sentence
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Source, Status
from app.errors import Conflict, Invalid, NotFound
from app.measurements import queries
from app.measurements.chains import WITHDRAWN, FigureKey, put_figure, says
from app.measurements.models import Measurement, MeasurementIn
from app.schools.models import School, SchoolYearProfile
from app.schools.queries import profile_at, profiles_of_school, tracked_rows
from app.schools.service import followed_in, indicator_followed, past_or_current

_ELSEWHERE = {
    Source.ELECTION: "Ce nombre vient de l’élection\u202f: corrigez-le sur la page de l’élection.",
    Source.SESSION: "Ce nombre vient des séances d’analyse partagée\u202f: ajoutez ou corrigez une séance.",
}
"""What is never typed as a number, save a zero; that it was not measured or does not apply can be said."""


def record_measurement(
    db: Session,
    actor: Actor,
    uai: str,
    data: MeasurementIn,
    *,
    row_id: UUID | None = None,
    seen: int | None = None,
) -> Measurement:
    """Type one relevé, or correct the one it `replaces`.

    Raises Conflict when the box already holds another answer that `data` did not say it replaces. `seen` is
    the ledger version of what the person had on the screen: grades typed since are not withdrawn unread.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    key, wanted = _checked(db, school, data)
    last = queries.tip(db, key.school_id, key.term, key.indicator, key.grade, key.source, key.source_key)
    check_replaced(last, data.replaces, wanted)
    row = put_figure(db, actor, turn, key, wanted, row_id=row_id)
    if row is None and last is None:
        raise NotFound("Il n’y a rien à retirer dans cette case.")
    answer = row or last
    assert answer is not None
    other = withdraw_other_grain(db, actor, turn, key, seen) if wanted != WITHDRAWN else 0
    if row is not None or other:
        verb = "measurement.corrected" if answer.replaces else "measurement.recorded"
        record(db, actor, turn, verb, f"measurement:{answer.id}", before=last, after=answer)
    return answer


def check_replaced(last: Measurement | None, replaces: UUID | None, wanted: Figure) -> None:
    """Nothing is overwritten unread: a box is corrected by who names the answer it holds."""
    if says(last) == wanted:
        return
    if replaces is None and says(last) != WITHDRAWN:
        told = "Cette case a déjà une réponse\u202f: corrigez-la en indiquant ce que vous remplacez."
        raise Conflict(told, code="answered")
    if replaces is not None and (last is None or last.id != replaces):
        told = "Quelqu’un a modifié cette réponse entre-temps\u202f: relisez-la avant de corriger."
        raise Conflict(told, code="replaced")


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
            "Ce relevé existe déjà et dit autre chose\u202f: corrigez-le avec « replaces ».",
            code="other_body",
        )
    return existing, False


def _checked(db: Session, school: School, data: MeasurementIn) -> tuple[FigureKey, Figure]:
    """The figure a body speaks of, once its indicator, term, grade and shape were found to fit."""
    indicator, term = checked_place(db, school, data.indicator, Term(data.term))
    if data.grade is not Grade.ALL:
        check_grade(db, school, indicator, term, data.grade)
    key = FigureKey(school.id, term, indicator.slug, data.grade)
    if data.status is not Status.VALUE or data.counted is None:
        return key, Figure(data.status)
    check_shape(indicator, data.counted, data.out_of)
    return key, Figure.of(data.counted, data.out_of)


def checked_place(db: Session, school: School, slug: str, term: Term) -> tuple[Indicator, Term]:
    """An indicator that the school follows, in a term that has begun; Invalid otherwise."""
    indicator = indicator_followed(db, school, slug)
    past_or_current(db, school, term)
    if indicator.is_yearly and term.number != 1:
        raise Invalid.one("term", "Ce nombre se relève une fois par an, au 1er trimestre.", "yearly")
    return indicator, term


def check_shape(indicator: Indicator, counted: int, out_of: int | None, at: str = "") -> None:
    """A rate has its two numbers, a count has one. `at` is the path of the row in the body."""
    if indicator.fed_by in _ELSEWHERE and (counted or indicator.is_rate):
        raise Invalid.one(f"{at}counted", _ELSEWHERE[indicator.fed_by], "fed_elsewhere")
    if counted > indicator.max_counted:
        told = f"Écrivez un nombre jusqu’à {number(indicator.max_counted)}."
        raise Invalid.one(f"{at}counted", told, "less_than_equal")
    if indicator.is_rate and out_of is None:
        raise Invalid.one(f"{at}out_of", "Écrivez aussi sur combien.", "out_of_missing")
    if not indicator.is_rate and out_of is not None:
        told = "Cet indicateur est un simple nombre\u202f: laissez « sur combien » vide."
        raise Invalid.one(f"{at}out_of", told, "out_of_extra")


def is_by_grade(indicator: Indicator) -> bool:
    """What is counted class by class: persons, each term, typed by the school."""
    return indicator.counts == "persons" and not indicator.is_yearly and indicator.fed_by is None


def check_grade(
    db: Session, school: School, indicator: Indicator, term: Term, grade: Grade, at: str = ""
) -> None:
    if not is_by_grade(indicator):
        raise Invalid.one(f"{at}grade", "Cet indicateur se compte pour toute l’école.", "whole_school_only")
    if grade not in grades_of(db, school, term.year):
        raise Invalid.one(f"{at}grade", "L’école n’a pas ce niveau.", "unknown_grade")


def grades_of(db: Session, school: School, year: str) -> list[Grade]:
    """The grades the school has that year, by its type, and the Ulis when it has one."""
    return grades_in(profile_at(db, school.id, year))


def grades_in(profile: SchoolYearProfile | None) -> list[Grade]:
    """A type says which grades are possible; only the school says whether it has an Ulis."""
    if profile is None:
        return []
    return [grade for grade in profile.type.grades if grade is not Grade.ULIS or profile.has_ulis]


def withdraw_other_grain(db: Session, actor: Actor, turn: Turn, key: FigureKey, seen: int | None) -> int:
    """Whole school or by grade, never both: they would be added twice. How many answers were withdrawn.

    Raises Conflict for one that was typed after the version `seen`.
    """
    typed = queries.live_rows(db, key.school_id, term=key.term, indicator=key.indicator, source=Source.TYPED)
    others = [row for row in typed if (row.grade is Grade.ALL) != (key.grade is Grade.ALL)]
    if seen is not None and any(row.version > seen for row in others):
        grain = "par niveau" if key.grade is Grade.ALL else "pour toute l’école"
        told = f"Quelqu’un vient de répondre {grain}\u202f: relisez avant d’enregistrer."
        raise Conflict(told, code="replaced")
    for row in others:
        put_figure(db, actor, turn, FigureKey(key.school_id, key.term, key.indicator, row.grade), WITHDRAWN)
    return len(others)


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
    db: Session, school: School, terms: Sequence[Term] | None = None, *, as_of: int | None = None
) -> dict[str, dict[Term, Total]]:
    """Every figure of the school in one read; with a ledger version, as it was at that turn."""
    series: dict[str, dict[Term, Total]] = {}
    rows = (
        queries.totals_of_school(db, school.id, terms=terms)
        if as_of is None
        else queries.totals_recomputed(db, school.id, version=as_of)
    )
    for row in rows:
        series.setdefault(row.indicator, {})[Term(row.term)] = _total(row)
    return series


def _total(row: object) -> Total:
    counted, out_of, status = row.counted, row.out_of, Status(row.status)  # type: ignore[attr-defined]  # a Row
    figure = Figure.of(counted, out_of) if status is Status.VALUE else Figure(status)
    return Total(row.indicator, Term(row.term), figure, row.answers, row.grades)  # type: ignore[attr-defined]  # a Row


def shown_total(series: Series, indicator: Indicator, term: Term) -> Total:
    """What a term shows: a yearly figure belongs to T1 and is shown all year."""
    at = term.year.terms[0] if indicator.is_yearly else term
    return series.get(indicator.slug, {}).get(at) or Total(indicator.slug, at, Figure(Status.NOT_MEASURED))


def totals_at(
    db: Session, actor: Actor, uai: str, term: Term | None = None, as_of: int | None = None
) -> list[dict[str, object]]:
    """Each indicator followed in a term, its counts said in words; without a term, in every term with a
    figure, a yearly one once.

    `as_of` is a ledger version. The number of queries does not depend on the number of terms.
    """
    school = school_for(db, actor, uai, Task.SEE_WORK)
    series = series_of_school(db, school, as_of=as_of)
    followed = tracked_rows(db, school.id)
    profiles = profiles_of_school(db, school.id)
    terms = [term] if term else sorted({found for totals in series.values() for found in totals})
    return [
        _told(indicator, shown_total(series, indicator, at), _profile_in(profiles, at.year), at)
        for at in terms
        for indicator in followed_in(followed, at).values()
        if term or at.number == 1 or not indicator.is_yearly
    ]


def _profile_in(profiles: Sequence[SchoolYearProfile], year: str) -> SchoolYearProfile | None:
    """`profile_at`, from profiles read before, oldest first."""
    return next((profile for profile in reversed(profiles) if profile.year <= year), None)


def _told(
    indicator: Indicator, total: Total, profile: SchoolYearProfile | None, term: Term
) -> dict[str, object]:
    rate = total.figure.rate
    return {
        "indicator": indicator.slug,
        "term": total.term,
        "status": total.figure.status,
        "counted": rate.counted if rate else None,
        "out_of": rate.out_of if rate else None,
        "answers": total.answers,
        "grades": total.grades,
        "reading": counts_sentence(indicator, total.figure, profile.pupils if profile else None, term=term),
    }


def verify_totals(db: Session) -> list[str]:
    """Recompute every total from its chains and tell those that differ, one line each."""
    wrong: list[str] = []
    for school in queries.schools_with_figures(db):
        kept = _told_totals(queries.totals_of_school(db, school.id))
        fresh = _told_totals(queries.totals_recomputed(db, school.id))
        for at in sorted(kept.keys() | fresh.keys()):
            if kept.get(at) != fresh.get(at):
                told = f"conservé {kept.get(at, 'rien')}, recalculé {fresh.get(at, 'rien')}"
                wrong.append(f"{school.uai} · {at[0]} · {at[1]}\u202f: {told}")
    return wrong


def _told_totals(rows: Sequence[Any]) -> dict[tuple[str, str], str]:
    """(indicator, term) → what its total says; a box that was emptied says nothing."""
    return {
        (row.indicator, row.term): (
            f"{row.counted}/{row.out_of} ({Status(row.status).label}, "
            f"{row.answers} réponses, {row.grades} niveaux)"
        )
        for row in rows
        if row.answers
    }
