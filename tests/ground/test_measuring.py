"""What `./run bench` makes of its samples; never how long anything takes."""

from collections.abc import Callable

import pytest

from benchmarks.measuring import Bar, Report, Samples, Setting, as_markdown, in_turn

QUIET = Setting("2026-11-21", 2, "Linux", 0.1, {"python": "3.11"})
BUSY = Setting("2026-11-21", 2, "Linux", 4.2, {"python": "3.11"})


@pytest.mark.parametrize(
    ("times", "share", "expected"),
    [((3.0, 1.0, 2.0), 0.5, 2.0), ((1.0, 2.0), 0.5, 1.0), ((1.0, 2.0), 0.95, 2.0), ((7.0,), 0.01, 7.0)],
)
def test_a_quantile_is_a_time_that_was_measured(
    times: tuple[float, ...], share: float, expected: float
) -> None:
    assert Samples(times).at(share) == expected


def test_sides_take_turns_and_the_first_round_only_warms_up() -> None:
    asked: list[str] = []

    def side(name: str) -> Callable[[], Samples]:
        def measure() -> Samples:
            asked.append(name)
            return Samples((float(len(asked)),), errors=1, cpu=0.5)

        return measure

    found = in_turn({"ours": side("ours"), "floor": side("floor")}, rounds=2)
    assert asked == ["ours", "floor"] * 3
    assert found["ours"] == Samples((3.0, 5.0), errors=2, cpu=1.0)
    assert found["ours"].cpu_each == 0.5


def test_a_bar_holds_at_its_limit() -> None:
    assert Bar("write", "p50", 4.0, 4).holds
    assert not Bar("write", "p50", 4.1, 4).holds
    assert Bar("read", "requests", 3.0, 3, at_least=True).holds
    assert not Bar("read", "requests", 2.9, 3, at_least=True).holds


def test_the_tables_say_where_they_come_from_and_what_was_missed() -> None:
    report = Report.on("write")
    report.side("Confiance", Samples((0.002, 0.004), errors=3, cpu=0.003), "16 clients")
    report.at_most("p50 to the floor", 5.0, 4)
    text = as_markdown([report], QUIET)
    assert "| write    | Confiance | 2.00      | 4.00   | 1.50   | 16 clients, 3 errors |" in text
    assert "| write    | p50 to the floor | 5     | ≤ 4   | MISSED |" in text
    assert "NOT A QUIET MACHINE" not in text
    assert "NOT A QUIET MACHINE" in as_markdown([report], BUSY)
