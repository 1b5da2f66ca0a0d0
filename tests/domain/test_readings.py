import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.indicators import INDICATORS, Indicator, own_indicator
from app.domain.rates import NOT_APPLICABLE, NOT_MEASURED, Figure, Rate
from app.domain.readings import (
    Target,
    change_sentence,
    counts_sentence,
    distance_sentence,
    reading,
    units_missing,
)
from app.domain.school_year import Term
from app.domain.vocabulary import Status

MEETINGS, VISITS, TURNOUT = (INDICATORS[s] for s in ("individual_meetings", "visits", "election_turnout"))
BLANK, RENTREE = INDICATORS["blank_null_votes"], INDICATORS["back_to_school_meeting"]
FAMILIES = own_indicator("families", "Familles", "Venues", "Toutes", ("famille", "familles"))
T1 = Term("2026-2027-T1")
T2 = T1.next


@pytest.mark.parametrize(
    ("indicator", "figure", "pupils", "term", "sentence"),
    [
        (FAMILIES, Figure.of(97, 212), None, None, "97 familles sur 212 (46 %)."),
        (MEETINGS, Figure.of(1, 20), None, None, "1 élève sur 20 (5 %)."),
        (MEETINGS, Figure.of(12, 19), None, None, "12 élèves sur 19."),
        (MEETINGS, Figure.of(0, 212), None, None, "0 élève sur 212 (0 %)."),
        (MEETINGS, Figure.of(0, 0), None, None, "0 élève sur 0."),
        (VISITS, Figure.of(104), 196, None, "104 venues (53 pour 100 élèves)."),
        (VISITS, Figure.of(1204), 196, None, "1 204 venues (614 pour 100 élèves)."),
        (VISITS, Figure.of(104), None, None, "104 venues."),
        (VISITS, Figure.of(14), 19, None, "14 venues."),
        (VISITS, Figure.of(0), 196, None, "0 venue."),
        (INDICATORS["joint_actions"], Figure.of(2), 196, None, "2 actions."),
        (MEETINGS, NOT_MEASURED, None, T2, "Non mesuré ce trimestre."),
        (MEETINGS, Figure(Status.WITHDRAWN), None, T2, "Non mesuré ce trimestre."),
        (TURNOUT, NOT_MEASURED, None, T2, "Non mesuré cette année."),
        (TURNOUT, NOT_APPLICABLE, None, T2, "Sans objet."),
        (TURNOUT, Figure.of(104, 230), None, T1, "104 parents sur 230 (45 %)."),
        (TURNOUT, Figure.of(104, 230), None, T2, "Octobre 2026 : 104 parents sur 230 (45 %)."),
        (TURNOUT, Figure.of(104, 230), None, None, "104 parents sur 230 (45 %)."),
        (RENTREE, Figure.of(60, 80), None, T2, "Rentrée 2026 : 60 familles sur 80 (75 %)."),
    ],
)  # fmt: skip
def test_counts_come_first(
    indicator: Indicator, figure: Figure, pupils: int | None, term: Term | None, sentence: str
) -> None:
    typeset = sentence.replace(" %", "\u202f%").replace(" :", "\u202f:").replace("1 204", "1\u202f204")
    assert counts_sentence(indicator, figure, pupils, term=term) == typeset


@pytest.mark.parametrize(
    ("indicator", "figure", "value", "sentence"),
    [
        (MEETINGS, Figure.of(97, 212), 50, "Il manque 9 élèves."),
        (MEETINGS, Figure.of(105, 212), 50, "Il manque 1 élève."),
        (MEETINGS, Figure.of(106, 212), 50, "Objectif atteint."),
        (MEETINGS, Figure.of(1, 3), 67, "Il manque 2 élèves."),  # 2.01 pupils: two are not enough
        (VISITS, Figure.of(104), 120, "Il manque 16 venues."),
        (VISITS, Figure.of(0), 0, "Objectif atteint."),
        (BLANK, Figure.of(13, 170), 5, "5 bulletins de trop pour l’objectif."),
        (BLANK, Figure.of(8, 170), 5, "Objectif atteint."),
        (INDICATORS["school_family_conflicts"], Figure.of(3), 2, "1 conflit de trop pour l’objectif."),
        (MEETINGS, Figure.of(0, 0), 50, None),
        (MEETINGS, NOT_MEASURED, 50, None),
    ],
)
def test_distance_is_told_in_persons(
    indicator: Indicator, figure: Figure, value: int, sentence: str | None
) -> None:
    assert distance_sentence(indicator, figure, Target(indicator.slug, value, T2)) == sentence


@given(st.integers(1, 500), st.integers(0, 100), st.data())
def test_the_missing_ones_reach_the_target_and_no_fewer_do(
    out_of: int, value: int, data: st.DataObject
) -> None:
    counted = data.draw(st.integers(0, out_of))
    missing = units_missing(MEETINGS, Rate(counted, out_of), Target("individual_meetings", value, T2))
    assert (counted + missing) * 100 >= value * out_of
    assert (counted + missing - 1) * 100 < value * out_of


def test_a_target_is_not_negative() -> None:
    with pytest.raises(ValueError, match="négative"):
        Target("visits", -1, T2)


@pytest.mark.parametrize(
    ("indicator", "before", "after", "sentence"),
    [
        (MEETINGS, Figure.of(80, 205), Figure.of(97, 212),
         "97 élèves sur 212 (46 %), contre 80 sur 205 (39 %) auparavant : 7 points de plus."),
        (MEETINGS, Figure.of(97, 212), Figure.of(95, 212),
         "95 élèves sur 212 (45 %), contre 97 sur 212 (46 %) auparavant : 1 point de moins."),
        (MEETINGS, Figure.of(97, 212), Figure.of(98, 214),
         "98 élèves sur 214 (46 %), contre 97 sur 212 (46 %) auparavant : même proportion."),
        (MEETINGS, Figure.of(3, 10), Figure.of(9, 30), "9 élèves sur 30 (30 %), contre 3 sur 10 auparavant."),
        (MEETINGS, Figure.of(9, 30), Figure.of(3, 10), "3 élèves sur 10, contre 9 sur 30 (30 %) auparavant."),
        (VISITS, Figure.of(93), Figure.of(104), "104 venues, contre 93 auparavant : 11 de plus."),
        (VISITS, Figure.of(93), Figure.of(93), "93 venues, contre 93 auparavant : autant."),
        (VISITS, NOT_MEASURED, Figure.of(93), None),
        (VISITS, Figure.of(93), NOT_APPLICABLE, None),
    ],
)  # fmt: skip
def test_a_change_states_both_figures(
    indicator: Indicator, before: Figure, after: Figure, sentence: str | None
) -> None:
    typeset = sentence and sentence.replace(" %", "\u202f%").replace(" :", "\u202f:")
    assert change_sentence(indicator, before, after) == typeset


@pytest.mark.parametrize(
    ("indicator", "moment"),
    [(VISITS, "au 1er trimestre 2026-2027"), (TURNOUT, "en octobre 2026"), (RENTREE, "à la rentrée 2026")],
)
def test_a_change_says_since_when(indicator: Indicator, moment: str) -> None:
    figure = Figure.of(3, 10) if indicator.is_rate else Figure.of(3)
    assert f"contre 3{' sur 10' if indicator.is_rate else ''} {moment}" in (
        change_sentence(indicator, figure, figure, since=T1) or ""
    )


def test_a_reading_puts_the_sentences_together() -> None:
    target = Target("individual_meetings", 50, T2)
    found = reading(
        MEETINGS, Figure.of(97, 212), term=T2, target=target, before=Figure.of(80, 205), before_term=T1
    )
    assert found == (
        "97 élèves sur 212 (46\u202f%), contre 80 sur 205 (39\u202f%) au 1er trimestre 2026-2027\u202f: "
        "7 points de plus. Il manque 9 élèves."
    )


@pytest.mark.parametrize(
    ("figure", "before", "sentence"),
    [
        (Figure.of(97, 212), None, "97 élèves sur 212 (46\u202f%)."),
        (Figure.of(97, 212), NOT_MEASURED, "97 élèves sur 212 (46\u202f%)."),
        (NOT_MEASURED, Figure.of(97, 212), "Non mesuré ce trimestre."),
    ],
)
def test_without_a_past_the_counts_stand_alone(figure: Figure, before: Figure | None, sentence: str) -> None:
    assert reading(MEETINGS, figure, term=T2, before=before) == sentence


def test_visits_are_compared_at_the_size_of_each_year() -> None:
    found = reading(VISITS, Figure.of(104), pupils=196, before=Figure.of(104), before_pupils=208)
    assert (
        found == "104 venues (53 pour 100 élèves), contre 104 (50 pour 100 élèves) auparavant\u202f: autant."
    )


def test_a_yearly_figure_shown_again_is_not_a_new_change() -> None:
    figure, before = Figure.of(104, 230), Figure.of(93, 220)
    assert reading(TURNOUT, figure, term=T2, before=before).startswith("Octobre 2026\u202f: 104")
    assert "contre 93" in reading(TURNOUT, figure, term=T1, before=before)
