"""How long backtests take: each policy with logistic regression alone, and each family of candidates apart."""

import argparse
import json
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from courtside.core.backtest.policies import policy_of
from courtside.core.games import read_games
from courtside.core.training.candidates import ALL, REGISTRY
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.backtest import Plan, Stream, replay
from courtside.workflows.backtest.life import NoFirstChampion

POLICIES = ("never", "every:30d", "every:365d", "drift", "performance", "both")
FAMILIES_BY = "every:365d"
LEARNED_FROM = 3


def main() -> None:
    """Print seconds by the clock and of the processor, by policy and by family, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=Path, help="games to replay, instead of simulated ones")
    parser.add_argument("--policy", action="append", choices=POLICIES, help="only these policies")
    parser.add_argument("--families", action="store_true", help="time each family of candidates too")
    asked = parser.parse_args()
    games = read_games(asked.games).table if asked.games else simulate_games(seed=7)
    stream = Stream.of(games, load_dataset("nba_games"))
    days = stream.days
    quick = [REGISTRY["logistic_regression"]]
    begin = days[days.size // LEARNED_FROM].item()
    plan = Plan(begin, days[-1].item() + timedelta(days=1), candidates=quick, window="10y")
    found = {name: _timed(stream, name, plan) for name in asked.policy or POLICIES}
    families = {each.name: _of_family(stream, replace(plan, candidates=[each])) for each in ALL if asked.families}
    print(json.dumps({"rows": len(days), "policies": found, "families": families}, indent=2))


def _of_family(stream: Stream, plan: Plan) -> dict[str, float | str]:
    """Time one family; where the gate lets none of its models begin, it learns beside logistic regression."""
    try:
        return {**_timed(stream, FAMILIES_BY, plan)}
    except NoFirstChampion as error:
        beside = replace(plan, candidates=[REGISTRY["logistic_regression"], *(plan.candidates or [])])
        return {"alone": str(error), **_timed(stream, FAMILIES_BY, beside)}


def _timed(stream: Stream, name: str, plan: Plan) -> dict[str, float]:
    clock, processor = time.perf_counter(), time.process_time()
    result = replay(stream, policy_of(name, stream.dataset.retrain), plan).result
    return {
        "seconds": round(time.perf_counter() - clock, 1),
        "cpu_seconds": round(time.process_time() - processor, 1),
        "rounds": len(plan.rounds()),
        "rows": result.rows,
        "trainings": result.trainings,
        "log_loss": round(result.loss, 5),
    }


if __name__ == "__main__":
    main()
