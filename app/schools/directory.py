"""The ministry's two files as they are exported: the directory, and pupils and classes by rentrée.

Only reading: a file becomes rows, lines left out with their reason, and bad lines with their number.
"""

import re
from dataclasses import dataclass

from app.domain.french import fold
from app.domain.school_year import SchoolYear
from app.domain.territories import departement_code, departement_of_uai
from app.domain.uai import check_uai, normalise_uai
from app.domain.vocabulary import PriorityEducation, SchoolType, Sector
from app.progress import Watch, unwatched
from app.schools.exports import Line, Reading, Skip, read_all

DIRECTORY_COLUMNS = ("identifiant de l etablissement", "nom etablissement", "type etablissement", "etat")
FIGURES_COLUMNS = (
    "rentree scolaire",
    "numero de l ecole",
    "nombre total d eleves",
    "nombre total de classes",
)
CLOSED = frozenset({"ferme", "fermee"})
OUTSIDE = frozenset({"099", "984", "986", "987", "988", "989"})
"""Foreign countries and the Pacific, where the school year is the civil year: out of the service's scope."""


@dataclass(frozen=True, slots=True)
class NamedCirconscription:
    """A circonscription as a line names it; `code` when the line gives it."""

    departement: str
    name: str
    code: str | None

    @property
    def key(self) -> tuple[str, str]:
        return self.departement, fold(self.name)


@dataclass(frozen=True, slots=True)
class ListedSchool:
    """One école of the directory."""

    line: int
    uai: str
    name: str
    commune: str
    departement: str
    type: SchoolType
    sector: Sector
    priority: PriorityEducation
    has_ulis: bool
    is_open: bool
    circonscription: NamedCirconscription | None


@dataclass(frozen=True, slots=True)
class ListedFigures:
    """Pupils and classes of one école at one rentrée."""

    line: int
    uai: str
    year: SchoolYear
    pupils: int
    classes: int


# --- the directory -------------------------------------------------------------------------------------


def read_directory(name: str, content: bytes, watch: Watch = unwatched) -> Reading[ListedSchool]:
    """Every école of a directory export. Raises ValueError when this is no such file."""
    reading: Reading[ListedSchool] = Reading(name)
    seen: set[str] = set()

    def read(line: Line) -> ListedSchool:
        if fold(line["type etablissement"]) != "ecole":
            _learn_code(line, reading.codes)
            kind = line["type etablissement"] or line["libelle nature"] or "sans type"
            raise Skip(f"pas une école\u202f: {kind}")
        school = _school(line, reading.problems)
        if school.uai in seen:
            raise Skip("déjà lue plus haut dans le fichier")
        seen.add(school.uai)
        return school

    read_all(content, DIRECTORY_COLUMNS, read, reading, watch)
    return reading


def _school(line: Line, problems: list[tuple[int, str]]) -> ListedSchool:
    if line["code departement"].upper() in OUTSIDE:
        raise Skip("hors du service\u202f: Pacifique ou étranger")
    uai = check_uai(line["identifiant de l etablissement"])
    name = line["nom etablissement"]
    if not name:
        raise ValueError("L’école n’a pas de nom.")
    departement = _departement(line, uai)
    return ListedSchool(
        line=line.number,
        uai=uai,
        name=name[:160],
        commune=line["nom commune"][:100],
        departement=departement,
        type=_type(line),
        sector=Sector.PRIVATE if fold(line["statut public prive"]) == "prive" else Sector.PUBLIC,
        priority=_priority(line["appartenance education prioritaire"]),
        has_ulis=line["ulis"] == "1",
        is_open=fold(line["etat"]) not in CLOSED,
        circonscription=_circonscription(line, departement, problems),
    )
    # `Nombre_d_eleves` of the older columns is left: it has no year (in 06/2023 it was that of rentrée 2021).


def _departement(line: Line, uai: str) -> str:
    """The column; without it the commune's INSEE code, then where the UAI was given out.

    The commune comes first: the schools of Saint-Martin and Saint-Barthélemy kept the UAI of Guadeloupe.
    """
    if line["code departement"]:
        return departement_code(line["code departement"])
    commune = line["code commune"].upper()
    if commune:
        return departement_code(commune[:3] if commune.startswith("97") else commune[:2])
    found = departement_of_uai(uai)
    if found is None:
        raise ValueError("Le département manque, et l’UAI ne le dit pas.")
    return found.code


def _priority(text: str) -> PriorityEducation:
    """« REP » and « REP+ » fold to the same letters, so the sign is looked for as it is written."""
    if not text.upper().startswith("REP"):
        return PriorityEducation.NONE
    return PriorityEducation.REP_PLUS if "+" in text else PriorityEducation.REP


def _type(line: Line) -> SchoolType:
    nursery, elementary = line["ecole maternelle"] == "1", line["ecole elementaire"] == "1"
    if nursery == elementary:
        if nursery:
            return SchoolType.PRIMARY
        nursery = "maternelle" in fold(line["libelle nature"])
    return SchoolType.NURSERY if nursery else SchoolType.ELEMENTARY


_INSPECTION = re.compile(r"circonscription\s+d.\s?inspection\s+du\s+1er\s+degr[eé]\s+", re.IGNORECASE)
_OF = (
    (re.compile(r"(de\s+|d['’]\s?)", re.IGNORECASE), ""),
    (re.compile(r"du\s+", re.IGNORECASE), "Le "),
    (re.compile(r"des\s+", re.IGNORECASE), "Les "),
)


def short_name(text: str) -> str:
    """« Circonscription d'inspection du 1er degré de Pacé » → « Pacé », « … du Mans » → « Le Mans »."""
    name = " ".join(text.split())
    found = _INSPECTION.match(name)
    if not found or not name[found.end() :]:
        return name[:160]
    name = name[found.end() :]
    for pattern, article in _OF:
        if start := pattern.match(name):
            name = article + name[start.end() :]
            break
    return (name[:1].upper() + name[1:])[:160]


def _circonscription(
    line: Line, departement: str, problems: list[tuple[int, str]]
) -> NamedCirconscription | None:
    name, code = short_name(line["nom circonscription"]), normalise_uai(line["code circonscription"])
    if code:
        try:
            check_uai(code)
        except ValueError as problem:
            problems.append((line.number, f"Code de circonscription laissé de côté. {problem}"))
            code = ""
    return NamedCirconscription(departement, name, code or None) if name or code else None


def _learn_code(line: Line, codes: dict[tuple[str, str], str]) -> None:
    """A circonscription's own line: its UAI is the code of the name that écoles write."""
    if not fold(line["libelle nature"]).startswith("circonscriptions inspection"):
        return
    try:
        uai = check_uai(line["identifiant de l etablissement"])
        codes[_departement(line, uai), fold(short_name(line["nom etablissement"]))] = uai
    except ValueError:
        return  # the line is left out as « pas une école » anyway; a code that is none is not taken


# --- pupils and classes --------------------------------------------------------------------------------


def read_figures(name: str, content: bytes, watch: Watch = unwatched) -> Reading[ListedFigures]:
    """Every line of a pupils-and-classes export. Raises ValueError when this is no such file."""
    reading: Reading[ListedFigures] = Reading(name)

    def read(line: Line) -> ListedFigures:
        return ListedFigures(
            line=line.number,
            uai=check_uai(line["numero de l ecole"]),
            year=SchoolYear.starting(_whole(line["rentree scolaire"][:4], 2098, "millésime de rentrée")),
            pupils=_whole(line["nombre total d eleves"], 5000, "nombre d’élèves"),
            classes=_whole(line["nombre total de classes"], 200, "nombre de classes"),
        )

    read_all(content, FIGURES_COLUMNS, read, reading, watch)
    return reading


def _whole(text: str, most: int, what: str) -> int:
    """The bounds are those of the form « Rentrée »."""
    if not (text.isascii() and text.isdigit()) or len(text) > 6 or int(text) > most:
        raise ValueError(f"Ce n’est pas un {what}, de 0 à {most}.")
    return int(text)
