"""Which file a request gets, what its headers say, and that a half of one is never taken for the whole."""

from collections.abc import Iterator
from typing import IO, Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.errors import NotAcceptable
from app.web import answers, formats
from app.web.answers import SpooledAnswer, encoded, file_answer
from app.web.csv_writer import Dialect
from app.web.formats import Format, Wanted, negotiated
from app.web.tabular import Row
from tests.web.conftest import BASE, ROWS, Served, with_rows

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
XLSX = Format.XLSX.media_type
PARQUET = Format.PARQUET.media_type


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("", "json"),
        ("   ", "json"),
        ("*/*", "json"),
        (BROWSER, "json"),
        ("application/json", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/*", "csv"),
        ("text/csv; header=present", "csv"),
        ("text/csv;charset=utf-8;q=0.9, application/json;q=0.1", "csv"),
        ("text/csv;q=0.5, application/json;q=0.5", "json"),
        ("application/*", "json"),
        ("application/*;q=0.2, text/csv;q=0.3", "csv"),
        (f"{XLSX}, */*;q=0.1", "xlsx"),
        (f"{PARQUET}", "parquet"),
        (f"{PARQUET};q=0.9, {XLSX};q=0.8", "parquet"),
        ("application/json;q=0, */*", "csv"),
        ("application/json;q=0, text/csv;q=0, */*;q=0.1", "xlsx"),
        ("*/*;q=0.1, text/html", "json"),
        ("text/html, text/csv;q=0.001", "csv"),
        ("nonsense, text/csv", "csv"),
        ("text/csv;Q=1.0", "csv"),
        (",,text/csv,", "csv"),
    ],
)
def test_what_a_client_accepts(accept: str, found: str) -> None:
    assert negotiated([accept]).value == found


def test_several_headers_are_one_list() -> None:
    assert negotiated(["text/html", "text/csv"]) is Format.CSV
    assert negotiated([]) is Format.JSON


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "csv",
        "*/json",
        "text/csv;q=0",
        "*/*;q=0",
        "text/csv;q=2",
        "text/csv;q=x",
        "a" * 9000,
        ";",
    ],
)
def test_nothing_else_is_sent_instead(accept: str, client: TestClient) -> None:
    answer = client.get("/api/v1/figures", headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert (answer.json()["code"], answer.headers["vary"]) == ("not_acceptable", "Accept")
    assert all(kind.media_type in answer.json()["detail"] for kind in Format)


@pytest.mark.parametrize(
    ("address", "accept", "content_type", "start"),
    [
        ("figures", "*/*", "application/json", b'{"items":['),
        ("figures.json", "text/csv", "application/json", b'{"items":['),
        ("figures", "text/csv", "text/csv; charset=utf-8; header=present", b"\xef\xbb\xbfTerritoire;"),
        ("figures.csv", "text/html", "text/csv; charset=utf-8; header=present", b"\xef\xbb\xbfTerritoire;"),
        ("figures.CSV", "*/*", "text/csv; charset=utf-8; header=present", b"\xef\xbb\xbfTerritoire;"),
        (
            "figures.csv?dialect=donnees-ouvertes",
            "*/*",
            "text/csv; charset=utf-8; header=present",
            b"territory,",
        ),
        ("figures?dialect=tableur", "text/csv", "text/csv; charset=utf-8; header=present", b"\xef\xbb\xbfT"),
        ("figures.xlsx", "*/*", XLSX, b"PK"),
        ("figures", XLSX, XLSX, b"PK"),
        ("figures.parquet", "*/*", PARQUET, b"PAR1"),
    ],
)
def test_an_answer_in_each_form(
    client: TestClient, address: str, accept: str, content_type: str, start: bytes
) -> None:
    answer = client.get(f"/api/v1/{address}", headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert answer.content.startswith(start)
    assert int(answer.headers["content-length"]) == len(answer.content)
    extension = content_type.partition(";")[0].rpartition("/")[2].rpartition(".")[2]
    name = {"sheet": "xlsx"}.get(extension, extension)
    told = answer.headers.get("content-disposition")
    assert told == (None if name == "json" else f'attachment; filename="releve.{name}"')
    assert answer.headers.get("vary") == (None if "." in address.partition("?")[0] else "Accept")


@pytest.mark.parametrize("extension", ["ods", "csv.gz", "", "csv%0d%0aX", "CSV "])
def test_another_extension_is_no_address(client: TestClient, extension: str) -> None:
    answer = client.get(f"/api/v1/figures.{extension}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    if extension == "ods":
        assert ".json, .csv, .xlsx ou .parquet" in answer.json()["detail"]


def test_another_dialect_is_refused(client: TestClient) -> None:
    answer = client.get("/api/v1/figures.csv?dialect=excel")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/dialect")


def test_what_a_route_adds_is_kept(client: TestClient, served: Served) -> None:
    served.headers = {"ETag": '"7-csv"', "Cache-Control": "private, no-cache"}
    answer = client.get("/api/v1/figures", headers={"accept": "text/csv"})
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"7-csv"', "private, no-cache")
    assert answer.headers["vary"] == "Accept"


def test_bytes_that_were_kept_are_the_same_answer(client: TestClient) -> None:
    wanted = Wanted(Format.CSV, Dialect.OPEN_DATA, is_negotiated=True)
    kept = file_answer(encoded(BASE, wanted), BASE.name, wanted)
    fresh = client.get("/api/v1/figures?dialect=donnees-ouvertes", headers={"accept": "text/csv"})
    assert kept.body == fresh.content
    assert {name: fresh.headers[name] for name in kept.headers} == dict(kept.headers)


def test_each_file_of_a_table_has_a_key_of_its_own() -> None:
    every = [Wanted(kind, dialect, told) for kind in Format for dialect in Dialect for told in (True, False)]
    assert {wanted.key for wanted in every} == {
        "json",
        "csv-tableur",
        "csv-donnees-ouvertes",
        "xlsx",
        "parquet",
    }


def test_the_document_tells_the_formats(web: FastAPI) -> None:
    document = web.openapi()
    plain, suffixed = (document["paths"][f"/api/v1/figures{end}"]["get"] for end in ("", ".{extension}"))
    for operation in (plain, suffixed):
        assert {kind.media_type for kind in Format} <= operation["responses"]["200"]["content"].keys()
    (extension,) = (given for given in suffixed["parameters"] if given["name"] == "extension")
    assert (extension["in"], extension["schema"]["enum"]) == ("path", ["json", "csv", "xlsx", "parquet"])
    (dialect,) = plain["parameters"]
    assert (dialect["name"], dialect["required"]) == ("dialect", False)


# --- without the extra ---------------------------------------------------------------------------------


def test_parquet_may_be_missing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    for answer in (
        client.get("/api/v1/figures.parquet"),
        client.get("/api/v1/figures", headers={"accept": PARQUET}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (406, "parquet_not_installed")
        assert f"text/csv), classeur XLSX ({XLSX})." in answer.json()["detail"]
    assert negotiated([f"{PARQUET}, text/csv;q=0.1"]) is Format.CSV
    assert negotiated(["*/*, application/json;q=0, text/csv;q=0"]) is Format.XLSX
    with pytest.raises(NotAcceptable) as refusal:
        negotiated(["text/html"])
    assert (refusal.value.code, PARQUET in refusal.value.detail) == ("not_acceptable", False)


# --- whole or not at all -------------------------------------------------------------------------------


def broken(after: int) -> Iterator[Row]:
    for _ in range(after):
        yield ROWS[0]
    raise RuntimeError("the database went away")


@pytest.mark.parametrize("after", [0, 1, 30_000])
@pytest.mark.parametrize("extension", list(Format))
def test_rows_that_end_early_are_no_file(
    client: TestClient, served: Served, extension: str, after: int
) -> None:
    served.table = with_rows(broken(after if extension != "xlsx" else after // 10))
    answer = client.get(f"/api/v1/figures.{extension}")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "content-disposition" not in answer.headers


def test_a_long_file_waits_on_disk(
    client: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.table = with_rows([ROWS[0]] * 30_000)
    made: list[IO[bytes]] = []

    def noted(file: IO[bytes], *rest: Any) -> SpooledAnswer:
        made.append(file)
        return SpooledAnswer(file, *rest)

    monkeypatch.setattr(answers, "SpooledAnswer", noted)
    answer = client.get("/api/v1/figures.csv")
    assert len(answer.content.splitlines()) == 30_001
    assert int(answer.headers["content-length"]) == len(answer.content) > answers.IN_MEMORY
    assert answer.headers["content-disposition"] == 'attachment; filename="releve.csv"'
    assert [file.closed for file in made] == [True]
