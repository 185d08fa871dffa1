"""A line of text that shows how figures went: one letter for each."""

from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
MISSING = "·"


def spark(values: Sequence[float | None]) -> str:
    """Draw figures from the lowest to the highest of them, a dot where one is missing; equal figures are halfway up.

    >>> spark([0.61, 0.63, None, 0.70])
    '▁▃·█'
    """
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    width = high - low

    def letter(value: float | None) -> str:
        if value is None:
            return MISSING
        return LEVELS[round((value - low) / width * (len(LEVELS) - 1)) if width else len(LEVELS) // 2]

    return "".join(letter(value) for value in values)
