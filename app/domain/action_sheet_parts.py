"""What the action sheet is made of: sections, questions, and the parts of a question that one answers.

An answer is plain JSON, by the slug of its part:

    line, text       "…"
    one              "favourable"
    several          {"chosen": ["children", "other"], "details": {"children": "3 à 6 ans", "other": "…"}}
    counts           {"parents": 117, "children": 272, "professionals": 176}
    grid_one         {"geographic": "yes", "cultural": "partly"}
    grid_several     {"design": ["families", "professionals"]}
    links, keywords  ["…", "…"]
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.vocabulary import Labelled

LINE_MOST = 200
TEXT_MOST = 4_000
DETAIL_MOST = 500
COUNT_MOST = 100_000
LINKS_MOST, LINK_MOST = 10, 300
KEYWORDS_MOST, KEYWORD_MOST = 20, 60


class Kind(Labelled):
    """How a part is answered."""

    LINE = "line", "une ligne"
    TEXT = "text", "un texte"
    ONE = "one", "une seule réponse"
    SEVERAL = "several", "plusieurs réponses possibles"
    COUNTS = "counts", "un nombre par ligne"
    GRID_ONE = "grid_one", "une réponse par ligne"
    GRID_SEVERAL = "grid_several", "plusieurs réponses par ligne"
    LINKS = "links", "des adresses"
    KEYWORDS = "keywords", "des mots"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a closed list, or one line of a grid."""

    code: str
    label: str
    detail: str = ""
    """What has to be specified once it is chosen; a label."""
    is_date: bool = False
    """The detail is a year, a month or a day: 2005, 2005-12, 2005-12-01."""
    is_alone: bool = False
    """It says that none of the others holds, or that nobody knows."""
    against: tuple[str, ...] = ()
    """The choices that it contradicts."""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What one answers: most questions have one part, some a text beside it."""

    slug: str
    kind: Kind
    label: str = ""
    """Empty for the part that the question itself asks."""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    is_optional: bool = False
    """The question counts as answered without it."""
    under: tuple[str, str] | None = None
    """(part, choice): it is only asked of those who chose that."""
    in_order: tuple[str, ...] = ()
    """Choices whose dates follow one another."""

    @property
    def by_code(self) -> Mapping[str, Choice]:
        return {choice.code: choice for choice in self.choices}

    @property
    def row_by_code(self) -> Mapping[str, Choice]:
        return {row.code: row for row in self.rows}


@dataclass(frozen=True, slots=True)
class Question:
    """`number` is that of the national sheet; what has none there is the title and the closing words."""

    number: int | None
    title: str
    parts: tuple[Part, ...]
    unless: tuple[str, frozenset[str]] | None = None
    """(part, choices): with one of these answers there is nothing to ask here."""

    @property
    def name(self) -> str:
        """« Question 2, « Qui porte l’action ? » »."""
        quoted = f"«\u202f{self.title}\u202f»"
        return f"Question {self.number}, {quoted}" if self.number else quoted

    @property
    def heading(self) -> str:
        return f"{self.number}. {self.title}" if self.number else self.title

    @property
    def is_expected(self) -> bool:
        """Whether a sheet is incomplete without it."""
        return not all(part.is_optional for part in self.parts)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that are answered on one page."""

    slug: str
    title: str
    told: str
    questions: tuple[Question, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for question in self.questions for part in question.parts)
