"""Which sheet of a file is which kind of rows, and which of its columns is which field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.french import fold
from app.domain.headings import heading_row, matched
from app.errors import Invalid
from app.exchange.columns import FileColumn
from app.exchange.kinds import FileKind
from app.exchange.models import MatchedColumn
from app.exchange.sheets import Row, Sheet, refused, too_many_lines


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet as rows of one kind; `columns` is place → name of the field."""

    kind: FileKind
    sheet: Sheet
    heading: int
    columns: Mapping[int, str]

    @property
    def headings(self) -> list[str]:
        return self.sheet.rows[self.heading].cells

    @property
    def lines(self) -> Sequence[Row]:
        return self.sheet.rows[self.heading + 1 :]

    @property
    def told(self) -> list[MatchedColumn]:
        return [
            MatchedColumn(heading=heading, field=self.columns.get(place))
            for place, heading in enumerate(self.headings)
        ]

    @property
    def missing(self) -> list[FileColumn]:
        """The columns without which no line can be understood."""
        return [column for column in self.kind.required if column.name not in self.columns.values()]

    def checked(self) -> "Part":
        """Raises Invalid on `file` when a column is missing, or when there are too many lines."""
        if self.missing:
            names = ", ".join(f"«\u202f{column.title}\u202f»" for column in self.missing)
            where = f" dans la feuille «\u202f{self.sheet.name}\u202f»" if self.sheet.name else ""
            told = f"Il manque {'la colonne' if len(self.missing) == 1 else 'les colonnes'} {names}{where}."
            raise refused(told, "missing_column")
        if len(self.lines) > self.kind.most:
            raise too_many_lines(self.kind.most)
        return self

    def early(self) -> "Part":
        """Without the columns that wait for the other kinds."""
        kept = {place: name for place, name in self.columns.items() if name not in self.kind.last}
        return replace(self, columns=kept)

    def with_columns(self, columns: Mapping[int, str]) -> "Part":
        """As a person said that the columns are. Raises Invalid when two are the same."""
        names = list(columns.values())
        if len(set(names)) < len(names):
            raise Invalid.one("columns", "Deux colonnes ne peuvent pas être la même.", "column_twice")
        return replace(self, columns=columns)


def part_of(kind: FileKind, sheet: Sheet) -> Part:
    heading = heading_row([row.cells for row in sheet.rows], kind.accepted)
    return Part(kind, sheet, heading, matched(sheet.rows[heading].cells, kind.accepted))


def only_part(kind: FileKind, sheets: Sequence[Sheet]) -> Part:
    """The sheet that has most of the kind's columns: a workbook often explains itself on another."""
    return max((part_of(kind, sheet) for sheet in sheets), key=lambda part: len(part.columns))


def parts_of(kinds: Sequence[FileKind], sheets: Sequence[Sheet]) -> tuple[list[Part], list[str]]:
    """Each kind with the sheet that has its name, in the order of the kinds; and the names of the others."""
    by_name = {fold(sheet.name): sheet for sheet in sheets}
    parts = [part_of(kind, by_name[fold(kind.label)]) for kind in kinds if fold(kind.label) in by_name]
    if not parts:
        names = ", ".join(f"«\u202f{kind.label}\u202f»" for kind in kinds)
        raise refused(f"Aucune feuille n’a un de ces noms\u202f: {names}.", "no_sheet")
    known = {part.sheet.name for part in parts}
    return parts, [sheet.name for sheet in sheets if sheet.name not in known]
