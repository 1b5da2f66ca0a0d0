"""What chance alone can do. Shares are 0–1, an interval is (low, high); scipy is imported where needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist, fmean, variance
from typing import Literal

Interval = tuple[float, float]
Flag = Literal["below", "above"]

TO_DISCUSS = 0.95
CLEAR = 0.998
MIN_EVENTS = 4


def _tail(level: float) -> float:
    return (1 - level) / 2


def _needs_someone(*totals: float) -> None:
    if any(total <= 0 for total in totals):
        raise ValueError("Il faut au moins une personne, ou un peu de temps, pour parler de hasard.")


def wilson_interval(counted: float, out_of: float, level: float = TO_DISCUSS) -> Interval:
    """Where the true share may lie (Wilson 1927, score interval): within 0–1, usable from few answers."""
    _needs_someone(out_of)
    z2 = NormalDist().inv_cdf(1 - _tail(level)) ** 2
    share = counted / out_of
    centre = share + z2 / (2 * out_of)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * out_of)) / out_of)
    scale = 1 + z2 / out_of
    # Nobody and everybody are exact ends; the formula reaches them only up to the last bit.
    low = (centre - half) / scale if counted else 0.0
    return low, (centre + half) / scale if counted < out_of else 1.0


def newcombe_interval(
    before: tuple[float, float], after: tuple[float, float], level: float = TO_DISCUSS
) -> Interval:
    """Interval of after − before, two (counted, out_of) pairs (Newcombe 1998, method 10)."""
    _needs_someone(before[1], after[1])
    p1, p2 = after[0] / after[1], before[0] / before[1]
    (low1, high1), (low2, high2) = wilson_interval(*after, level), wilson_interval(*before, level)
    change = p1 - p2
    return change - math.hypot(p1 - low1, high2 - p2), change + math.hypot(high1 - p1, p2 - low2)


def poisson_interval(count: int, exposure: float = 1, level: float = TO_DISCUSS) -> Interval:
    """Rate per unit of exposure of things that happen independently (Garwood 1936, exact)."""
    from scipy.special import gammaincinv

    _needs_someone(exposure)
    low = float(gammaincinv(count, _tail(level))) if count else 0.0
    return low / exposure, float(gammaincinv(count + 1, 1 - _tail(level))) / exposure


@dataclass(frozen=True, slots=True)
class Change:
    """A difference, and the interval that chance leaves it."""

    change: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        return excludes_zero((self.low, self.high))

    @property
    def margin(self) -> float:
        """How large this change may be by chance alone: it is within chance while it does not exceed it."""
        up, down = self.change - self.low, self.high - self.change
        return max(up, down) if not self.change else up if self.change > 0 else down


def excludes_zero(interval: Interval) -> bool:
    low, high = interval
    return low > 0 or high < 0


def _spread(attendances: Sequence[int]) -> float:
    """Variance of one event: between the events, never less than for independent visitors."""
    return max(variance(attendances), fmean(attendances))


def clustered_change(
    events_before: Sequence[int], events_after: Sequence[int], level: float = TO_DISCUSS
) -> Change | None:
    """Change of the attendance per event when people come in groups; None under 4 events a side: no verdict.

    (m₂ − m₁) ± t · √(s₁²/n₁ + s₂²/n₂), with Student's t and the Welch–Satterthwaite degrees of freedom
    (Welch 1947), s² being at least the mean. Per event, because how many events a school holds is its choice
    and not chance: between totals, a term of more events is soon a "clear change" (ADR 0008). Taking each
    visitor as independent (Poisson) finds false ones in 11–31 % of simulated terms.
    """
    if min(len(events_before), len(events_after)) < MIN_EVENTS:
        return None
    from scipy.special import stdtrit

    change = fmean(events_after) - fmean(events_before)
    spreads = [(_spread(side) / len(side), len(side) - 1) for side in (events_before, events_after)]
    total = sum(v for v, _ in spreads)
    if not total:
        return Change(change, 0.0, 0.0)
    freedom = total**2 / sum(v**2 / df for v, df in spreads)
    half = float(stdtrit(freedom, 1 - _tail(level))) * math.sqrt(total)
    return Change(change, change - half, change + half)


Pair = tuple[tuple[int, int], tuple[int, int]]
"""(counted, out of) before, then after, of one school."""


def pooled_rate_change(pairs: Sequence[Pair], level: float = TO_DISCUSS) -> Change | None:
    """Change of the pooled rate of several schools, each before and after; None under two schools.

    Families of one school answer alike, so the school is what varies: the ultimate-cluster variance of a
    difference of two ratios, k/(k−1) · Σ e², each school's e being its part of the difference linearised
    (Woodruff 1971; Cochran 1977, § 6.3 and 11.8), with Student's t at k − 1 degrees of freedom. Never
    narrower than the interval of as many independent families (Newcombe 1998): five schools that happen to
    agree prove no precision.
    """
    if len(pairs) < 2:
        return None
    from scipy.special import stdtrit

    sums = [[sum(pair[side][box] for pair in pairs) for box in (0, 1)] for side in (0, 1)]
    _needs_someone(sums[0][1], sums[1][1])
    rates = [counted / out_of for counted, out_of in sums]
    parts = [
        sum(
            sign * (pair[side][0] - rates[side] * pair[side][1]) / sums[side][1]
            for side, sign in ((0, -1), (1, 1))
        )
        for pair in pairs
    ]
    k, change = len(pairs), rates[1] - rates[0]
    spread = math.sqrt(k / (k - 1) * sum(part**2 for part in parts))
    half = float(stdtrit(k - 1, 1 - _tail(level))) * spread
    low, high = newcombe_interval((sums[0][0], sums[0][1]), (sums[1][0], sums[1][1]), level)
    return Change(change, min(low, change - half), max(high, change + half))


def funnel_flag(
    counted: int, out_of: int, reference: float | Fraction, level: float = TO_DISCUSS
) -> Flag | None:
    """Whether a school stands out from the reference share more than chance does (exact binomial tails)."""
    from scipy.special import bdtr, bdtrc

    _needs_someone(out_of)
    share = float(reference)
    if bdtr(counted, out_of, share) <= _tail(level):
        return "below"
    if counted and bdtrc(counted - 1, out_of, share) <= _tail(level):
        return "above"
    return None


def funnel_limits(out_of: int, reference: float | Fraction, level: float = TO_DISCUSS) -> Interval:
    """The two lines of the funnel at this size, as shares (Spiegelhalter 2005, interpolated binomial).

    Where nobody or everybody came, chance leaves no room: both lines are the reference.
    """
    _needs_someone(out_of)
    share = float(reference)
    if share in (0, 1):
        return share, share
    low, high = (_interpolated(p, out_of, share) for p in (_tail(level), 1 - _tail(level)))
    return low, high


def _interpolated(p: float, out_of: int, share: float) -> float:
    """The binomial quantile between two whole numbers, over `out_of`."""
    from scipy.special import bdtr, bdtrik

    def below(k: int) -> float:
        return float(bdtr(k, out_of, share)) if k >= 0 else 0.0

    # The inverse is not defined below the chance of nobody at all.
    k = 0 if below(0) >= p else min(math.ceil(bdtrik(p, out_of, share)), out_of)
    part = (below(k) - p) / (below(k) - below(k - 1))
    return max(0.0, (k - part) / out_of)


def smallest_visible_change(out_of: int, base: float | Fraction, level: float = TO_DISCUSS) -> float | None:
    """The least change of share (0–1), up or down from `base`, that chance does not explain at this size.

    None when even all or nothing would not show. About 0.22 for 40 families around one half.
    """
    _needs_someone(out_of)
    start = round(base * out_of)
    for step in range(1, out_of + 1):
        reached = [end for end in (start + step, start - step) if 0 <= end <= out_of]
        if any(excludes_zero(newcombe_interval((start, out_of), (end, out_of), level)) for end in reached):
            return step / out_of
    return None


def change_level(comparisons: int) -> float:
    """How sure a "clear change" must be when a school's readings make so many comparisons a year."""
    return max(CLEAR, 1 - 0.05 / comparisons) if comparisons else CLEAR
