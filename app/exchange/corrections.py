"""The lines of a file that cannot be taken, as a file to correct: the same columns, and what is wrong."""

from collections.abc import Iterator, Sequence

from app.exchange.matching import Part
from app.exchange.models import PartReport
from app.web.tabular import Column, Table

PROBLEM = "Problème"


def corrections(part: Part, report: PartReport) -> Table:
    """The refused lines with the cells as they came. « Problème » is not read when it comes back."""
    told: dict[int, list[str]] = {}
    for problem in report.problems:
        about = f"{problem.column}\u202f: " if problem.column else ""
        told.setdefault(problem.line, []).append(f"{about}{problem.detail}")
    kept = [place for place, heading in enumerate(part.headings) if heading.strip() != PROBLEM]
    columns = [Column(f"c{place}", part.headings[place] or f"Colonne {place + 1}") for place in kept]

    def rows() -> Iterator[Sequence[str]]:
        for row in part.lines:
            if row.line in told:
                cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
                yield [*cells, " ".join(told[row.line])]

    return Table(
        f"a-corriger-{part.kind.slug}",
        part.kind.label,
        [*columns, Column("problem", PROBLEM)],
        rows(),
        "Corrigez les cases, puis envoyez ce fichier\u202f: la dernière colonne n’est pas lue.",
    )
