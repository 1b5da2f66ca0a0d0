"""ANALYSER: the verbs of a typed relevé, and the figures of a school as everyone reads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, record, take_turn
from app.domain.indicators import Indicator
from app.domain.rates import Figure
from app.domain.readings import counts_sentence
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Status
from app.errors import Conflict, NotFound
from app.measurements import chain_queries, queries
from app.measurements.chains import WITHDRAWN, FigureKey, put_figure, says
from app.measurements.checks import Checks, check_replaced
from app.measurements.models import Measurement, MeasurementIn, MeasurementRow
from app.schools.frame import Frame
from app.schools.models import School, SchoolYearProfile


def record_measurement(
    db: Session,
    actor: Actor,
    uai: str,
    data: MeasurementIn,
    *,
    row_id: UUID | None = None,
    seen: int | None = None,
) -> MeasurementRow:
    """Type one relevé, or correct the one it `replaces`.

    Raises Conflict when the box already holds another answer that `data` did not say it replaces. `seen` is
    the ledger version of what the person had on the screen: grades typed since are not withdrawn unread.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    key, wanted = Checks(db, school).figure(data)
    typed = chain_queries.typed_tips(db, school.id, key.term, key.indicator)
    last = typed.get(key.grade)
    check_replaced(last, data.replaces, wanted)
    row = put_figure(db, actor, turn, key, wanted, last, row_id=row_id)
    if row is None and last is None:
        raise NotFound("Il n’y a rien à retirer dans cette case.")
    answer = row or last
    assert answer is not None
    other = withdraw_other_grain(db, actor, turn, key, typed, seen) if wanted != WITHDRAWN else 0
    if row is not None or other:
        verb = "measurement.corrected" if answer.replaces else "measurement.recorded"
        before, target = last._asdict() if last else None, f"measurement:{answer.id}"
        record(db, actor, turn, verb, target, before=before, after=answer._asdict())
    return answer


def put_measurement(
    db: Session, actor: Actor, uai: str, row_id: UUID, data: MeasurementIn
) -> tuple[MeasurementRow | Measurement, bool]:
    """A relevé under the caller's own id: sending it twice is the same as once. The flag says « made now ».

    Raises Conflict when that id already says something else.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    existing = queries.measurement_or_none(db, school.id, row_id)
    if existing is None:
        return record_measurement(db, actor, uai, data, row_id=row_id), True
    key, wanted = Checks(db, school).figure(data)
    place = FigureKey(
        school.id, existing.term, existing.indicator, existing.grade, existing.source, existing.source_key
    )
    if (place, says(existing)) != (key, wanted) or (data.replaces and data.replaces != existing.replaces):
        raise Conflict(
            "Ce relevé existe déjà et dit autre chose\u202f: corrigez-le avec «\u202freplaces\u202f».",
            code="other_body",
        )
    return existing, False


def withdraw_other_grain(
    db: Session,
    actor: Actor,
    turn: Turn,
    key: FigureKey,
    typed: dict[Grade, MeasurementRow],
    seen: int | None,
) -> int:
    """Whole school or by grade, never both: they would be added twice. How many answers were withdrawn.

    `typed` is the tip of each box, and follows. Raises Conflict for one typed after the version `seen`.
    """
    others = [
        row
        for grade, row in typed.items()
        if says(row) != WITHDRAWN and (grade is Grade.ALL) != (key.grade is Grade.ALL)
    ]
    if seen is not None and any(row.version > seen for row in others):
        grain = "par niveau" if key.grade is Grade.ALL else "pour toute l’école"
        told = f"Quelqu’un vient de répondre {grain}\u202f: relisez avant d’enregistrer."
        raise Conflict(told, code="replaced")
    for row in others:
        other = FigureKey(key.school_id, key.term, key.indicator, row.grade)
        typed[row.grade] = put_figure(db, actor, turn, other, WITHDRAWN, row) or row
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
    return series_of(
        queries.totals_of_school(db, school.id, terms=terms)
        if as_of is None
        else queries.totals_recomputed(db, school.id, version=as_of)
    )


def series_of(rows: Iterable[queries.TotalRow]) -> dict[str, dict[Term, Total]]:
    series: dict[str, dict[Term, Total]] = {}
    for row in rows:
        term = Term(row.term)
        figure = Figure.of(row.counted, row.out_of) if row.counted is not None else Figure(row.status)
        series.setdefault(row.indicator, {})[term] = Total(
            row.indicator, term, figure, row.answers, row.grades
        )
    return series


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
    frame = Frame(db, school)
    terms = [term] if term else sorted({found for totals in series.values() for found in totals})
    return [
        _told(indicator, shown_total(series, indicator, at), frame.profile_at(at.year), at)
        for at in terms
        for indicator in frame.indicators(at).values()
        if term or at.number == 1 or not indicator.is_yearly
    ]


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


def _told_totals(rows: Sequence[queries.TotalRow]) -> dict[tuple[str, str], str]:
    """(indicator, term) → what its total says; a box that was emptied says nothing."""
    return {
        (row.indicator, row.term): (
            f"{row.counted}/{row.out_of} ({row.status.label}, {row.answers} réponses, {row.grades} niveaux)"
        )
        for row in rows
        if row.answers
    }
