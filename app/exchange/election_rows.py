"""Elections as lines of a file: one line a list of candidates, the numbers of the ballot on the first one."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from app.accounts.actor import Task
from app.domain.school_year import SchoolYear
from app.domain.vocabulary import ListCategory, VotingMode
from app.elections.models import Election, ElectionIn, ElectionList
from app.elections.queries import election_or_none, elections_of_school, lists_of
from app.elections.service import record_election
from app.exchange.columns import DAY, TEXT, WHOLE, YEAR, YES_NO, FileColumn, choice_of, choices_of
from app.exchange.kinds import FileKind, Flat, Item, Misread, Work, body_of
from app.exchange.models import LineProblem, Outcome

BALLOT = (
    FileColumn("year", "Année scolaire", YEAR, "2026-2027", ("Année",), is_key=True, is_required=True),
    FileColumn("held_on", "Date du scrutin", DAY, "09/10/2026", ("Date",)),
    FileColumn("registered", "Inscrits", WHOLE, "Chaque parent compte\u202f: souvent deux par famille."),
    FileColumn("voters", "Votants", WHOLE, "Émargements."),
    FileColumn("blank_null", "Blancs et nuls", WHOLE, "Un nombre.", ("Blancs ou nuls",)),
    FileColumn("seats", "Sièges à pourvoir", WHOLE, "Vide\u202f: autant que de classes.", ("Sièges",)),
    FileColumn("seats_filled", "Sièges pourvus", WHOLE, "Vide\u202f: la somme des listes."),
    FileColumn(
        "voting_modes",
        "Modes de vote",
        choices_of(VotingMode),
        "à l’urne, par correspondance, par voie électronique.",
        blank=[],
    ),
    FileColumn("no_ballot", "Aucun scrutin", YES_NO, "oui si aucune liste ne s’est présentée.", blank=False),
    FileColumn(
        "lots_drawn", "Tirage au sort", YES_NO, "oui si des sièges ont été tirés au sort.", blank=False
    ),
    FileColumn(
        "held_with", "Tenu avec (UAI)", TEXT, "L’école qui a tenu le scrutin, si ce n’est pas la vôtre."
    ),
)
LIST = (
    FileColumn("list_name", "Liste", TEXT, "Le nom de la liste, pas de personne.", ("Nom de la liste",)),
    FileColumn("list_category", "Catégorie", choice_of(ListCategory), "FCPE, PEEP, association locale…"),
    FileColumn("list_votes", "Voix", WHOLE, "Les suffrages de la liste."),
    FileColumn(
        "list_candidates", "Candidats", WHOLE, "S’il y en a moins que de sièges.", ("Candidats titulaires",)
    ),
    FileColumn(
        "list_seats", "Sièges de la liste", WHOLE, "Vide\u202f: le calcul est fait.", ("Sièges obtenus",)
    ),
)


def _flat(row: Election, lists: Sequence[ElectionList]) -> Flat:
    """Where another school counted there are no seats here: none were given."""
    names = [column.name for column in BALLOT]
    flat: Flat = {name: getattr(row, name) for name in names} | {"version": row.version}
    if row.held_with is not None:
        flat |= {"seats": None, "seats_filled": None}
    parts = ("name", "category", "votes", "candidates", "seats")
    return flat | {"lists": [{part: getattr(one, part) for part in parts} for one in lists]}


def rows(work: Work) -> list[Flat]:
    elections = elections_of_school(work.db, work.school.id)
    lists = lists_of(work.db, work.school.id, [row.year for row in elections])
    return [_flat(row, lists[row.year]) for row in elections]


def one_line_a_list(flats: Sequence[Flat]) -> Iterator[Flat]:
    """The numbers of the ballot are repeated, so that a line can be read, or filtered, alone."""
    for flat in flats:
        for one in flat["lists"] or [{}]:
            yield flat | {f"list_{part}": value for part, value in one.items()}


def gathered(items: Sequence[Item]) -> Iterator[Item | Misread]:
    """The lines of one year make one election; what a later line repeats may be left blank, not changed."""
    for _, group in groupby(sorted(items, key=lambda item: str(item.given["year"])), key=_year):
        lines = list(group)
        whole = Item(lines[0].line, {})
        problems: list[LineProblem] = []
        for column in BALLOT:
            if column.name in lines[0].given:
                whole.given[column.name] = lines[0].given[column.name]
                problems += [
                    _differs(column, line, lines[0].line)
                    for line in lines[1:]
                    if line.given[column.name] not in (column.blank, lines[0].given[column.name])
                ]
        if "list_name" in lines[0].given:
            told = [line for line in lines if any(_of_list(line.given).values())]
            whole.given["lists"] = [_of_list(line.given) for line in told]
            whole.lines = [line.line for line in told]
        yield Misread(problems) if problems else whole


def _year(item: Item) -> str:
    return str(item.given["year"])


def _of_list(given: Flat) -> dict[str, Any]:
    cells = {column.name.removeprefix("list_"): given.get(column.name) for column in LIST}
    return {name: value for name, value in cells.items() if value is not None}


def _differs(column: FileColumn, item: Item, first: int) -> LineProblem:
    told = (
        f"La ligne {first} dit autre chose de cette élection\u202f: laissez vide, ou écrivez la même chose."
    )
    return LineProblem(line=item.line, field=column.name, column=column.title, code="differs", detail=told)


def put(work: Work, current: Flat | None, given: Flat) -> Outcome:
    """Record the election again when anything would differ, the seats it computes included."""
    wanted = (current or {}) | given
    data = ElectionIn.model_validate(body_of(ElectionIn, wanted))
    year = SchoolYear(given["year"])
    version = current["version"] if current else None
    with work.db.begin_nested() as undo:
        record_election(work.db, work.actor, work.uai, year, data, version)
        row = election_or_none(work.db, work.school.id, year)
        assert row is not None
        after = _flat(row, lists_of(work.db, work.school.id, [year])[year])
        if current and {**after, "version": 0} == {**current, "version": 0}:
            undo.rollback()
            return Outcome.SAME
    return Outcome.CHANGED if current else Outcome.CREATED


ELECTIONS = FileKind(
    slug="elections",
    label="Élections",
    thing=("élection", "élections"),
    description="L’élection des représentants des parents\u202f: une ligne par liste.",
    task=Task.RUN_ELECTION,
    columns=(*BALLOT, *LIST),
    key=lambda flat: str(flat["year"]),
    rows=rows,
    put=put,
    gather=gathered,
    spread=one_line_a_list,
    pointers={f"lists/{column.name.removeprefix('list_')}": column.name for column in LIST}
    | {"lists": "list_name"},
)
