"""What a month of a stage costs by list prices: estimated once a day from the stage's own templates, and kept."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from courtside.contracts import dashboard_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.templates.resources import Resource
from courtside.workflows.ports import Lake, ObjectMissing

logger = logging.getLogger(__name__)

_HOLDS_FOR = timedelta(days=1)


class DeployedStage(Protocol):
    """The stacks of a stage as they are deployed; both raise `CourtsideError` where they cannot be asked."""

    @property
    def region(self) -> str:
        """The region that the stacks are in."""
        ...

    def resources(self) -> Iterable[Resource]:
        """Return what the stacks' templates hold."""
        ...


@dataclass(frozen=True, slots=True)
class MonthCosts:
    """US dollars a month of a stage with so many models, and what a further one adds; None where a price is missing.

    `at` is when they were estimated, and `prices_as_of` the date of the oldest price.
    """

    at: datetime
    models: int
    prices_as_of: date
    stage_usd: float | None
    model_usd: float | None


_KEPT = TypeAdapter(MonthCosts)


def kept_costs(lake: Lake) -> MonthCosts | None:
    """Return what was estimated last; None where nothing was yet, or another Courtside wrote it."""
    try:
        return _KEPT.validate_json(lake.read(dashboard_keys.MONTH_COSTS))
    except (ObjectMissing, ValidationError):
        return None


def renew_costs(deployed: DeployedStage, *, models: int, lake: Lake, now: datetime) -> None:
    """Estimate anew what is older than a day, or is about another number of models.

    Where that fails, a log says why and what was kept stays: no page waits for this figure.
    """
    try:
        kept = kept_costs(lake)
        if kept is not None and kept.models == models and now - kept.at < _HOLDS_FOR:
            return
        lake.write(dashboard_keys.MONTH_COSTS, _KEPT.dump_json(_estimated(deployed, models, now), indent=2))
    except CourtsideError as error:
        logger.warning("What a month of the stage costs is not known: %s", error)
    except Exception:  # unforeseen, like a template that another release deployed
        logger.exception("what a month of the stage costs could not be estimated")


def _estimated(deployed: DeployedStage, models: int, now: datetime) -> MonthCosts:
    # Pages are built often and this is estimated rarely, so that only then its modules are loaded.
    from courtside.core.costs import Usage, estimate, further_model
    from courtside.prices.price_list import price_table

    table = price_table(deployed.region)
    resources, usage = tuple(deployed.resources()), Usage(models=max(models, 1))
    month = estimate(resources, usage=usage, table=table)
    if month.unpriced:  # the rest of it would look cheap
        named = ", ".join(each.resource for each in month.unpriced)
        logger.warning("What a month of the stage costs is not known: these resources have no price: %s", named)
        return MonthCosts(now, models, table.as_of, None, None)
    further = sum(line.usd_month for line in further_model(resources, usage=usage, table=table))
    return MonthCosts(now, models, table.as_of, round(month.total_usd_month, 4), round(further, 4))
