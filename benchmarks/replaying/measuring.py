"""Policies on one stream whose changes are known: what each cost, what it was worth, and how soon it answered."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.replaying.known import KnownStream
from benchmarks.replaying.reachable import reachable
from courtside.contracts.records.backtests import BacktestResult
from courtside.core.backtest.changes import Answers, answers
from courtside.core.backtest.policies import policy_of
from courtside.core.training.candidates import REGISTRY
from courtside.workflows.backtest import Plan, Stream, backtest

CANDIDATES = ("logistic_regression",)
LABEL_LAG = timedelta(days=7)
"""After how long the label of a row is known."""
FIGURES = ("rows", "log_loss", "brier", "accuracy", "auc", "trainings", "promotions", "alerts", "seconds")
INITIAL = "initial"
Figures = dict[str, Any]


def measured(known: KnownStream, policies: Iterable[str], *, state: Path) -> Figures:
    """Replay policies on a stream, unless the file `state` holds what an earlier run found, and return the figures."""
    if state.is_file():
        found: Figures = json.loads(state.read_text())
        return found
    stream, plan = Stream.of(known.rows, known.dataset), plan_of(known)
    asked = [policy_of(policy, known.dataset.retrain) for policy in policies]
    results = backtest(stream, asked, plan).results
    found = {"reachable": reachable(stream, plan), "policies": [figures(known, each) for each in results]}
    state.parent.mkdir(parents=True, exist_ok=True)
    written = state.with_suffix(".part")
    written.write_text(json.dumps(found))
    written.replace(state)
    return found


def plan_of(known: KnownStream) -> Plan:
    """Return how a stream is lived through: with a round as often as its contract says."""
    return Plan(
        begin=known.begin,
        end=known.end,
        step=known.dataset.watch.every,
        label_lag=LABEL_LAG,
        candidates=[REGISTRY[name] for name in CANDIDATES],
    )


def figures(known: KnownStream, result: BacktestResult) -> Figures:
    """Return the figures of a result with how its trainings and its alerts answered the changes of its stream.

    `acts` are the trainings after the first one, each with its day, what asked for it, and what the gate said.
    """
    own = [each for each in result.trained if each.trigger != INITIAL]
    said = {name: getattr(result, name) for name in FIGURES}
    beside = None if result.versus_first is None else result.versus_first.difference("log_loss").model_dump()
    return {
        "policy": result.policy,
        **said,
        "versus_first": beside,
        "recalibrations": sum(each.recalibrated for each in own),
        **_answers(known, [each.day for each in own]).as_dict("retrains"),
        "alerted": _answers(known, [each.day for each in result.alerted]).as_dict("alerts"),
        "acts": [[each.day.isoformat(), each.trigger, each.promoted, each.rule] for each in own],
    }


def _answers(known: KnownStream, acts: Sequence[date]) -> Answers:
    return answers(acts, known.changes, since=known.begin, until=known.end)
