"""What the sources must not hold, so that nobody has to look for it again (docs/securite.md names these)."""

import ast
import re
from functools import cache
from pathlib import Path

from app.accounts import secrets
from app.db import ROOT
from tests.ground.test_house_rules import MODULES, SCRIPTS, named

DANGEROUS = {
    "subprocess", "multiprocessing", "ctypes", "pickle", "marshal", "shelve", "yaml", "runpy", "importlib",
    "code", "pty", "ftplib", "smtplib", "imaplib", "telnetlib", "ldap", "ldap3", "requests", "aiohttp",
    "urllib.request", "http.client", "socket", "random",
}  # fmt: skip
"""Programs, code and objects made from data, other ways out, and chance that can be foretold."""
CALLS_OUT = {"app/accounts/provider.py"}
"""What calls another service."""
CODE = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "Template"}
PATTERN = re.compile(r"re\.(compile|match|fullmatch|search|sub|findall|finditer|split)")
SQL = {"text", "exec_driver_sql", "literal_column"}
SQL_PARTS = {"WAIT", "int(reading)"}
"""What is put into SQL as text: a constant, and 0 or 1."""
HASHES = {"hashlib.sha256", "hashlib.sha512"}
ONE_TIME = "app/domain/one_time.py"
"""Codes of a phone are HMAC-SHA-1, as every application makes them (RFC 6238)."""


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [
        (named(module), node)
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    ]


@cache
def calls() -> list[tuple[str, str, ast.Call]]:
    """(module, what is called, the call)."""
    return [(name, ast.unparse(node.func), node) for name, node in nodes() if isinstance(node, ast.Call)]


def imports() -> list[tuple[str, str]]:
    found = []
    for name, node in nodes():
        if isinstance(node, ast.Import):
            found += [(name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((name, node.module or ""))
    return found


def put_into(told: ast.expr) -> list[str]:
    """What an f-string is made of, besides its own words."""
    values = told.values if isinstance(told, ast.JoinedStr) else []
    return [ast.unparse(part.value) for part in values if isinstance(part, ast.FormattedValue)]


def test_no_program_no_code_and_no_object_is_made_from_data() -> None:
    assert [found for found in imports() if found[1] in DANGEROUS] == []
    assert [(module, called) for module, called, _ in calls() if called in CODE] == []
    assert [module for module, called, _ in calls() if "env" in called and "from_string" in called] == []


def test_one_module_calls_another_service() -> None:
    """Neither following a redirection nor taking a certificate unseen."""
    assert {module for module, name in imports() if name == "httpx"} == CALLS_OUT
    laxer = {"verify", "follow_redirects", "cert", "shell"}
    assert [module for module, _, call in calls() if laxer & {word.arg for word in call.keywords}] == []


def test_only_these_hashes_are_used() -> None:
    used = {called for _, called, _ in calls() if re.fullmatch(r"hashlib\.\w+", called)}
    assert used <= HASHES
    assert {module for module, called, _ in calls() if called in {"hmac.new", "hmac.digest"}} == {ONE_TIME}
    weak = {
        name for name, node in nodes() if isinstance(node, ast.Constant) and node.value in {"md5", "sha1"}
    }
    assert weak == {ONE_TIME}


def test_no_pattern_is_made_of_what_was_typed() -> None:
    """A name of ours that goes into a pattern is escaped all the same; none is built by adding texts."""
    made = [(module, call.args[0]) for module, called, call in calls() if PATTERN.fullmatch(called)]
    assert [module for module, told in made if isinstance(told, ast.BinOp)] == []
    parts = [(module, part) for module, told in made for part in put_into(told)]
    assert [one for one in parts if not (one[1].startswith("re.escape(") or one[1].isupper())] == []


def test_no_sql_is_made_of_what_was_typed() -> None:
    told = [
        (module, call.args[0])
        for module, called, call in calls()
        if called.rpartition(".")[2] in SQL and call.args
    ]
    assert len(told) > 3
    assert [module for module, words in told if isinstance(words, ast.BinOp)] == []
    assert {part for _, words in told for part in put_into(words)} <= SQL_PARTS


def found_in(script: Path, pattern: str) -> list[str]:
    return [found[0] for found in re.finditer(pattern, script.read_text(encoding="utf-8"))]


def test_our_scripts_write_text_and_never_code() -> None:
    code = r"\.(?:inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\beval\(|new Function"
    odd = r"postMessage|addEventListener\([\"']message|__proto__|\.prototype\b|document\.domain"
    elsewhere = r"https?://(?!127\.0\.0\.1|localhost)[^\s\"']+"
    assert [
        (named(one), found) for one in SCRIPTS for found in found_in(one, f"{code}|{odd}|{elsewhere}")
    ] == []


def test_a_secret_has_256_bits_and_none_is_the_same() -> None:
    made = {secrets.new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert min(map(len, made)) >= 43  # 32 bytes in base64


_EXCUSE = re.compile(r"#\s*(type: ignore|noqa|pragma: no cover)(\[[^]]*\]|: ?[A-Z0-9, ]+)?(?P<reason>.*)")


def test_what_is_excused_says_why() -> None:
    """A checker that is silenced without a reason is silenced for good."""
    folders = ("app", "benchmarks", "dashboards", "migrations", "scripts", "tests")
    sources = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(sources) > 500
    silent = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := _EXCUSE.search(line)) and len(found["reason"].strip(" #()")) < 3
    ]
    assert silent == []
