"""A recalibrated champion is promoted for its probabilities, and for nothing else; nobody else ever is."""

from dataclasses import replace

import numpy as np
import pytest

from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import judge
from tests.unit.core.evaluation.samples import expit
from tests.unit.core.gate.holdouts import holdout

POLICY = GatePolicy(resamples=300)
MENDED = holdout(challenger=0, champion=0)


def with_champion(confidence: float, moved: float = 0.0) -> Holdout:
    """Return a holdout whose challenger is right, and whose champion orders rows alike and says something else."""
    log_odds = np.log(MENDED.challenger / (1 - MENDED.challenger))
    return replace(MENDED, champion=expit(confidence * log_odds + moved))


@pytest.mark.parametrize(("confidence", "moved"), [(2.0, 0.0), (0.4, 0.0), (1.0, 0.4)])
def test_better_probabilities_of_the_same_ranking_promote_a_recalibration(confidence: float, moved: float) -> None:
    verdict = judge(with_champion(confidence, moved), policy=POLICY, fresher_by=0, recalibrates="3")
    assert (verdict.promote, verdict.rule) == (True, "better_probabilities")
    assert verdict.reason.startswith("it is version 3 recalibrated, and better beyond noise: log loss 0.")


def test_without_better_probabilities_a_recalibration_is_no_challenger_however_fresh() -> None:
    verdict = judge(with_champion(1.02), policy=POLICY, fresher_by=30, recalibrates="3")
    assert (verdict.promote, verdict.rule) == (False, "no_better_probabilities")


def test_a_map_that_turns_the_ranking_round_is_rejected() -> None:
    turned = replace(MENDED, challenger=1 - MENDED.challenger, champion=MENDED.challenger)
    assert judge(turned, policy=POLICY, recalibrates="3").rule == "floor"
    flattened = replace(with_champion(4.0), challenger=np.where(MENDED.challenger > 0.5, 0.65, 0.35))
    verdict = judge(flattened, policy=POLICY, recalibrates="3")
    assert (verdict.promote, verdict.rule) == (False, "not_shown")


def test_the_guardrails_hold_for_a_recalibration_too() -> None:
    worse = replace(MENDED, challenger=with_champion(1.8).champion, champion=MENDED.challenger)
    assert judge(worse, policy=POLICY, recalibrates="3").rule == "log_loss"


def test_a_trained_challenger_is_not_promoted_for_its_log_loss() -> None:
    verdict = judge(with_champion(2.0), policy=POLICY, fresher_by=0)
    assert (verdict.promote, verdict.rule) == (False, "not_fresher")
