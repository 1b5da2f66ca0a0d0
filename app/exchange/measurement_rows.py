"""Relevés as lines of a file: what the school typed. What events, elections and sessions feed is left out."""

from collections.abc import Iterator, Sequence

from app.accounts.actor import Task
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Source, Status
from app.errors import Invalid
from app.exchange.columns import INDICATOR, TERM, WHOLE, FileColumn, choice_of
from app.exchange.kinds import FileKind, Flat, Item, Work
from app.exchange.models import Outcome
from app.measurements.batches import measurement_batch
from app.measurements.entry import entry_of
from app.measurements.models import MeasurementIn
from app.measurements.queries import live_rows
from app.schools.service import current_term

COLUMNS = (
    FileColumn(
        "indicator",
        "Indicateur",
        INDICATOR,
        "Le titre de l’indicateur, tel que l’école le suit.",
        is_key=True,
        is_required=True,
    ),
    FileColumn(
        "term",
        "Trimestre",
        TERM,
        "2026-2027-T1, ou «\u202f1er trimestre 2026-2027\u202f».",
        ("Période",),
        is_key=True,
        is_required=True,
    ),
    FileColumn(
        "grade",
        "Niveau",
        choice_of(Grade),
        "CP, CE1…\u202f; vide pour toute l’école.",
        ("Niveau de classe", "Classe"),
        blank=Grade.ALL,
    ),
    FileColumn("status", "Réponse", choice_of(Status), "mesuré, non mesuré ou sans objet.", ("Statut",)),
    FileColumn(
        "counted", "Nombre", WHOLE, "Un nombre entier, 0 compris.", ("Numérateur", "Valeur", "Effectif")
    ),
    FileColumn(
        "out_of",
        "Sur combien",
        WHOLE,
        "Pour une part\u202f: le total. Vide pour un simple nombre.",
        ("Sur", "Total", "Dénominateur"),
    ),
)


def rows(work: Work) -> list[Flat]:
    """The live typed answers, oldest first."""
    names = ("id", "indicator", "term", "grade", "status", "counted", "out_of")
    typed = live_rows(work.db, work.school.id, source=Source.TYPED)
    return [{name: getattr(row, name) for name in names} for row in typed]


def unanswered(work: Work) -> list[Flat]:
    """The boxes of this term that nobody has answered."""
    term = current_term(work.db, work.school)
    blocks = entry_of(work.db, work.school, term).blocks
    return [
        {"indicator": block.indicator.slug, "term": term, "grade": Grade.ALL}
        for block in blocks
        if block.kind == "typed" and not block.is_answered
    ]


def completed(items: Sequence[Item]) -> Iterator[Item]:
    """A number was measured, whether the line says so or not; a line without any answer stays without."""
    for item in items:
        if item.given.get("counted") is not None or item.given.get("out_of") is not None:
            item.given["status"] = item.given.get("status") or Status.VALUE
        yield item


def put(work: Work, current: Flat | None, given: Flat) -> Outcome:
    """Type or correct one relevé. A line without any answer says nothing."""
    if given.get("status") is None:
        return Outcome.EMPTY
    if given["status"] is Status.WITHDRAWN:
        told = "Un relevé ne se retire pas par un fichier\u202f: retirez-le sur la page du trimestre."
        raise Invalid.one("status", told, "withdrawn")
    _one_grain(work, given)
    said = given | {"grade": given.get("grade") or Grade.ALL}
    data = MeasurementIn.model_validate(said | {"replaces": current["id"] if current else None})
    if current and all(current[name] == getattr(data, name) for name in ("status", "counted", "out_of")):
        return Outcome.SAME
    work.batch.put(data)
    return Outcome.CHANGED if current else Outcome.CREATED


def _one_grain(work: Work, given: Flat) -> None:
    """The whole school or its grades: the second would withdraw the first, line after line."""
    is_whole = (given.get("grade") or Grade.ALL) is Grade.ALL
    place = ("grain", given["indicator"], Term(given["term"]))
    if work.noted.setdefault(place, is_whole) != is_whole:
        told = (
            "Ce fichier donne ce nombre pour toute l’école et aussi par niveau\u202f: gardez l’un des deux."
        )
        raise Invalid.one("grade", told, "two_grains")


MEASUREMENTS = FileKind(
    slug="measurements",
    label="Relevés",
    thing=("relevé", "relevés"),
    description="Les nombres que l’école a notés\u202f: un indicateur, un trimestre, un niveau par ligne.",
    task=Task.COUNT,
    columns=COLUMNS,
    key=lambda flat: (flat["indicator"], flat["term"], flat.get("grade") or Grade.ALL),
    rows=rows,
    put=put,
    together=lambda work: measurement_batch(work.db, work.actor, work.uai),
    gather=completed,
    unanswered=unanswered,
)
