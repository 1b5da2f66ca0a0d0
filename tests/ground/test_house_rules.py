"""The rules of the house, so that nobody has to remember them."""

import ast
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.routers  # noqa: F401  (loads every enumeration)
from app.db import ROOT
from app.domain.vocabulary import Labelled
from app.settings import Settings

APP = ROOT / "app"
TEMPLATES, STATIC, VENDOR = APP / "templates", APP / "static", APP / "static" / "vendor"
MODULES = sorted(path for folder in ("app", "dashboards") for path in (ROOT / folder).rglob("*.py"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
SCRIPTS = sorted(STATIC.glob("*.js"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- where things live ---------------------------------------------------------------------------------


def calls_of(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


@pytest.mark.parametrize(
    "module", [path for path in MODULES if path.name != "queries.py" and path != APP / "db.py"], ids=named
)
def test_sql_is_read_in_queries_only(module: Path) -> None:
    """A file of queries may be split: `queries.py` and `…_queries.py`."""
    if not module.name.endswith("_queries.py"):
        assert "select" not in calls_of(module)


def test_a_decision_has_a_number_of_its_own() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [path.name[:4] for path in records]
    assert len(set(numbers)) == len(numbers)
    for path in records:
        assert path.read_text().startswith(f"# {path.name[:4]} · "), path.name


def test_no_room_without_a_subject() -> None:
    vague = {"utils", "helpers", "common", "deps", "crud", "schemas", "misc"}
    folders = ("app", "dashboards", "tests", "scripts", "migrations")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.stem in vague]
    assert found == []


LONG = {
    "app/accounts/models.py": 400,  # people, duties, sessions, tokens, audit
    "app/actions/models.py": 420,  # partners, actions and events: tables and bodies that name each other
    "app/demo/story.py": 390,  # data: what twelve invented schools live through
    "app/domain/indicators.py": 350,  # data: the catalogue of indicators
    "app/domain/practices_linking.py": 380,  # data: the practices of the five levers
    "app/domain/vocabulary.py": 380,  # data: every enumeration with its French labels
    "app/elections/models.py": 340,  # an election, its lists, and what a pasted sheet proposes of them
    "app/reviews/models.py": 330,  # tables and bodies of a review that name each other
}
"""Files above 300 lines, with the length they may reach and the reason."""


def test_a_file_is_split_past_300_lines() -> None:
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    too_long = {name: length for name, length in lengths.items() if length > LONG.get(name, 300)}
    assert too_long == {}


# --- words ---------------------------------------------------------------------------------------------


def enumerations(kind: type[Labelled] = Labelled) -> list[type[Labelled]]:
    return [found for child in kind.__subclasses__() for found in (child, *enumerations(child))]


@pytest.mark.parametrize(
    "kind",
    [kind for kind in enumerations() if kind.__module__.startswith("app.")],
    ids=lambda kind: kind.__name__,
)
def test_every_choice_has_its_french_label(kind: type[Labelled]) -> None:
    for member in kind:
        assert member.label, member
        assert re.fullmatch(r"[A-Za-z0-9_+-]+", member.value), member


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "exploitation.md").read_text(encoding="utf-8")
    written = set(re.findall(r"^\| `(CONFIANCE_[A-Z_]+)` \|", page, re.MULTILINE))
    assert written == {f"CONFIANCE_{name.upper()}" for name in Settings.model_fields}


def test_the_json_door_is_documented() -> None:
    """Otherwise: python scripts/openapi.py"""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from openapi import document  # type: ignore[import-not-found]  # scripts/ is put on the path above
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    fresh, kept = (
        json.loads(document()),
        json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")),
    )
    assert fresh["paths"].keys() == kept["paths"].keys(), "run: python scripts/openapi.py"
    assert fresh == kept, "run: python scripts/openapi.py"


# --- pages ---------------------------------------------------------------------------------------------


def test_a_page_names_nothing_as_its_frame_does() -> None:
    """Jinja runs the frame last: what it sets would replace the page's own, in the page's blocks."""
    outermost = re.compile(r"^{% set (\w+) =", re.MULTILINE)
    names = {path.name: set(outermost.findall(path.read_text())) for path in TEMPLATES.rglob("*.html")}
    frame = names.pop("base.html") - {"home"}  # the same address in both
    assert frame == {"at", "in_term", "address"}
    assert {name: both for name, found in names.items() if (both := found & frame)} == {}


def test_every_template_is_used() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (*MODULES, *PAGES)]
    unused = [
        name
        for name in (path.relative_to(TEMPLATES).as_posix() for path in PAGES)
        if not any(f'"{name}"' in source for source in sources)
    ]
    assert unused == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_needs_a_laxer_policy(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<style\b|\sstyle\s*=", text)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text)
    assert "javascript:" not in text
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script, script
    for script in re.findall(r"<(?:script|link|img)\b[^>]*>", text):
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", script), script


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_nothing_typed_goes_out_unescaped(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", text)
    assert not re.search(r"\bMarkup\(", text)


def test_our_scripts_stay_small() -> None:
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SCRIPTS}
    assert lengths
    assert max(lengths.values()) <= 150, lengths
    assert sum(lengths.values()) <= 700, lengths


# --- what others wrote ---------------------------------------------------------------------------------


def vendored(folder: Path = VENDOR) -> dict[str, tuple[str, str]]:
    """file → (version, sha256), as VENDOR.md says."""
    row = re.compile(r"^\| `([^`]+)` \|.*\| ([0-9.]+) \|.*\| `([0-9a-f]{64})` \|$", re.MULTILINE)
    return {
        name: (version, digest) for name, version, digest in row.findall((folder / "VENDOR.md").read_text())
    }


@pytest.mark.parametrize("folder", [VENDOR, APP / "web" / "fonts"], ids=named)
def test_vendored_files_are_unchanged(folder: Path) -> None:
    told = vendored(folder)
    made_here = {"VENDOR.md", "plotly.css"} & {path.name for path in folder.iterdir()}
    licences = {path.name for path in folder.glob("*-LICENSE.txt")}
    assert licences
    assert {path.name for path in folder.iterdir()} == told.keys() | made_here | licences
    for name, (_, digest) in told.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_the_chart_script_is_the_one_that_plotly_draws_for() -> None:
    from plotly.offline import get_plotlyjs_version

    assert {version for name, (version, _) in vendored().items() if "plotly" in name} == {
        get_plotlyjs_version()
    }
    head = (VENDOR / "plotly-basic.min.js").read_text(encoding="utf-8")[:400]
    assert f"v{get_plotlyjs_version()}" in head


def test_the_chart_styles_are_those_of_the_script() -> None:
    script = ROOT / "scripts" / "plotly_css.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_starting_does_not_pay_for_what_few_requests_need() -> None:
    late = {
        "plotly",
        "scipy",
        "numpy",
        "docx",
        "resvg_py",
        "xlsxwriter",
        "pyarrow",
        "zxcvbn",
        "httpx",
        "joserfc",
        "segno",
        "sqlalchemy.dialects.postgresql",
    }
    program = f"import sys, app.main; print(sorted({late} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_every_body_shows_an_example() -> None:
    """A reader of the API copies before reading: no write without a body that works."""
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    bodies = {
        content["schema"]["$ref"].rpartition("/")[2]
        for operations in document["paths"].values()
        for operation in operations.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in content["schema"]
    }
    schemas = document["components"]["schemas"]
    assert [name for name in sorted(bodies) if not schemas[name].get("examples")] == []
