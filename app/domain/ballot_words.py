"""The words and numbers of a result sheet, told apart before anything is made of them (see ballot_text)."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

LARGEST = 9_999
"""No French school has ten thousand parents: a longer number is a telephone, a code, or two columns."""
_MOST_TOKENS = 100
"""Of one line; what follows is no result sheet, and would cost the square of its length."""
_MOST_PARTS = 16
"""Numbers of one line that are tried in every grouping; a longer line is left to the person."""

MONTHS: tuple[str, ...] = ("janvier", "fevrier", "mars", "avril", "mai", "juin")
MONTHS += ("juillet", "aout", "septembre", "octobre", "novembre", "decembre")
_MONTH = "|".join(MONTHS)
_AND = r"\s*(?:et/ou|et|ou|/|,|\+|&|-|\()\s*(?:(?:et|ou)\s+)?(?:(?:bulletins?|votes?|suffrages?)\s+)?"
_BALLOTS = r"(?:(?:bulletins?|votes?|suffrages?)\s+)?"

# The first pattern that fits wins, so what is only looked like a count stands before what is one.
_PATTERNS: dict[str, str] = {
    "date": rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{4}}\b"
    rf"|\b\d{{1,2}}(?:er)?[ ]+(?:{_MONTH})[ ]+\d{{4}}\b",
    "school_year": r"\b20\d\d[ ]*[-/–][ ]*20\d\d\b",
    "noise": rf"\b\d{{1,2}}(?:er)?[ ]+(?:{_MONTH})\b"
    r"|\b(?:elections?|annee|rentree|session|octobre)[ ]+20\d\d\b"
    r"|\b\d{1,2}[ ]?h(?:[ ]?\d\d)?\b|\b\d{1,2}:\d\d\b"
    r"|\d+(?:[.,]\d+)?[ ]*%|\b\d{7}[a-z]\b|\b\d{1,2}(?:er|ere|e|eme|nde?)\b"
    r"|\barticles?[ ]+[dlr]?[ .]*\d[\d-]*|\(\d\)|(?m:^)[ ]*\d{1,2}[.)][ ]"
    r"|\bdont\b[^\n\t;|]{0,60}?\b(?:correspondance|urne|electronique)\w*"
    r"|\blistes?\s+electorales?\b|\bpage[ ]+\d+(?:[ ]*(?:/|sur)[ ]*\d+)?",
    "marker": r"\blistes?[ ]+(?:n[ ]?[°ºo]?[ ]*|numero[ ]+)?\d{1,2}\b(?![ ]*(?:voix|sieges?|suffrages?))",
    "odd": r"\d+[.,]\d[\d.,]*|(?<!\w)[-+−]\d+|\d{5,}",
    "left_out": r"\b(?:sieges?(?:[ ]+\w+){0,3}?[ ]+)?(?:quotient(?:\s+electoral)?|plus\s+forts?\s+restes?)\b"
    r"|\bquotient(?:\s+electoral)?\b|\btaux(?:\s+de\s+participation)?\b|\babstentions?\b"
    r"|\b(?:votes?|votants?|bulletins?|plis|enveloppes?)\s+(?:recus\s+|exprimes\s+|trouves\s+|deposes\s+)?"
    r"(?:par\s+(?:correspondance|voie\s+electronique)|(?:a|dans)\s+l'urne)"
    r"|\bannee\s+scolaire\b|\bcode\s+postal\b|\b(?:nombre\s+de\s+)?classes\b"
    r"|\bsuppleants?\b|\bpourcentage\b",
    "registered": r"\b(?:(?:electeurs?|parents?)\s+)?inscrits?"
    r"(?:\s+sur\s+(?:la|les)\s+listes?\s+electorales?)?\b"
    r"|\belecteurs?\b",
    "voters": r"\bvotants?\b|\bemargements?\b|\b(?:ont|ayant)\s+(?:vote|pris\s+part(?:\s+au\s+vote)?)\b"
    r"|\bnombre\s+de\s+votes?\b",
    "blank_null": rf"\b{_BALLOTS}(?:blancs?{_AND}nuls?|nuls?{_AND}blancs?)\b\)?",
    "blank": rf"\b{_BALLOTS}blancs?\b",
    "null": rf"\b{_BALLOTS}nuls?\b",
    "valid": r"\b(?:suffrages?\s+)?(?:valablement\s+)?exprimes?\b",
    "seats": r"\b(?:sieges?|postes?)\s+a\s+(?:pourvoir|attribuer)\b|\brepresentants\s+a\s+elire\b",
    "seats_filled": r"\b(?:sieges?|postes?)\s+(?:effectivement\s+)?pourvus\b",
    "votes": r"\bvoix(?:\s+(?:obtenues|recueillies))?\b|\bsuffrages?(?:\s+(?:obtenus|recueillis))?\b",
    "candidates": r"\b(?:candidats?(?:\s+titulaires)?|titulaires)\b",
    "won": r"\b(?:total\s+(?:des\s+)?)?sieges?(?:\s+(?:obtenus|attribues))?\b|\belus?\b",
    "number": r"\d+(?: \d+)*",
}
_TOKENS = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()))

SCALARS = frozenset({"registered", "voters", "blank_null", "blank", "null", "valid", "seats", "seats_filled"})
COLUMNS = frozenset({"votes", "candidates", "won"})
_LABELS = SCALARS | COLUMNS | {"left_out"}
_SEPARATORS = re.compile(r"[\t;|]")
_WORDS = re.compile(r"[a-z]+")
_SMALL_WORDS = "de du des d le la les l au aux a et ou sur soit est sont etait"
_USUAL_WORDS = (
    "nombre nb nbre total eleves parents parent electeurs bulletins titulaires ecole conseil representants"
)
FILLER = frozenset(f"{_SMALL_WORDS} {_USUAL_WORDS}".split())


@dataclass(frozen=True, slots=True)
class Token:
    name: str
    text: str
    start: int
    end: int

    @property
    def parts(self) -> list[str]:
        return self.text.split(" ")


@dataclass(slots=True)
class Line:
    """One line of the text; `bare` is the same length as `text`, without accents or capitals."""

    number: int
    text: str
    bare: str
    tokens: list[Token] = field(default_factory=list)
    """With positions in this line; a label that began on the line above starts below zero."""

    @property
    def labels(self) -> list[Token]:
        return [token for token in self.tokens if token.name in _LABELS]

    @property
    def numbers(self) -> list[Token]:
        return [token for token in self.tokens if token.name == "number"]

    def names(self) -> set[str]:
        return {token.name for token in self.labels}

    @property
    def cells(self) -> list[tuple[int, int]]:
        """Where the cells of a row begin and end; a row that ends in a separator has no more."""
        cuts = [found.start() for found in _SEPARATORS.finditer(self.bare.rstrip())]
        starts = [0, *(cut + 1 for cut in cuts)]
        return list(zip(starts, [*cuts, len(self.bare)], strict=True))

    def within(self, cell: tuple[int, int]) -> list[Token]:
        return [token for token in self.tokens if cell[0] <= max(token.start, 0) < cell[1]]

    def said(self, start: int, end: int) -> str:
        return " ".join(self.text[max(start, 0) : end].split())

    def is_filler(self, start: int, end: int) -> bool:
        """Nothing is said there that could change what a number counts."""
        return all(
            word in FILLER or len(word) == 1 for word in _WORDS.findall(self.bare[max(start, 0) : end])
        )

    def other_words(self) -> str:
        """The line without what was recognised in it."""
        left = list(self.bare)
        for token in self.tokens:
            left[max(token.start, 0) : token.end] = " " * (token.end - max(token.start, 0))
        return "".join(left)

    def is_only_tokens(self) -> bool:
        words = _WORDS.findall(self.other_words())
        return all(word in FILLER or len(word) == 1 for word in words)


def cleaned(text: str) -> str:
    """Without control characters; the spaces that group thousands go, superscript note calls too."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub(r"[\f\v\x85\u2028\u2029]", "\n", text)
    text = re.sub(r"(?<=\d)[\u00a0\u202f\u2009](?=\d{3}(?!\d))", "", text)
    return "".join(_plain(letter) for letter in text)


def _plain(letter: str) -> str:
    if letter in "\n\t":
        return letter
    kind = unicodedata.category(letter)
    if kind in {"Cf", "No"}:  # soft hyphens, byte order marks, superscripts
        return ""
    return " " if kind[0] in "CZ" else letter


def _bare(letter: str) -> str:
    if letter in "’‘ʼ":
        return "'"
    base = unicodedata.normalize("NFKD", letter)[:1].lower()
    return base if len(base) == 1 else letter


def lines_of(text: str) -> list[Line]:
    """The lines of a cleaned text with what is recognised in each; a label may go on over a line's end."""
    bare = "".join(map(_bare, text))
    lines, start = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        lines.append(Line(number, line, bare[start : start + len(line)]))
        start += len(line) + 1
    starts = [0]
    for item in lines[:-1]:
        starts.append(starts[-1] + len(item.text) + 1)
    for token in _scanned(bare):
        at = bisect_right(starts, token.end - 1) - 1
        shift = starts[at]
        if len(lines[at].tokens) < _MOST_TOKENS:
            lines[at].tokens.append(Token(token.name, token.text, token.start - shift, token.end - shift))
    return lines


def _scanned(bare: str) -> Iterator[Token]:
    for found in _TOKENS.finditer(bare):
        yield Token(str(found.lastgroup), found[0], found.start(), found.end())


def readings(runs: Sequence[Token], count: int) -> list[tuple[int, ...]]:
    """Every way to read these digits as `count` numbers: « 1 126 7 » is two numbers or three."""
    if sum(len(run.parts) for run in runs) > _MOST_PARTS:
        return []
    ways: list[tuple[int, ...]] = [()]
    for run in runs:
        ways = [way + more for way in ways for more in _ways(run.parts)]
    return [way for way in ways if len(way) == count]


def only_reading(runs: Sequence[Token], count: int = 1) -> tuple[int, ...] | None:
    """The numbers, when they can be read in one way only."""
    found = readings(runs, count)
    return found[0] if len(found) == 1 else None


def _ways(parts: Sequence[str]) -> list[tuple[int, ...]]:
    if not parts:
        return [()]
    first, rest = parts[0], parts[1:]
    found = []
    if len(first) <= 4 and (first == "0" or first[0] != "0"):
        found += [(int(first), *more) for more in _ways(rest)]
    if rest and len(first) == 1 and first != "0" and len(rest[0]) == 3:
        found += [(int(first + rest[0]), *more) for more in _ways(rest[1:])]
    return found


def day_of(token: Token) -> date | None:
    """The day a date token says; None for the 31st of February."""
    numbers = [int(number) for number in re.findall(r"\d+", token.text)]
    for number, month in enumerate(MONTHS, 1):
        if month in token.text:
            numbers.insert(1, number)
    year, month_number, day = numbers if numbers[0] > 31 else numbers[::-1]
    try:
        return date(year, month_number, day)
    except ValueError:
        return None


def pairable(line: Line) -> list[Token]:
    return [token for token in line.tokens if token in line.labels or token.name in {"number", "odd"}]


def following(line: Line) -> list[tuple[Token, Token | None]] | None:
    """« Inscrits : 362 Votants : 159 »: each label, the one number after it; None when that is not clear."""
    pairs: list[tuple[Token, Token | None]] = []
    for token in pairable(line):
        if token.name not in {"number", "odd"}:
            if pairs and pairs[-1][1] is None:
                if pairs[-1][0].name != token.name:
                    return None
                pairs.pop()
            pairs.append((token, None))
            continue
        label, number = pairs[-1]
        is_clear = number is None and token.name == "number" and line.is_filler(label.end, token.start)
        if not is_clear and label.name != "left_out":
            return None
        pairs[-1] = (label, token)
    return pairs


def preceding(line: Line) -> list[tuple[Token, Token | None]] | None:
    """« Sur 362 inscrits, 159 votants »: each label and the one number before it."""
    pairs: list[tuple[Token, Token | None]] = []
    number: Token | None = None
    for token in pairable(line):
        if token.name in {"number", "odd"}:
            if number is not None or token.name == "odd":
                return None
            number = token
        elif number is None or not line.is_filler(number.end, token.start):
            return None
        else:
            pairs.append((token, number))
            number = None
    return pairs if number is None else None
