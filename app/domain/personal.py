"""What a text about an organisation must not hold: somebody's phone, e-mail address or name after a title.

No rule can know every name. This one catches what is recognisable without guessing, and lets the rest pass:
« Librairie Monsieur Papier » and « Service 3919 » are organisations.
"""

import re
import unicodedata

_PHONES = (
    re.compile(r"(?<!\d)0(?:[ \t.·]{0,3}\d){9}(?!\d)"),  # 01 23 45 67 89, 0 800 123 456
    re.compile(r"(?<!\d)0\d([-‐-―−/_,])\d{2}(?:\1\d{2}){3}(?!\d)"),  # 01-23-45-67-89; not 01/10/2026
    re.compile(r"(?:\+|(?<!\d)00)[ \t]?\d{2,3}(?:[ \t.·()/‐-―−-]{0,3}\d){7,}"),  # +33 (0)1 23 45 67 89
)
_AT = re.compile(r"[\w.+-]\s?(?:@|\(at\)|\[at\]|\s(?:arobase|arrobase)\s)\s?\w", re.IGNORECASE)
_TITLE = re.compile(r"(?:^|(?<=[\s(,;:/«-]))(?:M\.|MM\.|Mr\.?|Mme|Mmes|Mlle|Mlles|Mgr)\s+[A-ZÀ-ÖØ-Þ]")

PHONE = "Retirez le numéro de téléphone\u202f: l’organisme et la fonction suffisent."
ADDRESS = "Retirez l’adresse électronique\u202f: l’organisme et la fonction suffisent."
PERSON = "Retirez le nom de la personne\u202f: l’organisme et la fonction suffisent."


def refuse_personal(text: str) -> str:
    """The text itself; ValueError, in French, when it holds what identifies or reaches a person."""
    plain = "".join(_as_typed(char) for char in unicodedata.normalize("NFKC", text))
    if _AT.search(plain):
        raise ValueError(ADDRESS)
    if any(phone.search(plain) for phone in _PHONES):
        raise ValueError(PHONE)
    if _TITLE.search(plain):
        raise ValueError(PERSON)
    return text


def _as_typed(char: str) -> str:
    """The digits of every script are digits of a phone."""
    return str(unicodedata.digit(char)) if char.isdecimal() else char
