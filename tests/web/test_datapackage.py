"""The data package, as the validator of the standard reads it: descriptor, schema, rows, bytes and hash."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.web.answers import encoded
from app.web.datapackage import OPEN_DATA, Package, descriptor, resource, table_schema
from app.web.tabular import Column, Kind
from tests.web.conftest import BASE, COLUMNS

PACKAGE = Package(
    name="confiance-2026-2027-t1",
    title="Relations avec les parents, premier trimestre",
    description="Chiffres consolidés, sans école ni famille.",
    version="2026-2027-T1.2",
    created=datetime(2027, 1, 18, 9, 30, 12, 500, tzinfo=UTC),
    sources=[("Écoles qui ont transmis", ""), ("Annuaire", "https://data.example/annuaire")],
    keywords=["école", "parents"],
)


def written(folder: Path, **changed: Any) -> Path:
    """The package on disk, with parts of its resource changed."""
    content = encoded(BASE, OPEN_DATA)
    (folder / "releve.csv").write_bytes(content)
    told = resource(BASE, content, key=["territory"]) | changed
    path = folder / "datapackage.json"
    path.write_text(json.dumps(descriptor(PACKAGE, [told])), encoding="utf-8")
    return path


def validated(path: Path) -> dict[str, Any]:
    """In a process of its own, as a re-user runs it; it also keeps its imports out of the tests."""
    command = [sys.executable, "-m", "frictionless", "validate", str(path), "--json"]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, timeout=120)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a_standard_validator_accepts_it(tmp_path: Path) -> None:
    report = validated(written(tmp_path))
    assert (report["valid"], report["errors"], report["warnings"]) == (True, [], [])
    (task,) = report["tasks"]
    assert (task["stats"]["rows"], task["stats"]["fields"], task["type"]) == (3, 6, "table")
    assert task["labels"] == [column.name for column in COLUMNS]


def test_the_validator_sees_what_does_not_agree(tmp_path: Path) -> None:
    """Otherwise the test above would prove nothing."""
    wrong = table_schema([replace(column, kind=Kind.DATE) for column in COLUMNS])
    report = validated(written(tmp_path, bytes=7, hash="sha256:" + "0" * 64, schema=wrong))
    (task,) = report["tasks"]
    assert {"byte-count", "hash-count", "type-error"} <= {error["type"] for error in task["errors"]}


def test_the_descriptor_says_where_the_figures_come_from(tmp_path: Path) -> None:
    told = json.loads(written(tmp_path).read_text(encoding="utf-8"))
    assert told["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert (told["created"], told["version"]) == ("2027-01-18T09:30:12Z", "2026-2027-T1.2")
    (licence,) = told["licenses"]
    assert (licence["name"], licence["title"]) == ("etalab-2.0", "Licence Ouverte 2.0")
    assert told["sources"] == [
        {"title": "Écoles qui ont transmis"},
        {"title": "Annuaire", "path": "https://data.example/annuaire"},
    ]
    (table,) = told["resources"]
    assert (table["path"], table["format"], table["type"]) == ("releve.csv", "csv", "table")
    assert table["bytes"] == len((tmp_path / "releve.csv").read_bytes())


def test_a_schema_says_what_each_column_holds() -> None:
    schema = table_schema(COLUMNS, ["territory"])
    assert [(field["name"], field["type"]) for field in schema["fields"]] == [
        ("territory", "string"),
        ("counted", "integer"),
        ("rate", "number"),
        ("is_complete", "boolean"),
        ("held_on", "date"),
        ("recorded_at", "datetime"),
    ]
    assert schema["fields"][0]["description"] == "Le nom de la circonscription"
    assert [field["name"] for field in schema["fields"] if "constraints" not in field] == [
        column.name for column in COLUMNS if column.is_nullable
    ]
    assert (schema["primaryKey"], schema["missingValues"]) == (["territory"], [""])
    assert "primaryKey" not in table_schema(COLUMNS)
    with pytest.raises(ValueError, match="not columns"):
        table_schema(COLUMNS, ["school"])


def test_a_resource_has_a_name_that_version_1_takes_too() -> None:
    table = replace(BASE, name="Releve-0990001N")
    told = resource(table, b"", path="2026-2027-T1/releve.csv")
    assert (told["name"], told["path"]) == ("releve-0990001n", "2026-2027-T1/releve.csv")


def test_every_kind_of_column_has_a_type_of_the_standard() -> None:
    types = {"string", "integer", "number", "boolean", "date", "datetime"}
    fields = table_schema([Column(kind.value, kind.value, kind) for kind in Kind])["fields"]
    assert {field["type"] for field in fields} == types
