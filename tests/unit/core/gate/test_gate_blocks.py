"""Where errors go together in blocks of rows, single rows promote by luck, and whole blocks do not."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import judge

POLICY = GatePolicy(resamples=200)


def equal_models(seed: int, *, blocks: int = 60, size: int = 20) -> Holdout:
    """Return values, and two equally good models whose errors are those of their block alone."""
    rng = np.random.default_rng(seed)
    block = np.repeat(np.arange(blocks), size)
    mean = rng.normal(size=block.size)
    targets = mean + rng.normal(size=block.size)

    def said() -> NDArray[np.float64]:
        return np.asarray(mean + 0.6 * rng.normal(size=blocks)[block])

    baseline = np.zeros(block.size)
    return Holdout(targets, said(), champion=said(), baseline=baseline, task="regression", blocks=block)


def test_luck_promotes_less_often_where_whole_blocks_are_drawn() -> None:
    rows = [equal_models(seed) for seed in range(40)]
    alone = sum(judge(replace(each, blocks=None), policy=POLICY, fresher_by=0).rule == "better" for each in rows)
    whole = sum(judge(each, policy=POLICY, fresher_by=0).rule == "better" for each in rows)
    assert alone >= 4
    assert whole <= 2


def test_blocks_change_the_intervals_and_no_figure() -> None:
    rows = equal_models(0)
    one, other = (judge(each, policy=POLICY).comparisons for each in (replace(rows, blocks=None), rows))
    for alone, whole in zip(one, other, strict=True):
        assert (alone.name, alone.difference, alone.challenger) == (whole.name, whole.difference, whole.challenger)
    widths = {each.name: (each.high or 0) - (each.low or 0) for each in one}
    assert all((each.high or 0) - (each.low or 0) > widths[each.name] for each in other if each.name in {"r2", "mae"})
