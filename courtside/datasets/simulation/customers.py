"""Customers of a subscription: who they are, how they join, and what a month does to them."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from courtside.datasets.simulation.draws import Draws, Floats, Whole

REGIONS, REGION_SHARES = ("north", "south", "east", "west"), (0.35, 0.3, 0.2, 0.15)
PAYMENTS, PAYMENT_SHARES = ("card", "direct_debit", "invoice"), (0.5, 0.32, 0.18)
PLANS = ("basic", "plus", "premium", "flex")
PLAN_PRICES, PLAN_HOURS = (19.0, 29.0, 49.0, 24.0), (14.0, 18.0, 24.0, 15.0)
FLEX = PLANS.index("flex")
BASIC = PLANS.index("basic")
PLAN_SHARES, PLAN_SHARES_WITH_FLEX = (0.45, 0.35, 0.2), (0.2, 0.25, 0.15, 0.4)
DISCOUNTS, DISCOUNT_SHARES = (0.0, 0.1, 0.2), (0.6, 0.25, 0.15)
PRICE_RISE = 1.18
TROUBLE_OF_THE_CHANGE = 0.4
HABIT_KEPT = 0.8
SWITCHING_TO_FLEX = 0.3
BILLING_DAYS = 28
Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]


class Part(IntEnum):
    """What a stream of draws is for; a new one goes to the end, so that the others stay as they are."""

    PLAN = 0
    REGION = 1
    PAYMENT = 2
    PAPERLESS = 3
    DISCOUNT = 4
    HABIT = 5
    BILLING_DAY = 6
    SWITCH = 7
    USAGE = 8
    UNREAD = 9
    TROUBLE = 10
    TICKETS = 11
    SURVEYED = 12
    ANSWER = 13
    LEAVING = 14
    NEW_HABIT = 15


DrawsOf = Callable[[Part], Draws]
"""The draws of a month, by what they are for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """All customers of a month, a place in each array for each: codes of `PLANS`, `REGIONS` and `PAYMENTS`.

    `habit` is how much they use the service beside others of their plan, in deviations; nobody sees it directly.
    """

    number: Whole
    tenure_months: Whole
    plan: Whole
    region: Whole
    payment: Whole
    paperless: Whole
    discount: Floats
    habit: Floats
    billing_day: Whole

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.number)

    @classmethod
    def joining(cls, joined: int, size: int, draws: DrawsOf, *, flex: bool) -> Self:
        """Return the new customers of a month after `joined` earlier ones; `flex` says whether there is that plan."""
        return cls(
            number=np.arange(joined + 1, joined + size + 1, dtype=np.int64),
            tenure_months=np.zeros(size, np.int64),
            plan=draws(Part.PLAN).choice(size, PLAN_SHARES_WITH_FLEX if flex else PLAN_SHARES),
            region=draws(Part.REGION).choice(size, REGION_SHARES),
            payment=draws(Part.PAYMENT).choice(size, PAYMENT_SHARES),
            paperless=draws(Part.PAPERLESS).choice(size, (0.4, 0.6)),
            discount=np.array(DISCOUNTS)[draws(Part.DISCOUNT).choice(size, DISCOUNT_SHARES)],
            habit=draws(Part.HABIT).normal(size),
            billing_day=1 + np.floor(draws(Part.BILLING_DAY).uniform(size) * BILLING_DAYS).astype(np.int64),
        )

    def picked(self, which: Bools) -> Self:
        """Return some of them."""
        return type(self)(**{each.name: getattr(self, each.name)[which] for each in fields(self)})

    def and_(self, others: Self) -> Self:
        """Return these and then the others."""
        return type(self)(**{
            each.name: np.concatenate([getattr(self, each.name), getattr(others, each.name)]) for each in fields(self)
        })  # fmt: skip
