"""Did the indicator move? Each answer and each warning, on figures one can check by hand."""

import pytest

from app.domain.effects import Answer, Effect, Side, effect_on
from app.domain.french import NARROW
from app.domain.indicators import INDICATORS, own_indicator
from app.domain.rates import NOT_MEASURED, Figure
from app.domain.school_year import Term

T1, T2, LAST_T2 = Term("2026-2027-T1"), Term("2026-2027-T2"), Term("2025-2026-T2")
VISITS, MEETINGS = INDICATORS["visits"], INDICATORS["individual_meetings"]
TURNOUT, BLANK = INDICATORS["election_turnout"], INDICATORS["blank_null_votes"]


def rates(was: tuple[int, int], now: tuple[int, int], indicator: str = "individual_meetings") -> Effect:
    return effect_on(INDICATORS[indicator], Side(T1, Figure.of(*was)), Side(T2, Figure.of(*now)))


def visits(was: Side, now: Side) -> Effect:
    return effect_on(VISITS, was, now)


def side(term: Term, counted: int, own: int = 0, others: tuple[int, ...] = ()) -> Side:
    return Side(term, Figure.of(counted), own, others)


def test_an_action_is_not_proved_by_its_own_attendance() -> None:
    found = visits(side(T1, 62, others=(20, 22, 20)), side(T2, 104, 63, others=(21, 20)))
    assert found.answer is Answer.NO
    assert found.sentence == (
        "104 venues au 2e trimestre 2026-2027, dont 63 aux rendez-vous de l’action, contre 62 au "
        f"1er trimestre 2026-2027. Hors de ses rendez-vous, 41 contre 62{NARROW}: rien ne montre qu’on "
        "vienne davantage à d’autres moments."
    )


def test_its_own_meetings_are_taken_out_on_both_sides() -> None:
    found = visits(side(T1, 100, 60, others=(10, 10, 10, 10)), side(T2, 300, 260, others=(10, 10, 10, 10)))
    assert found.answer is Answer.NO
    assert "Hors de ses rendez-vous, 40 contre 40" in found.sentence


def test_four_other_meetings_a_side_allow_a_verdict() -> None:
    few, many = (10, 9, 11, 10), (40, 42, 38, 41)
    assert visits(side(T1, 40, others=few), side(T2, 200, 39, others=many)).answer is Answer.YES
    close = visits(side(T1, 40, others=few), side(T2, 44, others=(11, 11, 11, 11)))
    assert close.answer is Answer.NO
    assert close.interval is not None
    assert close.interval[0] < 0 < close.interval[1]
    assert close.sentence.endswith("l’écart reste dans ce que le hasard permet.")


def test_three_other_meetings_do_not() -> None:
    found = visits(side(T1, 30, others=(10, 10, 10)), side(T2, 120, others=(40, 40, 40)))
    assert found.answer is Answer.UNKNOWN
    assert "au moins 4 autres rendez-vous de chaque côté" in found.sentence


def test_what_was_typed_without_a_meeting_allows_none() -> None:
    found = visits(side(T1, 45, others=(10, 10, 10, 10)), side(T2, 160, others=(40, 40, 40, 40)))
    assert found.answer is Answer.UNKNOWN
    assert "saisie sans rendez-vous" in found.sentence


@pytest.mark.parametrize(
    ("was", "now", "answer", "end"),
    [
        ((100, 200), (140, 200), Answer.YES, "l’écart dépasse ce que le hasard permet."),
        ((140, 200), (100, 200), Answer.NO, "les chiffres ont bougé, mais dans l’autre sens."),
        ((170, 200), (175, 200), Answer.NO, "l’écart reste dans ce que le hasard permet."),
        ((20, 40), (24, 40), Answer.UNKNOWN, "trop petite pour que l’écart dise quelque chose."),
        ((9, 19), (19, 19), Answer.UNKNOWN, "trop peu pour comparer."),
        ((0, 0), (30, 40), Answer.UNKNOWN, "trop peu pour comparer."),
        ((200, 200), (200, 200), Answer.NO, "l’écart reste dans ce que le hasard permet."),
    ],
)
def test_rates(was: tuple[int, int], now: tuple[int, int], answer: Answer, end: str) -> None:
    found = rates(was, now)
    assert found.answer is answer
    assert found.sentence.endswith(end)
    assert (found.interval is None) is ("trop peu" in end)


@pytest.mark.parametrize("each", [9, 2])
def test_more_meetings_are_not_more_people_at_each(each: int) -> None:
    found = visits(side(T1, 40, others=(10,) * 4), side(T2, each * 24, others=(each,) * 24))
    assert found.answer is Answer.NO
    assert found.sentence.endswith(f"{NARROW}: il y a eu plus de rendez-vous, sans plus de monde à chacun.")


def test_under_twenty_there_is_no_percentage() -> None:
    assert rates((9, 19), (10, 19)).sentence == (
        f"10 élèves sur 19 au 2e trimestre 2026-2027, contre 9 sur 19 au 1er trimestre 2026-2027{NARROW}: "
        "trop peu pour comparer."
    )


def test_the_smallest_change_this_school_could_show() -> None:
    assert rates((20, 40), (24, 40)).smallest == pytest.approx(0.225)


def test_lower_is_better_for_blank_votes() -> None:
    assert rates((60, 200), (20, 200), "blank_null_votes").answer is Answer.YES
    assert rates((20, 200), (60, 200), "blank_null_votes").answer is Answer.NO


def test_a_school_s_own_rate_has_no_good_side() -> None:
    own = own_indicator("autre", "Autre", "venues", "invitées", ("famille", "familles"))
    found = effect_on(own, Side(T1, Figure.of(20, 200)), Side(T2, Figure.of(90, 200)))
    assert found.answer is Answer.UNKNOWN
    assert "sans qu’un sens soit le bon" in found.sentence


def test_a_count_without_meetings_says_its_two_numbers() -> None:
    own = own_indicator("autre", "Autre", "affiches", None, ("affiche", "affiches"))
    found = effect_on(own, side(T1, 3), side(T2, 9))
    assert found.answer is Answer.UNKNOWN
    assert found.sentence.startswith("9 affiches au 2e trimestre 2026-2027, contre 3 au 1er")


def test_a_yearly_figure_says_its_years() -> None:
    found = effect_on(
        TURNOUT,
        Side(Term("2025-2026-T1"), Figure.of(100, 300)),
        Side(T1, Figure.of(160, 300)),
        others_begun=2,
    )
    assert found.sentence.startswith(
        "160 parents sur 300 (53\u202f%) en 2026-2027, contre 100 sur 300 (33\u202f%) en"
    )
    assert found.warnings == (
        f"2 autres actions ont commencé au même trimestre{NARROW}: les chiffres ne les distinguent pas.",
    )


@pytest.mark.parametrize("is_before", [True, False])
def test_nothing_is_bridged(is_before: bool) -> None:
    nothing, something = (
        Side(T1 if is_before else T2, NOT_MEASURED),
        Side(T2 if is_before else T1, Figure.of(90, 100)),
    )
    found = effect_on(
        MEETINGS, *((nothing, something) if is_before else (something, nothing)), others_begun=1
    )
    name = "1er" if is_before else "2e"
    assert found.sentence == f"Rien n’a été mesuré au {name} trimestre 2026-2027."
    assert (found.answer, found.warnings, nothing.rest) == (Answer.UNKNOWN, (), 0)


@pytest.mark.parametrize("is_before", [True, False])
def test_some_grades_are_not_compared_with_all(is_before: bool) -> None:
    some = Side(T1 if is_before else T2, Figure.of(50, 100), is_whole=False)
    whole = Side(T2 if is_before else T1, Figure.of(90, 100))
    found = effect_on(MEETINGS, *((some, whole) if is_before else (whole, some)))
    assert found.answer is Answer.UNKNOWN
    assert "une partie des niveaux seulement" in found.sentence


# --- warnings ------------------------------------------------------------------------------------------


def warned(indicator: str, was: Figure, earlier: list[Figure], after: Term = T2) -> bool:
    before = Side(LAST_T2 if after == T2 else T1, was)
    found = effect_on(INDICATORS[indicator], before, Side(after, was), earlier=earlier)
    return any("inhabituellement" in warning for warning in found.warnings)


def test_a_low_start_is_told() -> None:
    usual = [Figure.of(160, 200)] * 4
    assert warned("individual_meetings", Figure.of(120, 200), usual)
    assert not warned("individual_meetings", Figure.of(120, 200), usual[:3])
    assert not warned("individual_meetings", Figure.of(155, 200), usual)
    assert not warned("individual_meetings", Figure.of(190, 200), usual)
    assert not warned("individual_meetings", Figure.of(0, 0), usual)
    assert not warned("individual_meetings", Figure.of(50, 100), [Figure.of(0, 0)] * 4)


def test_a_high_start_is_told_where_lower_is_better() -> None:
    usual = [Figure.of(10, 200)] * 4
    assert warned("blank_null_votes", Figure.of(40, 200), usual)
    assert not warned("blank_null_votes", Figure.of(1, 200), usual)


def test_a_low_count_is_told() -> None:
    usual = [Figure.of(count) for count in (60, 64, 62, 58)]
    assert warned("visits", Figure.of(20), [*usual, NOT_MEASURED])
    assert not warned("visits", Figure.of(57), usual)
    assert not warned("visits", Figure.of(120), usual)


def test_another_season_is_told() -> None:
    other = rates((100, 200), (140, 200)).warnings
    assert other == ("Les deux trimestres ne sont pas de la même saison.",)
    same = effect_on(MEETINGS, Side(LAST_T2, Figure.of(100, 200)), Side(T2, Figure.of(140, 200)))
    assert same.warnings == ()


@pytest.mark.parametrize("found", [rates((100, 200), (140, 200)), visits(side(T1, 62), side(T2, 104, 63))])
def test_no_cause_is_ever_named(found: Effect) -> None:
    for word in ("grâce", "significatif", "a permis", "effet", "cause"):
        assert word not in found.sentence
