"""What a check by segments finds and flags on real games. Prints one JSON object; needs the games beside the project.

The windows are those of `real_windows.py` in the seasons in which nobody who knows the sport speaks of a change, by the
segments of the column that the contract names. `alone` counts the windows in which a segment raised an alarm although
no feature did in all rows. For power, points are added to the four scoring columns in the rows of one segment only:
`found` counts the windows in which that segment raised an alarm, `whole` those in which a scoring feature did in all
rows.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.real_windows import BACK, GAMES, QUIET, SCORING, cut
from courtside.core.drift import CalibratedPolicy, Profile, check, fit
from courtside.core.features import build_nba_features
from courtside.datasets.catalog import load_dataset

POINTS = (2.0, 4.0, 6.0)
COLUMN, LEVEL = "season_phase", 1


def main() -> None:
    """Measure and print."""
    games = pyarrow.csv.read_csv(GAMES)
    regular = games.filter(pc.equal(games["is_playoff"], pa.scalar(0)))["game_id"]
    table = build_nba_features(games)
    table = table.filter(pc.is_in(table["game_id"], value_set=regular))
    counts: Counter[str] = Counter()
    for season in QUIET:
        known, windows = _season(table, season)
        for kind, window in windows:
            counts.update(_judged(known, kind, window))
    print(json.dumps({"benchmark": "segment_alarms", "counts": dict(sorted(counts.items()))}, indent=2))


def _season(table: pa.Table, season: int) -> tuple[Profile, list[tuple[str, pa.Table]]]:
    contract = load_dataset("nba_games")
    features = tuple(feature for feature in contract.features if feature.entity)
    of = table["season"].to_numpy()
    before = table.filter(pa.array((of >= season - BACK) & (of < season)))
    known = fit(
        before, features, time_column="game_date", calibrated=True, phase=contract.phase, segments=contract.segments
    )
    return known, list(cut(table.filter(pa.array(of == season))))


def _judged(known: Profile, kind: str, window: pa.Table) -> Iterator[str]:
    report = check(known, known.summarize(window), CalibratedPolicy())
    yield f"{kind}: windows"
    if report.segments_drifted and not report.features_drifted:
        yield f"{kind}: alone"
    inside = window[COLUMN].to_numpy() == LEVEL
    if inside.sum() < CalibratedPolicy().minimum_rows:
        return
    yield f"{kind}: windows with 100 rows of the segment"
    for points in POINTS:
        moved = check(known, known.summarize(_with_points(window, np.where(inside, points, 0.0))), CalibratedPolicy())
        if any((each.column, each.level) == (COLUMN, str(LEVEL)) for each in moved.segments_drifted):
            yield f"{kind}: found, {points:g} points"
        if set(moved.features_drifted) & set(SCORING):
            yield f"{kind}: whole, {points:g} points"


def _with_points(window: pa.Table, points: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pa.Table:
    for name in SCORING:
        moved = pa.array(window[name].to_numpy() + points)
        window = window.set_column(window.column_names.index(name), name, moved)
    return window


if __name__ == "__main__":
    main()
