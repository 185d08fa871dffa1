"""Replay policies on streams, and print what each was worth and what it cost as one JSON object.

`car_loans` are the loan contracts that nannyml ships, whose customers change once. `simulated` are streams in which
nothing changes, or a concept changes suddenly, gradually or again and again, alone or with its inputs: the means of
so many seeds for each kind and policy. `versus_first` is the log loss less that of the first policy, `never`, on the
same rows. There is a round every 28 days, so `every:28d` retrains in each of them. `reachable` is the log loss of who
knows that only the newest 90 days count and fits a model in each round. `benchmarks/backtest.py` replays the real
games.

What was measured is kept in the folder `--state`, so that a run that was stopped goes on.

Run `python -m benchmarks.evidence [--only STREAM …] [--seeds N] [--jobs N]` from the project's root; it takes an hour.
"""

import argparse
import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import fmean
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.replaying.known import KnownStream
from benchmarks.replaying.loans import loans
from benchmarks.replaying.measuring import measured
from benchmarks.replaying.simulated import Kind, simulated
from benchmarks.replaying.summary import summary

POLICIES = ("never", "every:84d", "every:28d", "drift", "performance", "both")
LOANS = "car_loans"
Figures = dict[str, Any]


def main() -> None:
    """Replay what was asked for, and print the figures."""
    options = _options()
    streams = options.only or [LOANS, *Kind]
    asked = [(name, seed) for seed in range(options.seeds) for name in streams if name != LOANS or seed == 0]
    with ProcessPoolExecutor(options.jobs) as pool:
        futures = {(name, seed): pool.submit(_measured, name, seed, options.state) for name, seed in asked}
        found = {key: future.result() for key, future in futures.items()}
    told = {stream: _summaries([found[key] for key in asked if key[0] == stream]) for stream in streams}
    print(json.dumps({"benchmark": "evidence", **told}, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what policies are worth on streams whose changes are known.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--only", nargs="+", choices=[LOANS, *Kind], help="these streams alone")
    parser.add_argument("--seeds", type=int, default=20, help="how many streams of each simulated kind")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes replay side by side")
    default = Path(tempfile.gettempdir()) / "courtside-evidence"
    parser.add_argument("--state", type=Path, default=default, help="where figures are kept between runs")
    return parser.parse_args()


def _measured(name: str, seed: int, folder: Path) -> Figures:
    found = measured(_stream(name, seed), POLICIES, state=folder / name / f"{seed:03}.json")
    trainings = ", ".join(f"{each['policy']} {each['trainings']}" for each in found["policies"])
    print(f"{name} {seed}: trainings {trainings}", file=sys.stderr, flush=True)
    return found


def _summaries(streams: list[Figures]) -> Figures:
    """Return the summary of each policy; `streams` has the figures of all policies for each seed."""
    by_policy = list(zip(*(each["policies"] for each in streams), strict=True))
    reachable = fmean(each["reachable"] for each in streams)
    return {"reachable": round(reachable, 5), "policies": [summary(each, by_policy[0]) for each in by_policy]}


def _stream(name: str, seed: int) -> KnownStream:
    return loans() if name == LOANS else simulated(Kind(name), seed)


if __name__ == "__main__":
    main()
