"""An answer as bytes: written once for each state of the data, then sent again until something changes."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from threading import Lock

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.actor import NIL
from app.accounts.audit import version_of
from app.accounts.warm import stand_on, token_of
from app.aggregates import queries
from app.aggregates.answering import code_of, rows_of
from app.aggregates.asking import Question
from app.aggregates.distribution import distribution_of
from app.aggregates.models import AggregateOut
from app.aggregates.place_queries import children_of, role_over
from app.aggregates.rows import Row
from app.aggregates.warm_queries import Standing, token_now
from app.domain.vocabulary import TerritoryLevel
from app.prepared import inside
from app.web.answers import encoded, file_answer, is_known
from app.web.formats import Format, Wanted
from app.web.tabular import Column, Kind, Table, slug

COLUMNS = (
    Column("level", "Niveau"),
    Column("code", "Code"),
    Column("name", "Nom"),
    Column("indicator", "Indicateur"),
    Column("term", "Trimestre"),
    Column("breakdown", "Coupe"),
    Column("value", "Valeur de la coupe"),
    Column("counted", "Nombre", Kind.INTEGER, is_nullable=True),
    Column("out_of", "Sur combien", Kind.INTEGER, is_nullable=True),
    Column("rate", "Taux", Kind.NUMBER, "Σ/Σ, une part entre 0 et 1.", is_nullable=True, places=3),
    Column("per_100_pupils", "Pour 100 élèves", Kind.NUMBER, is_nullable=True, places=1),
    Column("schools_reporting", "Écoles comptées", Kind.INTEGER),
    Column("schools_expected", "Écoles attendues", Kind.INTEGER, is_nullable=True),
    Column("suppressed", "Masqué", Kind.BOOLEAN, "Pour que personne n’y soit reconnu."),
    Column("reason", "Pourquoi la case est vide", is_nullable=True),
    Column("as_of", "État du", Kind.DATETIME, is_nullable=True),
)
assert [column.name for column in COLUMNS] == list(AggregateOut.model_fields) == list(Row._fields)


def table_of(db: Session, asked: Question) -> Table:
    """The answer before it is a file."""
    name = slug(f"confiance {asked.level.value} {code_of(asked.within)} {asked.terms[0]}")
    return Table(name, f"{asked.within.name}, {asked.terms[-1].label}", COLUMNS, rows_of(db, asked))


class Kept:
    """The last answers of this process. A key holds the state of the data: nothing kept is out of date."""

    def __init__(self, most: int = 32 * 1024 * 1024) -> None:
        self._most, self._size, self._lock = most, 0, Lock()
        self._bytes: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    def get(self, tag: str) -> tuple[str, bytes] | None:
        with self._lock:
            if tag in self._bytes:
                self._bytes.move_to_end(tag)
            return self._bytes.get(tag)

    def put(self, tag: str, name: str, content: bytes) -> None:
        with self._lock:
            if tag in self._bytes or len(content) > self._most:
                return
            self._bytes[tag] = name, content
            self._size += len(content)
            while self._size > self._most:
                _, (_, dropped) = self._bytes.popitem(last=False)
                self._size -= len(dropped)


def tag_of(request: Request, db: Session, asked: Question, kind: str) -> str:
    """The ETag of an answer of one kind: of the question, and of the state of the data it is made of.

    That state is the service's own turns, which move with each import and each release, and the versions of
    the circonscriptions, which move with each transmission, vote and move; only what is read live needs them.
    A program's answer may then be told again from memory while its token holds and nothing changed.
    """
    look = partial(token_now, asked.within.id if asked.live else None)
    token = token_of(request)
    now = look(inside(db), token[0]) if token is not None else None
    if now is None:
        places = children_of(db, asked.within, TerritoryLevel.CIRCONSCRIPTION) if asked.live else ()
        state: object = version_of(db, NIL), queries.live_version(db, [one.id for one in places])
    else:
        assert isinstance(now.standing, Standing)
        state = now.standing.state
        # The duty was found in an earlier transaction: one that ended meanwhile is not remembered.
        if role_over(dict(now.standing.duties), asked.lineage) is asked.role:
            stand_on(request, look, now, asked.within.code or "")
    return strong_tag(asked.key, kind, state)


def answer(request: Request, db: Session, asked: Question, wanted: Wanted) -> Response:
    """The answer, or 304 for who has it already. The question says who may read it: ask first."""

    def made() -> tuple[str, bytes]:
        table = table_of(db, asked)
        return table.name, encoded(table, wanted)

    return tagged_answer(request, tag_of(request, db, asked, wanted.key), wanted, made)


def distribution_answer(request: Request, db: Session, asked: Question) -> Response:
    """The same for the schools of one indicator and one term."""

    def made() -> tuple[str, bytes]:
        return "distribution", distribution_of(db, asked).model_dump_json().encode()

    tag = tag_of(request, db, asked, "distribution")
    return tagged_answer(request, tag, Wanted(Format.JSON), made)


Made = Callable[[], tuple[str, bytes]]
"""A file's name, without an extension, and its bytes."""
PRIVATE = {"Cache-Control": "private, no-cache"}


def tagged_answer(
    request: Request, tag: str, wanted: Wanted, made: Made, headers: Mapping[str, str] = PRIVATE
) -> Response:
    """304 for who has what the tag stands for, else the bytes, kept or made now."""
    headers = {"ETag": tag, **headers}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers | dict(wanted.headers))
    name, content = kept_or_made(request, tag, made)
    return file_answer(content, name, wanted, headers=headers)


def kept_or_made(request: Request, tag: str, made: Made) -> tuple[str, bytes]:
    kept: Kept = request.app.state.answers
    found = kept.get(tag)
    if found is None:
        found = made()
        kept.put(tag, *found)
    return found


def strong_tag(*state: object) -> str:
    """An ETag for bytes that are the same whenever `state` is."""
    return f'"{sha256(repr((SHAPE, *state)).encode()).hexdigest()[:32]}"'


SHAPE = 2
"""To be raised when the same data is answered in another way: what clients keep is then read again."""
