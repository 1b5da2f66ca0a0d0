"""Hostile text in everything that people typed: what a page or a file shows of it must stay text."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.engine import Connection
from sqlmodel import Session

from app import routers
from app.accounts import secrets
from app.accounts.models import SessionProof, TerritoryMembership, WebSession
from app.domain.vocabulary import Role
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.schools.models import TrackedIn
from app.schools.queries import nation
from app.schools.service import add_own_indicator
from app.tables import metadata
from tests.matrix import DESCRIBED, EVALUATED, MATRIX, PUBLIC, Row
from tests.places import OURS, Places, places_of
from tests.world import NOW, T1, A, World, add_user, build_world

SUM = str(7919 * 7907)
"""What a template that evaluates text would write instead of the text."""
MARK = re.compile(r"⟦(\d+)⟧")
"""The place, in `typed_columns`, of the column that a text was read from."""
FIRST = "\"'><img src=/pwned onerror=pwn(1)>"
REST = (
    "</script><script>pwn(1)</script>",
    "<b data-pwned onmouseover=pwn(1)>gras</b>",
    "<a data-pwned href=javascript:pwn(1)>lien</a>",
    "' autofocus onfocus=pwn(1) x='",
    "{{7919*7907}} ${7919*7907} %{x}",
    "</textarea></title>--><svg onload=pwn(1)>",
)
ADDRESS = "javascript:pwn(1)//"
FORMULA = '=HYPERLINK("javascript:pwn(1)")\r\nATTACH:javascript:pwn(1)</w:t><w:x/>]]>'
"""What a workbook, an agenda or a document would obey."""
CODES = {
    *("term", "target_term", "since_term", "until_term", "target_by", "year", "figures_year", "uai", "code"),
    *("first_year", "last_year", "predecessor_uai", "held_with", "departement", "indicator", "slug", "lever"),
    *("target_indicator", "practice", "source_key", "key", "value", "state", "kind", "subject", "issuer"),
    *("csrf", "id_token", "folded_name", "search_text"),
}
"""Columns of text whose values the service makes or checks against a list: nobody's words."""
_SERVICE = {"service_note", "audit_event", "idempotency_record"}
_CODE = re.compile(r"[a-z0-9_.:+-]*|\d{4}-\d\d-\d\d.*|\d{4}-\d{4}(-T[123])?|[A-Za-z0-9]{1,8}")


def sharp(number: int, most: int) -> str:
    """Text of `most` characters at most that ends an attribute, a text, a title, a script and a comment."""
    text = (ADDRESS if most >= 80 else "") + f"{FIRST}⟦{number}⟧"
    for place in range(len(REST)):
        piece = REST[(number + place) % len(REST)]
        text += piece if len(text) + len(piece) + 6 <= most else ""
    return text


def formula(number: int, most: int) -> str:
    return f"{FORMULA}⟦{number}⟧" if most >= 100 else f"=1+1⟦{number}⟧"


def typed_columns() -> list[sa.Column[Any]]:
    """Every column that keeps words of a person, of a school or of a directory."""
    return [
        column
        for table in metadata.sorted_tables
        if table.name not in _SERVICE
        for column in table.columns
        if isinstance(column.type, sa.JSON) or (_is_text(column) and column.name not in CODES)
    ]


def _is_text(column: sa.Column[Any]) -> bool:
    kind = column.type
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    is_words = isinstance(kind, sa.String) and not isinstance(kind, sa.Enum)
    is_ours = column.primary_key or column.foreign_keys or column.name.endswith(("hash", "seal"))
    return is_words and not is_ours


def poison(connection: Connection, text: Callable[[int, int], str] = sharp) -> set[str]:
    """Put hostile text in every such column of every row; « table.column » of those that had words.

    On SQLite only, below every check of the doors: what was refused there is shown here as well.
    """
    for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')  # also what nobody may change
    return {
        str(column)
        for number, column in enumerate(typed_columns())
        if (_poison_json if isinstance(column.type, sa.JSON) else _poison_text)(
            connection, column, text(number, getattr(column.type, "length", None) or 400)
        )
    }


def _poison_text(connection: Connection, column: sa.Column[Any], text: str) -> bool:
    apart = sa.literal(text) + sa.literal_column("rowid").cast(sa.String)
    return bool(
        connection.execute(
            sa.update(column.table).where(column.is_not(None)).values({column: apart})
        ).rowcount
    )


def _poison_json(connection: Connection, column: sa.Column[Any], text: str) -> bool:
    name, field = column.table.name, column.name
    rows = connection.exec_driver_sql(f'SELECT rowid, "{field}" FROM "{name}"').all()
    before = {row: json.loads(kept) for row, kept in rows if kept is not None}
    after = {row: _poisoned(kept, text) for row, kept in before.items()}
    for row, words in after.items():
        connection.exec_driver_sql(
            f'UPDATE "{name}" SET "{field}" = ? WHERE rowid = ?', (json.dumps(words), row)
        )
    return after != before


def _poisoned(value: Any, text: str) -> Any:
    """The same shape, with other words; codes, days and numbers are left as they are."""
    if isinstance(value, dict):
        return {key: _poisoned(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [_poisoned(item, text) for item in value]
    return text if isinstance(value, str) and not _CODE.fullmatch(value) else value


# --- where it is shown ---------------------------------------------------------------------------------


def inhabited(db: Session) -> tuple[World, Places]:
    """The usual people and Nadia, who is the authority over France, with one of each thing at school A."""
    world = build_world(db)
    nadia, cookie = add_user(db, "nadia"), "cookie-of-nadia"
    world.users["nadia"], world.cookies["nadia"] = nadia, cookie
    duty = TerritoryMembership(
        territory_id=nation(db).id, user_id=nadia.id, role=Role.AUTHORITY, started_at=NOW
    )
    session = WebSession(
        token_hash=secrets.fingerprint(cookie),
        csrf=world.csrf("nadia"),
        user_id=nadia.id,
        proof=SessionProof.FACTOR,
        created_at=NOW,
        last_seen_at=NOW,
    )
    db.add_all([duty, session])
    places = places_of(db, world, OURS)
    head = world.actor(db, "claire")
    alone = add_own_indicator(db, head, A, TrackedIn(label="Une poule", counted_label="poules"))
    for slug, term, counted in (
        (places["own"], "2025-2026-T3", 9),
        (places["own"], T1, 12),
        (alone.slug, T1, 1),
    ):
        own = MeasurementIn(indicator=slug, term=term, counted=counted)
        record_measurement(db, head, A, own)
    db.flush()
    return world, places


def pages_of(person: str, places: Places) -> Iterator[str]:
    """The address of every page somebody may open ("" is nobody); again with hostile text in its query."""
    for router in (*routers.PUBLIC, *routers.PRIVATE):
        for route in router.routes:
            if (
                not isinstance(route, APIRoute)
                or "GET" not in (route.methods or ())
                or not _is_page(route.path)
            ):
                continue
            row = MATRIX.get(f"GET {route.path}")
            if (person in row.allowed) if row else (f"GET {route.path}" in PUBLIC and not person):
                path = filled(route.path, places, row)
                yield f"{path}?{row.query}" if row and row.query else path
                words = _words_asked(route.dependant)
                if words:
                    yield f"{path}?{urlencode(dict.fromkeys(words, sharp(0, 400)))}"


def _is_page(path: str) -> bool:
    return not path.startswith("/api/") and "." not in path and "fournisseur" not in path


def filled(path: str, places: Places, row: Row | None = None) -> str:
    """The address of what has words in it: a report with its notes, a sheet with its answers."""
    own = dict(row.places) if row else {}
    own["token"] = places["secrets"].get(path.split("/")[1], "")
    if "rapport" in path or "report" in path:
        own["action_id"] = EVALUATED
    elif "fiche" in path or "sheet" in path or "partage" in path:
        own["action_id"] = DESCRIBED
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str((places | own)[found[1]]), path)


def _words_asked(dependant: Dependant) -> set[str]:
    """The fields of an address that take any text."""
    found = set[str]()
    for part in dependant.query_params:
        kind = part.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= set(kind.model_fields)
        elif kind is str:
            found.add(part.alias)
    return found.union(*(_words_asked(inner) for inner in dependant.dependencies))
