"""Compare how our table statistic and a classifier's test find correlations that turn while every margin stays.

Streams have 16 normal columns, of which pairs correlate by 0.6 and groups of four by 0.4; in the windows to be
found the correlation of one pair differs. Rows are independent, or each depends on the one before it (0.9). `ours`
is the table's statistic under the policy `calibrated`. `classifier` is the two-sample test of Lopez-Paz & Oquab
(2017): LightGBM tells the window's rows from as many of the reference's, and a window is found if the rank-sum
p-value of the out-of-fold scores is at most 0.01. The classifier needs the reference's rows, ours only its profile.
The output is one JSON object, with the CPU seconds of a check and their ratio.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, Profile, check, fit

Floats = NDArray[np.float64]
COLUMNS = 16
FEATURES = [Feature(f"x{place}", FeatureKind.NUMERIC) for place in range(COLUMNS)]
USUAL = 0.6
TURNED = {"quiet": USUAL, "0.6 to 0.3": 0.3, "0.6 to 0": 0.0, "0.6 to -0.6": -USUAL}
WINDOWS = {100: 40, 1_000: 40, 10_000: 10}
REFERENCE_DAYS = 1_000
ROWS_A_DAY = {100: 10, 1_000: 30, 10_000: 200}
ALPHA = 0.01
FOLDS = 3


def stream(rng: np.random.Generator, rows: int, correlation: float, *, memory: float) -> Floats:
    """Return rows whose columns are standard normal, each depending by `memory` on the row before it."""
    from scipy.signal import lfilter

    expected = np.eye(COLUMNS)
    for first in range(4, COLUMNS, 4):
        expected[first : first + 4, first : first + 4] += 0.4 * (1 - np.eye(4))
    expected[0, 1] = expected[1, 0] = correlation
    noise = rng.standard_normal((rows + 100, COLUMNS))
    noise = lfilter([np.sqrt(1 - memory**2)], [1, -memory], noise, axis=0)[100:]
    found: Floats = noise @ np.linalg.cholesky(expected).T
    return found


def table(values: Floats, *, first_day: int, rows_a_day: int) -> pa.Table:
    """Return rows as a dated table."""
    day = np.datetime64("2015-01-01") + first_day + np.arange(len(values)) // rows_a_day
    columns: dict[str, Any] = {"day": day}
    columns |= {feature.name: values[:, place] for place, feature in enumerate(FEATURES)}
    return pa.table(columns)


def ours(reference: Profile, window: pa.Table) -> bool:
    """Return whether the policy says that the table moved as a whole."""
    return bool(check(reference, reference.summarize(window), CalibratedPolicy()).table_drifted)


def classifier(reference: Floats, window: Floats) -> bool:
    """Return whether a classifier tells the window's rows from reference rows better than chance would."""
    from lightgbm import LGBMClassifier
    from scipy.stats import mannwhitneyu
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    rows, label = np.concatenate((reference, window)), np.repeat((0, 1), (len(reference), len(window)))
    model = LGBMClassifier(n_estimators=100, num_leaves=15, n_jobs=1, verbose=-1, random_state=0)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(model, rows, label, cv=folds, method="predict_proba")[:, 1]
    return bool(mannwhitneyu(scores[label == 1], scores[label == 0], alternative="greater").pvalue <= ALPHA)


def measured(rng: np.random.Generator, rows: int, *, memory: float) -> dict[str, Any]:
    """Return the share of windows found and the median seconds of a check, for windows of so many rows."""
    a_day = ROWS_A_DAY[rows]
    history = stream(rng, REFERENCE_DAYS * a_day, USUAL, memory=memory)
    reference = fit(table(history, first_day=0, rows_a_day=a_day), FEATURES, time_column="day", calibrated=True)
    seconds: dict[str, list[float]] = {"ours": [], "classifier": []}

    def timed(name: str, run: Callable[[], bool]) -> bool:
        start = time.process_time()
        found = run()
        seconds[name].append(time.process_time() - start)
        return found

    shares: dict[str, Any] = {}
    for case, correlation in TURNED.items():
        hits: dict[str, list[bool]] = {"ours": [], "classifier": []}
        for _ in range(WINDOWS[rows]):
            values = stream(rng, rows, correlation, memory=memory)
            window = table(values, first_day=REFERENCE_DAYS, rows_a_day=a_day)
            known = history[rng.choice(len(history), rows, replace=False)]
            hits["ours"].append(timed("ours", partial(ours, reference, window)))
            hits["classifier"].append(timed("classifier", partial(classifier, known, values)))
        shares[case] = {name: round(float(np.mean(each)), 3) for name, each in hits.items()}
    took = {name: median(each) for name, each in seconds.items()}
    return {
        "windows_a_case": WINDOWS[rows],
        "share_found": shares,
        "seconds": {name: round(value, 5) for name, value in took.items()},
        "classifier_to_ours": round(took["classifier"] / took["ours"], 1),
        "profile_bytes": len(reference.to_bytes()),
    }


def main() -> None:
    """Measure both methods and print the shares and times."""
    rng = np.random.default_rng(20_261_128)
    result = {
        name: {f"{rows} rows": measured(rng, rows, memory=memory) for rows in WINDOWS}
        for name, memory in (("independent", 0.0), ("dependent", 0.9))
    }
    print(json.dumps({"benchmark": "turned_correlations", **result}, indent=2))


if __name__ == "__main__":
    main()
