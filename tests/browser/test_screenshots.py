"""The pictures of the documentation can be taken again at any time."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "screenshots.py"


def test_every_page_in_every_look(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("screenshots", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    made = script.main(tmp_path)
    kept = SCRIPT.parent.parent / "docs" / "screenshots"
    assert {path.name for path in made} == {path.name for path in kept.glob("*.png")}
    assert all(path.stat().st_size > 8_000 for path in made)
