"""The drawings say what the figures say, and carry nothing a strict policy refuses."""

import html
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from app.domain.funnel import funnel_of
from app.domain.indicators import INDICATORS, own_indicator
from app.domain.rates import NOT_MEASURED, Figure, Rate
from app.domain.readings import Target
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import ActionState, Axis
from app.web.charts import chart_block
from app.web.static_files import STATIC
from app.web.templating import make_environment
from dashboards.letters import fitting
from dashboards.points import Mark, Point
from dashboards.series import effort, funnel, plan, small, spark, term_series
from dashboards.strokes import role
from dashboards.svg import svg_of
from dashboards.work import Held

MEETINGS, VISITS, TURNOUT = (
    INDICATORS[slug] for slug in ("individual_meetings", "visits", "election_turnout")
)
TERMS = [term for start in (2024, 2025, 2026) for term in SchoolYear.starting(start).terms]
SVG = "{http://www.w3.org/2000/svg}"
EVIL = "</script><img src=x onerror=alert(1)> & \"'"


def at(term: Term, *counts: int, complete: bool = True) -> Point:
    return Point(term, Figure.of(*counts), 196, complete)


MET = [
    at(TERMS[0], 125, 196),
    at(TERMS[1], 131, 196),
    at(TERMS[3], 30, 196),
    at(TERMS[4], 9, 12, complete=False),
]
FIGURES = {
    "funnel": funnel(MEETINGS, funnel_of([Rate(8, 11), Rate(150, 196), Rate(36, 100), Rate(118, 150)])),
    "rate": term_series(
        MEETINGS, MET, target=Target("", 85, TERMS[8]), marks=[Mark(TERMS[1], "Café des parents", "start")]
    ),
    "count": term_series(VISITS, [at(TERMS[0], 41), at(TERMS[1], 0), at(TERMS[3], 62, complete=False)]),
    "year": term_series(TURNOUT, [at(TERMS[0], 150, 360), at(TERMS[3], 152, 360)]),
    "own": term_series(
        VISITS,
        [at(TERMS[0], 41), at(TERMS[1], 56), at(TERMS[3], 62), at(TERMS[4], 104)],
        own={TERMS[4]: 63},
        own_name="Café des parents",
    ),
    "compact": small(MEETINGS, MET),
    "empty": term_series(VISITS, []),
    "plan": plan({Axis.RIGHTS: dict.fromkeys(ActionState, 2)}),
    "effort": effort([Held(TERMS[0], 3, 20, 1, 1), Held(TERMS[1], 0, 0)]),
}


def drawn(figure: dict[str, Any], width: int = 640) -> ElementTree.Element:
    return ElementTree.fromstring(
        svg_of(figure, width=width, label="Un graphique").replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1)
    )


def texts(root: ElementTree.Element) -> str:
    """All that is written, lines put together."""
    return " | ".join(" ".join(element.itertext()) for element in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("width", [640, 320])
@pytest.mark.parametrize("name", FIGURES)
def test_a_drawing_is_an_image_with_a_name_and_without_style(name: str, width: int) -> None:
    svg = svg_of(FIGURES[name], width=width, label="L’école")
    root = drawn(FIGURES[name], width)
    assert (root.get("role"), root.get("aria-label"), root.findtext(f"{SVG}title")) == (
        "img",
        *["Un graphique"] * 2,
    )
    words = FIGURES[name]["layout"]["margin"]["t"]
    assert root.get("viewBox") == f"0 0 {width} {300 + max(words - 46, 0)}"  # a row more, 19 px more
    assert not re.search(r'style=|fill="|stroke="|on\w+="|href|<script', svg)


@pytest.mark.parametrize("width", [640, 320])
@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_drawn_outside(name: str, width: int) -> None:
    root = drawn(FIGURES[name], width)
    tall = float(root.get("viewBox", "").split()[-1])
    for element in root.iter():
        for key, edge in (
            ("x", width),
            ("x1", width),
            ("x2", width),
            ("cx", width),
            ("y", tall),
            ("y2", tall),
            ("cy", tall),
        ):
            assert -0.1 <= float(element.get(key, 0)) <= edge + 0.1


@pytest.mark.parametrize("name", FIGURES)
def test_every_class_of_a_drawing_is_in_the_stylesheet(name: str) -> None:
    css = (STATIC / "confiance.css").read_text(encoding="utf-8")
    used = {
        part
        for classes in re.findall(r'class="([^"]+)"', svg_of(FIGURES[name], label=""))
        for part in classes.split()
    }
    assert {name for name in used if f".{name}" not in css} == set()


def test_the_drawing_says_what_the_figure_says() -> None:
    said = texts(drawn(FIGURES["rate"]))
    for words in (
        "125 sur 196",
        "30 sur 196",
        "9 sur 12",
        "non mesuré",
        "cible\u202f: 85\u202f%",
        "100\u202f%",
    ):
        assert words in said
    assert "début\u202f: Café des parents" in said
    assert said.count("2024-2025") == 1
    assert "2025-2026" in said


def test_lines_join_neighbours_only() -> None:
    root = drawn(FIGURES["rate"])
    assert len([line for line in root.iter(f"{SVG}line") if line.get("class") == "s-hue line"]) == 1
    assert len(list(root.iter(f"{SVG}circle"))) == 4


def test_a_zero_is_a_stroke_and_an_incomplete_bar_is_hatched() -> None:
    root = drawn(FIGURES["count"])
    assert len([line for line in root.iter(f"{SVG}line") if line.get("class") == "s-hue line"]) == 1
    assert len([path for path in root.iter(f"{SVG}path") if "hatch" in path.get("class", "")]) == 1
    assert len(list(root.iter(f"{SVG}rect"))) == 2


def test_an_interval_is_a_stroke_with_two_ends_where_there_is_one() -> None:
    whiskers = [
        line for line in drawn(FIGURES["rate"]).iter(f"{SVG}line") if "whisker" in line.get("class", "")
    ]
    uprights = [line for line in whiskers if line.get("x1") == line.get("x2")]
    assert (len(uprights), len(whiskers)) == (3, 9)  # the fourth figure is of a part of the classes
    assert not [
        line for line in drawn(FIGURES["year"]).iter(f"{SVG}line") if "whisker" in line.get("class", "")
    ]


def test_the_part_of_an_action_is_framed_and_numbered() -> None:
    root = drawn(FIGURES["own"])
    (frame,) = [box for box in root.iter(f"{SVG}rect") if "dash-dash" in box.get("class", "")]
    (tint,) = [box for box in root.iter(f"{SVG}rect") if "f-tint" in box.get("class", "")]
    assert [frame.get(key) for key in ("x", "y", "width", "height")] == [
        tint.get(key) for key in ("x", "y", "width", "height")
    ]
    said = texts(root).split(" | ")
    assert {"104", "63", "41", "en tirets\u202f: Café des parents"} <= set(said)
    inside = [text for text in root.iter(f"{SVG}text") if text.get("class") == "f-card strong"]
    assert [text.text for text in inside] == ["41"]  # on the full bar, without an edge


def test_the_step_of_last_year_lies_under_the_figures_or_on_the_bar_that_would_cover_it() -> None:
    grown = svg_of(term_series(VISITS, [at(TERMS[1], 20), at(TERMS[4], 60)]), label="")
    fallen = svg_of(term_series(VISITS, [at(TERMS[1], 60), at(TERMS[4], 20)]), label="")
    assert grown.index("s-card dash-solid thick") > grown.rindex("<rect")
    assert fallen.index("s-ink dash-solid") < fallen.index("<rect")
    assert "thick" not in fallen


def test_bars_of_one_place_stand_on_each_other() -> None:
    boxes = [rect for rect in drawn(FIGURES["plan"]).iter(f"{SVG}rect") if float(rect.get("height", 0)) > 20]
    ends = [float(box.get("x", 0)) + float(box.get("width", 0)) for box in boxes]
    assert [float(box.get("x", 0)) for box in boxes][1:] == pytest.approx(ends[:-1], abs=0.2)


def test_a_phone_gets_shorter_words() -> None:
    nine = [at(term, 125, 196) for term in TERMS]
    figure = term_series(MEETINGS, [*nine[:4], *nine[5:]])
    wide, narrow = texts(drawn(figure)), texts(drawn(figure, 320))
    assert "125 sur 196" in wide
    assert "/196" in narrow
    assert "sur 196" not in narrow.replace("tôt\u202f: 125 sur 196", "")
    assert "rotate(-90)" in svg_of(figure, width=320, label="")  # « non mesuré » climbs


@pytest.mark.parametrize(("width", "years"), [(640, ["2024-2025", "2025-2026"]), (320, ["24-25", "25-26"])])
def test_school_years_are_written_in_one_way(width: int, years: list[str]) -> None:
    """The last year has one term only, and its whole name no room on a phone."""
    said = texts(drawn(term_series(MEETINGS, [at(term, 125, 196) for term in TERMS[:4]]), width))
    assert [text for text in said.split(" | ") if "-" in text] == years


def test_names_stand_clear_of_the_numbers_of_the_scale() -> None:
    mark = Mark(TERMS[1], "Café des parents", "start")
    figure = term_series(MEETINGS, [at(TERMS[0], 12, 20), at(TERMS[1], 14, 20)], marks=[mark])
    written = {element.text: element for element in drawn(figure).iter(f"{SVG}text")}
    name, top = written["début\u202f: Café des parents"], written["100\u202f%"]
    size = 15
    assert float(name.get("y", 0)) + 0.25 * size < float(top.get("y", 0)) - 0.72 * size  # feet above heads


def test_a_long_name_is_cut_on_a_phone_only() -> None:
    name = "Rencontres individuelles de février, de 17 h à 19 h 30"
    figure = term_series(VISITS, [at(TERMS[0], 1), at(TERMS[1], 2)], marks=[Mark(TERMS[1], name, "start")])
    assert name in texts(drawn(figure))
    assert "…" in texts(drawn(figure, 320))


def test_labels_that_would_touch_are_thinned_back_from_the_last() -> None:
    same = ["100<br>sur 200"] * 4
    assert fitting(same, 80, 15) == same
    assert fitting(same, 40, 15) == ["100<br>/200"] * 4
    assert fitting(same, 32, 15) == ["100<br>\u00a0", "100<br>/200"] * 2
    assert fitting(["1000000"] * 3, 40, 15) == ["1000000", "", "1000000"]
    assert fitting([], 40, 15) == []


def test_the_counts_of_a_circonscription_stand_apart_on_a_phone() -> None:
    """Four figures in bold are wider than four letters: six terms of them touched."""
    counts = [(1004, 1573), (955, 1435), (1044, 1573), (1080, 1573), (1048, 1435), (1152, 1573)]
    figure = term_series(MEETINGS, [at(term, *pair) for term, pair in zip(TERMS, counts, strict=False)])
    said = texts(drawn(figure, 320)).replace("\u202f", " ")
    assert "1 152 /1 573" in said
    assert "1 048" not in said
    wide = texts(drawn(figure, 580)).replace("\u202f", " ")
    assert "1 048 /1 435 | 1 152 /1 573" in wide, "a letter's width apart at a desk"
    three = term_series(MEETINGS, [at(term, 158, 196) for term in TERMS])
    assert texts(drawn(three, 320)).count("158") == 9 + len(["un an plus tôt"]), "what has room is all there"


def test_the_last_counts_stand_clear_of_the_larger_mark() -> None:
    """The edge around the letters took a bite out of the point when no interval held them off it."""
    root = drawn(FIGURES["year"])
    (said,) = (text for text in root.iter(f"{SVG}text") if "".join(text.itertext()).startswith("152"))
    last = list(root.iter(f"{SVG}circle"))[-1]
    letters = float(said.attrib["y"]) + sum(float(part.get("dy", 0)) for part in said)
    edge = float(root.attrib["font-size"]) * 0.15
    assert letters + edge < float(last.attrib["cy"]) - float(last.attrib["r"])


def test_a_colour_that_no_theme_can_change_is_refused() -> None:
    assert role("f", "var(--hue)") == "f-hue"
    with pytest.raises(ValueError, match="#fff"):
        role("f", "#fff")


def test_what_people_typed_is_escaped() -> None:
    own = own_indicator("x", EVIL, "a")
    figure = term_series(own, [at(TERMS[0], 1), at(TERMS[1], 2)], marks=[Mark(TERMS[1], EVIL, "start")])
    svg = svg_of(figure, label=EVIL) + spark(own, [at(TERMS[0], 1)], EVIL)
    assert "<img" not in svg
    assert "</script>" not in svg
    assert html.escape(EVIL) in svg


def test_sparks_leave_holes_and_join_neighbours() -> None:
    rate = spark(MEETINGS, MET, "De 64 % à 75 %")
    assert 'viewBox="0 0 120 56" role="img" aria-label="De 64 % à 75 %"' in rate
    assert (rate.count('class="dot"'), rate.count('class="line"')) == (4, 1)
    count = spark(VISITS, [at(TERMS[0], 0), at(TERMS[2], 12)], "De 0 à 12", target=Target("", 20, TERMS[8]))
    assert (count.count('class="mark"'), count.count('class="target"')) == (2, 1)
    assert 'height="1.5"' in count  # zero is a stroke
    assert not re.search(r'style=|fill="|stroke="', rate + count)


def test_a_spark_of_years_names_them() -> None:
    yearly = spark(
        TURNOUT,
        [at(TERMS[0], 150, 360), at(TERMS[3], 152, 360)],
        "42 % puis 42 %",
        target=Target("", 50, TERMS[8]),
    )
    assert ">2024</text>" in yearly
    assert ">2025</text>" in yearly
    assert (
        ElementTree.fromstring(spark(TURNOUT, [Point(TERMS[0], NOT_MEASURED)], "Rien")).get("class")
        == "spark"
    )
    assert ElementTree.fromstring(spark(VISITS, [], "Rien")).get("aria-label") == "Rien"


def test_a_page_writes_one_line() -> None:
    block = chart_block(term_series(VISITS, [at(TERMS[0], 1)], marks=[Mark(TERMS[0], EVIL, "start")]), EVIL)
    source = '{% import "macros.html" as ui %}{{ ui.chart(**block) }}'
    page = make_environment().from_string(source).render(block=block)
    assert page.index("<svg") < page.index('class="chart-plot"') < page.index("<script")
    assert page.count("plot-narrow") == 1
    assert page.count("</script>") == 1
    assert "<img" not in page
    stored = re.search(r'<script type="application/json">(.*)</script>', page, re.S)
    assert stored
    assert json.loads(stored[1]) == block["figure"]
    assert isinstance(block["svg"], Markup)
