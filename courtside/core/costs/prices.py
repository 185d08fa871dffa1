"""What one unit of something costs in one region."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars a unit, the unit's name, and how many units a month every account has free, for good."""

    usd: float
    unit: str
    free: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """List prices of one region by name; `as_of` is the date of the oldest of them."""

    region: str
    as_of: date
    prices: Mapping[str, Price]
