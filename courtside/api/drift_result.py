"""What a drift check found, as people use it: in code, in a notebook, as files."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from courtside.adapters.files import write_files
from courtside.contracts.errors import CourtsideError
from courtside.contracts.shortening import MOST_LISTED, shortened
from courtside.core.drift.reports.report import DriftReport, FeatureDrift
from courtside.core.drift.story import headline
from courtside.core.report_page import render_excerpt, render_page
from courtside.core.report_page.overview import verdict
from courtside.workflows.compare_tables import Comparison

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = ("effect", "p_adjusted", "psi", "ks", "chi2_pvalue", "missing_rate")


class PandasMissing(CourtsideError):
    """A pandas frame was asked for where pandas is not installed."""

    def __init__(self) -> None:
        super().__init__("pandas is not installed; install it, or take the Arrow table of `to_arrow()`")


@dataclass(frozen=True, repr=False)
class DriftResult:
    """The report of a drift check; at the end of a notebook's cell it shows itself.

    `comparison` holds the engine's report with both profiles.

    >>> import pyarrow as pa
    >>> from courtside import check_drift
    >>> before = pa.table({"age": [20.0 + i % 50 for i in range(1000)], "plan": ["free", "paid"] * 500})
    >>> after = pa.table({"age": [30.0 + i % 50 for i in range(1000)], "plan": ["free", "paid"] * 500})
    >>> found = check_drift(before, after, policy="classic")
    >>> found
    Drift: 1 of 2 features moved.
    1,000 rows compared with 1,000, policy classic
    age: mean rose 44.5 → 54.5, KS 0.2 over 0.1, PSI 1.6 over 0.2
    >>> found.to_arrow().select(["feature", "verdict"]).to_pylist()
    [{'feature': 'age', 'verdict': 'drift'}, {'feature': 'plan', 'verdict': 'no_drift'}]
    """

    comparison: Comparison

    @property
    def report(self) -> DriftReport:
        """The engine's report: both sides, features, groups, segments and the policy."""
        return self.comparison.report

    @property
    def drift_detected(self) -> bool:
        """Whether any feature drifted, in all rows or in a segment, or the table as a whole."""
        return self.report.drift_detected

    @property
    def features_drifted(self) -> tuple[str, ...]:
        """Names of the drifted features, broken ones included, in the features' order."""
        return self.report.features_drifted

    @cached_property
    def features(self) -> Mapping[str, FeatureDrift]:
        """Every feature's figures, verdict and reason, by name."""
        return {feature.name: feature for feature in self.report.features}

    @property
    def left_out(self) -> Mapping[str, str]:
        """Columns that were not compared, with the reason, where no contract named the features."""
        return self.comparison.compared.left_out

    @property
    def summary(self) -> dict[str, Any]:
        """The summary of the JSON form: what drifted, how severe it is, and since when."""
        summary: dict[str, Any] = self.to_dict()["summary"]
        return summary

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, which is also that of ``drift check --json``."""
        return self.comparison.to_dict()

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the JSON form as text."""
        return json.dumps(self.to_dict(), indent=indent)

    def to_arrow(self) -> pa.Table:
        """Return a row per feature: its kind, verdict, whether it drifted, figures and reason."""
        found = self.report.features
        columns: dict[str, Any] = {
            "feature": pa.array([each.name for each in found], pa.string()),
            "kind": pa.array([each.kind.value for each in found], pa.string()),
            "verdict": pa.array([each.verdict.value for each in found], pa.string()),
            "drifted": pa.array([each.drifted for each in found], pa.bool_()),
        }
        flat = [each.to_dict() for each in found]
        columns |= {key: pa.array([each[key] for each in flat], pa.float64()) for key in _SHOWN}
        return pa.table(columns | {"reason": pa.array([each.reason for each in found], pa.string())})

    def to_frame(self) -> "pd.DataFrame":
        """Return `to_arrow` as a pandas frame; raises `PandasMissing`."""
        try:
            import pandas as pd
        except ModuleNotFoundError as error:
            raise PandasMissing from error
        return pd.DataFrame(self.to_arrow().to_pydict())

    def to_html(self) -> str:
        """Return the page: one document that needs no network and runs no script."""
        return render_page(self.report, self.comparison.reference, self.comparison.current)

    def save(self, folder: str | os.PathLike[str]) -> tuple[Path, Path]:
        """Write ``report.json`` and ``report.html`` into a folder, return their paths; raises `FolderNotWritable`."""
        pages = {"report.json": f"{self.to_json()}\n", "report.html": self.to_html()}
        paths = {Path(folder) / name: content.encode() for name, content in pages.items()}
        write_files(paths)
        data, page = paths
        return data, page

    def __repr__(self) -> str:
        report = self.report
        lines = [
            verdict(report)[1],
            f"{report.current.rows:,} rows compared with {report.reference.rows:,}, policy {report.policy}",
        ]
        told = [each for each in report.features if each.drifted or each.name in report.features_usual]
        lines += [f"{shortened(each.name)}: {each.reason}" for each in told[:MOST_LISTED]]
        if len(told) > MOST_LISTED:
            lines.append(f"and {len(told) - MOST_LISTED} more; `features` holds them all")
        return "\n".join([*lines, *headline.besides(report)])

    def _repr_html_(self) -> str:
        return render_excerpt(self.report, left_out=self.left_out, note=self.comparison.compared.note)
