"""Whoever tries often is lucky once, so repeated attempts on one holdout have one budget of luck."""

from itertools import count

import numpy as np
import pytest

from courtside.core.evaluation import Interval
from courtside.core.gate.attempts import LUCK, USUAL_LEVEL, level_of, widened
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import judge
from tests.unit.core.evaluation.samples import calibrated, expit
from tests.unit.core.gate.holdouts import holdout

TRIES = 20
POLICY = GatePolicy(resamples=100)


def test_all_attempts_together_spend_the_budget_and_no_more() -> None:
    assert level_of(1) == USUAL_LEVEL
    spent = [(1 - level_of(attempts)) / 2 for attempts in range(1, 5_001)]
    assert spent == sorted(spent, reverse=True)
    assert LUCK * 0.999 < sum(spent) < LUCK


@pytest.mark.parametrize("shared", [0.0, 0.5, 0.9])
def test_twenty_challengers_of_equal_quality_are_promoted_by_luck_in_at_most_five_of_a_hundred(shared: float) -> None:
    """`shared` is the part of the variance that all attempts have in common, as they share rows and the champion."""
    rng = np.random.default_rng(7)
    runs = 20_000
    common, own = rng.normal(size=(runs, 1)), rng.normal(size=(runs, TRIES))
    differences = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
    lows = {
        level: np.array([widened(Interval(0.0, -1.96, 1.96), level(k)).low for k in range(1, TRIES + 1)])
        for level in (level_of, lambda _: USUAL_LEVEL)
    }
    after, before = ((differences + low > 0).any(axis=1).mean() for low in lows.values())
    assert after <= LUCK
    if not shared:
        assert before == pytest.approx(1 - 0.975**TRIES, abs=0.01)  # 40 of a hundred
        assert after > 0.04  # nothing of the budget is wasted


def test_the_gate_promotes_hardly_any_of_twenty_equal_challengers_on_one_holdout() -> None:
    lucky = lucky_before = 0
    for seed in range(25):
        labels, logits = calibrated(seed, 400)
        rng = np.random.default_rng(seed + 1_000_000)
        said = [expit(logits + rng.normal(0, 0.5, labels.size)) for _ in range(TRIES + 1)]
        rows = [Holdout(labels, each, champion=said[0], baseline=np.full(labels.size, 0.57)) for each in said[1:]]
        unpriced = [judge(each, policy=POLICY, fresher_by=0).promote for each in rows]
        lucky_before += any(unpriced)
        lucky += any(
            judge(each, policy=POLICY, fresher_by=0, attempts=k).promote
            for each, once, k in zip(rows, unpriced, count(1))
            if once  # a wider interval promotes none that the usual one does not
        )
    assert lucky_before >= 3  # of 25; otherwise this shows nothing
    assert lucky <= 2


def test_the_further_an_attempt_the_wider_the_interval_that_may_promote_it_and_no_other() -> None:
    rows = holdout(champion=0.5, n=1_000)
    first, fourth = (judge(rows, policy=POLICY, fresher_by=0, attempts=attempts) for attempts in (1, 4))
    for one, other in zip(first.comparisons, fourth.comparisons, strict=True):
        if one.name != "auc":
            assert one == other
            continue
        assert (one.level, other.level) == (0.95, 0.995)
        assert one.low is not None
        assert other.low is not None
        assert one.difference is not None
        times = (one.difference - other.low) / (one.difference - one.low)
        assert times == pytest.approx(2.807 / 1.960, abs=0.001)  # quantiles of the normal distribution
    assert first.notes == ()
    (said,) = fourth.notes
    assert said == (
        "3 other challengers were judged against this champion on rows of this holdout, so the interval that may "
        "promote is one of 99.5 %"
    )
    assert "(99.5 % interval" in fourth.reason


def test_luck_that_was_enough_once_is_not_enough_later_and_a_better_model_still_passes() -> None:
    slightly = next(
        rows
        for seed in range(200)
        if judge(rows := holdout(champion=0.4, n=1_000, seed=seed), policy=POLICY, fresher_by=0).promote
        and not judge(rows, policy=POLICY, fresher_by=0, attempts=TRIES).promote
    )
    assert judge(slightly, policy=POLICY, fresher_by=0, attempts=TRIES).rule in {"not_fresher", "not_shown"}
    assert judge(holdout(champion=1.0), policy=POLICY, fresher_by=0, attempts=TRIES).rule == "better"


def test_a_guardrail_is_as_strict_at_the_hundredth_attempt() -> None:
    worse = holdout(confidence=1.8)
    rules = {judge(worse, policy=POLICY, fresher_by=7, attempts=attempts).rule for attempts in (1, 100)}
    assert rules == {"log_loss"}


def test_a_first_champion_and_a_recalibration_pay_for_what_promotes_them() -> None:
    first = judge(holdout(champion=None), policy=POLICY, attempts=3)
    assert {each.name: each.level for each in first.comparisons}["auc_over_baseline"] == level_of(3)
    mended = holdout(challenger=0, champion=0)
    log_odds = np.log(mended.challenger / (1 - mended.challenger))
    off = Holdout(mended.labels, mended.challenger, champion=expit(1.35 * log_odds), baseline=mended.baseline)
    rulings = [judge(off, policy=POLICY, recalibrates="3", attempts=attempts) for attempts in (1, 5_000)]
    assert [each.rule for each in rulings] == ["better_probabilities", "no_better_probabilities"]
    levels = {each.name: each.level for each in rulings[1].comparisons}
    assert (levels["auc"], levels["log_loss"]) == (0.95, level_of(5_000))
