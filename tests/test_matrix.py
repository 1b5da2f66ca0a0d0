"""The authorisation matrix, walked: every route × every person, on what is theirs, another's, and nowhere."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy.engine import Engine
from sqlmodel import Session

from app import routers, tables
from app.accounts import secrets
from app.accounts.models import SessionProof, TerritoryMembership, WebSession
from app.domain.vocabulary import Role
from app.schools.queries import nation
from tests.conftest import rolled_back
from tests.matrix import EVERYONE, MATRIX, NOBODY, PUBLIC, Row
from tests.places import OURS, THEIRS, Places, places_of
from tests.world import MISSING, NOW, World, add_token, add_user, build_world

SignIn = Callable[[str], TestClient]
_EVERY_ROW = [
    f'SELECT * FROM "{table.name}" ORDER BY {", ".join(table.primary_key.columns.keys())}'
    for table in tables.metadata.sorted_tables
]


def routes_of(router: APIRouter) -> dict[str, APIRoute]:
    return {
        f"{method} {route.path}": route
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted((route.methods or set()) - {"HEAD"})
    }


PRIVATE_ROUTES = {name: route for router in routers.PRIVATE for name, route in routes_of(router).items()}
PUBLIC_ROUTES = [name for router in routers.PUBLIC for name in routes_of(router)]


@pytest.fixture(scope="module")
def db(empty_engine: Engine) -> Iterator[Session]:
    """One world for the whole table: every question is asked in a savepoint of its own and undone."""
    with rolled_back(empty_engine) as session:
        yield session


@pytest.fixture(scope="module")
def world(db: Session) -> World:
    """The usual people, Nadia over France, and a session of Claire's that began thirteen hours ago."""
    world = build_world(db)
    nadia = world.users["nadia"] = add_user(db, "nadia")
    db.add(
        TerritoryMembership(territory_id=nation(db).id, user_id=nadia.id, role=Role.AUTHORITY, started_at=NOW)
    )
    for name, user, began_at in (
        ("nadia", nadia, NOW),
        ("expired", world.users["claire"], NOW - timedelta(hours=13)),
    ):
        world.cookies[name] = f"cookie-of-{name}"
        fingerprint = secrets.fingerprint(world.cookies[name])
        db.add(
            WebSession(
                proof=SessionProof.FACTOR,
                token_hash=fingerprint,
                csrf=world.csrf(name),
                user_id=user.id,
                created_at=began_at,
                last_seen_at=NOW,
            )
        )
    db.flush()
    return world


@pytest.fixture(scope="module")
def places(db: Session, world: World) -> Places:
    return places_of(db, world, OURS)


@pytest.fixture(scope="module")
def theirs(db: Session, world: World) -> Places:
    return places_of(db, world, THEIRS)


def ask(client: TestClient, name: str, row: Row, places: Places) -> Any:
    method, path = name.split(" ")
    url = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str((places | row.places)[found[1]]), path)
    url += f"?{row.query}" if row.query else ""
    if path.startswith("/api/"):
        headers = {} if row.version is None else {"If-Match": f'"{row.version}"'}
        if row.content is not None:
            return client.request(method, url, content=row.content.encode(), headers=headers)
        return client.request(method, url, json=row.body, headers=headers)
    if method == "POST":
        return client.post(url, data={"csrf": client.headers.get("X-Test-CSRF", "")} | (row.body or {}))
    return client.request(method, url)


@contextmanager
def undone(db: Session) -> Iterator[None]:
    with db.begin_nested() as undo:
        yield
        undo.rollback()


def rows_written(db: Session) -> int:
    """Rows that this transaction wrote so far, counted by the database; what was undone counts as well."""
    connection = db.connection()
    counter = "total_changes()"
    if connection.dialect.name == "postgresql":
        counter = "(SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables)"
    return int(connection.exec_driver_sql(f"SELECT {counter}").scalar() or 0)


def everything(db: Session) -> str:
    """A hash of every row of every table."""
    connection, digest = db.connection(), hashlib.sha256()
    for question in _EVERY_ROW:
        digest.update(repr(connection.exec_driver_sql(question).all()).encode())
    return digest.hexdigest()


def said(answer: Any) -> tuple[int, str, bytes]:
    """What a stranger can tell one answer from another by; the request's own number is left out."""
    identity = answer.headers["X-Request-ID"].encode()
    return answer.status_code, answer.headers.get("Location", ""), answer.content.replace(identity, b"")


def test_every_route_has_its_row() -> None:
    assert sorted(MATRIX) == sorted(PRIVATE_ROUTES)
    assert set(PUBLIC_ROUTES) <= PUBLIC


@pytest.mark.parametrize("name", MATRIX)
def test_each_person_gets_what_the_table_says(
    sign_in: SignIn, db: Session, places: Places, nobodies: dict[str, dict[str, str]], name: str
) -> None:
    """One test a route: whoever is refused is told the same of what is another's and of what is nowhere."""
    row, is_page, before, told = MATRIX[name], "/api/" not in name, rows_written(db), {}
    for person in (*EVERYONE, *NOBODY):
        browser = sign_in("anonymous" if person in NOBODY else person)
        browser.headers.update(nobodies.get(person, {}))
        with undone(db):
            answer = ask(browser, name, row, places)
        told[person] = said(answer)
        if person in row.allowed:
            assert answer.status_code in row.answers, (person, answer.status_code, answer.text[:400])
            if is_page and person == "claire" and name.startswith("GET "):
                assert bare_field_names(answer.text) == []
        elif person == "anonymous":
            keeps_what_was_typed = bool((row.body or {}).keys() - {"version"})
            assert answer.status_code == (303 if is_page and not keeps_what_was_typed else 401), person
        elif person in NOBODY:
            assert told[person] == told["anonymous"], person
        else:
            assert answer.status_code == (403 if person in row.seeing else 404), (person, answer.status_code)
    for person in {"karim", "paul"} - {*row.allowed, *row.seeing}:
        assert told[person] == said(ask(sign_in(person), name, lost(name), places)), person
    if name.startswith("GET "):
        assert rows_written(db) == before, "a GET writes nothing"


@pytest.fixture(scope="module")
def nobodies(db: Session, world: World, places: Places) -> dict[str, dict[str, str]]:
    """What each of NOBODY shows at the door."""
    revoked = add_token(db, world.users["claire"], revoked_at=NOW)
    link = places["secrets"]["parents"]
    return {
        "expired": {"Cookie": f"__Host-session={world.cookies['expired']}"},
        "revoked": {"Authorization": f"Bearer {revoked}"},
        "parents": {"Cookie": f"__Host-session={link}", "Authorization": f"Bearer {link}"},
    }


def bare_field_names(page: str) -> list[str]:
    """A field without a French title would show `target-value` to a head teacher."""
    return re.findall(r"<(?:label|legend)[^>]*>\s*([a-z]+[-_][a-z_-]+)", page)


def lost(name: str) -> Row:
    """The same question about a school, a territory or a row that is not there."""
    row = MATRIX[name]
    territory = "0990999F" if row.places.get("code", "").startswith("0") else "A98"
    nowhere = dict.fromkeys(re.findall(r"\{(\w+_id)\}", name), str(NIL)) | {"code": territory, "uai": MISSING}
    return replace(row, places=row.places | nowhere)


# --- another's row, at one's own school ----------------------------------------------------------------


NIL = UUID(int=0)
NAMED_BY_THE_CALLER = {
    "PUT /api/v1/schools/{uai}/measurements/{measurement_id}": "the id of a new row is the sender's to choose"
}


def ids_of(name: str) -> list[str]:
    found = re.findall(r"\{(\w+_id)\}", name)
    return found + (["slug"] if "/{slug}" in name and "indica" in name else [])


@pytest.mark.parametrize("name", [name for name in MATRIX if ids_of(name)])
def test_what_is_another_schools_is_not_found_here(
    sign_in: SignIn, db: Session, places: Places, theirs: Places, name: str
) -> None:
    """At one's own school, the id of another's row: the same as the id of no row."""
    row = MATRIX[name]
    for wanted in ids_of(name):
        other, none = str(theirs["own" if wanted == "slug" else wanted]), str(NIL)
        answers = []
        for value in (other, none):
            with undone(db):
                client = sign_in(row.allowed[0])
                answers.append(ask(client, name, replace(row, places=row.places | {wanted: value}), places))
        foreign, missing = answers
        assert foreign.status_code == missing.status_code
        if name not in NAMED_BY_THE_CALLER:
            assert said(foreign) == said(missing)
            assert foreign.status_code == 404, (wanted, foreign.text)


CITING = {
    ("POST /api/v1/schools/{uai}/actions", "goal_ids"): "goal_id",
    ("POST /api/v1/schools/{uai}/actions", "partner_ids"): "partner_id",
    ("PUT /api/v1/schools/{uai}/actions/{action_id}", "goal_ids"): "goal_id",
    ("PUT /api/v1/schools/{uai}/actions/{action_id}", "partner_ids"): "partner_id",
    ("POST /api/v1/schools/{uai}/actions/{action_id}/events", "partner_ids"): "partner_id",
    ("PUT /api/v1/schools/{uai}/events/{event_id}", "partner_ids"): "partner_id",
    ("POST /api/v1/schools/{uai}/measurements", "replaces"): "measurement_id",
    ("PUT /api/v1/schools/{uai}/measurements/{measurement_id}", "replaces"): "measurement_id",
    ("POST /api/v1/schools/{uai}/taken-up-practices", "goal_ids"): "goal_id",
    ("POST /api/v1/schools/{uai}/taken-up-practices", "partner_ids"): "partner_id",
    ("POST /api/v1/schools/{uai}/taken-up-sheets", "goal_ids"): "goal_id",
    ("POST /api/v1/schools/{uai}/taken-up-sheets", "partner_ids"): "partner_id",
    ("POST /api/v1/schools/{uai}/taken-up-sheets", "sheet_id"): "sheet_id",
    ("POST /api/v1/schools/{uai}/reviews/{term}/decisions", "target/id"): "target_id",
}
"""(route, where its body names another row) → whose id that is."""


def test_every_body_that_cites_a_row_is_tried() -> None:
    found = {
        (name, "/".join(path))
        for name in MATRIX
        for model in bodies_of(name)
        for path in cited_in(model)
        if "changes" not in path  # what an addition proposes goes through the verbs tried here
    }
    assert found - {("POST /api/v1/schools/{uai}/events/{event_id}/taps", "taps/id")} == CITING.keys()


@pytest.mark.parametrize(("name", "field"), CITING)
def test_a_body_cannot_cite_another_schools_row(
    sign_in: SignIn, db: Session, places: Places, theirs: Places, name: str, field: str
) -> None:
    """Answered like a row that does not exist, and nothing is written."""
    row, answers = MATRIX[name], []
    for identity in (theirs[CITING[name, field]], NIL):
        body = dict(row.body or {})
        if field == "target/id":
            body |= {"verdict": "keep", "target": {"kind": "action", "id": str(identity)}}
            body.pop("changes")
        else:
            body[field] = [str(identity)] if field.endswith("s") and field != "replaces" else str(identity)
        before = everything(db)
        with undone(db):
            answers.append(ask(sign_in("claire"), name, replace(row, body=body), places))
        assert everything(db) == before
    assert said(answers[0]) == said(answers[1])
    assert answers[0].status_code in {404, 409, 422}, answers[0].text


# --- mass assignment -----------------------------------------------------------------------------------

COLUMNS = sorted({column.name for table in tables.metadata.tables.values() for column in table.columns})


def bodies_of(name: str) -> list[type[BaseModel]]:
    """The models a route of the JSON door reads its body with."""
    dependant = PRIVATE_ROUTES[name].dependant
    found = [part.field_info.annotation for part in dependant.body_params]
    return [model for model in found if isinstance(model, type) and issubclass(model, BaseModel)]


def parts_of(kind: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], type]]:
    """(path, type) of a model, of the models in it, and of their fields."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield path, kind
        for name, info in kind.model_fields.items():
            yield from parts_of(info.annotation, (*path, name))
    elif get_args(kind):
        for part in get_args(kind):
            yield from parts_of(part, path)
    elif isinstance(kind, type):
        yield path, kind


def cited_in(model: type[BaseModel]) -> list[tuple[str, ...]]:
    return [path for path, kind in parts_of(model) if kind is UUID]


def test_every_model_in_a_body_takes_its_own_fields_only() -> None:
    models = {
        kind
        for name in MATRIX
        for body in bodies_of(name)
        for _, kind in parts_of(body)
        if issubclass(kind, BaseModel)
    }
    assert len(models) > 30
    lax = {model.__name__ for model in models if model.model_config.get("extra") != "forbid"}
    assert lax == set()
    assert [model.__name__ for model in models if hasattr(model, "__table__")] == []


@pytest.mark.parametrize("name", [name for name in MATRIX if "/api/" in name and MATRIX[name].body])
def test_no_column_is_written_by_naming_it(sign_in: SignIn, db: Session, places: Places, name: str) -> None:
    """Every column of every table, sent at once: each is refused by its name, and nothing is written."""
    row, fields = MATRIX[name], {field for model in bodies_of(name) for field in model.model_fields}
    unknown = [column for column in COLUMNS if column not in fields | (row.body or {}).keys()]
    body = dict.fromkeys(unknown, "1") | (row.body or {})
    before = everything(db)
    with undone(db):
        answer = ask(sign_in(row.allowed[0]), name, replace(row, body=body), places)
        assert everything(db) == before
    assert answer.status_code == 422, answer.text[:400]
    assert {error["pointer"] for error in answer.json()["errors"]} >= {f"/{column}" for column in unknown}


BUTTONS = {
    "POST /connexion/code",
    "POST /mon-compte/sessions/fermer",
    "POST /mon-compte/sessions/{session_id}/fermer",
    "POST /deconnexion",
    "POST /ecoles/{uai}/comptes/invitations/{invitation_id}/retirer",
    "POST /ecoles/{uai}/indicateurs/{slug}/suivre",
    "POST /ecoles/{uai}/actions/{action_id}/rapport/notes/{note_id}/retirer",
    "POST /ecoles/{uai}/fichiers/{file_id}/colonnes",
    "POST /ecoles/{uai}/fichiers/{file_id}/importer",
    "POST /ecoles/{uai}/fichiers/{file_id}/oublier",
}
"""Nothing is typed there, or by the column of a file: other names are never looked at."""
FORMS = [
    name for name in MATRIX if name.startswith("POST /") and "/api/" not in name and MATRIX[name].allowed
]


@pytest.mark.parametrize("name", FORMS)
def test_no_column_is_written_by_posting_it(sign_in: SignIn, db: Session, places: Places, name: str) -> None:
    """A form with a field that it does not have is refused as a whole; a button does what it always does."""
    row = MATRIX[name]
    own = {"csrf", "version", "once"} | (row.body or {}).keys()
    unknown = dict.fromkeys([column for column in COLUMNS if column not in own], "1")
    before, browser = everything(db), sign_in(row.allowed[0])
    with undone(db):
        named = ask(browser, name, replace(row, body=unknown | (row.body or {})), places)
        is_same = everything(db) == before
    if name not in BUTTONS:
        assert named.status_code in {409, 422}, named.text[:400]
        assert is_same
        return
    with undone(db):
        usual = ask(sign_in(row.allowed[0]), name, row, places)
    assert usual.status_code == 303
    assert said(named) == said(usual)
