"""The comparisons that decided a verdict are put into words."""

SMALLEST_SHOWN = 0.0001


def over(label: str, value: float, limit: float) -> tuple[bool, str]:
    """Compare a statistic with its limit, and put the comparison into words."""
    drifted = value > limit
    return drifted, f"{label} {short(value)} {'over' if drifted else 'not over'} {short(limit)}"


def short(value: float) -> str:
    """Write a statistic with two significant digits.

    >>> short(0.3149), short(0.2), short(0.00012), short(5.71), short(48.3), short(0.0)
    ('0.31', '0.2', '0.00012', '5.7', '48', '0')
    """
    return f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"


def short_pvalue(value: float) -> str:
    """Write a p-value; below 0.0001 its size says nothing more.

    >>> short_pvalue(0.0312), short_pvalue(1e-9)
    ('0.031', '< 0.0001')
    """
    return short(value) if value >= SMALLEST_SHOWN else f"< {SMALLEST_SHOWN}"


def known_pvalue(value: float, windows: int | None) -> str:
    """Write a p-value, no more precisely than so many windows of a history (None: another null) can tell it.

    >>> known_pvalue(1e-9, 36), known_pvalue(0.2, 36), known_pvalue(0.0312, None)
    ('< 1/36', '0.2', '0.031')
    """
    return f"< 1/{windows:,}" if windows and value * windows < 1 else short_pvalue(value)
