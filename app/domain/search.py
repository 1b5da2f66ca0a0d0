"""Finding a text by a few words, without accents, capitals or plurals counting.

The same string serves Python and SQL: a text is kept as `search_text`, and a query finds it when the text
holds « space + word » for each of its words, which is `LIKE '% word%'` on any database.
"""

from app.domain.french import fold

_EMPTY = frozenset(
    {"a", "au", "aux", "avec", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"}
    | {"ou", "par", "pour", "sur", "un", "une"}
)
_PLURALS = {"travaux": "travail", "yeux": "oeil"}


def _singular(word: str) -> str:
    """A rough singular, the same for the text and for the query: gâteaux → gateau, locaux → local."""
    if word in _PLURALS:
        return _PLURALS[word]
    if len(word) <= 3:
        return word
    if word.endswith("aux") and not word.endswith("eaux"):
        return f"{word[:-3]}al"
    return word[:-1] if word[-1] in "sx" else word


def search_words(text: str) -> tuple[str, ...]:
    """The words that count: « Café des parents » → cafe, parent."""
    return tuple(_singular(word) for word in fold(text).split() if word not in _EMPTY)


def search_text(*texts: str) -> str:
    """The folded form of a text that is kept to be searched; every word follows a space."""
    return "".join(f" {word}" for text in texts for word in search_words(text))


def is_found(kept: str, query: str) -> bool:
    """Whether every word of the query begins a word of the kept `search_text`; no word finds everything."""
    return all(f" {word}" in kept for word in search_words(query))
