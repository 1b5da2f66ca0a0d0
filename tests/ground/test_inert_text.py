"""A database full of hostile text: pages escape it, files keep it text. tests/browser has Chromium look."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session

from tests.conftest import rolled_back
from tests.hostile import MARK, SUM, filled, formula, inhabited, pages_of, poison, typed_columns
from tests.matrix import EVERYONE, MATRIX
from tests.places import Places
from tests.world import World

pytestmark = pytest.mark.sqlite  # what is shown does not depend on the engine
SignIn = Callable[[str], TestClient]
Inhabited = tuple[World, Places]
FILES = [name for name in MATRIX if re.fullmatch(r"GET .+(\.\w+|\{extension\}|/files/\{kind\})", name)]
KINDS = ("csv", "xlsx", "json")


@pytest.fixture(scope="module")
def db(empty_engine: Engine) -> Iterator[Session]:
    with rolled_back(empty_engine) as session:
        yield session


@pytest.fixture(scope="module")
def lived_in(db: Session) -> Inhabited:
    return inhabited(db)


@pytest.fixture(scope="module")
def world(lived_in: Inhabited) -> World:
    return lived_in[0]


def test_every_text_is_shown_on_some_page_and_never_as_markup(
    sign_in: SignIn, db: Session, lived_in: Inhabited
) -> None:
    shown, raw = set[str](), []
    with db.begin_nested() as undo:
        hostile = poison(db.connection())
        for person in EVERYONE:
            browser = sign_in(person)
            for path in pages_of(person if person != "anonymous" else "", lived_in[1]):
                text = browser.get(path).text
                shown |= set(MARK.findall(text))
                raw += [
                    f"{person} {path}" for sign in ("<img src=/pwned", "<b data-pwned", SUM) if sign in text
                ]
        undo.rollback()
    columns = [str(column) for column in typed_columns()]
    assert raw == []
    assert hostile - {columns[int(number)] for number in shown} == set()


# --- files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_every_text_stays_text_in_a_file(
    sign_in: SignIn, db: Session, lived_in: Inhabited, name: str
) -> None:
    row = MATRIX[name]
    path = filled(name.removeprefix("GET "), lived_in[1], row)
    with db.begin_nested() as undo:
        poison(db.connection(), formula)
        answers = []
        for kind in KINDS if "{extension}" in name else ("",):
            wanted = re.sub(r"\.csv$", f".{kind}", path) if kind else path
            answers.append(sign_in(row.allowed[0]).get(f"{wanted}?{row.query}"))
        undo.rollback()
    for answer in answers:
        assert answer.status_code == 200, answer.text[:300]
        assert check(answer.headers["content-type"].partition(";")[0], answer.content) == []


def check(kind: str, content: bytes) -> list[str]:
    """What a program that opens this file would obey."""
    if kind.endswith("json"):
        return []
    if kind == "text/csv":
        return [
            cell
            for row in csv_rows(content)
            for cell in row
            if re.match(r"[=@\t\r\n]|[+-](?![\d.,]+$)", cell)
        ]
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for part in parts.namelist():
            if part.endswith((".xml", ".rels")):
                found += [f"{part}: {what}" for what in obeyed(ElementTree.fromstring(parts.read(part)))]
            elif part.endswith(".csv"):
                found += check("text/csv", parts.read(part))
    return found


def csv_rows(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text[:200] else ","))


ACTS = {"f", "hyperlink", "instrText", "fldSimple", "object", "altChunk", "x", "externalLink"}
"""Formulas, links, fields, embedded files, and the element that the text tries to add."""


def obeyed(tree: ElementTree.Element) -> Iterator[str]:
    for element in tree.iter():
        name, text = element.tag.rpartition("}")[2], "".join(element.itertext()).strip()
        if name in ACTS and text not in {"PAGE", "NUMPAGES"}:
            yield f"<{name}> {text[:60]}"
        if name == "Relationship" and (
            element.get("TargetMode") == "External" or "javascript" in element.get("Target", "")
        ):
            yield f"leads to {element.get('Target')}"
