"""Tail probabilities in plain arithmetic, because scipy.stats takes a second to import and 113 MB of an image."""

import math

_SERIES_TERMS = 10_000


def kolmogorov_tail(x: float) -> float:
    """Return P(K > x) of the Kolmogorov distribution.

    Source: Kolmogorov 1933; both of its theta-function series as in Marsaglia, Tsang &
    Wang 2003, J. Stat. Softw. 8(18).
    """
    if x < 0.04:  # here the value is 1 to the last bit, and the series would divide by x squared
        return 1.0
    if x < 1.18:
        exponent = math.pi**2 / (8 * x * x)
        terms = math.fsum(math.exp(-((2 * k - 1) ** 2) * exponent) for k in range(1, 6))
        return 1.0 - math.sqrt(2 * math.pi) / x * terms
    return min(1.0, 2.0 * math.fsum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 20)))


def chi_squared_tail(x: float, *, degrees: float) -> float:
    """Return P(X > x) of the chi-squared distribution; `degrees` may be fractional, and for 0 the result is 1.

    Source: the regularized incomplete gamma function Q(degrees/2, x/2) by series and continued fraction, Press et al.,
    Numerical Recipes, 3rd ed., section 6.2. Relative error below 1e-11 for up to thousands of degrees.
    """
    if x <= 0 or degrees <= 0:
        return 1.0
    shape, half = degrees / 2, x / 2
    front = math.exp(shape * math.log(half) - half - math.lgamma(shape))
    if half < shape + 1:
        return max(0.0, 1.0 - front * _lower_series(shape, half))
    return front * _upper_fraction(shape, half)


def _lower_series(shape: float, half: float) -> float:
    term = total = 1.0 / shape
    for k in range(1, _SERIES_TERMS):
        term *= half / (shape + k)
        total += term
        if term < total * 1e-17:
            break
    return total


def _upper_fraction(shape: float, half: float) -> float:
    """Evaluate the continued fraction by Lentz's method."""
    b = half + 1 - shape
    c, d = 1e300, 1 / b
    value = d
    for k in range(1, _SERIES_TERMS):
        a = -k * (k - shape)
        b += 2
        d = 1 / (a * d + b)
        c = b + a / c
        value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return value


def f_tail(x: float, *, degrees: float, other_degrees: float) -> float:
    """Return P(X > x) of the F distribution; degrees may be fractional, and infinite `other_degrees` give chi-squared.

    Source: the regularized incomplete beta function by Lentz's continued fraction, Press et al., Numerical Recipes, 3rd
    ed., section 6.4. Relative error below 1e-9.
    """
    if x <= 0:
        return 1.0
    if math.isinf(other_degrees):
        return chi_squared_tail(x * degrees, degrees=degrees)
    a, b = other_degrees / 2, degrees / 2
    share = other_degrees / (other_degrees + degrees * x)
    if share >= 1:  # x is so small that the logarithm below would be taken of 0
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(share) + b * math.log1p(-share)
    )
    if share < (a + 1) / (a + b + 2):
        return front * _beta_fraction(share, a, b) / a
    return max(0.0, 1.0 - front * _beta_fraction(1 - share, b, a) / b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for k in range(1, _SERIES_TERMS):
        even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
        odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        for term in (even, odd):
            d = 1 / (1 + term * d)
            c = 1 + term / c
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value
