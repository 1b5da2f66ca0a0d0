"""pydantic's error types as sentences that tell a person what to do."""

from collections.abc import Mapping
from typing import Any

from app.domain.french import number

_PLAIN = {
    "missing": "Répondez à cette question.",
    "int_type": "Écrivez un nombre entier, par exemple 42.",
    "int_parsing": "Écrivez un nombre entier, par exemple 42.",
    "int_from_float": "Écrivez un nombre entier, sans virgule.",
    "int_parsing_size": "Ce nombre est trop grand.",
    "float_type": "Écrivez un nombre, par exemple 12,5.",
    "finite_number": "Écrivez un nombre, par exemple 12,5.",
    "bool_type": "Répondez par oui ou par non.",
    "string_type": "Écrivez un texte.",
    "date_from_datetime_parsing": "Écrivez une date qui existe, par exemple 09/10/2026.",
    "date_parsing": "Écrivez une date qui existe, par exemple 09/10/2026.",
    "date_type": "Écrivez une date, par exemple 09/10/2026.",
    "uuid_parsing": "Cette référence n’est pas reconnue.",
    "uuid_type": "Cette référence n’est pas reconnue.",
    "enum": "Choisissez une des réponses proposées.",
    "literal_error": "Choisissez une des réponses proposées.",
    "extra_forbidden": "Ce champ n’existe pas.",
    "list_type": "Donnez une liste.",
    "dict_type": "Donnez un objet.",
    "model_type": "Donnez un objet.",
    "model_attributes_type": "Donnez un objet.",
    "json_invalid": "Ce corps n’est pas du JSON lisible.",
}


def sentence_for(kind: str, context: Mapping[str, Any], message: str) -> str:
    """The sentence for one finding; a ValueError of our own keeps the words it was raised with."""
    if kind == "value_error":
        text = message.removeprefix("Value error, ")
        return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
    if kind == "greater_than_equal":
        return f"Écrivez un nombre à partir de {number(context['ge'])}."
    if kind == "less_than_equal":
        return f"Écrivez un nombre jusqu’à {number(context['le'])}."
    if kind == "string_too_short":
        return f"Écrivez au moins {context['min_length']} caractères."
    if kind == "string_too_long":
        return f"Écrivez au plus {number(context['max_length'])} caractères."
    if kind == "too_long":
        return f"Au plus {context['max_length']} réponses."
    if kind == "string_pattern_mismatch":
        return "Cette écriture n’est pas reconnue."
    return _PLAIN.get(kind, "Cette réponse n’est pas reconnue.")
