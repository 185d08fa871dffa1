"""The usage that a template cannot tell: one object, each assumption with its meaning and its default."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from courtside.contracts.errors import BadInput


class UsageInvalid(BadInput):
    """An assumption was named or written in a way that means nothing."""

    def __init__(self, given: str, problem: str) -> None:
        self.given = given
        super().__init__(f"--usage {given}: {problem}; known: {', '.join(each.name for each in fields(Usage))}")


def _assumed(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A month of a small team: a check a day, a training a week, the games of all seasons in the lake."""

    hours: float = _assumed(730.0, "hours in a month")
    days: float = _assumed(30.4, "days in a month")
    free_allowances: bool = _assumed(
        default=True, meaning="the account's permanent free allowances are not used by anything else"
    )
    models: float = _assumed(1.0, "models that the stage looks after; the figures of buckets and tables hold the first")
    turns_per_day: float = _assumed(
        2.0, "rounds a day in which a model has its turn: one for a check, and one for rows that arrived"
    )
    checks_per_day: float = _assumed(1.0, "runs a day of each cron schedule")
    trainings_per_month: float = _assumed(4.0, "retrainings of each model a month")
    training_minutes: float = _assumed(
        12.0, "minutes of the training task a retraining, smoke check and start included"
    )
    transitions_per_training: float = _assumed(30.0, "state transitions a retraining, retries included")
    task_minutes: float = _assumed(3.0, "minutes of any other task a run")
    function_seconds: float = _assumed(10.0, "seconds a function runs, cold start included")
    alerts_per_month: float = _assumed(60.0, "alerts a month")
    other_runs_per_month: float = _assumed(
        30.0, "runs a month of a function or task that nothing in the template starts"
    )
    tracking_requests_per_day: float = _assumed(3000.0, "requests a day to the MLflow server")
    bucket_gb: float = _assumed(5.0, "GB in each bucket, old versions included")
    bucket_writes: float = _assumed(10_000.0, "PUT and LIST requests a month to each bucket")
    bucket_reads: float = _assumed(100_000.0, "GET requests a month to each bucket")
    table_gb: float = _assumed(0.1, "GB in each DynamoDB table")
    table_writes: float = _assumed(20_000.0, "write units a month of each table")
    table_reads: float = _assumed(50_000.0, "read units a month of each table")
    backup_gb: float = _assumed(10.0, "GB of automatic backups of each database; free up to its storage")
    secret_reads: float = _assumed(2000.0, "reads a month of each secret")
    queue_requests: float = _assumed(1000.0, "requests a month to each queue")
    log_gb_per_group: float = _assumed(0.05, "GB a month into each log group")
    queried_gb: float = _assumed(1.0, "GB a month that queries on Athena read: a hundred of at most 10 MB")
    custom_metric_hours: float = _assumed(
        3800.0, "hours with data, summed over all custom metrics (one is billed by the hour in which it has data)"
    )
    traces: float = _assumed(5000.0, "X-Ray traces a month")
    image_gb: float = _assumed(0.4, "GB of each container image in the registry, compressed")
    image_versions: float = _assumed(3.0, "versions kept of each image")
    internet_gb: float = _assumed(2.0, "GB a month that leave AWS")
    nat_gb: float = _assumed(10.0, "GB a month through a NAT gateway, where there is one")
    balancer_units: float = _assumed(0.1, "capacity units (LCU) a load balancer uses on average, where there is one")
    model_gb: float = _assumed(
        4.0, "GB in the buckets of each further model: a year of weekly trainings on 40,000 rows"
    )
    model_bucket_writes: float = _assumed(3500.0, "PUT and LIST requests a month of each further model")
    model_bucket_reads: float = _assumed(16_000.0, "GET requests a month of each further model")
    model_table_gb: float = _assumed(0.001, "GB in the ledger of each further model")
    model_table_writes: float = _assumed(600.0, "write units a month of each further model")
    model_table_reads: float = _assumed(1500.0, "read units a month of each further model, its share in every round")
    model_tracking_requests: float = _assumed(2000.0, "requests a month to the MLflow server of each further model")
    model_log_gb: float = _assumed(0.01, "GB of logs a month of each further model")
    model_emails: float = _assumed(4.0, "e-mails a month of each further model")

    @property
    def retrainings_per_month(self) -> float:
        """The retrainings of all models a month."""
        return self.models * self.trainings_per_month

    @property
    def turns_per_month(self) -> float:
        """How often a month a model has its turn in a round, over all models."""
        return self.models * self.turns_per_day * self.days

    def described(self) -> Iterator[tuple[str, object, str]]:
        """Yield name, value and meaning of every assumption."""
        for each in fields(self):
            yield each.name, getattr(self, each.name), each.metadata["meaning"]

    def changed(self, settings: Iterable[str]) -> Self:
        """Return a copy with assumptions replaced, each written ``name=value``; raises `UsageInvalid`."""
        values: dict[str, Any] = dict(map(self._read, settings))
        return replace(self, **values)

    def _read(self, setting: str) -> tuple[str, float | bool]:
        name, separator, text = setting.partition("=")
        if not separator or name not in {each.name for each in fields(self)}:
            raise UsageInvalid(setting, "is not name=value of an assumption")
        if isinstance(getattr(self, name), bool):
            if text not in {"true", "false"}:
                raise UsageInvalid(setting, "must be true or false")
            return name, text == "true"
        try:
            value = float(text)
        except ValueError:
            raise UsageInvalid(setting, f"{text!r} is not a number") from None
        if not 0 <= value < float("inf"):
            raise UsageInvalid(setting, "must be a finite number of at least 0")
        if name in {"hours", "days"} and not value:
            raise UsageInvalid(setting, "must be more than 0")
        if name == "models" and not (value >= 1 and value.is_integer()):
            raise UsageInvalid(setting, "must be a whole number of at least 1")
        return name, value
