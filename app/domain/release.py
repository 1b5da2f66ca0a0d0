"""Which cells of a release may be shown: totals over schools, and nothing to find by subtraction.

The rules, what somebody who looks may know, and what was measured: docs/adr/0011.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.release_blocks import Row, groups_of
from app.domain.release_bounds import Audit
from app.domain.release_findings import Findings, show_again
from app.domain.release_hiding import Draft, Secret, hide_rests
from app.domain.release_rules import (
    CHANGES_OF_PERSONS,
    EVENTS,
    PERSONS,
    Cell,
    Floor,
    Hidden,
    Kind,
    Part,
    Tally,
    fault,
)

Counts = Literal["persons", "events", "public"]

__all__ = ["Cell", "Counts", "Exposed", "Hidden", "Part", "Released", "decide_release", "members_of"]


class Exposed(Exception):
    """What was released before gives away what must now be hidden: to hide more now is no help."""


@dataclass(frozen=True, slots=True)
class Released:
    """An earlier release of the same indicator and term: every school it counted, every cell it showed.

    A cell that was kept from the release before belongs to that one, not to this. What was shown once is
    never unknown again, so all the earlier releases are asked for.
    """

    parts: Sequence[Part]
    shown: Collection[Cell]


def decide_release(
    parts: Sequence[Part],
    counts: Counts,
    earlier: Sequence[Released] = (),
) -> dict[Cell, Hidden | None]:
    """Say of every cell why it is hidden in the new release of one indicator and term; None when shown.

    `parts` are all the schools that report, one each; `earlier` the releases already made, oldest first. A
    cell hidden for `Hidden.TOO_FEW_CHANGES` was shown before, and what was shown stays. The order of the
    schools changes nothing. ValueError when a school is there twice; Exposed when nothing can make it clean.
    """
    if len({p.school for p in parts}) < len(parts):
        raise ValueError("Une école ne compte qu’une fois.")
    if counts == "public":
        return dict.fromkeys(members_of(parts))
    floors = (PERSONS, CHANGES_OF_PERSONS) if counts == "persons" else (EVENTS, EVENTS)
    secrets: dict[Row, Secret] = {}
    for number, release in enumerate(earlier):
        then = _Judgement(release.parts, earlier[:number], *floors)
        secrets |= {Row(number, cell): secret for cell, secret in then.secrets.items()}
    now = _Judgement(parts, earlier, *floors)
    secrets |= {Row(len(earlier), cell): secret for cell, secret in now.secrets.items()}
    draft = Draft(
        cells=now.cells,
        verdicts=now.verdicts,
        known=now.known,
        secrets=secrets,
        floor=floors[0],
        groups=groups_of([*(release.parts for release in earlier), parts]),
        number=len(earlier),
        old={Row(number, cell) for number, release in enumerate(earlier) for cell in release.shown},
    )
    findings, audit = Findings(draft), Audit(draft)
    while hide_rests(draft) or findings.hide() or (counts == "persons" and audit.hide()):
        pass
    if draft.beyond_help:
        raise Exposed(sorted(draft.beyond_help))
    show_again(draft)
    return draft.verdicts


class _Judgement:
    """What the rules say of each cell of a release by itself.

    `known` are cells that an earlier release showed and that are the same now; `secrets` what must not be
    told: the cells that the rules hide, and the changes, where there are too few to renew a cell.
    """

    def __init__(self, parts: Sequence[Part], earlier: Sequence[Released], floor: Floor, few: Floor) -> None:
        self.cells = {cell: Tally.of(members) for cell, members in members_of(parts).items()}
        self.verdicts = {cell: fault(tallies, floor) for cell, tallies in self.cells.items()}
        self.secrets = {cell: Secret(self.cells[cell], floor) for cell, why in self.verdicts.items() if why}
        self.known: set[Cell] = set()
        for release in earlier:
            changes = _changes(parts, release.parts)
            for cell in sorted(self.cells.keys() & set(release.shown)):
                changed = Tally.of(changes[cell])
                if not changed:
                    self.known.add(cell)
                elif self.verdicts[cell] in (None, Hidden.TOO_FEW_CHANGES) and fault(changed, few):
                    self.verdicts[cell] = Hidden.TOO_FEW_CHANGES
                    self.secrets[cell] = Secret(changed, few)
        for cell in self.known:
            self.secrets.pop(cell, None)


def members_of(parts: Sequence[Part]) -> dict[Cell, list[Part]]:
    """Every cell that exists, in order, and the schools behind it."""
    kinds: dict[Kind, list[Part]] = defaultdict(list)
    for part in sorted(parts, key=lambda p: p.school):
        kinds[part.kind].append(part)
    cells: dict[Cell, list[Part]] = defaultdict(list)
    for kind, alike in kinds.items():
        for cell in kind.cells:
            cells[cell] += alike
    return dict(sorted(cells.items()))


def _changes(parts: Sequence[Part], before: Sequence[Part]) -> dict[Cell, list[Part]]:
    """The schools that count differently in each cell: another figure, another place, new or gone."""
    old, new = ({p.school: p for p in side} for side in (before, parts))
    changes: dict[Cell, list[Part]] = defaultdict(list)
    for school in sorted(old.keys() | new.keys()):
        was, now = old.get(school), new.get(school)
        if was != now:
            both = [p for p in (now, was) if p]
            for cell in dict.fromkeys(cell for p in both for cell in p.kind.cells):
                changes[cell].append(both[0])
    return changes
