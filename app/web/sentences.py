"""pydantic's error types as sentences that tell a person what to do."""

import re
from collections.abc import Mapping
from typing import Any

from app.domain.french import number

_WHOLE = "Écrivez un nombre entier, par exemple 42."
_DECIMAL = "Écrivez un nombre, par exemple 12,5."
_DAY = "Écrivez une date qui existe, par exemple 09/10/2026."
_YES_NO = "Répondez par oui ou par non."
_REFERENCE = "Cette référence n’est pas reconnue."
_CHOICE = "Choisissez une des réponses proposées."
_LIST = "Donnez une liste."
_OBJECT = "Donnez un objet."

_PLAIN = {
    "missing": "Répondez à cette question.",
    "none_required": "Laissez cette réponse vide.",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": "Écrivez un nombre entier, sans virgule.",
    "int_parsing_size": "Ce nombre est trop grand.",
    "float_type": _DECIMAL,
    "float_parsing": _DECIMAL,
    "finite_number": _DECIMAL,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "string_type": "Écrivez un texte.",
    "string_unicode": "Ce texte contient un caractère qui ne peut pas être enregistré.",
    "string_pattern_mismatch": "Cette écriture n’est pas reconnue.",
    "day": _DAY,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "uuid_type": _REFERENCE,
    "uuid_parsing": _REFERENCE,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "extra_forbidden": "Ce champ n’existe pas.",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "json_invalid": "Ce corps n’est pas du JSON lisible.",
}

_IN_JSON = {
    _DECIMAL: "Écrivez un nombre, par exemple 12.5.",
    _DAY: "Écrivez une date qui existe, par exemple 2026-10-09.",
    _YES_NO: "Répondez par true ou false.",
}
"""The same findings where the example has to be written as JSON writes it."""


def sentence_for(kind: str, context: Mapping[str, Any], message: str, *, is_json: bool = False) -> str:
    """The sentence for one finding; a ValueError of our own keeps the words it was raised with."""
    if kind == "value_error":
        text = message.removeprefix("Value error, ")
        return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
    if kind in {"too_short", "too_long"} and context.get("field_type") == "Value":
        kind = f"string_{kind}"  # what pydantic says of a text that may be left out; a list says "List"
    if kind in _BOUNDS:
        write, key = _BOUNDS[kind]
        return write.format(number(context[key]))
    if is_json and kind in {"enum", "literal_error"}:
        listed = ", ".join(re.findall(r"'([^']+)'", str(context.get("expected", ""))))
        return f"Choisissez une de ces valeurs\u202f: {listed}."
    sentence = _PLAIN.get(kind, "Cette réponse n’est pas reconnue.")
    return _IN_JSON.get(sentence, sentence) if is_json else sentence


_BOUNDS = {
    "greater_than_equal": ("Écrivez un nombre à partir de {}.", "ge"),
    "greater_than": ("Écrivez un nombre au-dessus de {}.", "gt"),
    "less_than_equal": ("Écrivez un nombre jusqu’à {}.", "le"),
    "less_than": ("Écrivez un nombre au-dessous de {}.", "lt"),
    "string_too_short": ("Écrivez au moins {} caractères.", "min_length"),
    "string_too_long": ("Écrivez au plus {} caractères.", "max_length"),
    "too_short": ("Donnez au moins {} réponses.", "min_length"),
    "too_long": ("Donnez au plus {} réponses.", "max_length"),
}


def has_sentence(kind: str) -> bool:
    """Whether a finding of this kind gets words of its own."""
    return kind == "value_error" or kind in _BOUNDS or kind in _PLAIN
