"""Small templates and round prices, so that every expected cost can be computed by hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from courtside.contracts.templates.resources import Resource, resources_of
from courtside.core.costs import Estimate, Price, PriceTable, Usage, estimate

# Without traffic, metrics and allowances, only what a test adds costs anything.
QUIET = Usage(custom_metric_hours=0, internet_gb=0, free_allowances=False)


def stage(**resources: Mapping[str, Any]) -> list[Resource]:
    return list(resources_of("courtside-dev-data", {"Resources": resources}))


def prices(**usd: float) -> PriceTable:
    everywhere = {"metric_month": Price(usd=0, unit="metrics"), "internet_gb": Price(usd=0, unit="GB")}
    return PriceTable(
        region="moon-1",
        as_of=date(2026, 1, 31),
        prices=everywhere | {name: Price(usd=each, unit="units") for name, each in usd.items()},
    )


def month(usage: Usage = QUIET, *, table: PriceTable, **resources: Mapping[str, Any]) -> Estimate:
    return estimate(stage(**resources), usage=usage, table=table)


def usd(found: Estimate) -> dict[str, float]:
    """Return the dollars of each resource, leaving out what costs nothing."""
    sums: dict[str, float] = {}
    for line in found.lines:
        if line.usd_month:
            sums[line.resource.removeprefix("data/")] = (
                sums.get(line.resource.removeprefix("data/"), 0) + line.usd_month
            )
    return sums
