"""Random intervals, so that many clients that wait for one thing do not all come at once.

Intervals between independent events are exponentially distributed; the functions draw from such a
distribution, cut to a range by inverse transform sampling.
"""

from __future__ import annotations

import math
import random

SMALLEST_SHARE = 1e-10
"""Keeps the logarithm finite at the far end of the distribution."""


def poisson_interval(average_interval: float, lower: float = 0, upper: float = 1) -> float:
    """A random interval, exponentially distributed.

    Args:
        average_interval: mean of the whole distribution.
        lower, upper: the part of the distribution to draw from, as shares of it from 0 to 1.
    """
    share = random.uniform(lower, upper)
    return -math.log(max(1 - share, SMALLEST_SHARE)) * average_interval


def exponential_cdf(x: float, average_interval: float) -> float:
    """The share of exponentially distributed intervals that are at most `x`."""
    return 1 - math.exp(-x / average_interval)


def lower_clamp_multiple(k: float) -> float:
    """The lower bound, in averages, that keeps the mean at 1 when the upper bound is `k` averages."""
    if k >= 50:
        return 0.0  # 2**k exceeds what a float tells apart from 2**k - 1
    return math.log(2**k / (2**k - 1), 2)


def clamped_poisson_interval(average_interval: float, clamping_factor: float = 0.3) -> float:
    """A random interval, at most `average * (1 + factor)`, with `average` as its mean.

    Raises ValueError unless `clamping_factor` is positive.
    """
    if clamping_factor <= 0:
        raise ValueError("`clamping_factor` must be >= 0.")
    most = 1 + clamping_factor
    lower = max(0.0, average_interval * lower_clamp_multiple(most))
    return _between(average_interval, lower, average_interval * most)


def bounded_poisson_interval(lower_bound: float, upper_bound: float) -> float:
    """A random interval between two bounds, nearer to the lower one."""
    return _between((lower_bound + upper_bound) / 2, lower_bound, upper_bound)


def _between(average: float, lower: float, upper: float) -> float:
    return poisson_interval(average, exponential_cdf(lower, average), exponential_cdf(upper, average))
