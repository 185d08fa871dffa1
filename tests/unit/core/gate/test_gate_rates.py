"""The gate errs rarely: its rates are counted on many simulated holdouts whose truth is known."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from courtside.core.evaluation import auc, score
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import judge
from tests.unit.core.gate.holdouts import holdout

GUARDRAILS = {"log_loss", "calibration", "segment"}
FEW, MANY = 400, 4_348
HOLDOUTS = {FEW: 100, MANY: 40}
# The most holdouts that may go wrong: likely to hold for a rate of about 2 %, and hardly ever for one above 10 %
# (by the binomial, at most 5 of 100 has probability 0.05 at a rate of 10.2 %, and at most 1 of 40 at 11.3 %).
WRONG = {FEW: 5, MANY: 1}
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
        for seed in range(HOLDOUTS[n])
    )
    return Counter(f"{'+' if verdict.promote else '-'}{verdict.rule}" for verdict in judged)


@cache
def truly_worse(*, challenger: float) -> float:
    large = holdout(challenger=challenger, n=1_000_000)
    assert large.champion is not None
    return score(auc, large.labels, large.challenger) - score(auc, large.labels, large.champion)


def promoted(found: Counter[str]) -> int:
    return sum(count for rule, count in found.items() if rule.startswith("+"))


def test_equally_good_models_hardly_ever_fail_a_guardrail() -> None:
    for n in HOLDOUTS:
        found = rules(n, challenger=0.1)
        assert sum(found[f"-{rule}"] for rule in GUARDRAILS) <= WRONG[n], found


def test_equally_good_models_are_often_promoted_if_there_are_enough_rows() -> None:
    # At least 22 of 40 has probability 0.05 at a rate of 41 %.
    assert promoted(rules(MANY, challenger=0.1)) >= 22


@pytest.mark.parametrize("n", HOLDOUTS)
def test_a_model_whose_auc_is_worse_by_two_points_hardly_ever_passes(n: int) -> None:
    assert truly_worse(challenger=0.37) == pytest.approx(-0.02, abs=0.003)
    found = rules(n, challenger=0.37)
    assert promoted(found) <= WRONG[n], found


def test_a_model_whose_auc_is_better_by_two_points_nearly_always_passes() -> None:
    found = rules(MANY, challenger=0.1, champion=0.37)
    assert promoted(found) >= HOLDOUTS[MANY] - 2, found


def test_an_overconfident_model_hardly_ever_passes() -> None:
    found = rules(MANY, challenger=0.1, confidence=1.8)
    assert promoted(found) <= WRONG[MANY], found


def test_a_first_champion_with_skill_passes_and_one_without_does_not() -> None:
    assert promoted(rules(FEW, challenger=0.3, champion=None)) >= HOLDOUTS[FEW] - WRONG[FEW]
    assert promoted(rules(FEW, challenger=50, champion=None)) <= WRONG[FEW]
