"""What a stage's model is estimated to do before its labels are in, as a part of `courtside.performance`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from courtside.api.pandas_frame import pandas_frame
from courtside.core.performance.estimate_errors import PastErrors
from courtside.core.performance.estimate_wording import estimate_rows, estimate_sentences
from courtside.core.performance.metrics import Metric
from courtside.workflows.estimates.told import ToldEstimates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Estimates:
    """The newest estimate of each window that waits for its labels, and how far off earlier ones were.

    `told` holds the archive's columns.
    """

    told: ToldEstimates

    @cached_property
    def _lines(self) -> list[dict[str, Any]]:
        return self.told.lines.to_pylist()

    def to_arrow(self) -> pa.Table:
        """Return the estimates: the columns of the archive, a row for each window and metric."""
        return self.told.lines

    def to_frame(self) -> "pd.DataFrame":
        """Return `to_arrow` as a pandas frame; raises `PandasMissing`."""
        return pandas_frame(self.to_arrow())

    def errors(self) -> pa.Table:
        """Return how far off the method and the constant were over past windows, a row for each metric."""
        return pa.Table.from_pylist(self._errors(), schema=pa.schema(_ERRORS))

    def errors_frame(self) -> "pd.DataFrame":
        """Return `errors` as a pandas frame; raises `PandasMissing`."""
        return pandas_frame(self.errors())

    def past(self, metric: Metric) -> PastErrors | None:
        """Return how far off estimates of a metric were, None where none of them has met its labels."""
        return next((each for each in self.told.errors if each.metric == metric.name), None)

    def rows(self, metric: Metric) -> list[dict[str, Any]]:
        """Return what a terminal shows of a metric: a row for each window."""
        return estimate_rows(self._lines, metric, self.past(metric))

    def sentences(self, metric: Metric) -> Iterator[str]:
        """Yield what a person should know besides the rows."""
        return estimate_sentences(self._lines, metric, self.past(metric))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, which stands under ``estimates`` in that of ``performance --json``."""
        return {"method": self.told.method.value, "lines": self._lines, "past_errors": self._errors()}

    def _errors(self) -> list[dict[str, Any]]:
        return [
            {
                "metric": each.metric,
                "windows": each.windows,
                **asdict(each.estimate),
                **{f"constant_{name}": value for name, value in asdict(each.constant).items()},
                "worse_than_constant": each.worse_than_constant,
            }
            for each in self.told.errors
        ]


_ERRORS: dict[str, pa.DataType] = {
    "metric": pa.string(),
    "windows": pa.int64(),
    **dict.fromkeys(("error", "bias", "constant_error", "constant_bias"), pa.float64()),
    "worse_than_constant": pa.bool_(),
}
