"""A result sheet, and the layouts in which a school meets it; used to read each of them back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Obtained:
    name: str
    votes: int
    seats: int


@dataclass(frozen=True)
class Sheet:
    held_on: date
    registered: int
    voters: int
    blank_null: int
    seats: int
    seats_filled: int
    lists: tuple[Obtained, ...]

    @property
    def valid(self) -> int:
        return self.voters - self.blank_null


_MONTHS: tuple[str, ...] = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
)
_MONTHS += ("octobre", "novembre", "décembre")


def grouped(number: int, space: str = "\u202f") -> str:
    return f"{number:,}".replace(",", space)


def form_of_labels(sheet: Sheet) -> str:
    lines = [
        "PROCÈS-VERBAL DES ÉLECTIONS DES REPRÉSENTANTS DES PARENTS D’ÉLÈVES AU CONSEIL D’ÉCOLE",
        f"Date du scrutin : {sheet.held_on:%d/%m/%Y}",
        f"NOMBRE D’ÉLECTEURS INSCRITS (A) : {grouped(sheet.registered)}",
        f"NOMBRE DE VOTANTS (B) : {grouped(sheet.voters)}",
        f"BLANCS OU NULS (C) : {sheet.blank_null}",
        f"SUFFRAGES VALABLEMENT EXPRIMÉS (B - C) : {grouped(sheet.valid)}",
        f"NOMBRE DE SIÈGES À POURVOIR : {sheet.seats}",
        "Quotient électoral : 16,67",
        "Liste\tNombre de voix\tSièges obtenus au quotient\tSièges au plus fort reste\tTotal des sièges",
        *(f"{one.name}\t{grouped(one.votes)}\t\t-\t{one.seats}" for one in sheet.lists),
        f"TOTAL\t{grouped(sheet.valid)}\t\t\t{sheet.seats_filled}",
        f"Nombre de sièges pourvus : {sheet.seats_filled}",
        "Fait à Valmont, le 12/10/2020. Le président du bureau",
    ]
    return "\r\n".join(lines)


def one_under_the_other(sheet: Sheet) -> str:
    """A PDF whose columns were copied cell by cell."""
    lines = ["Date du scrutin", f"{sheet.held_on:%d/%m/%Y}"]
    for label, number in (
        ("Électeurs\ninscrits", sheet.registered),
        ("Nombre de votants", sheet.voters),
        ("Bulletins blancs\nou nuls", sheet.blank_null),
        ("Sièges à pourvoir :", sheet.seats),
        ("Sièges pourvus", sheet.seats_filled),
    ):
        lines += [label, grouped(number, " ")]
    lines += ["Noms des listes", "Voix obtenues", "Sièges"]
    for one in sheet.lists:
        lines += [one.name, grouped(one.votes, " "), str(one.seats)]
    return "\n".join(lines)


def labels_then_numbers(sheet: Sheet) -> str:
    """A PDF whose left column comes whole before the right one."""
    lines = ["Parents inscrits", "Votants", "Bulletins blancs et nuls", "Sièges à pourvoir", "Sièges pourvus"]
    for number in (sheet.registered, sheet.voters, sheet.blank_null, sheet.seats, sheet.seats_filled):
        lines.append(str(number))
    lines += [f"Scrutin du {sheet.held_on:%Y-%m-%d}", "LISTES SUFFRAGES OBTENUS SIÈGES"]
    lines += [f"{one.name} {grouped(one.votes, ' ')} {one.seats}" for one in sheet.lists]
    return "\n".join(lines)


def sentences(sheet: Sheet) -> str:
    day = f"{sheet.held_on.day} {_MONTHS[sheet.held_on.month - 1]} {sheet.held_on.year}"
    lines = [
        f"Résultats des élections du vendredi {day} (bureau ouvert de 8h à 18h30)",
        f"Sur {grouped(sheet.registered)} parents inscrits, {grouped(sheet.voters)} votants, "
        f"{sheet.blank_null} bulletins blancs ou nuls, dont 12 par correspondance.",
        f"{sheet.seats} sièges à pourvoir, {sheet.seats_filled} sièges pourvus.",
        *(f"• {one.name}\u202f: {grouped(one.votes)} voix, {one.seats} sièges" for one in sheet.lists),
    ]
    return "\n".join(lines)


def blocks(sheet: Sheet) -> str:
    lines = [
        f"Élection du {sheet.held_on:%d/%m/%Y}",
        f"inscrits {sheet.registered} ; votants {sheet.voters} ; blancs {sheet.blank_null} ; nuls 0",
        f"Sièges à pourvoir {sheet.seats} | Sièges pourvus {sheet.seats_filled}",
    ]
    for n, one in enumerate(sheet.lists, 1):
        lines += [
            f"Liste n° {n}\u202f: {one.name}",
            f"Nombre de voix : {grouped(one.votes)}",
            f"Sièges : {one.seats}",
        ]
    return "\n".join(lines)


def spreadsheet(sheet: Sheet) -> str:
    heads = ["École", "Date du scrutin", "Inscrits", "Votants", "Blancs ou nuls", "Sièges à pourvoir"]
    cells = ["", "", sheet.registered, sheet.voters, sheet.blank_null, sheet.seats]
    heads.append("Sièges pourvus")
    cells.append(sheet.seats_filled)
    for one in sheet.lists:
        heads += [f"Voix {one.name}", f"Sièges {one.name}"]
        cells += [one.votes, one.seats]
    day = f"Scrutin du {sheet.held_on:%d/%m/%Y}"
    return f"{day}\n" + "\n".join(";".join(map(str, row)) for row in (heads, cells))


LAYOUTS: tuple[Callable[[Sheet], str], ...] = (
    form_of_labels,
    one_under_the_other,
    labels_then_numbers,
    sentences,
    blocks,
    spreadsheet,
)
