"""Which new passwords would be guessed: stolen ones, our own words, keyboard rows, dates, and mixtures."""

import unicodedata

LEAST_GUESSES = 10**10
"""Tries that a password has to withstand; a thief of the database makes some hundred a second (argon2id)."""
JUDGED = 48
"""Characters looked at: the time it takes grows with their square, and that many are enough."""
OWN_WORDS = (
    "confiance", "ecole", "ecoles", "maternelle", "elementaire", "primaire", "direction", "directeur",
    "directrice", "enseignant", "enseignante", "professeur", "maitre", "maitresse", "parents", "eleve",
    "eleves", "classe", "inspection", "inspecteur", "inspectrice", "circonscription", "academie",
    "rectorat", "dsden", "education", "nationale", "ministere", "proconnect", "administration",
    "administrateur", "motdepasse", "secret", "bonjour", "bienvenue", "soleil", "vacances", "rentree",
    "france", "marianne", "chouchou", "doudou",
)  # fmt: skip
"""What a French school thinks of first (docs/regles-de-securite.md lists them), without accents."""


def refuse_guessable(value: str) -> str:
    """The password itself; ValueError, in French, when it would be found.

    zxcvbn (Wheeler, USENIX Security 2016) estimates how many tries the cheapest way of guessing it takes.
    """
    from zxcvbn import zxcvbn  # a quarter of a second, which starting does not pay for

    apart = unicodedata.normalize("NFKD", value[:JUDGED])
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    if zxcvbn(plain, list(OWN_WORDS))["guesses"] < LEAST_GUESSES:
        told = "ce mot de passe se devine\u202f: choisissez trois ou quatre mots sans lien entre eux"
        raise ValueError(told)
    return value
