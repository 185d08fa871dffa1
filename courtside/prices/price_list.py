"""Read the price table that ships, for one region."""

from datetime import date
from importlib.resources import files
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from courtside.contracts.errors import BadInput
from courtside.core.costs.prices import Price, PriceTable

_Region = tuple[float, str]


class RegionNotPriced(BadInput):
    """The price table has no prices of this region."""

    def __init__(self, region: str, *, known: tuple[str, ...]) -> None:
        self.region = region
        self.known = known
        super().__init__(
            f"there are no prices of {region}; choose --region {' or '.join(known)}, "
            "or add the region with its sources to courtside/prices/prices.yaml"
        )


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(pattern="^https://")
    official: str | None = Field(default=None, pattern="^https://")
    note: str | None = None
    dated: date


class _Entry(BaseModel):
    """Every key but unit and free is a region."""

    unit: str
    free: float = Field(default=0.0, ge=0)
    regions: dict[str, _Region]

    @model_validator(mode="before")
    @classmethod
    def _regions_apart(cls, entry: dict[str, Any]) -> dict[str, Any]:
        named = {key: entry[key] for key in ("unit", "free") if key in entry}
        return named | {"regions": {key: value for key, value in entry.items() if key not in named}}


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: dict[str, _Source]
    prices: dict[str, _Entry]

    @model_validator(mode="after")
    def _every_price_has_a_source(self) -> Self:
        named = {source for entry in self.prices.values() for _, source in entry.regions.values()}
        if missing := sorted(named - self.sources.keys()):
            raise ValueError(f"prices name sources that are not there: {', '.join(missing)}")
        return self


def price_table(region: str) -> PriceTable:
    """Return the prices of one region; raises `RegionNotPriced`."""
    document = _Document.model_validate(yaml.safe_load((files(__package__) / "prices.yaml").read_text("utf-8")))
    regions = {each for entry in document.prices.values() for each in entry.regions}
    if region not in regions:
        raise RegionNotPriced(region, known=tuple(sorted(regions)))
    here = {name: entry for name, entry in document.prices.items() if region in entry.regions}
    return PriceTable(
        region=region,
        as_of=min(document.sources[entry.regions[region][1]].dated for entry in here.values()),
        prices={
            name: Price(usd=entry.regions[region][0], unit=entry.unit, free=entry.free) for name, entry in here.items()
        },
    )
