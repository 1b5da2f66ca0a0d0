import pytest

from app.domain.uai import check_uai, normalise_uai


@pytest.mark.parametrize("text", ["0110247J", "0920754V", "0921531P", " 092 0755 w ", "9710341u", "9710210B"])
def test_published_uais_are_right(text: str) -> None:
    assert check_uai(text) == normalise_uai(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ici il y en a 0"),
        ("0110247", "ici il y en a 7"),
        ("01102477", "7 chiffres puis une lettre"),
        ("O110247J", "7 chiffres puis une lettre"),
        ("٠١١٠٢٤٧J", "7 chiffres puis une lettre"),
        ("0110247K", "J attendu, K écrit"),
    ],
)
def test_a_wrong_uai_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_uai(text)
