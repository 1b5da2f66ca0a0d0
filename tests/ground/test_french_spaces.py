"""A guillemet, or a sign of two parts, never begins or ends a line: its space does not break (U+202F)."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ground.test_house_rules import MODULES, PAGES, SCRIPTS, named

BREAKS = re.compile(r"« | »|(?<=[\w»)’…}>]) [:;?!](?=[\s.,)»<]|$)")

CODE = re.compile(r"\{#.*?#\}|<(script|style)\b.*?</\1>", re.DOTALL)
JINJA = re.compile(r"\{([{%]).*?[}%]\}", re.DOTALL)
WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`')
FOR_OPERATORS = {"app/cli.py", "app/settings.py"}
"""Read on a terminal, which may not know the character."""
MENDS_THEM = {"app/web/paper.py"}
"""Of what people typed, on paper."""


def said_in_python(module: Path) -> Iterator[str]:
    """Every text but the docstrings."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.value


def said_in_template(template: Path) -> Iterator[str]:
    text = CODE.sub("", template.read_text(encoding="utf-8"))
    for expression in JINJA.finditer(text):
        yield from (found[1] for found in WORDS.finditer(expression[0]) if found[1])
    yield JINJA.sub("}", text)


def said_in_script(script: Path) -> Iterator[str]:
    lines = (
        re.sub(r"^\s*(//|\*|/\*).*|console\..*", "", line)
        for line in script.read_text(encoding="utf-8").splitlines()
    )
    for line in lines:
        yield from (
            re.sub(r"\$\{[^}]*(\}|$)", "}", found[1] or found[2] or "") for found in WORDS.finditer(line)
        )


@pytest.mark.parametrize(
    ("files", "said_in"),
    [
        ([one for one in MODULES if named(one) not in FOR_OPERATORS | MENDS_THEM], said_in_python),
        (PAGES, said_in_template),
        (SCRIPTS, said_in_script),
    ],
    ids=["python", "templates", "scripts"],
)
def test_no_space_breaks_before_a_sign_or_inside_guillemets(
    files: list[Path], said_in: Callable[[Path], Iterator[str]]
) -> None:
    assert files
    found = [
        f"{named(file)}: {text[max(0, hit.start() - 30) : hit.end() + 20]!r}"
        for file in files
        for text in said_in(file)
        for hit in BREAKS.finditer(text)
    ]
    assert found == []
