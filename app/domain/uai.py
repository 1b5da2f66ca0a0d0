"""The UAI: the eight characters by which the ministry knows a school."""

import re

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # I, O and Q are left out: too close to 1 and 0


def normalise_uai(text: str) -> str:
    return "".join(text.split()).upper()


def expected_letter(digits: str) -> str:
    """The check letter of seven digits: their remainder by 23 (rule of the national directory of schools)."""
    return LETTERS[int(digits) % 23]


def is_shaped_as_uai(text: str) -> bool:
    """Seven digits and a letter: anything else is no school's, and is not even looked for."""
    return re.fullmatch(r"[0-9]{7}[A-Z]", text) is not None


def check_uai(text: str) -> str:
    """The normalised UAI; ValueError with a sentence for the person who typed it."""
    uai = normalise_uai(text)
    if len(uai) != 8:
        raise ValueError(
            f"Un UAI compte 8 caractères (7 chiffres, 1 lettre)\u202f; ici il y en a {len(uai)}."
        )
    if not is_shaped_as_uai(uai):
        raise ValueError("Un UAI s’écrit avec 7 chiffres puis une lettre, par exemple 0350123U.")
    if uai[7] != (letter := expected_letter(uai[:7])):
        raise ValueError(
            f"La lettre de l'UAI ne correspond pas à ses chiffres\u202f: {letter} attendu, {uai[7]} écrit."
        )
    return uai
