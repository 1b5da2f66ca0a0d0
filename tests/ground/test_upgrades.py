"""`migrate` first, new processes afterwards: meanwhile the version before writes to the new schema."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import ROOT

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("0*.py"))
BEFORE_THE_FIRST_VERSION = {
    "0002_meeting": 4,
    "0005_transmissions": 1,
    "0010_partners_suggested": 1,
    "0016_second_factor": 1,
    "0017_identity_provider": 1,
}
"""How much each takes away from the code before it. Nobody runs that code, and none is ever added here."""
GONE = {"drop_column", "drop_table", "rename_table"}
STRICTER = {"create_check_constraint", "create_unique_constraint", "create_foreign_key"}


def takes_away(upgrade: ast.FunctionDef) -> Iterator[str]:
    """What the code before needs and no longer finds, or may no longer write. Triggers are for the reader."""
    for call in ast.walk(upgrade):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        name, said = call.func.attr, {word.arg: ast.unparse(word.value) for word in call.keywords}
        is_harder = said.get("nullable") == "False" or said.get("server_default") == "None"
        if name in GONE | STRICTER or (name == "alter_column" and (is_harder or "new_column_name" in said)):
            yield ast.unparse(call)
        if name == "add_column":
            (column,) = (one for one in call.args if isinstance(one, ast.Call))
            of_column = {word.arg: ast.unparse(word.value) for word in column.keywords}
            if of_column.get("nullable") == "False" and "server_default" not in of_column:
                yield ast.unparse(call)


def upgrade_of(text: str) -> ast.FunctionDef:
    (found,) = (
        node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    return found


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_leaves_the_version_before_at_work(path: Path) -> None:
    """To take something away: one version that no longer uses it, and the next one that drops it."""
    found = list(takes_away(upgrade_of(path.read_text(encoding="utf-8"))))
    assert len(found) == BEFORE_THE_FIRST_VERSION.get(path.stem, 0), found


@pytest.mark.parametrize(
    "line",
    [
        "op.drop_table('goal')",
        "batch.drop_column('why')",
        "batch.alter_column('why', new_column_name='reason')",
        "batch.alter_column('why', nullable=False)",
        "op.add_column('goal', sa.Column('x', sa.Integer(), nullable=False))",
        "batch.create_check_constraint('x_positive', 'x > 0')",
    ],
)
def test_what_takes_away_is_seen(line: str) -> None:
    assert len(list(takes_away(upgrade_of(f"def upgrade():\n    {line}")))) == 1


def test_what_adds_takes_nothing_away() -> None:
    added = "op.create_table('t')", "op.add_column('goal', sa.Column('x', sa.Integer(), nullable=True))"
    more = "op.add_column('goal', sa.Column('x', sa.Integer(), nullable=False, server_default='0'))"
    for line in (*added, more):
        assert list(takes_away(upgrade_of(f"def upgrade():\n    {line}"))) == []
