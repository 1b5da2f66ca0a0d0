"""Static files: what is sent, how small, and for how long a browser may keep it."""

import gzip
from collections.abc import Callable

import brotli
import pytest
from fastapi.testclient import TestClient

from app.web.static_files import STATIC, names, static

LIBRARY = "vendor/plotly-basic.min.js"


@pytest.fixture
def anonymous(sign_in: Callable[[str], TestClient]) -> TestClient:
    return sign_in("anonymous")


@pytest.mark.parametrize(
    ("accepted", "undo"), [("gzip, br", brotli.decompress), ("gzip;q=0.5", gzip.decompress)]
)
def test_a_compressed_file_is_the_file(
    anonymous: TestClient, accepted: str, undo: Callable[[bytes], bytes]
) -> None:
    with anonymous.stream("GET", static(LIBRARY), headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())
    assert undo(sent) == (STATIC / LIBRARY).read_bytes()
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_the_chart_library_weighs_at_most_370_kb_on_the_wire(anonymous: TestClient) -> None:
    with anonymous.stream("GET", static(LIBRARY), headers={"Accept-Encoding": "gzip, deflate, br"}) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert len(b"".join(answer.iter_raw())) <= 370_000


@pytest.mark.parametrize("accepted", ["", "identity", "br;q=0, gzip; q=0", "brrr"])
def test_a_client_that_reads_no_compression_gets_the_file_itself(
    anonymous: TestClient, accepted: str
) -> None:
    answer = anonymous.get(static("app.js"), headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert answer.content == (STATIC / "app.js").read_bytes()


def test_what_gains_nothing_is_sent_as_it_is(anonymous: TestClient) -> None:
    assert (
        "Content-Encoding" not in anonymous.get(static("mark.svg"), headers={"Accept-Encoding": "br"}).headers
    )


def test_only_an_address_that_names_its_content_is_kept_for_ever(anonymous: TestClient) -> None:
    assert "immutable" in anonymous.get(static("steps.js")).headers["Cache-Control"]
    for address in ("/static/steps.js", "/static/steps.js?v=0000000000"):
        answer = anonymous.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
        again = anonymous.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]


def test_each_encoding_has_its_own_tag(anonymous: TestClient) -> None:
    tags = {
        anonymous.head(static("app.js"), headers={"Accept-Encoding": one}).headers["ETag"]
        for one in ("br", "gzip", "identity")
    }
    assert len(tags) == 3


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/nothing.js", "/static/vendor", "/static/%2e%2e/main.py", "/static/..%2fmain.py"],
)
def test_nothing_else_can_be_reached(anonymous: TestClient, path: str) -> None:
    assert anonymous.get(path).status_code == 404


def test_every_file_has_an_address(anonymous: TestClient) -> None:
    assert {"app.js", "confiance.css", LIBRARY} < names()
    for name in names():
        assert anonymous.get(static(name)).status_code == 200, name


def test_a_page_is_compressed_only_when_the_site_itself_asks(anonymous: TestClient) -> None:
    """Another site that makes a browser ask learns nothing from the length of the answer."""
    encodings = {}
    for site in ("same-origin", "none", "cross-site", "same-site", ""):
        headers = {"Accept-Encoding": "gzip"} | ({"Sec-Fetch-Site": site} if site else {})
        answer = anonymous.get("/connexion", headers=headers)
        assert answer.status_code == 200
        encodings[site] = answer.headers.get("Content-Encoding")
    assert encodings == {
        "same-origin": "gzip",
        "none": "gzip",
        "cross-site": None,
        "same-site": None,
        "": None,
    }


def test_data_is_never_compressed_with_the_pages(anonymous: TestClient) -> None:
    answer = anonymous.get(
        "/api/v1/openapi.json", headers={"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}
    )
    assert "Content-Encoding" not in answer.headers
