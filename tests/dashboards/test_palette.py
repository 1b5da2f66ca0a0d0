"""The colours of the charts, as people with each kind of colour blindness see them, by day and by night."""

import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.domain.indicators import INDICATORS
from app.domain.rates import Figure
from app.domain.school_year import SchoolYear
from app.domain.vocabulary import ActionState, Axis
from dashboards.points import Point
from dashboards.series import term_series
from dashboards.work import Held, effort, plan

CSS = (Path(__file__).parents[2] / "app/static/confiance.css").read_text("utf-8")
DAY, NIGHT = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\n *\}", CSS, re.DOTALL)[:2]
)
VERBS = ("ambitionner", "agir", "analyser", "ajuster")
Colour = tuple[float, ...]

SIGHTS = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB."""


def linear(colour: str) -> Colour:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)


def seen(colour: str, sight: str) -> Colour:
    light = linear(colour)
    mixed = (sum(part * one for part, one in zip(row, light, strict=True)) for row in SIGHTS[sight])
    return tuple(min(max(one, 0.0), 1.0) for one in mixed)


def luminance(light: Colour) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def contrast(one: Colour, two: Colour) -> float:
    """WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def apart(one: Colour, two: Colour) -> float:
    """Distance in OKLab (Ottosson 2020), where 0.02 is about the smallest difference that is noticed."""

    def lab(light: Colour) -> Colour:
        red, green, blue = light
        long, medium, short = (
            value ** (1 / 3)
            for value in (
                0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
                0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
                0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue,
            )
        )
        return (
            0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
            1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
            0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
        )

    return math.dist(lab(one), lab(two))


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("light", [DAY, NIGHT], ids=["day", "night"])
def test_every_colour_stands_out_from_its_card(light: dict[str, str], sight: str) -> None:
    """4.5 to 1, since the words of a chart have these colours too; its strokes would need 3."""
    card = seen(light["card"], sight)
    for name in (*VERBS, "ink", "soft"):
        assert contrast(seen(light[name], sight), card) >= 4.5, name


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("light", [DAY, NIGHT], ids=["day", "night"])
def test_colours_that_meet_on_a_chart_are_told_apart(light: dict[str, str], sight: str) -> None:
    """The marks of actions on the curve of an indicator; the words and the target in ink beside both."""
    for one, two in (("analyser", "agir"), ("analyser", "ink"), ("agir", "ink")):
        assert apart(seen(light[one], sight), seen(light[two], sight)) >= 0.08, (one, two)


YEAR = SchoolYear.starting(2026).terms
STACKED = {
    "plan": plan({Axis.RIGHTS: dict.fromkeys(ActionState, 2)}),
    "effort": effort([Held(YEAR[0], 3, 20, 1, 1)]),
    "own part": term_series(INDICATORS["visits"], [Point(YEAR[0], Figure.of(104))], own={YEAR[0]: 63}),
}


def look_of(trace: dict[str, Any], light: dict[str, str]) -> tuple[str, str]:
    """(fill, pattern) of a bar in one of the verbs' colours."""
    hue = light | {"hue": light["agir"], "tint": light["tint-agir"]}
    token = trace["marker"]["color"].removeprefix("var(--").removesuffix(")")
    shape = trace["marker"].get("pattern", {}).get("shape", "")
    return hue[token], shape if isinstance(shape, str) else shape[0]


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("light", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("name", STACKED)
def test_bars_that_touch_differ_in_pattern_or_in_lightness(
    name: str, light: dict[str, str], sight: str
) -> None:
    panels: dict[str, list[tuple[str, str]]] = {}
    for trace in STACKED[name]["data"]:
        panels.setdefault(trace.get("yaxis", "y"), []).append(look_of(trace, light))
    pairs = [pair for looks in panels.values() for pair in pairwise(looks)]
    assert pairs
    for (one, one_pattern), (two, two_pattern) in pairs:
        assert one_pattern != two_pattern or contrast(seen(one, sight), seen(two, sight)) >= 3
