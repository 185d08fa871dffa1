"""A challenger that is the first to know a class is not held back by what it costs the other classes."""

from dataclasses import replace

import numpy as np
import pytest

from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import judge
from tests.unit.core.gate.holdouts_of_tasks import of_classes

POLICY = GatePolicy(resamples=300)


def test_a_class_that_only_the_challenger_knows_is_no_reason_against_it() -> None:
    """Rows of other classes are compared as if it were not there, and worse ones are found as before."""
    rows = of_classes(n=6_000)
    unaware = rows.champion * [1, 0, 1]
    rows = replace(rows, champion=unaware / unaware.sum(axis=1, keepdims=True))
    verdict = judge(rows, policy=POLICY)
    assert (verdict.promote, verdict.rule) == (True, "better")
    found = {each.name: each for each in verdict.comparisons}
    assert found["log_loss_of_class:draw"].champion > 30
    assert all(found[f"log_loss_of_class:{name}"].passed for name in ("away", "home"))
    of_home = rows.labels == 2
    home = rows.challenger[of_home]
    among = -np.log(home[:, 2] / (home[:, 0] + home[:, 2])).mean()
    assert found["log_loss_of_class:home"].challenger == pytest.approx(among)
    blind = rows.challenger.copy()
    blind[of_home, 2] *= 0.5
    worse = replace(rows, challenger=blind / blind.sum(axis=1, keepdims=True))
    found_worse = judge(worse, policy=replace(POLICY, calibration_margin=1))
    assert (found_worse.promote, found_worse.rule) == (False, "class")
