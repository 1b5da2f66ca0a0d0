"""The lists of candidates of a pasted result sheet: as a table, a sentence each, or a block each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.ballot_names import LONGEST_NAME, ListRead, category_of, named
from app.domain.ballot_words import COLUMNS, SCALARS, Line, Token, only_reading
from app.domain.french import NARROW, fold

MOST_LISTS, MOST_SEATS = 20, 200

_LIST_WORDS = re.compile(r"\b(?:listes?|federations?|associations?|organisations?|sigles?)\b")
_HEADING = re.compile(r"[\s:]*(?:noms?\s+(?:de\s+la|des?|de)\s+)?listes?(?:\s+en\s+presence)?[\s:]*")
_BLOCK = re.compile(r"[\s•*–-]*(?:nom\s+de\s+la\s+)?liste\b[^:]{0,12}:\s*(\S.*)")
_TOTAL = re.compile(r"^\s*(?:total|totaux|ensemble)\b")
_NOTHING = {"", "-", "–", "—", "/"}
_FIELDS = {"votes": "votes", "candidates": "candidates", "won": "seats"}
_MOST = {"candidates": MOST_SEATS, "seats": MOST_SEATS}


@dataclass(slots=True)
class ListReader:
    found: list[ListRead] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    columns: list[str | None] | None = None
    """What each number of a row is, while a table is open; None inside for a column that is not a list's."""
    by_cell: bool = False
    block: ListRead | None = None
    name: tuple[str, Line] | None = None
    """A row of which only the name was met, with its numbers on the lines below."""
    values: list[tuple[int, Line]] = field(default_factory=list)

    def take(self, line: Line) -> bool:
        """True when the line was the lists' to read."""
        if self._is_table_head(line):
            self._open(line)
        elif self.columns is not None and not self.by_cell and not self.found_rows and self._widens(line):
            self.used.add(line.number)
        elif self.columns and not line.names() & (SCALARS | COLUMNS):
            return self._row(line)
        elif _is_list_sentence(line):
            self._sentence(line)
        elif (name := _block_name(line)) is not None:
            self._close()
            self.block = named(name, line.number)
            self.used.add(line.number)
        else:
            if line.names() & SCALARS:
                self._close()
            return False
        return True

    @property
    def found_rows(self) -> bool:
        return bool(self.found) or self.name is not None

    def finish(self) -> tuple[ListRead, ...]:
        """The lists, each once; a list said twice with two numbers keeps neither."""
        self._close()
        same: dict[str, list[ListRead]] = {}
        for n, one in enumerate(self.found):
            same.setdefault(fold(one.name or "") or f"#{n}", []).append(one)
        kept = tuple(self._merged(group) for group in same.values())
        if len(kept) > MOST_LISTS:
            self.doubts.append(f"Plus de {MOST_LISTS} listes{NARROW}: seules les premières sont reprises.")
        return kept[:MOST_LISTS]

    def give(self, name: str, value: int, line: Line) -> bool:
        """A « Voix : 100 » below the name of its list."""
        if self.block is None or getattr(self.block, _FIELDS[name]) is not None:
            return False
        self.block = self._with(self.block, name, value, line)
        self.used.add(line.number)
        return True

    def column(self, label: Token, heads: Line, cell: tuple[int, int], value: int, line: Line) -> None:
        """« Voix FCPE » as a column of a spreadsheet that has a row per school."""
        before, after = heads.text[cell[0] : label.start], heads.text[label.end : cell[1]]
        name = " ".join(f"{before} {after}".split())
        if not name:
            told = f"Colonne «\u202f{heads.said(*cell)}\u202f»{NARROW}: de quelle liste\u202f? ({value})."
            self.doubts.append(told)
            return
        self.found.append(self._with(named(name, line.number), label.name, value, line))

    # --- a table ----------------------------------------------------------------------------------------

    def _is_table_head(self, line: Line) -> bool:
        if line.numbers or line.names() & (SCALARS - {"valid", "seats_filled"}):
            return False
        words = line.other_words()
        has_list_word = _LIST_WORDS.search(words) is not None
        is_first_cell_empty = len(line.cells) > 1 and not line.said(*line.cells[0])
        columns = line.names() & (COLUMNS | {"valid", "left_out", "seats_filled"})
        if (has_list_word or is_first_cell_empty) and columns and len(line.labels) + 3 >= len(words.split()):
            return True
        return _HEADING.fullmatch(line.bare) is not None

    def _open(self, line: Line) -> None:
        self._close()
        self.by_cell = len(line.cells) > 1
        if self.by_cell:
            self.columns = [_one_column(line.within(cell)) for cell in line.cells]
        else:
            self.columns = [_column(token) for token in line.labels]
        self.used.add(line.number)

    def _widens(self, line: Line) -> bool:
        """A heading that goes on over several lines."""
        assert self.columns is not None
        allowed = COLUMNS | {"valid", "left_out", "seats_filled"}
        if line.numbers or not line.names() or line.names() - allowed or not line.is_only_tokens():
            return False
        self.columns += [_column(token) for token in line.labels]
        return True

    def _row(self, line: Line) -> bool:
        if _TOTAL.match(line.bare):
            self._drop_row()
            self.used.add(line.number)
            return True
        return self._row_of_cells(line) if self.by_cell else self._row_of_words(line)

    def _row_of_cells(self, line: Line) -> bool:
        assert self.columns is not None
        name = line.said(*line.cells[0])
        if not name or not 1 < len(line.cells) <= len(self.columns):
            return False
        one = named(name, line.number)
        for column, cell in zip(self.columns[1:], line.cells[1:], strict=False):
            if column is None or line.said(*cell) in _NOTHING:
                continue
            tokens = line.within(cell)
            value = only_reading(tokens) if [token.name for token in tokens] == ["number"] else None
            if value is None:
                said = f"«\u202f{line.said(*cell)}\u202f»"
                self.doubts.append(f"Ligne {line.number}{NARROW}: {said} n’est pas un nombre entier.")
            else:
                one = self._with(one, column, value[0], line)
        self._keep(one, line)
        return True

    def _row_of_words(self, line: Line) -> bool:
        """A row without separators: as many numbers as columns, in one reading only."""
        assert self.columns is not None
        numbers = line.numbers
        if not numbers:
            if self.name is not None or line.tokens:
                self._close()  # two lines of words in a row are no table any more
                return False
            self.name = (line.said(0, len(line.text)), line)
            return True
        name = _name_before(line, numbers[0])
        if name:
            self._drop_row()
            self._fill(name, line, only_reading(numbers, len(self.columns)), line)
        elif self.name is None:
            return False
        elif (one := only_reading(numbers)) is not None:
            self.values.append((one[0], line))
            if len(self.values) == len(self.columns):
                self._fill(self.name[0], self.name[1], [value for value, _ in self.values], line)
        elif not self.values:
            self._fill(self.name[0], self.name[1], only_reading(numbers, len(self.columns)), line)
        else:
            self._drop_row()
        return True

    def _fill(self, name: str, at: Line, values: Sequence[int] | None, last: Line) -> None:
        assert self.columns is not None
        if values is None:
            told = f"{len(self.columns)} nombres étaient attendus après «\u202f{name[:LONGEST_NAME]}\u202f»"
            self.doubts.append(f"Ligne {last.number}{NARROW}: {told}.")
        else:
            one = named(name, at.number)
            for column, value in zip(self.columns, values, strict=True):
                if column is not None:
                    one = self._with(one, column, value, last)
            self.used |= {row.number for _, row in self.values}
            self._keep(one, last)
        self.name, self.values = None, []

    def _drop_row(self) -> None:
        if self.name is not None and self.values:
            told = f"des nombres manquent après «\u202f{self.name[0][:LONGEST_NAME]}\u202f»"
            self.doubts.append(f"Ligne {self.name[1].number}{NARROW}: {told}.")
        self.name, self.values = None, []

    def _close(self) -> None:
        self._drop_row()
        if self.block is not None and (self.block.votes is not None or self.block.seats is not None):
            self._keep(self.block)
        self.columns, self.block, self.by_cell = None, None, False

    # --- a sentence -------------------------------------------------------------------------------------

    def _sentence(self, line: Line) -> None:
        """« FCPE : 100 voix, 6 sièges » or « FCPE – voix : 100 – sièges : 6 »."""
        shown = [token for token in line.tokens if token.name in COLUMNS or token.name in {"number", "odd"}]
        one = named(_name_before(line, shown[0]), line.number)
        if shown[0].name not in COLUMNS:
            pairs = list(zip(shown[1::2], shown[::2], strict=False))
        else:
            pairs = list(zip(shown[::2], shown[1::2], strict=False))
        is_clear = len(shown) % 2 == 0 and all(
            label.name in COLUMNS
            and number.name == "number"
            and line.is_filler(min(label.end, number.end), max(label.start, number.start))
            for label, number in pairs
        )
        values = [only_reading([number]) for _, number in pairs] if is_clear else [None]
        if len({label.name for label, _ in pairs}) < len(pairs) or any(value is None for value in values):
            self.doubts.append(
                f"Ligne {line.number}{NARROW}: voix et sièges ne se lisent pas d’une seule façon."
            )
            return
        for (label, _), value in zip(pairs, values, strict=True):
            assert value is not None
            one = self._with(one, label.name, value[0], line)
        self._keep(one, line)

    # --- a list -----------------------------------------------------------------------------------------

    def _with(self, one: ListRead, column: str, value: int, line: Line) -> ListRead:
        name = _FIELDS[column]
        if value > _MOST.get(name, value):
            self.doubts.append(
                f"Ligne {line.number}{NARROW}: {value} est trop pour des sièges ou des candidats."
            )
            return one
        changes: dict[str, Any] = {name: value}
        return replace(one, **changes)

    def _keep(self, one: ListRead, line: Line | None = None) -> None:
        if one.name is None:
            self.doubts.append(
                f"Ligne {one.line}{NARROW}: une liste y porte le nom d’une personne, ou n’en a pas. "
                "Donnez-lui un nom sans nommer personne."
            )
        self.found.append(one)
        self.used |= {one.line} | ({line.number} if line else set())

    def _merged(self, group: Sequence[ListRead]) -> ListRead:
        changes: dict[str, Any] = {}
        for name in _FIELDS.values():
            said = list(dict.fromkeys(value for one in group if (value := getattr(one, name)) is not None))
            changes[name] = said[0] if len(said) == 1 else None
            if len(said) > 1:
                values = " et ".join(str(value) for value in said[:4])
                self.doubts.append(
                    f"Le texte dit deux choses pour «\u202f{group[0].name}\u202f»{NARROW}: {values}."
                )
        return replace(group[0], **changes)


def _name_before(line: Line, token: Token) -> str:
    """The words before the first number of a line, or nothing when they are no name."""
    said = line.said(0, token.start)
    words = [word for word in line.tokens if word.start < token.start and word.name == "marker"]
    return "" if not words and line.is_filler(0, token.start) else said


def _block_name(line: Line) -> str | None:
    """« Liste : FCPE », or FCPE alone on its line."""
    if line.numbers or line.labels:
        return None
    if found := _BLOCK.match(line.bare):
        return line.said(found.start(1), found.end(1))
    said = line.said(0, len(line.text))
    is_short = len(said.split()) <= 6 and "conseil" not in line.bare
    return said if is_short and category_of(said) is not None else None


def _is_list_sentence(line: Line) -> bool:
    """A name, then numbers that say what they count."""
    if not line.numbers or not line.names() & COLUMNS or line.names() & SCALARS:
        return False
    first = min(
        token.start for token in line.tokens if token.name in COLUMNS or token.name in {"number", "odd"}
    )
    begin = next(token for token in line.tokens if token.start == first)
    return bool(_name_before(line, begin))


def _column(token: Token) -> str | None:
    return {"valid": "votes", "seats_filled": "won", "left_out": None}.get(token.name, token.name)


def _one_column(tokens: Sequence[Token]) -> str | None:
    labels = [token for token in tokens if token.name in COLUMNS | {"valid", "seats_filled", "left_out"}]
    return _column(labels[0]) if labels else None
