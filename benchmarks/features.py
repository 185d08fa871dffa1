"""Time the features of 55,015 games against the limit of one second, and the reading of them.

It prints one JSON object: seconds (median of five), rows, and `limit_ratio`, the ratio of the median to the limit.
"""

import json
import statistics
import time

from courtside.core.features import build_nba_features
from courtside.datasets.simulated import simulate_games

GAMES = 55_015
LIMIT_SECONDS = 1.0
REPEATS = 5


def main() -> None:
    """Measure the times and print them."""
    games = simulate_games().slice(0, GAMES)
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        rows = build_nba_features(games).num_rows
        seconds.append(time.perf_counter() - began)
    median = statistics.median(seconds)
    print(
        json.dumps(
            {
                "benchmark": "features",
                "games": games.num_rows,
                "rows": rows,
                "first_seconds": round(seconds[0], 3),
                "median_seconds": round(median, 3),
                "limit_ratio": round(median / LIMIT_SECONDS, 3),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
