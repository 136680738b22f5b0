from __future__ import annotations

from statistics import fmean

import pytest

from prefect.utilities.math import (
    bounded_poisson_interval,
    clamped_poisson_interval,
    exponential_cdf,
    lower_clamp_multiple,
    poisson_interval,
)

DRAWS = 4000


def test_intervals_have_the_average_asked_for() -> None:
    draws = [poisson_interval(5) for _ in range(DRAWS)]
    assert min(draws) >= 0
    assert fmean(draws) == pytest.approx(5, rel=0.15)


def test_intervals_can_be_drawn_from_a_part() -> None:
    draws = [poisson_interval(5, 0.2, 0.4) for _ in range(DRAWS)]
    assert 1.115 <= min(draws) <= max(draws) <= 2.555


@pytest.mark.parametrize("factor", [0.1, 0.3, 1.0, 60])
def test_clamped_intervals_keep_bounds_and_average(factor: float) -> None:
    draws = [clamped_poisson_interval(10, factor) for _ in range(DRAWS)]
    assert max(draws) <= 10 * (1 + factor)
    assert fmean(draws) == pytest.approx(10, rel=0.15)


def test_clamping_needs_room() -> None:
    with pytest.raises(ValueError, match="clamping_factor"):
        clamped_poisson_interval(10, 0)


def test_bounded_intervals_keep_both_bounds() -> None:
    draws = [bounded_poisson_interval(5, 10) for _ in range(DRAWS)]
    assert 5 <= min(draws) <= max(draws) <= 10
    assert fmean(draws) == pytest.approx(7.23, rel=0.05)


def test_the_distribution() -> None:
    assert exponential_cdf(1, 2) == pytest.approx(0.3935, abs=1e-4)
    assert exponential_cdf(0, 2) == 0
    assert lower_clamp_multiple(0.5) == pytest.approx(1.77155, abs=1e-4)
    assert lower_clamp_multiple(1000) == 0
