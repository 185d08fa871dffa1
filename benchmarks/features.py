"""Time the features of 55,015 games against the limit of one second, for every builder of games.

It prints one JSON object, with an object for each builder: seconds and seconds of a processor (medians of five), rows,
and `limit_ratio`, the ratio of the processor's median to the limit. Those of `nba` stand at the top as well.
"""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from courtside.core.features.builders import REGISTRY
from courtside.datasets.simulated import simulate_games

GAMES = 55_015
LIMIT_SECONDS = 1.0
REPEATS = 5


def timed(build: Callable[[pa.Table], pa.Table], games: pa.Table) -> dict[str, Any]:
    """Build features a few times and return how long that took."""
    seconds, of_processor = [], []
    for _ in range(REPEATS):
        began, began_processor = time.perf_counter(), time.process_time()
        rows = build(games).num_rows
        seconds.append(time.perf_counter() - began)
        of_processor.append(time.process_time() - began_processor)
    median = statistics.median(of_processor)
    return {
        "games": games.num_rows,
        "rows": rows,
        "first_seconds": round(seconds[0], 3),
        "median_seconds": round(statistics.median(seconds), 3),
        "median_cpu_seconds": round(median, 3),
        "limit_ratio": round(median / LIMIT_SECONDS, 3),
    }


def main() -> None:
    """Measure the times and print them."""
    games = simulate_games().slice(0, GAMES)
    found = {name: timed(builder.build, games) for name, builder in REGISTRY.items()}
    print(json.dumps({"benchmark": "features", **found["nba"], "builders": found}, indent=2))


if __name__ == "__main__":
    main()
