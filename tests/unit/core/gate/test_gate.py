"""The gate promotes a challenger only if the first rule that applies to the holdout says so."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from courtside.core.evaluation import auc, log_loss, score
from courtside.core.gate.comparison import compare
from courtside.core.gate.holdout import Holdout, HoldoutInvalid
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import GateVerdict, judge
from tests.unit.core.evaluation.samples import calibrated, expit
from tests.unit.core.gate.holdouts import holdout

POLICY = GatePolicy()


def ruled(verdict: GateVerdict) -> tuple[bool, str]:
    return verdict.promote, verdict.rule


def figures(verdict: GateVerdict) -> dict[str, bool]:
    return {comparison.name: comparison.passed for comparison in verdict.comparisons}


def test_a_first_champion_needs_the_floor_and_the_baseline() -> None:
    verdict = judge(holdout(champion=None), policy=POLICY)
    assert ruled(verdict) == (True, "first_champion")
    assert figures(verdict) == {"auc_over_baseline": True, "log_loss_over_baseline": True}


def test_the_floor_holds_even_against_a_worse_champion() -> None:
    hardly = holdout(challenger=8, champion=9)
    assert score(auc, hardly.labels, hardly.challenger) < 0.55
    assert ruled(judge(hardly, policy=POLICY)) == (False, "floor")
    assert ruled(judge(holdout(), policy=GatePolicy(floor_auc=0.9))) == (False, "floor")


def test_the_baseline_must_be_beaten_in_auc_and_in_log_loss() -> None:
    certain = holdout(confidence=6, champion=None)
    assert score(log_loss, certain.labels, certain.challenger) > score(log_loss, certain.labels, np.full(4_000, 0.57))
    verdict = judge(certain, policy=POLICY)
    assert ruled(verdict) == (False, "baseline")
    assert "log loss" in verdict.reason
    few = judge(holdout(n=120, seed=5, challenger=1.5, champion=None), policy=POLICY)
    assert ruled(few) == (False, "baseline")
    assert "AUC" in few.reason


def test_a_significantly_better_challenger_is_promoted_however_old_it_is() -> None:
    verdict = judge(holdout(champion=1), policy=POLICY, fresher_by=-30)
    assert ruled(verdict) == (True, "better")
    assert "95 % interval" in verdict.reason


def test_an_equally_good_challenger_is_promoted_only_if_it_is_fresher() -> None:
    even = holdout(challenger=0.1, champion=0.1)
    for fresher_by in (7, 1, None):  # None stands for an imported champion, whose data count as older
        assert ruled(judge(even, policy=POLICY, fresher_by=fresher_by)) == (True, "not_worse_and_fresher")
    verdict = judge(even, policy=POLICY, fresher_by=0)
    assert ruled(verdict) == (False, "not_fresher")
    assert ruled(judge(even, policy=GatePolicy(fresher_days=0), fresher_by=0)) == (True, "not_worse_and_fresher")
    assert ruled(judge(even, policy=GatePolicy(fresher_days=30), fresher_by=29)) == (False, "not_fresher")


def test_a_model_does_not_differ_from_itself() -> None:
    even = holdout()
    verdict = judge(replace(even, challenger=even.champion), policy=POLICY, fresher_by=1)
    assert ruled(verdict) == (True, "not_worse_and_fresher")
    of_champion = [c for c in verdict.comparisons if c.against == "champion"]
    assert {(c.difference, c.low, c.high) for c in of_champion} == {(0, 0, 0)}


def test_a_challenger_that_may_be_worse_is_rejected() -> None:
    verdict = judge(holdout(challenger=0.35, n=400, seed=2), policy=POLICY)
    assert ruled(verdict) == (False, "not_shown")


def test_overconfident_probabilities_fail_the_log_loss() -> None:
    sure = holdout(confidence=1.8)
    even = holdout()
    assert score(auc, sure.labels, sure.challenger) == score(auc, even.labels, even.challenger)
    verdict = judge(sure, policy=POLICY)
    assert ruled(verdict) == (False, "log_loss")
    assert not figures(verdict)["calibration_error"]


def test_each_guardrail_rejects_on_its_own() -> None:
    sure = holdout(confidence=1.8)
    lenient = GatePolicy(log_loss_margin=1)
    assert ruled(judge(sure, policy=lenient)) == (False, "calibration")
    assert judge(sure, policy=replace(lenient, calibration_margin=1)).promote


def test_a_segment_that_got_worse_is_found_although_all_rows_got_better() -> None:
    names = np.array(["early", "middle", "late"])[np.arange(6_000) % 3]
    labels, logits = calibrated(0, 6_000)
    right, blind = expit(logits), np.full(6_000, 0.58)
    late = names == "late"
    judged = Holdout(labels, np.where(late, blind, right), champion=np.where(late, right, blind))
    assert judge(judged, policy=POLICY).rule == "better"
    verdict = judge(replace(judged, segments=names), policy=POLICY)
    assert ruled(verdict) == (False, "segment")
    assert "segment late" in verdict.reason
    kept = figures(verdict)
    assert [kept[f"log_loss_of_segment:{name}"] for name in ("early", "middle", "late")] == [True, True, False]


def test_a_segment_of_few_rows_is_left_out_with_a_note() -> None:
    names = np.where(np.arange(4_000) < 99, "finals", "season")
    verdict = judge(holdout(segments=names), policy=POLICY)
    assert verdict.notes == ("segment finals was left out: 99 rows, fewer than 100",)
    assert "log_loss_of_segment:season" in figures(verdict)
    assert "log_loss_of_segment:finals" not in figures(verdict)


def test_too_few_rows_promote_not_even_a_first_champion() -> None:
    for champion in (0.1, None):
        assert ruled(judge(holdout(n=99, champion=champion), policy=POLICY)) == (False, "too_few_rows")
    empty = Holdout(np.array([], dtype=np.int8), np.array([]))
    assert ruled(judge(empty, policy=POLICY)) == (False, "too_few_rows")


@pytest.mark.parametrize("rarer", [0, 9])
def test_a_holdout_of_one_class_promotes_nothing(rarer: int) -> None:
    labels = (np.arange(500) >= rarer).astype(np.int8)
    verdict = judge(Holdout(labels, np.linspace(0, 1, 500)), policy=POLICY)
    assert ruled(verdict) == (False, "too_few_of_a_class")
    assert f"only {rarer} of the 500" in verdict.reason


def test_a_missing_baseline_is_computed_from_the_holdout_with_a_note() -> None:
    verdict = judge(replace(holdout(), baseline=None), policy=POLICY)
    assert verdict.promote
    assert "no baseline" in verdict.notes[0]


def test_values_that_are_not_probabilities_are_refused_with_their_column() -> None:
    fine = holdout(n=200)
    bad = fine.challenger.copy()
    bad[3] = np.nan
    with pytest.raises(HoldoutInvalid, match="1 of 200 values of challenger are not probabilities"):
        replace(fine, challenger=bad)
    with pytest.raises(HoldoutInvalid, match="200 of 200 values of champion"):
        replace(fine, champion=np.full(200, 1.5))
    with pytest.raises(HoldoutInvalid, match="champion has 199 rows, but label has 200"):
        replace(fine, champion=np.full(199, 0.5))
    with pytest.raises(HoldoutInvalid, match="other than 0 and 1"):
        replace(fine, labels=np.full(200, 2, dtype=np.int8))


def test_a_table_is_read_column_by_column_and_nulls_are_refused() -> None:
    half = pa.array([0.5, 0.5])
    table = pa.table({"label": pa.array([0, 1], pa.int8()), "challenger": half, "segment": ["0", "1"]})
    read = Holdout.of(table)
    assert (read.champion, read.baseline) == (None, None)
    assert read.segments is not None
    assert read.segments.tolist() == ["0", "1"]
    with pytest.raises(HoldoutInvalid, match="no column challenger"):
        Holdout.of(table.drop_columns(["challenger"]))
    with pytest.raises(HoldoutInvalid, match="1 of 2 values of champion"):
        Holdout.of(table.append_column("champion", pa.array([0.5, None])))
    said = table.append_column("champion", pa.array([0.5, None])).append_column("unseen", pa.array([True, False]))
    assert Holdout.of(said).compared.labels.tolist() == [0]
    with pytest.raises(HoldoutInvalid, match="1 of 2 values of champion"):
        Holdout.of(said.set_column(4, "unseen", pa.array([True, True])))
    with pytest.raises(HoldoutInvalid, match="other than 0 and 1"):
        Holdout.of(table.set_column(0, "label", pa.array([0, None], pa.int8())))
    with pytest.raises(HoldoutInvalid, match="other than 0 and 1"):
        Holdout.of(table.set_column(0, "label", pa.array([0, 257])))


def test_the_same_holdout_gives_the_same_verdict() -> None:
    assert judge(holdout(), policy=POLICY) == judge(holdout(), policy=POLICY)


@example(seed=123, confidence=1.3)  # all resamples but a few have a smaller difference than these rows
@given(seed=st.integers(0, 10_000), confidence=st.floats(0.5, 2.0))
@settings(max_examples=25, deadline=None)
def test_every_difference_lies_in_the_interval_shown_beside_it(seed: int, confidence: float) -> None:
    rows = holdout(challenger=0, champion=0, confidence=confidence, n=300, seed=seed)
    for each in compare(rows, GatePolicy(resamples=100, seed=42)).comparisons.values():
        assert each.difference is not None
        assert each.low is not None
        assert each.high is not None
        assert each.low <= each.difference <= each.high, each
