"""Sessions of shared analysis as lines of a file."""

from typing import Any

from app.accounts.actor import Task
from app.exchange.columns import DAY, TEXT, WHOLE, FileColumn
from app.exchange.kinds import FileKind, Flat, Work, body_of, in_turn, number_column, same_body
from app.exchange.models import Outcome
from app.measurements.models import SharedAnalysisIn
from app.measurements.session_queries import analyses_listed
from app.measurements.sessions import hold_shared_analysis, revise_shared_analysis

ALL = 1_000_000


def key(flat: Flat) -> tuple[Any, ...]:
    return str(flat["held_on"]), flat.get("number") or 1


def rows(work: Work) -> list[Flat]:
    held = analyses_listed(work.db, work.school.id, term=None, after=None, limit=ALL)
    return in_turn(work, [row.model_dump() for row in held], lambda flat: str(flat["held_on"]))


def _body(flat: Flat) -> SharedAnalysisIn:
    return SharedAnalysisIn.model_validate(body_of(SharedAnalysisIn, flat))


def put(work: Work, current: Flat | None, given: Flat) -> Outcome:
    data = _body((current or {}) | given)
    if current is None:
        work.next_number(given, str(given["held_on"]))
        hold_shared_analysis(work.db, work.actor, work.uai, data)
        return Outcome.CREATED
    if same_body(data, _body(current)):
        return Outcome.SAME
    revise_shared_analysis(work.db, work.actor, work.uai, current["id"], data, current["version"])
    return Outcome.CHANGED


SESSIONS = FileKind(
    slug="sessions",
    label="Analyses partagées",
    thing=("séance", "séances"),
    description="Les séances où les parents élus ont regardé les chiffres avec l’école.",
    task=Task.COUNT,
    columns=(
        FileColumn(
            "held_on",
            "Date",
            DAY,
            "Le jour de la séance.",
            ("Date de la séance",),
            is_key=True,
            is_required=True,
        ),
        FileColumn(
            "representatives_present",
            "Représentants présents",
            WHOLE,
            "Un nombre, pas de noms.",
            ("Présents",),
        ),
        FileColumn("representatives_elected", "Représentants élus", WHOLE, "Titulaires.", ("Élus",)),
        FileColumn(
            "remarks", "Leurs remarques", TEXT, "Aucun nom d’enfant ni de parent.", ("Remarques",), blank=""
        ),
        number_column("Vide d’ordinaire\u202f; 2 pour la deuxième séance du même jour."),
    ),
    key=key,
    rows=rows,
    put=put,
)
