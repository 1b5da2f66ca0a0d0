import pytest

from app.domain.engagement import Step, spread_sentence, starts_too_high

COME, PART, GIVE, LEAD = Step


def test_the_four_steps_climb() -> None:
    assert [step.number for step in Step] == [1, 2, 3, 4]
    assert [step.is_big_first_step for step in Step] == [False, False, True, True]


@pytest.mark.parametrize(
    ("steps", "is_too_high"),
    [
        ([], False),
        ([None], False),
        ([COME], False),
        ([PART, LEAD], False),
        ([GIVE], True),
        ([GIVE, LEAD, LEAD], True),
        ([GIVE, LEAD, COME], False),
        ([GIVE, LEAD, None], False),
    ],
)
def test_a_plan_starts_too_high_when_every_action_is_known_to(
    steps: list[Step | None], is_too_high: bool
) -> None:
    assert starts_too_high(steps) is is_too_high


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([], ""),
        ([None, None], ""),
        (
            [COME, COME, LEAD],
            "Ce que le plan demande aux parents\u202f: venir 2, prendre part 0, apporter quelque chose 0, "
            "animer avec l’équipe 1.",
        ),
        (
            [PART, None],
            "Ce que le plan demande aux parents\u202f: venir 0, prendre part 1, apporter quelque chose 0, "
            "animer avec l’équipe 0 (1 action à préciser).",
        ),
        (
            [None, GIVE, None],
            "Ce que le plan demande aux parents\u202f: venir 0, prendre part 0, apporter quelque chose 1, "
            "animer avec l’équipe 0 (2 actions à préciser).",
        ),
    ],
)
def test_how_a_plan_spreads_over_the_steps(steps: list[Step | None], sentence: str) -> None:
    assert spread_sentence(steps) == sentence
