"""Time the features from ratings of 55,015 games against the limit of one second of a processor.

It prints one JSON object: seconds of a processor (median of five), rows, and `limit_ratio`, the ratio of the median to
the limit.
"""

import json
import statistics
import time

from courtside.core.features import build_nba_ratings
from courtside.datasets.simulated import simulate_games

GAMES = 55_015
LIMIT_SECONDS = 1.0
REPEATS = 5


def main() -> None:
    """Measure the times and print them."""
    games = simulate_games().slice(0, GAMES)
    seconds = []
    for _ in range(REPEATS):
        began = time.process_time()
        rows = build_nba_ratings(games).num_rows
        seconds.append(time.process_time() - began)
    median = statistics.median(seconds)
    print(
        json.dumps(
            {
                "benchmark": "ratings",
                "games": games.num_rows,
                "rows": rows,
                "first_cpu_seconds": round(seconds[0], 3),
                "median_cpu_seconds": round(median, 3),
                "limit_ratio": round(median / LIMIT_SECONDS, 3),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
