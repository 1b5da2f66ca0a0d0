"""A funnel: each school's share against the share of all together, with what chance allows at its size."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.disclosure import FEWEST_COUNTED_OUT_OF
from app.domain.rates import Rate, pooled
from app.domain.statistics import CLEAR, TO_DISCUSS, Flag, funnel_flag, funnel_limits

CURVE = 32
"""About how many sizes draw a smooth curve."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One school. `flag` says on which side of the 99.8 % limits it stands, `to_discuss` of the 95 % ones.

    Exact binomial tails, not the curves, decide both. Chance alone flags about one school in 500.
    """

    rate: Rate
    flag: Flag | None
    to_discuss: Flag | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What chance allows at one size, as shares 0–1."""

    out_of: int
    low_95: float
    high_95: float
    low_998: float
    high_998: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """`reference` is the sum of all; `standings` follow the order they were given in, `limits` the sizes."""

    reference: Rate
    standings: tuple[Standing, ...]
    limits: tuple[Limits, ...]


def funnel_of(rates: Sequence[Rate]) -> Funnel:
    """Compare each with the sum of all. ValueError without a school, or with one that counted nobody."""
    reference = pooled(rates)
    if any(not rate.out_of for rate in rates) or reference.share is None:
        raise ValueError("Un entonnoir compare des taux comptés sur quelqu’un.")
    share, sizes = reference.share, [rate.out_of or 0 for rate in rates]
    standings = (
        Standing(
            rate,
            funnel_flag(rate.counted, size, share, CLEAR),
            funnel_flag(rate.counted, size, share, TO_DISCUSS),
        )
        for rate, size in zip(rates, sizes, strict=True)
    )
    limits = (
        Limits(size, *funnel_limits(size, share, TO_DISCUSS), *funnel_limits(size, share, CLEAR))
        for size in _sizes(min(sizes), max(sizes))
    )
    return Funnel(reference, tuple(standings), tuple(limits))


def _sizes(smallest: int, largest: int) -> list[int]:
    """From the smallest school that may be shown to beyond the largest, closer where the curves bend."""
    first, last = min(smallest, FEWEST_COUNTED_OUT_OF), largest + max(largest // 16, 1)
    return sorted({round(first * (last / first) ** (step / CURVE)) for step in range(CURVE + 1)})
