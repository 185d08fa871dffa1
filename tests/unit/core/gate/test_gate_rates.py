"""How often the gate errs, on many simulated holdouts whose truth is known."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from courtside.core.evaluation import auc, score
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import judge
from tests.unit.core.gate.holdouts import holdout

GUARDRAILS = {"log_loss", "calibration", "segment"}
HOLDOUTS = 100
POLICY = GatePolicy(resamples=200)


@cache
def rules(n: int, *, challenger: float, champion: float | None = 0.1, confidence: float = 1.0) -> Counter[str]:
    phases = np.array(["0", "1", "2"])[np.arange(n) * 3 // n]
    judged = (
        judge(
            holdout(challenger=challenger, champion=champion, confidence=confidence, n=n, seed=seed, segments=phases),
            policy=POLICY,
            fresher_by=7,
        )
        for seed in range(HOLDOUTS)
    )
    return Counter(f"{'+' if verdict.promote else '-'}{verdict.rule}" for verdict in judged)


def promoted(found: Counter[str]) -> int:
    return sum(count for rule, count in found.items() if rule.startswith("+"))


def test_equals_fail_no_guardrail() -> None:
    for n in (400, 4_348):
        found = rules(n, challenger=0.1)
        assert sum(found[f"-{rule}"] for rule in GUARDRAILS) <= 0.05 * HOLDOUTS, found


def test_equals_are_promoted_where_there_are_rows_enough() -> None:
    assert promoted(rules(4_348, challenger=0.1)) >= 0.5 * HOLDOUTS


@pytest.mark.parametrize("n", [400, 4_348])
def test_a_model_worse_by_two_points_of_auc_hardly_ever_passes(n: int) -> None:
    large = holdout(challenger=0.37, n=1_000_000)
    assert large.champion is not None
    truly = score(auc, large.labels, large.challenger) - score(auc, large.labels, large.champion)
    assert truly == pytest.approx(-0.02, abs=0.003)
    found = rules(n, challenger=0.37)
    assert promoted(found) <= 0.05 * HOLDOUTS, found


def test_a_model_better_by_two_points_of_auc_mostly_passes() -> None:
    found = rules(4_348, challenger=0.1, champion=0.37)
    assert promoted(found) >= 0.9 * HOLDOUTS, found


def test_overconfidence_hardly_ever_passes() -> None:
    found = rules(4_348, challenger=0.1, confidence=1.8)
    assert promoted(found) <= 0.05 * HOLDOUTS, found


def test_a_first_champion_with_skill_passes_and_one_without_does_not() -> None:
    assert promoted(rules(400, challenger=0.3, champion=None)) >= 0.95 * HOLDOUTS
    assert promoted(rules(400, challenger=50, champion=None)) <= 0.05 * HOLDOUTS
