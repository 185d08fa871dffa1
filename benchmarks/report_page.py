"""Time a drift check of 300 features with its page against the limit of two seconds of CPU, and print JSON."""

import json
import statistics
import time

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, check, fit
from courtside.core.report_page import render_page

FEATURES, ROWS, REPEATS = 300, 400, 5
LIMIT_CPU_SECONDS = 2.0


def main() -> None:
    """Measure the time and print it."""
    rng = np.random.default_rng(9)
    features = [Feature(f"feature_{number:03}", FeatureKind.NUMERIC) for number in range(FEATURES)]
    table = pa.table({feature.name: pa.array(rng.normal(size=ROWS)) for feature in features})
    reference = fit(table, features)
    current = reference.summarize(table)
    seconds = []
    for _ in range(REPEATS):
        began = time.process_time()
        page = render_page(check(reference, current, ClassicPolicy()), reference, current)
        seconds.append(time.process_time() - began)
    median = statistics.median(seconds)
    figures = {"benchmark": "report_page", "features": FEATURES, "page_kb": round(len(page.encode()) / 1000)}
    figures |= {"median_cpu_seconds": round(median, 3), "limit_ratio": round(median / LIMIT_CPU_SECONDS, 3)}
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
