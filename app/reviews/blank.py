"""The blank sheet: the three columns and the band, with short prompts and lines to write on by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.indicators import INDICATORS
from app.domain.vocabulary import STAKES, Axis
from app.web.drawings import Verb


@dataclass(frozen=True, slots=True)
class Blank:
    """One thing to think about: `choices` to tick, empty `lines`, `prompts` with a line each."""

    title: str
    choices: Sequence[str] = ()
    prompts: Sequence[str] = ()
    lines: int = 0


@dataclass(frozen=True, slots=True)
class BlankColumn:
    verb: Verb
    title: str
    subtitle: str
    blanks: Sequence[Blank]


_INDICATORS = tuple(
    Blank(indicator.title, prompts=[f"{label[:1].upper()}{label[1:]}\u202f:" for label in labels if label])
    for indicator in INDICATORS.values()
    if indicator.is_official
    for labels in [(indicator.counted, indicator.out_of)]
)

COLUMNS: tuple[BlankColumn, ...] = (
    BlankColumn(
        "ambitionner",
        "AMBITIONNER",
        "Ce que nous voulons, et pourquoi",
        (
            Blank("Nos enjeux, un ou deux", choices=tuple(stake.label for stake in STAKES.values())),
            Blank("Objectif 1", lines=2, prompts=("Cible, et avant quand\u202f:",)),
            Blank("Objectif 2", lines=2, prompts=("Cible, et avant quand\u202f:",)),
        ),
    ),
    BlankColumn(
        "agir",
        "AGIR",
        "Ce que nous faisons\u202f: quoi, pour qui, avec qui, quand",
        tuple(Blank(axis.label, lines=4) for axis in Axis),
    ),
    BlankColumn(
        "analyser",
        "ANALYSER",
        "Ce que nous mesurons ce trimestre",
        (*_INDICATORS, Blank("Ce que cela nous dit", lines=2)),
    ),
)
BAND = BlankColumn(
    "ajuster",
    "AJUSTER",
    "Une fois par trimestre, en conseil des maîtres, dix minutes",
    (
        Blank("Nous poursuivons", lines=2),
        Blank("Nous modifions ou arrêtons, et pourquoi", lines=2),
        Blank("Nous ajoutons", lines=2),
    ),
)
TITLE = "Des relations de confiance avec les parents"
HEAD = ("École\u202f:", "Trimestre\u202f:", "Conseil des maîtres du\u202f:")
FILENAME = "feuille-vierge.docx"
