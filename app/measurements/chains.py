"""One chain a figure: the only place that writes a relevé, for every feature that has a number to say."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.accounts.audit import Turn
from app.db import uuid7
from app.domain.rates import Figure
from app.domain.vocabulary import Grade, Source, Status
from app.measurements import chain_queries
from app.measurements.models import Measurement, MeasurementRow

WITHDRAWN = Figure(Status.WITHDRAWN)
AT_ONCE = 1_000
"""Rows sent to the database together."""

FIGURE_WATCHERS: list[Callable[[Session, "FigureKey"], None]] = []
"""Who is told of figures written, one of each total, once it is refolded, in the same transaction.

What a vote makes known is published from above (transmissions); importing that from here would turn the
layers round.
"""


class FigureKey(NamedTuple):
    """Which figure. An event, an election or a session has chains of its own (`source_key`)."""

    school_id: UUID
    term: str
    indicator: str
    grade: Grade = Grade.ALL
    source: Source = Source.TYPED
    source_key: str = ""


class Tip(NamedTuple):
    """The live row of a chain: as much of it as writing the next one needs."""

    id: UUID
    status: Status
    counted: int | None
    out_of: int | None


Live = Measurement | MeasurementRow | Tip


def put_figure(
    db: Session,
    actor: Actor,
    turn: Turn,
    key: FigureKey,
    wanted: Figure,
    last: MeasurementRow | None,
    *,
    row_id: UUID | None = None,
) -> MeasurementRow | None:
    """Make `wanted` what the figure says. A row is written only when `last`, its tip, says otherwise.

    The caller holds the school's turn and has read the tip since. WITHDRAWN empties the box again; a box
    that was never filled stays so.
    """
    if says(last) == wanted:
        return None
    row = _row(actor, turn, key, wanted, last, row_id or uuid7())
    chain_queries.add_rows(db, [row])
    chain_queries.refold(db, key.school_id, key.term, key.indicator)
    for watcher in FIGURE_WATCHERS:
        watcher(db, key)
    return row


def says(row: Live | None) -> Figure:
    """What a row of a chain says; no row says as little as a withdrawn one."""
    if row is None:
        return WITHDRAWN
    return Figure.of(row.counted, row.out_of) if row.counted is not None else Figure(row.status)


# --- many figures in one act ---------------------------------------------------------------------------


def tips_of(
    db: Session, school_id: UUID, source: Source, source_key: str | None = None
) -> dict[FigureKey, Tip]:
    """Each chain that one source feeds → its live row, a withdrawn one too; all its keys, or one."""
    return {
        FigureKey(school_id, row.term, row.indicator, row.grade, source, row.source_key): Tip(
            row.id, row.status, row.counted, row.out_of
        )
        for row in chain_queries.tips(db, school_id, source, source_key)
    }


class FigureWriter:
    """Many figures under one turn: rows go in by the thousand, totals are refolded once a term, by `finish`.

    `tips` is every chain that may be written, as it stands; it follows what is put.
    """

    def __init__(self, db: Session, actor: Actor, turn: Turn, tips: dict[FigureKey, Tip]) -> None:
        self._db, self._actor, self._turn, self.tips = db, actor, turn, tips
        self._rows: list[MeasurementRow] = []
        self._touched: dict[tuple[str, str], FigureKey] = {}
        self._written = 0

    def put(self, key: FigureKey, wanted: Figure) -> bool:
        """As `put_figure`: a row only when the tip says otherwise."""
        last = self.tips.get(key)
        if says(last) == wanted:
            return False
        row = _row(self._actor, self._turn, key, wanted, last, uuid7())
        self._rows.append(row)
        self.tips[key] = Tip(row.id, row.status, row.counted, row.out_of)
        self._touched.setdefault((key.indicator, key.term), key)
        if len(self._rows) >= AT_ONCE:
            self._write()
        return True

    def finish(self) -> int:
        """How many rows were written in all."""
        self._write()
        terms = sorted({key.term for key in self._touched.values()})
        chain_queries.refold_terms(self._db, self._turn.school_id, terms)
        for key in self._touched.values():
            for watcher in FIGURE_WATCHERS:
                watcher(self._db, key)
        return self._written

    def _write(self) -> None:
        chain_queries.add_rows(self._db, self._rows)
        self._written += len(self._rows)
        self._rows = []


def put_only(
    db: Session, actor: Actor, turn: Turn, source: Source, fed: Mapping[str, Mapping[FigureKey, Figure]]
) -> None:
    """Make `fed` all that some events, elections or sessions feed: what they fed elsewhere is withdrawn."""
    alone = next(iter(fed)) if len(fed) == 1 else None
    writer = FigureWriter(db, actor, turn, tips_of(db, turn.school_id, source, alone))
    for key in [key for key in writer.tips if key.source_key in fed and key not in fed[key.source_key]]:
        writer.put(key, WITHDRAWN)
    for wanted in fed.values():
        for key in sorted(wanted, key=lambda key: (key.indicator, key.term)):
            writer.put(key, wanted[key])
    writer.finish()


def _row(
    actor: Actor, turn: Turn, key: FigureKey, wanted: Figure, last: Live | None, row_id: UUID
) -> MeasurementRow:
    rate = wanted.rate
    return MeasurementRow(
        school_id=key.school_id,
        id=row_id,
        term=key.term,
        indicator=key.indicator,
        grade=key.grade,
        source=key.source,
        source_key=key.source_key,
        status=wanted.status,
        counted=rate.counted if rate else None,
        out_of=rate.out_of if rate else None,
        replaces=last.id if last else None,
        version=turn.version,
        door=actor.door,
        recorded_at=clock.now(),
        recorded_by=actor.user_id,
    )
