"""The images of documents: every word of a chart is in its image, in the page's own colours."""

import re
import struct
from pathlib import Path
from typing import Any

import pytest

from app.domain.funnel import funnel_of
from app.domain.indicators import INDICATORS
from app.domain.rates import NOT_MEASURED, Figure, Rate
from app.domain.readings import Target
from app.domain.school_year import SchoolYear
from app.domain.vocabulary import ActionState, Axis
from app.web import drawings
from app.web.drawings import FONTS, PIXELS, png_of, style_of, tokens
from dashboards.points import Mark, Point
from dashboards.series import effort, funnel, plan, term_series
from dashboards.svg import svg_of
from dashboards.work import Held

TERMS = [term for start in (2025, 2026) for term in SchoolYear.starting(start).terms]
MEETINGS, VISITS, TURNOUT = (
    INDICATORS[slug] for slug in ("individual_meetings", "visits", "election_turnout")
)
MARK = Mark(TERMS[1], "Café des parents", "start")
FIGURES: dict[str, Any] = {
    "funnel": funnel(MEETINGS, funnel_of([Rate(8, 11), Rate(150, 196), Rate(36, 100), Rate(118, 150)])),
    "rate": term_series(
        MEETINGS,
        [
            Point(TERMS[0], Figure.of(125, 196)),
            Point(TERMS[1], NOT_MEASURED),
            Point(TERMS[2], Figure.of(9, 12)),
        ],
        target=Target("", 85, TERMS[5]),
        marks=[MARK],
    ),
    "count": term_series(VISITS, [Point(TERMS[0], Figure.of(41)), Point(TERMS[2], Figure.of(1204))]),
    "own": term_series(
        VISITS,
        [Point(TERMS[0], Figure.of(41)), Point(TERMS[3], Figure.of(104))],
        own={TERMS[3]: 63},
        own_name="Café des parents",
    ),
    "year": term_series(TURNOUT, [Point(TERMS[0], Figure.of(150, 360))]),
    "empty": term_series(VISITS, []),
    "plan": plan({Axis.RIGHTS: dict.fromkeys(ActionState, 2)}),
    "effort": effort([Held(TERMS[0], 3, 20, 1, 1), Held(TERMS[1], 0, 0)]),
}
DRAWN = {name: svg_of(figure, label=name) for name, figure in FIGURES.items()}
WORDS = re.compile(r"(<text[^>]*>)(.*?)(</text>)", re.DOTALL)


def hidden(svg: str) -> list[tuple[str, str]]:
    """(words, the same drawing without them) for each of its texts."""
    return [
        (re.sub(r"<[^>]+>", " ", found[2]), svg[: found.start(2)] + svg[found.end(2) :])
        for found in WORDS.finditer(svg)
    ]


def missing_words(svg: str) -> list[str]:
    """The words that change nothing of the image, so that nobody can read them."""
    whole = png_of(svg, width=320)
    return [words for words, without in hidden(svg) if png_of(without, width=320) == whole]


@pytest.mark.parametrize("name", DRAWN)
def test_every_word_of_a_chart_is_in_its_image(name: str) -> None:
    assert hidden(DRAWN[name])
    assert missing_words(DRAWN[name]) == []


def test_without_a_font_the_words_would_be_missed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The renderer says nothing when it has no letters: the test above does, and so does png_of."""
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(drawings, "FONTS", tmp_path)
    assert len(missing_words(DRAWN["rate"])) == len(hidden(DRAWN["rate"]))
    (tmp_path / "broken.ttf").unlink()
    with pytest.raises(FileNotFoundError):
        png_of(DRAWN["rate"])


LETTERS = "AÀÂÇÉÈÊËÎÏÔŒÙÛÜŸaàâçéèêëîïôœùûüÿ0123456789’«»…–—−×%°·()/?!;:,.→"


@pytest.mark.parametrize("weight", ["", "strong"])
def test_no_letter_is_drawn_as_a_box(weight: str) -> None:
    """What a font lacks is drawn as one and the same box."""

    def image(letter: str) -> bytes:
        text = f'<text class="f-ink {weight}" x="5" y="30" font-size="20">{letter}</text>'
        return png_of(f'<svg class="plot" viewBox="0 0 40 40">{text}</svg>', width=80)

    box, nothing = image("\ue123"), image("")
    assert box == image("\ue124") != nothing
    assert [letter for letter in LETTERS if image(letter) in (box, nothing)] == []
    assert {image(space) for space in "\u00a0\u202f"} == {nothing}


@pytest.mark.parametrize("name", DRAWN)
def test_every_look_of_a_chart_is_known_to_the_images(name: str) -> None:
    used = {part for look in re.findall(r'class="([^"]+)"', DRAWN[name]) for part in look.split()}
    known = style_of("analyser")
    assert {look for look in used - {"plot"} if f".{look} " not in known} == set()


@pytest.mark.parametrize("verb", ["ambitionner", "agir", "analyser", "ajuster"])
def test_the_colours_are_those_of_the_page_by_day(verb: Any) -> None:
    style = style_of(verb)
    assert f".f-hue {{ fill: {tokens()[verb]}; }}" in style
    assert "var(" not in style
    assert tokens()["card"] == "#ffffff"


def test_an_image_is_fine_enough_for_paper() -> None:
    """Half of a landscape A4, 13 cm, at 200 dots an inch."""
    width, height = struct.unpack(">II", png_of(DRAWN["count"])[16:24])
    assert width == PIXELS >= 13 / 2.54 * 200
    assert height == pytest.approx(width * 300 / 640, abs=1)


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="token"):
        png_of("<svg <")


def test_the_fonts_are_there() -> None:
    assert {path.name for path in FONTS.glob("*.ttf")} == {
        "DejaVuSansCondensed.ttf",
        "DejaVuSansCondensed-Bold.ttf",
    }
