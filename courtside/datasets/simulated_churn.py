"""A seeded simulator of a subscription's customers: a table of one's own for the demo, the docs and tests.

A row is a customer on a billing day; the label says whether the customer left before the next one. The company keeps
its size, because as many join as leave. Everything in it is invented.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
import pyarrow as pa

from courtside.datasets.simulation.customers import (
    BASIC,
    FLEX,
    HABIT_KEPT,
    PAYMENTS,
    PLAN_HOURS,
    PLAN_PRICES,
    PLANS,
    PRICE_RISE,
    REGIONS,
    SWITCHING_TO_FLEX,
    TROUBLE_OF_THE_CHANGE,
    Bools,
    Customers,
    Days,
    DrawsOf,
    Part,
)
from courtside.datasets.simulation.draws import Draws, Floats

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("customer_id", pa.string()),
    ("billed_on", pa.date32()),
    ("plan", pa.string()),
    ("region", pa.string()),
    ("payment", pa.string()),
    ("paperless", pa.bool_()),
    ("tenure_months", pa.int64()),
    ("monthly_price", pa.float64()),
    ("usage_hours", pa.float64()),
    ("support_tickets", pa.int64()),
    ("satisfaction", pa.int64()),
    ("churned", pa.string()),
]
CHURN_SCHEMA = pa.schema(_FIELDS)
"""A row is a bill; `usage_hours` and `satisfaction` may be missing, and `churned` is yes or no."""

CHURN_CONTRACT: Traversable = files(__package__) / "examples" / "churn.yaml"
"""The table's contract; it is no shipped one, so it is called by its path and its names are free for a team's own."""

FIRST_MONTH = np.datetime64("2024-01", "M")
# After so many months of joining and leaving, the customers' ages no longer depend on how the company began.
MONTHS_BEFORE = 120
UNREAD_METERS, SURVEYED = 0.06, 0.35
LITTLE_USED_HOURS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bills:
    """What a month brought each customer, and who leaves; `trouble` is how bad it was, in deviations."""

    days: Days
    price: Floats
    usage: Floats
    trouble: Floats
    leaving: Bools


def simulate_churn(
    seed: int = 7, *, months: int = 24, customers: int = 1500, changed_from: date | None = None
) -> pa.Table:
    """Simulate the billing days of a company's customers, in `CHURN_SCHEMA`, ordered by day, then id.

    Fewer months are the first of more. From `changed_from` on, prices are 18 % higher, people complain more, and there
    is a plan `flex`, which many take; the rows before that day are as without the change.

    Args:
        seed: any integer from 0.
        months: how many from January 2024 on.
        customers: how many there are in each month.
        changed_from: the first day of the change; None for a company in which nothing changes.
    """
    change = np.datetime64("NaT") if changed_from is None else np.datetime64(changed_from, "D")
    present = Customers.joining(0, 0, partial(Draws, seed, 0), flex=False)
    joined, tables = 0, []
    for month in range(-MONTHS_BEFORE, months):
        draws = partial(Draws, seed, MONTHS_BEFORE + month)
        first_day = (FIRST_MONTH + month).astype("datetime64[D]")
        missing = customers - len(present)
        present = present.and_(Customers.joining(joined, missing, draws, flex=bool(first_day >= change)))
        joined += missing
        days = first_day + (present.billing_day - 1)
        changed = days >= change  # nothing is later than NaT
        present = _after_switches(present, changed, draws)
        bills = _billed(present, days, changed, draws)
        if month >= 0:
            tables.append(_as_table(present, bills, draws))
        present = _a_month_later(present, draws).picked(~bills.leaving)
    return pa.concat_tables([CHURN_SCHEMA.empty_table(), *tables]).combine_chunks()


def _after_switches(present: Customers, changed: Bools, draws: DrawsOf) -> Customers:
    """Return the customers after some of those with the plan `basic` have taken `flex`."""
    willing = draws(Part.SWITCH).uniform(len(present)) < SWITCHING_TO_FLEX
    return replace(present, plan=np.where(changed & (present.plan == BASIC) & willing, FLEX, present.plan))


def _billed(present: Customers, days: Days, changed: Bools, draws: DrawsOf) -> _Bills:
    size = len(present)
    trouble = draws(Part.TROUBLE).normal(size) + np.where(changed, TROUBLE_OF_THE_CHANGE, 0.0)
    price = np.array(PLAN_PRICES)[present.plan] * (1 - present.discount) * np.where(changed, PRICE_RISE, 1.0)
    level = 0.5 * present.habit + 0.25 * draws(Part.USAGE).normal(size)
    usage = np.array(PLAN_HOURS)[present.plan] * np.exp(level)
    chance = 1 / (1 + np.exp(-_log_odds(present, trouble=trouble, price=price, usage=usage)))
    leaving = draws(Part.LEAVING).uniform(size) < chance
    return _Bills(days=days, price=price, usage=usage, trouble=trouble, leaving=leaving)


def _log_odds(present: Customers, *, trouble: Floats, price: Floats, usage: Floats) -> Floats:
    """Return the log odds of leaving: new, troubled and little-used customers with high prices leave most."""
    odds: Floats = (
        -2.75
        + 1.1 * trouble
        - 0.25 * np.log1p(np.minimum(present.tenure_months, 12))
        - 0.7 * present.habit
        + 0.8 * (present.payment == PAYMENTS.index("invoice"))
        + 0.8 * (np.log(price) - 3.3)
        + 0.3 * (usage < LITTLE_USED_HOURS)
    )
    return odds


def _as_table(present: Customers, bills: _Bills, draws: DrawsOf) -> pa.Table:
    """Return what the company knows of a month, ordered by day and customer."""
    size = len(present)
    complaints = 0.5 + 1.3 * bills.trouble + 0.4 * draws(Part.TICKETS).normal(size)
    answers = np.clip(np.rint(7.5 - 1.4 * bills.trouble + draws(Part.ANSWER).normal(size)), 1, 10)
    columns = [
        pa.array([f"C{number:06d}" for number in present.number]),
        pa.array(bills.days),
        pa.array(np.array(PLANS)[present.plan]),
        pa.array(np.array(REGIONS)[present.region]),
        pa.array(np.array(PAYMENTS)[present.payment]),
        pa.array(present.paperless.astype(bool)),
        pa.array(present.tenure_months),
        pa.array(np.round(bills.price, 2)),
        pa.array(np.round(bills.usage, 1), mask=draws(Part.UNREAD).uniform(size) < UNREAD_METERS),
        pa.array(np.floor(np.maximum(0.0, complaints)).astype(np.int64)),
        pa.array(answers.astype(np.int64), mask=draws(Part.SURVEYED).uniform(size) >= SURVEYED),
        pa.array(np.where(bills.leaving, "yes", "no")),
    ]
    order = np.lexsort((present.number, bills.days))
    return pa.table(columns, names=CHURN_SCHEMA.names).cast(CHURN_SCHEMA).take(order)


def _a_month_later(present: Customers, draws: DrawsOf) -> Customers:
    """Return the customers a month older, with habits that are mostly those of the month before."""
    news = draws(Part.NEW_HABIT).normal(len(present))
    habit = HABIT_KEPT * present.habit + np.sqrt(1 - HABIT_KEPT**2) * news
    return replace(present, tenure_months=present.tenure_months + 1, habit=habit)
