"""Rows that a champion may have learned from judge nobody, and where too few others are left, nothing is promoted."""

from dataclasses import replace

import numpy as np

from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import judge
from courtside.core.gate.wording import next_step
from tests.unit.core.gate.holdouts import holdout

POLICY = GatePolicy(resamples=200)


def seen(judged: Holdout, rows: int) -> Holdout:
    """Return a holdout whose first rows the champion has learned by heart, and of which nothing is kept."""
    assert judged.champion is not None
    champion = judged.champion.copy()
    champion[:rows] = judged.labels[:rows]
    return replace(judged, champion=champion, unseen=np.arange(judged.labels.size) >= rows)


def test_they_are_left_out_of_every_comparison_and_the_verdict_says_how_many() -> None:
    whole = holdout(challenger=0.0, champion=0.8, segments=np.repeat(["a", "b"], 2_000), seed=3)
    assert judge(replace(seen(whole, 1_000), unseen=None), policy=POLICY).promote is False  # by heart, it cannot lose
    verdict = judge(seen(whole, 1_000), policy=POLICY, fresher_by=30)
    kept = {
        name: None if values is None else values[1_000:]
        for name in ("labels", "challenger", "champion", "baseline", "segments")
        for values in [getattr(whole, name)]
    }
    alone = judge(Holdout(**kept), policy=POLICY, fresher_by=30)
    assert (verdict.promote, verdict.rule, verdict.comparisons) == (alone.promote, alone.rule, alone.comparisons)
    assert verdict.promote
    assert "1,000 of the 4,000 rows of the holdout were left out: the champion may have learned" in verdict.notes[-1]
    assert not alone.notes


def test_where_too_few_others_are_left_the_champion_stays_by_a_name_of_its_own() -> None:
    verdict = judge(seen(holdout(n=400), 350), policy=POLICY)
    assert (verdict.promote, verdict.rule, verdict.comparisons) == (False, "too_few_unseen", ())
    assert verdict.reason.startswith("only 50 of the 400 holdout rows are none that the champion may have learned from")
    assert "after the champion's training" in next_step(verdict.rule, model="churn")
    assert judge(seen(holdout(n=400), 400), policy=POLICY).rule == "too_few_unseen"


def test_without_a_champion_every_row_counts() -> None:
    whole = holdout(champion=None)
    assert replace(whole, unseen=np.zeros(4_000, bool)).compared.labels.size == 4_000
