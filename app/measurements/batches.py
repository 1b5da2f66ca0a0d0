"""Many typed relevés as one act: what a file of thousands of lines brings in."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, record, take_turn
from app.domain.vocabulary import Grade, Source
from app.measurements.chains import WITHDRAWN, FigureKey, FigureWriter, tips_of
from app.measurements.checks import Checks, check_replaced
from app.measurements.models import MeasurementIn
from app.schools.models import School


@contextmanager
def measurement_batch(db: Session, actor: Actor, uai: str) -> Iterator["MeasurementBatch"]:
    """`record_measurement` for many: one turn, one audit event, totals refolded once, at the end.

    The audit event says how many rows were written; they bear its position as their `version`.
    """
    batch = MeasurementBatch(db, actor, school_for(db, actor, uai, Task.COUNT))
    yield batch
    batch.finish()


class MeasurementBatch:
    """What the school holds is read at the first `put`, under its turn; a batch without any takes none."""

    def __init__(self, db: Session, actor: Actor, school: School) -> None:
        self._db, self._actor, self._school = db, actor, school
        self._turn: Turn | None = None

    def put(self, data: MeasurementIn) -> None:
        """Type one relevé, or correct the one it `replaces`. Refused as the verb would, without a trace."""
        if self._turn is None:
            self._begin()
        key, wanted = self._checks.figure(data)
        check_replaced(self._writer.tips.get(key), data.replaces, wanted)
        if wanted != WITHDRAWN:
            self._withdraw_other_grain(key)
        if self._writer.put(key, wanted):
            self._grains[_grain(key, key.grade is Grade.ALL)].add(key)

    def finish(self) -> None:
        if self._turn is None:
            return
        after = {"written": self._writer.finish()}
        target = f"school:{self._school.id}"
        if after["written"]:
            record(self._db, self._actor, self._turn, "measurements.recorded", target, after=after)

    def _begin(self) -> None:
        self._turn = take_turn(self._db, self._school.id)
        self._checks = Checks(self._db, self._school)
        tips = tips_of(self._db, self._school.id, Source.TYPED)
        self._writer = FigureWriter(self._db, self._actor, self._turn, tips)
        self._grains = defaultdict[tuple[str, str, bool], set[FigureKey]](set)
        for key in tips:
            self._grains[_grain(key, key.grade is Grade.ALL)].add(key)

    def _withdraw_other_grain(self, key: FigureKey) -> None:
        """Whole school or by grade, never both: they would be added twice."""
        for other in self._grains.pop(_grain(key, key.grade is not Grade.ALL), ()):
            self._writer.put(other, WITHDRAWN)


def _grain(key: FigureKey, is_whole: bool) -> tuple[str, str, bool]:
    return key.term, key.indicator, is_whole
