"""Resources, usage and prices → one line a resource, and what could not be priced."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from courtside.contracts.templates.resources import Resource, Resources
from courtside.core.costs.charges import Charge, CostLine, NoRule, Unpriced
from courtside.core.costs.further_models import further_models
from courtside.core.costs.kinds import ESTIMATORS, FREE
from courtside.core.costs.prices import Price, PriceTable
from courtside.core.costs.stage_wide import stage_wide
from courtside.core.costs.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A month in US dollars, dearest line first; what is `unpriced` is in none of the totals.

    The lines count the account's free allowances or not, as was assumed; the two totals say what they are worth.
    """

    region: str
    prices_as_of: date
    lines: tuple[CostLine, ...]
    unpriced: tuple[Unpriced, ...]
    with_allowances_usd_month: float
    without_allowances_usd_month: float

    @property
    def total_usd_month(self) -> float:
        """The sum of all lines."""
        return sum(line.usd_month for line in self.lines)

    def to_dict(self, *, stage: str) -> dict[str, Any]:
        """Return the JSON document: cents in the total, hundredths of a cent in the lines."""
        return {
            "stage": stage,
            "region": self.region,
            "prices_as_of": self.prices_as_of.isoformat(),
            "total_usd_month": round(self.total_usd_month, 2),
            "with_allowances_usd_month": round(self.with_allowances_usd_month, 2),
            "without_allowances_usd_month": round(self.without_allowances_usd_month, 2),
            "lines": [line.to_dict() for line in self.lines],
        }


def estimate(resources: Iterable[Resource], *, usage: Usage, table: PriceTable) -> Estimate:
    """Return what a month of these resources costs."""
    known, unpriced = _priced(resources, usage, table)
    lines = {free: _lines(known, table.prices, free=free) for free in (True, False)}
    totals = {free: sum(line.usd_month for line in each) for free, each in lines.items()}
    return Estimate(
        region=table.region,
        prices_as_of=table.as_of,
        lines=lines[usage.free_allowances],
        unpriced=unpriced,
        with_allowances_usd_month=totals[True],
        without_allowances_usd_month=totals[False],
    )


def further_model(resources: Iterable[Resource], *, usage: Usage, table: PriceTable) -> tuple[CostLine, ...]:
    """Return what each model after the first adds to a month, dearest line first, with no free allowances."""
    stage = tuple(resources)
    one, two = (_quantities(_priced(stage, replace(usage, models=models), table)[0]) for models in (1, 2))
    added = [
        Charge(resource=resource, service=service, price=price, quantity=quantity - one[resource, service, price])
        for (resource, service, price), quantity in two.items()
        if quantity > one[resource, service, price]
    ]
    return _lines(added, table.prices, free=False)


def _quantities(charges: Iterable[Charge]) -> defaultdict[tuple[str, str, str], float]:
    """Return quantities by resource, service and price."""
    found: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for each in charges:
        found[each.resource, each.service, each.price] += each.quantity
    return found


def _priced(
    resources: Iterable[Resource], usage: Usage, table: PriceTable
) -> tuple[list[Charge], tuple[Unpriced, ...]]:
    """Return the charges that have a price, and whatever has none."""
    stage = Resources(resources)
    charges: list[Charge] = []
    unpriced: list[Unpriced] = []
    for resource in stage:
        try:
            charges += _charges(resource, stage, usage)
        except NoRule as problem:
            unpriced.append(Unpriced(resource=resource.name, reason=f"{resource.kind}: {problem}"))
    charges += [*stage_wide(stage, usage), *further_models(usage)]
    known = [each for each in charges if each.price in table.prices]
    unpriced += [
        Unpriced(resource=each.resource, reason=f"no price of {each.price} in {table.region}")
        for each in charges
        if each.price not in table.prices
    ]
    return known, tuple(unpriced)


def _charges(resource: Resource, stage: Resources, usage: Usage) -> list[Charge]:
    if resource.kind in FREE:
        return []
    if resource.kind not in ESTIMATORS:
        raise NoRule("this type is neither priced nor known to be free")
    return list(ESTIMATORS[resource.kind](resource, stage, usage))


def _lines(charges: Iterable[Charge], prices: Mapping[str, Price], *, free: bool) -> tuple[CostLine, ...]:
    """Return one line a resource and service; a free allowance is used up in the charges' order."""
    left = {name: price.free if free else 0.0 for name, price in prices.items()}
    lines = []
    for (resource, service), group in groupby(charges, key=lambda each: (each.resource, each.service)):
        words, usd = [], 0.0
        for charge in group:
            price = prices[charge.price]
            given = min(left[charge.price], charge.quantity)
            left[charge.price] -= given
            usd += (charge.quantity - given) * price.usd
            words.append(_words(charge, price, given=given))
        lines.append(CostLine(resource=resource, service=service, usage="; ".join(words), usd_month=usd))
    return tuple(sorted(lines, key=lambda line: -line.usd_month))


def _words(charge: Charge, price: Price, *, given: float) -> str:
    text = f"{charge.quantity:,.6g} {price.unit}"
    if charge.basis:
        text += f" ({charge.basis})"
    if given == charge.quantity:
        return f"{text}, free"
    return f"{text}, {given:,.6g} free" if given else text
