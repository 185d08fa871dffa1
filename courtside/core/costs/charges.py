"""What is charged for: quantities before prices, and lines after."""

from dataclasses import asdict, dataclass
from typing import Any

from courtside.contracts.errors import CourtsideError


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """So many units a month of one priced thing, for one resource; `basis` says in words where the quantity is from."""

    resource: str
    service: str
    price: str
    quantity: float
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One resource's month in US dollars, and the usage it is computed from."""

    resource: str
    service: str
    usage: str
    usd_month: float

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, in hundredths of a cent."""
        return asdict(self) | {"usd_month": round(self.usd_month, 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """A resource whose cost is not known, and why: the total does not hold it."""

    resource: str
    reason: str


class NoRule(CourtsideError):
    """A resource is set up in a way that nobody has priced."""
