"""French numbers, plurals and name matching. Narrow no-break spaces (U+202F) as French typography asks."""

import re
import unicodedata
from fractions import Fraction

NARROW = "\u202f"


def number(n: int) -> str:
    """A whole number with its thousands grouped: 1 234."""
    if 0 <= n < 1000:
        return str(n)
    return f"{n:,}".replace(",", NARROW).replace("-", "−")


def _exact(x: float | Fraction) -> Fraction:
    # Through its shortest text, so that 2.675 is the 2.675 that was typed and not the binary number below it.
    return x if isinstance(x, Fraction) else Fraction(str(x))


def _half_up(x: Fraction, times: int) -> int:
    """`times` x, to the next whole number, upwards from the half."""
    return (2 * times * x.numerator + x.denominator) // (2 * x.denominator)


def decimal(x: float | Fraction, digits: int = 1) -> str:
    """A number with a decimal comma, rounded half up: 12,5."""
    scaled = _half_up(abs(_exact(x)), 10**digits)
    whole, rest = divmod(scaled, 10**digits)
    sign = "−" if x < 0 and scaled else ""
    return f"{sign}{number(whole)},{rest:0{digits}d}" if digits else f"{sign}{number(whole)}"


def whole_percent(share: float | Fraction) -> int:
    """A share (0–1) in whole per cent, rounded half up."""
    return _half_up(_exact(share), 100)


def percent(share: float | Fraction) -> str:
    """A share (0–1) as a reader meets it: 46 %."""
    return f"{number(whole_percent(share))}{NARROW}%"


def plural(n: int | float | Fraction, one: str, many: str) -> str:
    """French counts as plural from two on: 0 élève, 1 élève, 2 élèves."""
    return one if -2 < n < 2 else many


def counted(n: int, unit: tuple[str, str]) -> str:
    """A number and its unit: 97 familles."""
    return f"{number(n)} {plural(n, *unit)}"


def fold(text: str) -> str:
    """The bare letters and digits of a name, to match « École  Jean-Macé » with « ECOLE JEAN MACE »."""
    spelled = text.lower().replace("œ", "oe").replace("æ", "ae")
    bare = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", bare))
