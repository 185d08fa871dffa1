"""Run each peer as its documentation shows on pandas frames (polars: written by hand, on its own frames).

It runs in the environment of `benchmarks/peers`, which does not contain Courtside.
"""

# mypy: disable-error-code="import-not-found"
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.drifting.tables import CASES, is_numeric

Run = Callable[[], object]
Imported = Callable[[], None]


def prepare(name: str, case: str, folder: Path, *, imported: Imported) -> Run:
    """Load the frames and return the function to time; `imported` is called once the peer's libraries are loaded."""
    warnings.simplefilter("ignore")
    paths = [folder / f"{case}_{side}.parquet" for side in ("reference", "current")]
    columns = CASES[case].columns
    labels = [column for column in columns if not is_numeric(column)]
    return PEERS[name](paths, columns, labels, imported)


def _frames(paths: list[Path]) -> list[Any]:
    import pandas as pd

    return [pd.read_parquet(path) for path in paths]


def _evidently(paths: list[Path], columns: list[str], labels: list[str], imported: Imported, *, every: bool) -> Run:
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import ValueDrift
    from evidently.presets import DataDriftPreset

    imported()
    definition = DataDefinition(
        numerical_columns=[column for column in columns if column not in labels], categorical_columns=labels
    )
    reference, current = (Dataset.from_pandas(frame, data_definition=definition) for frame in _frames(paths))
    metrics: list[Any] = [DataDriftPreset()]
    if every:
        numeric, category = ("ks", "wasserstein", "psi", "jensenshannon"), ("chisquare", "psi", "jensenshannon")
        metrics = [
            ValueDrift(column=column, method=method)
            for column in columns
            for method in (category if column in labels else numeric)
        ]
    return lambda: Report(metrics).run(current, reference).dict()


def _nannyml(paths: list[Path], columns: list[str], labels: list[str], imported: Imported) -> Run:
    import nannyml

    imported()
    reference, current = _frames(paths)
    for frame in (reference, current):
        frame[labels] = frame[labels].astype(str).astype("category")

    def run() -> object:
        calculator = nannyml.UnivariateDriftCalculator(
            column_names=columns,
            continuous_methods=["kolmogorov_smirnov", "jensen_shannon", "wasserstein"],
            categorical_methods=["chi2", "jensen_shannon"],
            chunk_number=1,
        )
        calculator.fit(reference)
        return calculator.calculate(current).to_df()

    return run


def _frouros(paths: list[Path], columns: list[str], labels: list[str], imported: Imported) -> Run:
    from frouros.detectors.data_drift import EMD, JS, PSI, ChiSquareTest, KSTest

    imported()
    reference, current = ({name: frame[name].to_numpy() for name in columns} for frame in _frames(paths))

    def run() -> object:
        found = {}
        for column in columns:
            for kind in (ChiSquareTest,) if column in labels else (KSTest, EMD, PSI, JS):
                detector = kind()
                detector.fit(X=reference[column])
                found[column, kind.__name__] = detector.compare(X=current[column])[0]
        return found

    return run


def _alibi_detect(paths: list[Path], columns: list[str], labels: list[str], imported: Imported) -> Run:
    from alibi_detect.cd import TabularDrift

    imported()
    reference, current = _frames(paths)
    for label in labels:
        codes = {value: code for code, value in enumerate(sorted(reference[label].unique()))}
        for frame in (reference, current):
            frame[label] = frame[label].map(codes).fillna(-1)
    before, now = (frame[columns].to_numpy(dtype="float64") for frame in (reference, current))
    categories: dict[int, None] = {columns.index(label): None for label in labels}

    def run() -> object:
        return TabularDrift(before, p_val=0.05, categories_per_feature=categories).predict(now, drift_type="feature")

    return run


def _deepchecks(paths: list[Path], _columns: list[str], labels: list[str], imported: Imported) -> Run:
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.checks import FeatureDrift

    imported()
    reference, current = _frames(paths)
    before, now = (Dataset(frame, cat_features=labels) for frame in (reference, current))
    return lambda: FeatureDrift().run(before, now).value


def _whylogs(paths: list[Path], _columns: list[str], _labels: list[str], imported: Imported) -> Run:
    import whylogs
    from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

    imported()
    reference, current = _frames(paths)

    def run() -> object:
        before, now = whylogs.log(reference).view(), whylogs.log(current).view()
        return calculate_drift_scores(target_view=now, reference_view=before, with_thresholds=True)

    return run


def _polars(paths: list[Path], columns: list[str], labels: list[str], imported: Imported) -> Run:
    import numpy as np
    import polars as pl

    imported()
    reference, current = (pl.read_parquet(path) for path in paths)

    def numeric(column: str) -> tuple[float, ...]:
        before, now = (
            reference[column].cast(pl.Float64).sort().to_numpy(),
            current[column].cast(pl.Float64).sort().to_numpy(),
        )
        every = np.concatenate((before, now))
        every.sort(kind="stable")
        first, second = (np.searchsorted(side, every, "right") / side.size for side in (before, now))
        steps = np.diff(every)
        cuts = np.unique(before[(np.arange(1, 10) * before.size) // 10])
        counts = [np.diff(np.searchsorted(side, cuts, "right"), prepend=0, append=side.size) for side in (before, now)]
        p, q = (np.maximum(count / count.sum(), 1e-4) for count in counts)
        middle = (p + q) / 2
        return (
            float(np.abs(first - second).max()),
            float((np.abs(first - second)[:-1] * steps).sum()),
            float(((q - p) * np.log(q / p)).sum()),
            float((p * np.log(p / middle) + q * np.log(q / middle)).sum() / 2),
        )

    def category(column: str) -> float:
        counts = [frame[column].value_counts() for frame in (reference, current)]
        both = counts[0].join(counts[1], on=column, how="full", coalesce=True, suffix="_now").fill_null(0)
        table = both.select(pl.col("count").cast(pl.Float64), pl.col("count_now").cast(pl.Float64)).to_numpy().T
        expected = table.sum(0) * table.sum(1, keepdims=True) / table.sum()
        return float(((table - expected) ** 2 / expected).sum())

    return lambda: {column: category(column) if column in labels else numeric(column) for column in columns}


PEERS: dict[str, Callable[[list[Path], list[str], list[str], Imported], Run]] = {
    "evidently_every_statistic": lambda *given: _evidently(*given, every=True),
    "evidently_default": lambda *given: _evidently(*given, every=False),
    "nannyml": _nannyml,
    "frouros": _frouros,
    "alibi_detect": _alibi_detect,
    "deepchecks": _deepchecks,
    "whylogs": _whylogs,
    "polars_by_hand": _polars,
}
