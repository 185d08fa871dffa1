import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import nct, norm, t

from courtside.core.sequential.boundary import boundary
from courtside.core.sequential.looks import PRIOR_DAYS, PRIOR_ERRORS


def at(days: float, freedom: float, *, alpha: float = 0.05) -> float:
    return float(boundary(np.array([PRIOR_DAYS / (PRIOR_DAYS + days)]), np.array([freedom]), alpha=alpha)[0])


@pytest.mark.parametrize("days", [1.0, 20.0, 165.0, 3650.0])
@pytest.mark.parametrize("alpha", [0.05, 0.005])
def test_bets_in_both_directions_have_won_what_the_boundary_says(days: float, alpha: float) -> None:
    z = at(days, 1e9, alpha=alpha)

    def wealth(effect: float) -> float:
        drawn = math.exp(effect * z * math.sqrt(days) - effect**2 * days / 2)
        return drawn * float(norm.pdf(effect, scale=spread))

    spread = 1 / math.sqrt(PRIOR_DAYS)
    won, _ = quad(wealth, -12 * spread, 12 * spread, points=[0, z / math.sqrt(days)], limit=200)
    assert won == pytest.approx(1 / (2 * alpha) + math.sqrt(PRIOR_DAYS / (PRIOR_DAYS + days)), rel=1e-4)


@pytest.mark.parametrize(("days", "freedom"), [(12.0, 11.0), (40.0, 9.0), (80.0, 79.0)])
def test_with_an_estimated_error_the_bets_are_on_students_t(days: float, freedom: float) -> None:
    found = at(days, freedom)

    def wealth(effect: float) -> float:
        said = nct.pdf(found, freedom, effect * math.sqrt(days)) + nct.pdf(-found, freedom, effect * math.sqrt(days))
        return float(said / (2 * t.pdf(found, freedom)) * norm.pdf(effect, scale=1 / math.sqrt(PRIOR_DAYS)))

    won, _ = quad(wealth, -2, 2, limit=200)
    assert won == pytest.approx(10 + math.sqrt(PRIOR_DAYS / (PRIOR_DAYS + days)), rel=1e-3)


def test_too_few_days_have_no_boundary() -> None:
    assert math.isinf(at(1.0, 0.0))
    assert math.isinf(at(3.0, 2.0))
    assert math.isfinite(at(20.0, 19.0))


def test_a_smaller_risk_and_fewer_degrees_of_freedom_push_it_out() -> None:
    assert at(50, 49, alpha=0.01) > at(50, 49, alpha=0.05)
    assert at(50, 12) > at(50, 49) > at(50, 1e9)


def test_it_is_narrowest_for_the_season_it_is_tuned_to() -> None:
    def after_75_days(prior: float) -> float:
        return float(boundary(np.array([prior / (prior + 75)]), np.array([1e9]), alpha=0.05)[0])

    assert min(range(1, 40), key=after_75_days) == pytest.approx(PRIOR_DAYS, abs=1)


def test_it_is_narrowest_for_an_error_that_stays() -> None:
    def in_the_end(prior: float) -> float:
        return float(boundary(np.array([1 / (1 + prior)]), np.array([1e9]), alpha=0.05)[0])

    assert min(range(1, 40), key=in_the_end) == pytest.approx(PRIOR_ERRORS, abs=1)
