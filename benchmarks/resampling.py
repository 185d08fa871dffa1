"""Time 1,000 resamples of every measure of four models on 8,697 rows (limit: one CPU second) and print JSON."""

import json
import statistics
import time

import numpy as np

from courtside.core.evaluation import accuracy, auc, brier_score, calibration_error, log_loss, resample

ROWS, MODELS, RESAMPLES, REPEATS = 8_697, 4, 1_000, 5
LIMIT_CPU_SECONDS = 1.0


def main() -> None:
    """Measure the time and print it."""
    rng = np.random.default_rng(2)
    logits = rng.normal(0.4, 0.8, ROWS)
    labels = (rng.random(ROWS) < 1 / (1 + np.exp(-logits))).astype(np.int8)
    said = [np.round(1 / (1 + np.exp(-logits - rng.normal(0, 0.3, ROWS))), 3) for _ in range(MODELS)]
    measures = (auc, log_loss, brier_score, calibration_error, accuracy)
    prepared = {
        (measure.__name__, model): measure(labels, said[model]) for model in range(MODELS) for measure in measures
    }
    seconds = []
    for _ in range(REPEATS):
        began = time.process_time()
        resample(prepared, rows=ROWS, seed=3, resamples=RESAMPLES)
        seconds.append(time.process_time() - began)
    median = statistics.median(seconds)
    figures = {"benchmark": "resampling", "rows": ROWS, "resamples": RESAMPLES, "median_cpu_seconds": round(median, 3)}
    print(json.dumps(figures | {"limit_ratio": round(median / LIMIT_CPU_SECONDS, 3)}, indent=2))


if __name__ == "__main__":
    main()
