"""Figures as data: every one is a figure to plotly, and says what was counted and nothing more."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from plotly import graph_objects

from app.domain.funnel import funnel_of
from app.domain.indicators import INDICATORS, Indicator, own_indicator
from app.domain.rates import NOT_APPLICABLE, NOT_MEASURED, Figure, Rate
from app.domain.readings import Target
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import ActionState, Axis
from dashboards.looks import count_axis, number_axis
from dashboards.points import Mark, Point
from dashboards.series import effort, funnel, plan, small, summary, term_series
from dashboards.work import Held

MEETINGS, VISITS, TURNOUT = (
    INDICATORS[slug] for slug in ("individual_meetings", "visits", "election_turnout")
)
TERMS = [term for start in (2024, 2025, 2026) for term in SchoolYear.starting(start).terms]
Value = tuple[int, int] | int | Figure | None


def points(*values: Value, incomplete: Sequence[int] = ()) -> list[Point]:
    """One point a term from 2024-2025 on; None leaves the term out."""
    made = []
    for place, (term, value) in enumerate(zip(TERMS, values, strict=False)):
        if value is None:
            continue
        figure = (
            value
            if isinstance(value, Figure)
            else Figure.of(*value)
            if isinstance(value, tuple)
            else Figure.of(value)
        )
        made.append(Point(term, figure, 196, place not in incomplete))
    return made


def words(figure: dict[str, Any]) -> list[str]:
    return [note["text"] for note in figure["layout"]["annotations"]]


MET = points((125, 196), (131, 196), None, (140, 198), NOT_APPLICABLE, (0, 196), (158, 196))
CAME = points(41, 56, NOT_MEASURED, 62, 0)
CAFE = [Mark(TERMS[1], "Café des parents", "start"), Mark(TERMS[3], "Café des parents", "stop")]
TO_85, TO_60 = Target("individual_meetings", 85, TERMS[8]), Target("visits", 60, TERMS[8])
PLAN = {
    Axis.RIGHTS: {ActionState.DONE: 2, ActionState.PLANNED: 1},
    Axis.PARTICIPATION: {ActionState.DROPPED: 3},
}
HELD = [Held(TERMS[1], 4, 34, 1, 1), Held(TERMS[0], 3, 20), Held(TERMS[2], 0, 0), Held(TERMS[3], 2, 12, 2, 3)]
SCHOOLS = funnel_of([Rate(8, 11), Rate(150, 196), Rate(36, 100), Rate(70, 90), Rate(118, 150)])
NAMES = ["École A", "École <B>", "École C", "École D", "École E"]
TOGETHER = [
    Point(TERMS[0], Figure.of(1250, 1960), aside="9 écoles sur 12"),
    Point(TERMS[1], NOT_MEASURED, nothing="rien de<br>transmis"),
    Point(TERMS[2], NOT_MEASURED, nothing="masqué"),
    Point(TERMS[3], Figure.of(800, 1100), aside="5 écoles sur 12"),
]
FIGURES = {
    "funnel": funnel(MEETINGS, SCHOOLS, NAMES),
    "funnel of one": funnel(TURNOUT, funnel_of([Rate(5, 11)])),
    "funnel of eighty": funnel(MEETINGS, funnel_of([Rate(n // 2, n) for n in range(11, 331, 4)])),
    "together": term_series(MEETINGS, TOGETHER, year_before=False),
    "rate": term_series(MEETINGS, MET, target=TO_85, marks=CAFE),
    "count": term_series(VISITS, CAME, target=TO_60, marks=CAFE),
    "incomplete": term_series(MEETINGS, points((1, 2), (3, 12), incomplete=[1])),
    "incomplete count": term_series(VISITS, points(3, 4, incomplete=[0])),
    "year": term_series(
        TURNOUT, [Point(TERMS[0], Figure.of(150, 360)), Point(TERMS[6], Figure.of(159, 362))]
    ),
    "empty": term_series(VISITS, []),
    "own": term_series(VISITS, CAME, own={TERMS[3]: 20, TERMS[1]: 2}, own_name="Café"),
    "compact": small(MEETINGS, MET, TO_85),
    "plan": plan(PLAN),
    "no plan": plan({}),
    "effort": effort(HELD),
    "effort without partners": effort([Held(TERMS[0], 3, 20)]),
    "no effort": effort([]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_plotly_takes_every_figure(name: str) -> None:
    graph_objects.Figure(FIGURES[name])
    assert "template" not in FIGURES[name]["layout"]
    assert "title" not in FIGURES[name]["layout"]


@pytest.mark.parametrize("name", FIGURES)
def test_colours_are_tokens_of_the_theme(name: str) -> None:
    def colours(value: object, key: str = "") -> list[str]:
        if isinstance(value, dict):
            return [found for k, v in value.items() for found in colours(v, k)]
        if isinstance(value, list):
            return [found for v in value for found in colours(v, key)]
        return [value] if "color" in key and isinstance(value, str) else []

    clear = "rgba(0,0,0,0)"
    assert [c for c in colours(FIGURES[name]) if c != clear and not c.startswith("var(--")] == []


def test_a_rate_is_drawn_in_per_cent_and_written_in_counts() -> None:
    trace, said = FIGURES["rate"]["data"]
    assert trace["y"] == [63.7755, 66.8367, None, 70.7071, None, 0.0, 80.6122]
    assert said["text"][0] == "125<br>sur 196"
    assert trace["hovertext"][6] == "1er trimestre 2026-2027<br>158 élèves sur 196 (81\u202f%)"
    assert FIGURES["rate"]["layout"]["yaxis"]["range"] == [0, 100]
    assert FIGURES["rate"]["layout"]["yaxis"]["ticktext"][-1] == "100\u202f%"


def test_under_twenty_no_percentage_is_written() -> None:
    trace = term_series(MEETINGS, points((3, 12)))["data"][0]
    assert trace["hovertext"] == ["1er trimestre 2024-2025<br>3 élèves sur 12"]


def test_counts_stand_on_zero_and_tell_visits_per_hundred_pupils_only_to_a_pointer() -> None:
    (trace,) = FIGURES["count"]["data"]
    assert (trace["y"], trace["text"]) == ([41, 56, None, 62, 0], ["41", "56", "", "62", "0"])
    assert FIGURES["count"]["layout"]["yaxis"]["range"][0] == 0
    assert trace["hovertext"][0] == "1er trimestre 2024-2025<br>41 venues (21 pour 100 élèves)"
    assert trace["marker"]["line"]["width"] > 0  # a zero is seen


def test_three_kinds_of_nothing_are_three() -> None:
    assert words(FIGURES["rate"])[:2] == ["non<br>mesuré", "sans<br>objet"]
    assert FIGURES["rate"]["data"][0]["y"][5] == 0.0
    assert FIGURES["rate"]["data"][1]["text"][5] == "0<br>sur 196"
    assert words(term_series(MEETINGS, points((0, 0)))) == ["0<br>sur 0"]


def test_neighbours_of_the_same_nothing_are_told_once() -> None:
    (note, _) = term_series(VISITS, points(3, None, None, 4))["layout"]["annotations"]
    assert (note["x"], note["name"]) == (1.5, "nothing 2")


def test_no_line_crosses_a_term_without_a_figure() -> None:
    trace, said = FIGURES["rate"]["data"]
    assert said["mode"] == "text"
    assert trace["connectgaps"] is False
    assert trace["x"] == [
        [*["2024-2025"] * 3, *["2025-2026"] * 3, "2026-2027"],
        ["T1", "T2", "T3", "T1", "T2", "T3", "T1"],
    ]
    joined = [pair for pair in pairwise(trace["y"]) if None not in pair]
    assert joined == [(63.7755, 66.8367), (0.0, 80.6122)]


def test_an_incomplete_total_is_hollow_and_joined_to_nothing() -> None:
    whole, part, said = FIGURES["incomplete"]["data"]
    assert (whole["y"], part["y"]) == ([50.0, None], [None, 25.0])
    assert said["text"] == ["1<br>sur 2", "3<br>sur 12"]
    assert "lines" not in part["mode"]
    assert part["marker"]["symbol"] == "circle-open"
    assert "Une partie des classes seulement\u202f: à ne pas comparer" in part["hovertext"][1]
    assert FIGURES["incomplete count"]["data"][0]["marker"]["pattern"]["shape"] == ["/", ""]


def test_a_yearly_figure_has_one_place_a_year() -> None:
    figure = FIGURES["year"]
    assert figure["data"][0]["x"] == ["2024-2025", "2025-2026", "2026-2027"]
    assert figure["data"][0]["y"][1] is None
    doubled = term_series(TURNOUT, [Point(term, Figure.of(1, 4)) for term in TERMS[:3]])
    assert doubled["data"][0]["x"] == ["2024-2025"]


def test_the_target_is_a_dashed_line_with_its_words() -> None:
    shape = FIGURES["rate"]["layout"]["shapes"][0]
    assert (shape["y0"], shape["y1"], shape["line"]["dash"]) == (85, 85, "dash")
    assert "cible\u202f: 85\u202f%" in words(FIGURES["rate"])
    assert "cible\u202f: 60" in words(FIGURES["count"])


def test_the_words_of_the_target_go_where_they_cover_least() -> None:
    high = next(note for note in FIGURES["count"]["layout"]["annotations"] if "cible" in note["text"])
    assert (high["xanchor"], high["yanchor"]) == ("left", "bottom")  # 62 on the right would meet it
    crowded = term_series(MEETINGS, points((40, 100), (46, 100)), target=Target("", 50, TERMS[0]))
    assert [n["yanchor"] for n in crowded["layout"]["annotations"]] == ["bottom"]


def test_marks_stand_before_a_beginning_and_after_an_end() -> None:
    lines = [shape["x0"] for shape in FIGURES["rate"]["layout"]["shapes"] if shape["line"]["dash"] == "dot"]
    assert lines == [0.5, 3.5]
    assert words(FIGURES["rate"])[-3:-1] == ["début\u202f: Café des parents", "fin\u202f: Café des parents"]


def test_marks_of_one_moment_share_a_line_and_those_outside_are_left_out() -> None:
    many = [Mark(TERMS[1], label, "start") for label in ("Café", "Atelier", "Stand")]
    figure = term_series(VISITS, points(1, 2), marks=[*many, Mark(TERMS[8], "Plus tard", "start")])
    assert len(figure["layout"]["shapes"]) == 1
    assert words(figure) == ["début\u202f: Café (+\u202f2)"]
    assert figure["layout"]["annotations"][0]["hovertext"] == "Café · Atelier · Stand"


def test_a_moment_at_the_edge_of_a_chart_has_nothing_to_be_compared_with() -> None:
    edges = [
        Mark(TERMS[0], "Café", "start"),
        Mark(TERMS[1], "Café", "stop"),
        Mark(TERMS[1], "Stand", "start"),
    ]
    figure = term_series(VISITS, points(1, 2), marks=edges)
    assert words(figure) == ["début\u202f: Stand"]
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [0.5]


def test_a_mark_on_a_yearly_chart_stands_inside_its_year() -> None:
    year = [Point(TERMS[0], Figure.of(150, 360)), Point(TERMS[3], Figure.of(152, 360))]
    figure = term_series(TURNOUT, year, marks=[Mark(TERMS[4], "Présenter les candidats", "start")])
    assert figure["layout"]["shapes"][0]["x0"] == pytest.approx(0.5 + 1 / 3)


@pytest.mark.parametrize(
    ("indicator", "point", "has_one"),
    [
        (MEETINGS, Point(TERMS[0], Figure.of(10, 20)), True),
        (MEETINGS, Point(TERMS[0], Figure.of(10, 19)), False),
        (MEETINGS, Point(TERMS[0], Figure.of(10, 20), complete=False), False),
        (MEETINGS, Point(TERMS[0], NOT_MEASURED), False),
        (TURNOUT, Point(TERMS[0], Figure.of(150, 360)), False),
        (INDICATORS["furthest_families"], Point(TERMS[0], Figure.of(30, 60)), True),
        (INDICATORS["actions_done"], Point(TERMS[0], Figure.of(20, 40)), False),
    ],
)
def test_only_a_rate_of_persons_in_a_term_carries_what_chance_leaves(
    indicator: Indicator, point: Point, has_one: bool
) -> None:
    trace = term_series(indicator, [point])["data"][0]
    assert ("error_y" in trace) is has_one


def test_an_interval_is_wilsons_around_its_point() -> None:
    """158 of 196: 74.51 % to 85.54 % by Wilson's score interval."""
    trace = FIGURES["rate"]["data"][0]
    spans = trace["error_y"]
    assert trace["y"][6] - spans["arrayminus"][6] == pytest.approx(74.51, abs=0.01)
    assert trace["y"][6] + spans["array"][6] == pytest.approx(85.54, abs=0.01)
    assert (spans["array"][2], spans["symmetric"]) == (0.0, False)
    assert (spans["arrayminus"][5], spans["array"][5] > 0) == (0.0, True)  # nobody is an exact end


def test_counts_stand_clear_of_their_interval() -> None:
    trace, said = FIGURES["rate"]["data"]
    for place, side in enumerate(said["textposition"]):
        if trace["y"][place] is not None:
            above = trace["y"][place] + trace["error_y"]["array"][place]
            below = trace["y"][place] - trace["error_y"]["arrayminus"][place]
            assert said["y"][place] > above if side == "top center" else said["y"][place] < below


def test_the_last_term_shows_where_the_same_term_was_a_year_before() -> None:
    steps = [s for s in FIGURES["rate"]["layout"]["shapes"] if s["line"]["dash"] == "solid"]
    assert [(step["x0"], step["x1"], round(step["y0"], 4), step["y1"] - step["y0"]) for step in steps] == [
        (5.55, 6.45, 70.7071, 0)
    ]
    assert words(FIGURES["rate"])[-1] == "— un an plus tôt\u202f: 140 sur 198"


@pytest.mark.parametrize(
    ("before", "now", "incomplete"),
    [
        ((125, 196), (140, 198), [0]),
        ((125, 196), (140, 198), [3]),
        (None, (140, 198), []),
        (NOT_MEASURED, (1, 2), []),
    ],
)
def test_no_year_before_that_cannot_be_compared(before: Value, now: Value, incomplete: list[int]) -> None:
    figure = term_series(MEETINGS, points(before, None, None, now, incomplete=incomplete))
    assert not [text for text in words(figure) if "un an plus tôt" in text]
    assert not [shape for shape in figure["layout"]["shapes"] if shape["line"]["dash"] == "solid"]


def test_a_term_that_is_not_measured_yet_still_shows_the_year_before() -> None:
    figure = term_series(VISITS, points(41, None, None, NOT_MEASURED))
    assert "— un an plus tôt\u202f: 41" in words(figure)
    assert "— un an plus tôt" not in " ".join(words(FIGURES["year"]))


def test_an_actions_own_part_stands_on_the_rest() -> None:
    rest, own = FIGURES["own"]["data"]
    assert (rest["y"], own["y"]) == ([41, 54, None, 42, 0], [None, 2, None, 20, None])
    assert (rest["text"], own["text"]) == (["41", "54", "", "42", "0"], ["", "56", "", "62", ""])
    assert rest["textposition"] == ["outside", "inside", "outside", "inside", "outside"]
    assert FIGURES["own"]["layout"]["barmode"] == "stack"
    frames = [shape for shape in FIGURES["own"]["layout"]["shapes"] if shape["type"] == "rect"]
    assert [(frame["y0"], frame["y1"]) for frame in frames] == [(54, 56), (42, 62)]
    assert "20" in words(FIGURES["own"])
    assert "2" not in words(FIGURES["own"])  # too thin for its number
    assert "en tirets\u202f: Café" in words(FIGURES["own"])


def test_an_action_cannot_have_more_than_there_is() -> None:
    with pytest.raises(ValueError, match="plus que le total"):
        term_series(VISITS, points(4), own={TERMS[0]: 5})
    assert len(term_series(VISITS, points(NOT_MEASURED, 4), own={TERMS[0]: 5})["data"]) == 1


def test_what_people_typed_stays_text() -> None:
    own = own_indicator("x", "<b>gras</b>", "a", None, ("<i>un</i>", "<i>des</i>"))
    figure = term_series(own, points(1, 2), marks=[Mark(TERMS[1], "<img src=x>\n%{x}", "start")])
    assert figure["data"][0]["name"] == "&lt;b&gt;gras&lt;/b&gt;"
    assert figure["data"][0]["hovertext"][1].endswith("2 &lt;i&gt;des&lt;/i&gt;")
    assert words(figure) == ["début\u202f: &lt;img src=x&gt; %{x}"]
    assert "hovertemplate" not in figure["data"][0]


def test_small_multiples_share_their_terms_and_the_scale_of_rates() -> None:
    year = [Point(TERMS[0], Figure.of(150, 360)), Point(TERMS[3], Figure.of(152, 360))]
    figures = summary(
        [(MEETINGS, MET), (VISITS, CAME), (TURNOUT, year)], targets={"individual_meetings": TO_85}
    )
    assert figures["individual_meetings"]["data"][0]["x"] == figures["visits"]["data"][0]["x"]
    assert figures["election_turnout"]["data"][0]["x"] == ["2024-2025", "2025-2026", "2026-2027"]
    assert figures["election_turnout"]["layout"]["yaxis"]["range"] == [0, 100]
    assert [text for text in figures["visits"]["data"][0]["text"] if text] == ["0"]
    assert summary([]) == {}


def test_a_compact_chart_keeps_the_nothings_and_drops_the_names() -> None:
    figure = FIGURES["compact"]
    assert words(figure) == ["non<br>mesuré", "sans<br>objet"]
    assert [shape["line"]["dash"] for shape in figure["layout"]["shapes"]] == ["dash"]
    assert [text for text in figure["data"][1]["text"] if text] == ["158<br>sur 196"]


@pytest.mark.parametrize(("highest", "end"), [(0, 2), (1, 2), (3, 4), (41, 60), (104, 150), (9_000, 15_000)])
def test_a_scale_of_counts_ends_above_the_highest(highest: int, end: int) -> None:
    axis = count_axis(highest)
    assert axis["range"] == [0, end]
    assert len(axis["tickvals"]) <= 5
    assert axis["ticktext"][-1] == f"{end:,}".replace(",", "\u202f")


def test_the_plan_tells_states_apart_without_colour() -> None:
    figure = FIGURES["plan"]
    looks = [
        (trace["marker"]["color"], trace["marker"].get("pattern", {}).get("shape"))
        for trace in figure["data"]
    ]
    assert len(set(looks)) == len(ActionState)
    assert {trace["name"]: trace["x"] for trace in figure["data"]} == {
        "terminées": [2, None, None],
        "en cours": [None, None, None],
        "prévues": [1, None, None],
        "abandonnées": [None, None, 3],
    }
    assert words(figure)[1:] == [
        "Se familiariser avec l’École\u202f: 0",
        "Participer à la vie de l’école\u202f: 3",
        "1",
        "3",
    ]
    done, *_ = figure["data"]
    assert (done["text"], done["textfont"]["color"]) == (["2", "", ""], "var(--card)")


def test_effort_has_a_scale_for_parents_one_for_events_and_one_for_partners() -> None:
    came, plain, shared, partners = FIGURES["effort"]["data"]
    assert (partners["y"], partners["yaxis"]) == ([0, 1, 0, 3], "y3")
    assert FIGURES["effort"]["layout"]["yaxis3"]["tickvals"] == [0, 4]
    assert came["y"] == [20, 34, 0, 12]
    assert (plain["y"], shared["y"]) == ([3, 3, 0, None], [None, 1, None, 2])
    assert (plain["text"], shared["text"]) == (["3", "", "0", ""], ["", "4", "", "2"])
    assert (came["yaxis"], plain["yaxis"]) == ("y", "y2")
    assert len(FIGURES["effort without partners"]["data"]) == 3


def test_sixty_terms_at_most_are_drawn() -> None:
    far = [Point(Term("2000-2001-T1"), Figure.of(1)), Point(TERMS[8], Figure.of(2))]
    assert len(term_series(VISITS, far)["data"][0]["y"]) == 60


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda indicator: str(indicator.slug))
def test_every_indicator_of_the_catalogue_has_its_chart(indicator: Indicator) -> None:
    figure = Figure.of(3, 7) if indicator.is_rate else Figure.of(3)
    drawn = term_series(indicator, [Point(TERMS[0], figure)])
    assert drawn["data"][0]["type"] == ("scatter" if indicator.is_rate else "bar")


def test_a_funnel_has_a_point_a_school_over_what_it_counted() -> None:
    *curves, reference, schools, flagged = FIGURES["funnel"]["data"]
    assert (schools["x"], schools["y"][1]) == ([11, 196, 90, 150], 76.5306)
    assert (flagged["x"], flagged["y"]) == ([100], [36.0])
    assert (reference["y"], reference["name"]) == ([69.8355, 69.8355], "ensemble\u202f: 70\u202f%")
    assert [curve["x"][-1] for curve in curves] == [208] * 4
    assert all(high >= low for high, low in zip(curves[0]["y"], curves[1]["y"], strict=True))
    assert all(wide >= near for wide, near in zip(curves[0]["y"], curves[2]["y"], strict=True))
    assert FIGURES["funnel"]["layout"]["xaxis"]["range"] == [0, 208]
    assert FIGURES["funnel"]["layout"]["yaxis"]["range"] == [0, 100]
    assert len(FIGURES["funnel of eighty"]["data"][5]["x"]) == 80


def test_a_school_outside_the_limits_is_told_by_its_shape_and_in_words_that_do_not_blame() -> None:
    *_, schools, flagged = FIGURES["funnel"]["data"]
    assert (schools["marker"]["symbol"], flagged["marker"]["symbol"]) == ("circle", "diamond")
    assert flagged["marker"]["size"] > schools["marker"]["size"]
    assert flagged["hovertext"] == [
        "École C<br>36 élèves sur 100 (36\u202f%)<br>à regarder\u202f: plus bas que ce que le hasard explique"
    ]
    assert flagged["name"] == "école à regarder"


def test_a_school_is_named_only_when_its_name_is_given() -> None:
    named, unnamed = (funnel(MEETINGS, SCHOOLS, names)["data"][5]["hovertext"] for names in (NAMES, ()))
    assert named[:2] == [
        "École A<br>8 élèves sur 11",
        "École &lt;B&gt;<br>150 élèves sur 196 (77\u202f%)",
    ]
    assert unnamed[0] == "Une école<br>8 élèves sur 11"
    assert not [name for name in NAMES if name in str(funnel(MEETINGS, SCHOOLS))]
    with pytest.raises(ValueError, match="zip"):
        funnel(MEETINGS, SCHOOLS, NAMES[:2])


def test_a_funnel_says_in_counts_what_is_too_small_for_a_percentage() -> None:
    figure = FIGURES["funnel of one"]
    assert [trace["name"] for trace in figure["data"]][-2:] == ["ensemble\u202f: 5 sur 11", "école"]
    assert figure["layout"]["xaxis"]["title"]["text"] == "sur combien de parents"
    assert FIGURES["funnel"]["layout"]["xaxis"]["title"]["text"] == "sur combien d’élèves"


@pytest.mark.parametrize(("last", "ticks"), [(4, 5), (12, 3), (208, 5), (340, 4), (21_250, 5)])
def test_numbers_under_a_funnel_are_few_and_round(last: int, ticks: int) -> None:
    axis = number_axis(last, "")
    assert len(axis["tickvals"]) == ticks
    assert axis["tickvals"][-1] <= last


def test_several_schools_together_say_how_many_and_why_there_is_nothing() -> None:
    figure = FIGURES["together"]
    trace = figure["data"][0]
    assert words(figure) == ["rien de<br>transmis", "masqué"]  # and no step for the year before
    assert trace["hovertext"][0].endswith("1\u202f250 élèves sur 1\u202f960 (64\u202f%)<br>9 écoles sur 12")
    assert trace["y"][1:3] == [None, None]
    assert trace["error_y"]["array"][0] > 0
