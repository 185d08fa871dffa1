"""How well a stage's model does: `courtside performance` as a function."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.api.estimates import Estimates
from courtside.api.inputs import day_of
from courtside.api.pandas_frame import pandas_frame
from courtside.contracts.days import DayToCome
from courtside.contracts.errors import BadInput
from courtside.contracts.scoring import Role
from courtside.core.drift.reading import Days
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.metrics import Metric, metrics_of
from courtside.core.performance.promise_tests import newest_of
from courtside.core.performance.promise_wording import sentences_of_tests
from courtside.core.performance.rules import EstimateMethod
from courtside.core.performance.wording import sentences, window_lines
from courtside.core.rhythm import parse_duration
from courtside.core.tasks import REGRESSION
from courtside.workflows.performance.told import Asked, Told

if TYPE_CHECKING:
    import pandas as pd

_DAY = timedelta(days=1)


class NotWholeDays(BadInput):
    """Windows of performance are whole days."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"windows of {text!r} are not whole days; write for example 1d, 7d or 4w")


class NoSuchMetric(BadInput):
    """A metric was asked for that a task does not have."""

    def __init__(self, name: str, known: list[str]) -> None:
        self.name = name
        self.known = known
        super().__init__(f"there is no metric {name!r}; there are {', '.join(known)}")


class NoSuchRole(BadInput):
    """A role was asked for that no version can have."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no role {name!r}; there are {', '.join(role.value for role in Role)}")


def performance(
    *,
    stage: str = "dev",
    model: str | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    by: str | None = None,
    version: str | None = None,
    role: str | None = None,
    as_of: date | str | None = None,
    window: str | None = None,
) -> "Performance":
    """Return how well a model's predictions did, by window.

    `model` is one of the stage's models (None: its only one). `since` and `until` choose windows by their days, the
    last not included; `as_of` asks what was known on an earlier day. `by` is one of the contract's `segments`,
    `version` and `role` choose other predictions than the champions', `window` is another length of windows than the
    contract's (``"1d"``), which is judged here and now.

    Raises subclasses of `courtside.CourtsideError`, as the command does. Needs the extra ``aws``.
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.bootstrap.stage import deployed_models
    from courtside.workflows.estimates.told import told_estimates
    from courtside.workflows.performance.told import told

    asked = asked_for(since=since, until=until, by=by, version=version, role=role, as_of=as_of, window=window)
    models = deployed_models(stage_outputs(stage))
    with reaching_aws():
        dataset = models.dataset(model or models.only())
        estimates = Estimates(told_estimates(asked, lake=models.lake, dataset=dataset))
        known = told(asked, lake=models.lake, dataset=dataset, now=datetime.now(UTC))
        return Performance(known, estimates, version)


def asked_for(
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    by: str | None = None,
    version: str | None = None,
    role: str | None = None,
    as_of: date | str | None = None,
    window: str | None = None,
) -> Asked:
    """Return a question as people write it.

    Raises `NotADay`, `DayToCome`, `DaysInvalid`, `NotWholeDays` and `NoSuchRole`.
    """
    if role is not None and role not in list(Role):
        raise NoSuchRole(role)
    length = None if window is None else parse_duration(window)
    if window is not None and (not length or length % _DAY):
        raise NotWholeDays(window)
    today = datetime.now(UTC).date()
    day = day_of(as_of) or today
    if day > today:
        raise DayToCome(day, today)
    return Asked(
        as_of=day,
        days=Days(day_of(since), day_of(until)),
        window=length,
        by=by,
        version=version,
        role=None if role is None else Role(role),
    )


@dataclass(frozen=True, repr=False)
class Performance:
    """How well a model's predictions did: a line for each window, version, part and metric.

    `told` holds the archive's columns, and `estimates` what is known of windows without labels; it shows itself as
    text. Promise tests are those of the champion `version` (None: of the newest).
    """

    told: Told
    estimates: Estimates
    version: str | None = None

    @cached_property
    def _lines(self) -> list[dict[str, Any]]:
        return self.to_arrow().to_pylist()

    def to_arrow(self) -> pa.Table:
        """Return the lines: the columns of the archive, what was said first, and the share of labels that is in."""
        lines = self.told.lines
        labelled, predicted = (lines.column(name).cast(pa.float64()) for name in ("labelled", "predicted"))
        share: Any = pc.divide(labelled, predicted)
        return lines.append_column("share_labelled", share)

    def to_frame(self) -> "pd.DataFrame":
        """Return `to_arrow` as a pandas frame; raises `PandasMissing`."""
        return pandas_frame(self.to_arrow())

    def curve(self) -> pa.Table:
        """Return how labels come in: which share of the rows of so many days had its label by then."""
        points = [each.model_dump() | {"share": each.share} for each in self.told.curve]
        fields: list[tuple[str, pa.DataType]] = [(name, pa.int64()) for name in ("days", "rows", "labelled")]
        return pa.Table.from_pylist(points, schema=pa.schema([*fields, ("share", pa.float64())]))

    def curve_frame(self) -> "pd.DataFrame":
        """Return `curve` as a pandas frame; raises `PandasMissing`."""
        return pandas_frame(self.curve())

    def tests(self, metric: str | None = None) -> pa.Table:
        """Return what the promise tests of a champion say: the columns of their archive, a row for each opponent.

        They are about a loss; for a metric that is none, about the first one.
        """
        losses = list(LOSSES[self.told.task])
        rows = newest_of(self.told.tests, loss=metric if metric in losses else losses[0], version=self.version)
        return pa.Table.from_pylist(rows, schema=self.told.tests.schema)

    def tests_frame(self, metric: str | None = None) -> "pd.DataFrame":
        """Return `tests` as a pandas frame; raises `PandasMissing`."""
        return pandas_frame(self.tests(metric))

    def metric(self, name: str | None = None) -> Metric:
        """Return a metric of the model's task, the first one for None; raises `NoSuchMetric`."""
        known = {metric.name: metric for metric in metrics_of(self.told.task)}
        found = next(iter(known.values())) if name is None else known.get(name)
        if found is None:
            raise NoSuchMetric(name or "", list(known))
        return found

    def rows(self, metric: str | None = None) -> list[dict[str, Any]]:
        """Return what a terminal shows of a metric: a row for each window; raises `NoSuchMetric`."""
        return window_lines(self._lines, self.metric(metric))

    def sentences(self, metric: str | None = None) -> Iterator[str]:
        """Yield what a person should know besides the rows; raises `NoSuchMetric`."""
        told = self.told
        yield from sentences(
            self._lines, self.metric(metric), curve=told.curve, waiting=told.waiting, mature=told.mature
        )
        if told.waiting and told.task == REGRESSION and self.estimates.told.method is EstimateMethod.NONE:
            yield "values are estimated before their labels only where the contract says `performance: {estimate: dle}`"
        yield from self.sentences_of_tests(metric)

    def sentences_of_tests(self, metric: str | None = None) -> Iterator[str]:
        """Yield what each promise test says, one sentence for each row of `tests`."""
        tests = self.tests(metric).to_pylist()
        if tests:
            yield from sentences_of_tests(tests, self.metric(tests[0]["loss"]), model=self.told.model)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, which is also that of ``performance --json``."""
        return {
            "model": self.told.model,
            "window_days": self.told.length // _DAY,
            "lines": self._lines,
            "curve": self.curve().to_pylist(),
            "waiting": [each.model_dump(mode="json") for each in self.told.waiting],
            "tests": [test for loss in LOSSES[self.told.task] for test in self.tests(loss).to_pylist()],
            "estimates": self.estimates.to_dict(),
        }

    def __repr__(self) -> str:
        metric = self.metric()
        estimated = self.estimates.rows(metric)
        lines = [*_tabbed(self.rows()), *self.sentences(), *(_tabbed(estimated) if estimated else [])]
        return "\n".join([*lines, *self.estimates.sentences(metric)])


def _tabbed(rows: list[dict[str, Any]]) -> Iterator[str]:
    heads = list(rows[0]) if rows else []
    yield "\t".join(heads)
    for row in rows:
        yield "\t".join(_text(row[name]) for name in heads)


def _text(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)
