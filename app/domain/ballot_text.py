"""Reads a pasted result sheet: what it says, on which line, and what was left to the person.

Two rules. A number is taken only where the words beside it leave one reading; and every figure that is not
taken is told, with its line. Nothing is ever filled from arithmetic: a difference is a remark.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from app.domain.ballot_lists import ListReader
from app.domain.ballot_names import ListRead
from app.domain.ballot_words import (
    COLUMNS,
    SCALARS,
    Line,
    Token,
    cleaned,
    day_of,
    following,
    lines_of,
    only_reading,
    pairable,
    preceding,
)
from app.domain.french import NARROW, counted

MOST_CHARACTERS = 12_000
"""A result sheet is two or three thousand; a longer text is something else."""
MOST_SEATS = 200
_TOLD_DOUBTS = 30

NAMES = {
    "held_on": "date du scrutin",
    "registered": "inscrits",
    "voters": "votants",
    "blank_null": "blancs et nuls",
    "seats": "sièges à pourvoir",
    "seats_filled": "sièges pourvus",
    "valid": "suffrages exprimés",
    "blank": "blancs",
    "null": "nuls",
}
_FILLED = ("registered", "voters", "blank_null", "seats", "seats_filled")
_NOT_THE_BALLOT = ("affich", "fait a", "fait le", "signe", "recours", "convocation", "transmis", "imprime")


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the line (number and text) it was read on."""

    value: int | date
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A line with a figure that was not taken."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class BallotReading:
    """`values` holds held_on, registered, voters, blank_null, seats, seats_filled: each only when certain."""

    values: dict[str, Found]
    lists: tuple[ListRead, ...]
    doubts: tuple[str, ...]
    not_understood: tuple[LeftOver, ...]

    def value(self, name: str) -> int | date | None:
        return self.values[name].value if name in self.values else None


def read_ballot(text: str) -> BallotReading:
    """What a pasted text says of an election. Raises ValueError beyond MOST_CHARACTERS."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"Ce texte est trop long{NARROW}: collez seulement le procès-verbal.")
    reader = _Reader(lines_of(cleaned(text)))
    reader.read()
    return reader.reading()


@dataclass(slots=True)
class _Reader:
    lines: Sequence[Line]
    found: dict[str, list[Found]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    waiting: list[tuple[Token, Line]] = field(default_factory=list)
    """Labels whose numbers are still to come, below."""
    numbers: list[tuple[Token, Line]] = field(default_factory=list)
    heads: Line | None = None
    """The heading row of a table that has a column per number."""
    lists: ListReader = field(default_factory=ListReader)
    read_lists: tuple[ListRead, ...] = ()

    def read(self) -> None:
        for line in self.lines:
            self._take_days(line)
            if line.bare.strip():
                self._take(line)
        self._settle()
        self.read_lists = self.lists.finish()
        self.used |= self.lists.used
        self.doubts += self.lists.doubts

    def _take(self, line: Line) -> None:
        if line.numbers and not line.labels and line.is_only_tokens() and self.waiting:
            self.numbers += [(token, line) for token in line.numbers]
            return
        self._settle(line)
        if self._is_heads(line):
            self.heads = line
            self.used.add(line.number)
        elif self.heads and not line.labels and len(line.cells) == len(self.heads.cells):
            self._take_row(self.heads, line)
        elif not self.lists.take(line):
            self._take_sentence(line)

    # --- a sentence, or a label and its number ----------------------------------------------------------

    def _take_sentence(self, line: Line) -> None:
        labels = line.labels
        if not labels:
            return
        if line.names() == {"left_out"}:
            self.used.add(line.number)
        elif len(labels) == len(pairable(line)):
            if line.is_only_tokens():
                self.waiting += [(token, line) for token in labels]
        else:
            self._take_pairs(line)

    def _take_pairs(self, line: Line) -> None:
        pairs = following(line) if pairable(line)[0] in line.labels else preceding(line)
        if pairs is None:
            self._doubt(line, "plusieurs lectures sont possibles")
            return
        for label, number in pairs:
            if number is None:
                self.waiting.append((label, line))
            else:
                self._give(label.name, only_reading([number]), line)

    def _settle(self, line: Line | None = None) -> None:
        """Labels above, numbers below: as many of one as of the other, or nothing is taken."""
        if self.numbers:
            told = self.numbers[0][1]
            values = only_reading([token for token, _ in self.numbers], len(self.waiting))
            if values is None:
                self._doubt(told, "autant de nombres que d’intitulés étaient attendus")
            else:
                rows = [row for token, row in self.numbers for _ in token.parts]
                for n, ((label, _), value) in enumerate(zip(self.waiting, values, strict=True)):
                    self._give(label.name, (value,), rows[n] if len(rows) == len(values) else told)
                self.used |= {row.number for _, row in self.numbers}
            self.waiting, self.numbers = [], []
        elif line is not None and not (line.labels and line.is_only_tokens()):
            self.waiting = []

    def _give(self, name: str, value: tuple[int, ...] | None, line: Line) -> None:
        if name == "left_out":
            self.used.add(line.number)
        elif value is None or (name in {"seats", "seats_filled"} and value[0] > MOST_SEATS):
            said = f"«\u202f{NAMES.get(name, 'voix ou sièges')}\u202f»"
            self._doubt(line, f"{said} sans nombre qui se lise d’une seule façon")
        elif name in SCALARS:
            self.found.setdefault(name, []).append(Found(value[0], line.number, line.said(0, len(line.text))))
            self.used.add(line.number)
        elif not self.lists.give(name, value[0], line):
            told = (
                "«\u202fsièges\u202f» sans dire à pourvoir ou pourvus"
                if name == "won"
                else "de quelle liste\u202f?"
            )
            self._doubt(line, told)

    def _doubt(self, line: Line, told: str) -> None:
        self.used.discard(line.number)
        self.doubts.append(f"Ligne {line.number}{NARROW}: {told}.")

    # --- a table with a column per number ---------------------------------------------------------------

    def _is_heads(self, line: Line) -> bool:
        return len(line.cells) > 1 and not line.numbers and len(line.names() & SCALARS) > 1

    def _take_row(self, heads: Line, line: Line) -> None:
        for head, cell in zip(heads.cells, line.cells, strict=True):
            tokens = [token for token in line.within(cell) if token.name in {"number", "odd"}]
            labels = [token for token in heads.within(head) if token in heads.labels]
            if not tokens:
                continue
            title = heads.said(*head) or "sans titre"
            if len(labels) != 1:
                said = f"Colonne «\u202f{title}\u202f»{NARROW}: nous ne savons pas ce qu’elle compte"
                self.doubts.append(f"{said} ({line.said(*cell)}).")
                continue
            is_whole = len(tokens) == 1 and tokens[0].name == "number"
            value = only_reading(tokens) if is_whole else None
            if labels[0].name in COLUMNS and value is not None:
                self.lists.column(labels[0], heads, head, value[0], line)
            else:
                self._give(labels[0].name, value, line)
        self.used.add(line.number)

    # --- days -------------------------------------------------------------------------------------------

    def _take_days(self, line: Line) -> None:
        for token in line.tokens:
            if token.name != "date" or (day := day_of(token)) is None:
                continue
            before = line.bare[: token.start]
            if not before.strip() and line.number > 1:
                before = self.lines[line.number - 2].bare
            is_ballot = any(word in before for word in ("scrutin", "election", "vote"))
            is_other = any(word in before for word in _NOT_THE_BALLOT)
            name = "held_on" if is_ballot and not is_other else "other_day"
            self.found.setdefault(name, []).append(Found(day, line.number, line.said(0, len(line.text))))

    # --- what comes out ---------------------------------------------------------------------------------

    def reading(self) -> BallotReading:
        agreed = {
            name: self._agreed(name, found) for name, found in self.found.items() if name != "other_day"
        }
        values = {name: found for name, found in agreed.items() if found is not None}
        self._add_up_blanks(values)
        self._remark(values)
        self._remark_on_lists(values, self.read_lists)
        left = tuple(
            LeftOver(line.number, line.said(0, len(line.text)))
            for line in self.lines
            if line.number not in self.used and any(token.name in {"number", "odd"} for token in line.tokens)
        )
        doubts = tuple(dict.fromkeys(self.doubts))
        if len(doubts) > _TOLD_DOUBTS:
            doubts = (*doubts[:_TOLD_DOUBTS], f"Et {len(doubts) - _TOLD_DOUBTS} autres remarques.")
        kept = {name: values[name] for name in ("held_on", *_FILLED) if name in values}
        return BallotReading(kept, self.read_lists, doubts, left)

    def _agreed(self, name: str, found: Sequence[Found]) -> Found | None:
        if len({one.value for one in found}) == 1:
            return found[0]
        where = " et ".join(f"{_shown(one.value)} (ligne {one.line})" for one in found[:4])
        self.doubts.append(f"Le texte dit deux choses pour «\u202f{NAMES[name]}\u202f»{NARROW}: {where}.")
        return None

    def _add_up_blanks(self, values: dict[str, Found]) -> None:
        """« Blancs : 4 » and « Nuls : 5 » are the two halves of one box; either alone is not the whole."""
        parts = [values.get("blank"), values.get("null")]
        if "blank_null" in values or not any(parts):
            return
        blank, null = parts
        if blank is None or null is None:
            self.doubts.append("Le texte donne les bulletins blancs ou les nuls, pas les deux ensemble.")
            return
        assert isinstance(blank.value, int)
        assert isinstance(null.value, int)
        values["blank_null"] = Found(blank.value + null.value, null.line, f"{blank.text} + {null.text}")

    def _remark(self, values: dict[str, Found]) -> None:
        if "held_on" not in values and self.found.get("other_day") and "held_on" not in self.found:
            day = self.found["other_day"][0]
            self.doubts.append(
                f"Ligne {day.line}{NARROW}: le {_shown(day.value)}, sans dire si c’est le jour du scrutin."
            )
        known = {name: found.value for name, found in values.items() if isinstance(found.value, int)}
        if not {"voters", "valid"} <= known.keys():
            return
        rest = known["voters"] - known["valid"]
        votes = f"{_shown(known['voters'])} votants et {_shown(known['valid'])} suffrages exprimés"
        if "blank_null" not in known and "blank_null" not in self.found and rest >= 0:
            self.doubts.append(f"Le texte dit {votes}{NARROW}: il resterait {rest} bulletins blancs ou nuls.")
        elif "blank_null" in known and rest != known["blank_null"]:
            self.doubts.append(
                f"Le texte dit {votes}, avec {known['blank_null']} blancs ou nuls{NARROW}: à relire."
            )

    def _remark_on_lists(self, values: dict[str, Found], lists: Sequence[ListRead]) -> None:
        votes = [one.votes for one in lists if one.votes is not None]
        valid = values.get("valid")
        if valid is not None and len(votes) == len(lists) and lists and sum(votes) != valid.value:
            self.doubts.append(
                f"Les listes lues ont {counted(sum(votes), ('voix', 'voix'))} en tout, "
                f"pour {_shown(valid.value)} suffrages exprimés."
            )


def _shown(value: int | date) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
