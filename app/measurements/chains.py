"""One chain a figure: the only place that writes a relevé, for every feature that has a number to say."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.accounts.audit import Turn
from app.db import uuid7
from app.domain.rates import Figure
from app.domain.vocabulary import Grade, Source, Status
from app.measurements import queries
from app.measurements.models import Measurement

WITHDRAWN = Figure(Status.WITHDRAWN)

FIGURE_WATCHERS: list[Callable[[Session, "FigureKey"], None]] = []
"""Who is told of each figure written, once its total is refolded, in the same transaction.

What a vote makes known is published from above (transmissions); importing that from here would turn the
layers round.
"""


@dataclass(frozen=True, slots=True)
class FigureKey:
    """Which figure. An event, an election or a session has chains of its own (`source_key`)."""

    school_id: UUID
    term: str
    indicator: str
    grade: Grade = Grade.ALL
    source: Source = Source.TYPED
    source_key: str = ""


def put_figure(
    db: Session, actor: Actor, turn: Turn, key: FigureKey, wanted: Figure, *, row_id: UUID | None = None
) -> Measurement | None:
    """Make `wanted` what the figure says. A row is written only when its tip says otherwise.

    The caller holds the school's turn. WITHDRAWN empties the box again; a box that was never filled stays so.
    """
    last = queries.tip(db, key.school_id, key.term, key.indicator, key.grade, key.source, key.source_key)
    if says(last) == wanted:
        return None
    row = Measurement(
        id=row_id or uuid7(),
        school_id=key.school_id,
        term=key.term,
        indicator=key.indicator,
        grade=key.grade,
        source=key.source,
        source_key=key.source_key,
        status=wanted.status,
        counted=wanted.rate.counted if wanted.rate else None,
        out_of=wanted.rate.out_of if wanted.rate else None,
        replaces=last.id if last else None,
        version=turn.version,
        door=actor.door,
        recorded_at=clock.now(),
        recorded_by=actor.user_id,
    )
    db.add(row)
    db.flush()
    queries.refold(db, key.school_id, key.indicator, key.term)
    for watcher in FIGURE_WATCHERS:
        watcher(db, key)
    return row


def says(row: Measurement | None) -> Figure:
    """What a row of a chain says; no row says as little as a withdrawn one."""
    if row is None:
        return WITHDRAWN
    return Figure.of(row.counted, row.out_of) if row.counted is not None else Figure(row.status)


def put_only(
    db: Session,
    actor: Actor,
    turn: Turn,
    school_id: UUID,
    source: Source,
    source_key: str,
    wanted: dict[FigureKey, Figure],
) -> None:
    """Make `wanted` all that one event, election or session feeds: what it fed elsewhere is withdrawn."""
    for row in queries.live_rows(db, school_id, source=source, source_key=source_key):
        key = FigureKey(school_id, row.term, row.indicator, row.grade, source, source_key)
        if key not in wanted:
            put_figure(db, actor, turn, key, WITHDRAWN)
    for key in sorted(wanted, key=lambda key: (key.indicator, key.term)):
        put_figure(db, actor, turn, key, wanted[key])
