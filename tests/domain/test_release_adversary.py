"""Random countries against somebody who adds, subtracts and solves, alone or with one or two inspectors."""

import os
from collections.abc import Callable

import pytest

from app.domain import release, release_bounds, release_findings
from tests.adversary import World, findings, narrow, random_world

FEW = range(10, 20)
LONG = int(os.environ.get("RELEASE_WORLDS", "200"))
"""Raised by ./run soak."""
AT_ONCE = 20


def found_in(world: World) -> list[str]:
    return findings(world) + narrow(world)


@pytest.mark.parametrize("seed", FEW)
def test_nothing_is_found_in_a_random_country(seed: int) -> None:
    assert found_in(random_world(seed)) == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, LONG, AT_ONCE))
def test_nothing_is_found_in_many_random_countries(first: int) -> None:
    worlds = {seed: found_in(random_world(seed)) for seed in range(first, min(LONG, first + AT_ONCE))}
    assert {seed: found for seed, found in worlds.items() if found} == {}


def nothing_hidden(*_: object) -> bool:
    return False


@pytest.mark.parametrize("planted", ["no complementary hiding", "rests of totals only", "no audit"])
def test_the_adversary_finds_what_is_left_undone(monkeypatch: pytest.MonkeyPatch, planted: str) -> None:
    monkeypatch.setattr(release_bounds.Audit, "hide", nothing_hidden)
    find: Callable[[World], list[str]] = narrow
    if planted != "no audit":
        monkeypatch.setattr(release_findings.Findings, "hide", nothing_hidden)
        find = findings
    if planted == "no complementary hiding":
        monkeypatch.setattr(release, "hide_rests", nothing_hidden)
    assert any(find(random_world(seed)) for seed in FEW)


def test_a_nation_is_looked_at_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits that only a nation reaches are brought down to these worlds."""
    monkeypatch.setattr(release_findings, "MOST_READERS", 4)
    monkeypatch.setattr(release_findings, "MOST_COLUMNS", 8)
    monkeypatch.setattr(release_bounds, "MOST_COLUMNS", 12)
    for seed in (1, 3, 18):
        assert found_in(random_world(seed)) == []
