import pytest

from app.domain.search import is_found, search_text, search_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café des parents", ("cafe", "parent")),
        ("Goûters à thème", ("gouter", "theme")),
        ("Les gâteaux et les jeux", ("gateau", "jeu")),
        ("des locaux, des travaux", ("local", "travail")),
        ("L’œil, les yeux", ("oeil", "oeil")),
        ("CPS, bus, prix", ("cps", "bus", "pri")),
        ("à la de", ()),
    ],
)
def test_the_words_that_count(text: str, words: tuple[str, ...]) -> None:
    assert search_words(text) == words


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("cafe parent", True),
        ("PARENTS CAFÉS", True),
        ("le café des parents", True),
        ("caf", True),
        ("", True),
        ("fe", False),
        ("cafe enseignant", False),
        ("%", True),
        ("cafe_parent", True),
    ],
)
def test_every_word_of_the_query_begins_a_word_of_the_text(query: str, is_there: bool) -> None:
    assert is_found(search_text("Café des parents", "Un matin par mois"), query) is is_there


def test_words_of_two_texts_do_not_run_together() -> None:
    assert search_text("café", "parents") == " cafe parent"
