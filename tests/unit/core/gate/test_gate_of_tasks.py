"""The gate of several classes and of values: the same rules, with each task's own figures."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.evaluation import regression, score
from courtside.core.evaluation.multiclass import log_loss, macro_auc
from courtside.core.gate.holdout import Holdout, HoldoutInvalid
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.verdict import GateVerdict, judge
from courtside.core.gate.wording import described, next_step
from courtside.core.parquet import parquet_content, read_parquet_content
from tests.unit.core.gate.holdouts_of_tasks import of_classes, of_values, softmax

POLICY = GatePolicy(resamples=300)


def ruled(verdict: GateVerdict) -> tuple[bool, str]:
    return verdict.promote, verdict.rule


def names(verdict: GateVerdict) -> list[str]:
    return [each.name for each in verdict.comparisons]


def test_a_first_champion_of_several_classes_needs_floor_and_baseline() -> None:
    verdict = judge(of_classes(champion=None), policy=POLICY)
    assert ruled(verdict) == (True, "first_champion")
    assert "the macro AUC 0.7" in verdict.reason
    assert "of the baseline of class shares" in verdict.reason
    assert ruled(judge(of_classes(champion=None), policy=replace(POLICY, floor_auc=0.9))) == (False, "floor")
    assert ruled(judge(of_classes(champion=None, confidence=6), policy=POLICY)) == (False, "baseline")


def test_classes_are_compared_one_by_one_and_rare_ones_named_as_left_out() -> None:
    rows = of_classes()
    verdict = judge(rows, policy=POLICY, fresher_by=1)
    assert ruled(verdict) == (True, "not_worse_and_fresher")
    assert names(verdict)[2:] == [
        *("macro_auc", "log_loss", "calibration_error"),
        *("log_loss_of_class:away", "log_loss_of_class:draw", "log_loss_of_class:home"),
    ]
    rare = replace(rows, labels=np.where(rows.labels == 1, 0, rows.labels))
    assert judge(rare, policy=POLICY).notes == ("class draw was left out as parts: fewer than 100 rows",)


def test_rows_of_a_class_that_no_model_knows_cost_all_of_them_the_same_and_are_counted() -> None:
    rows = of_classes()
    labels = np.where(np.arange(3_000) % 300 == 0, -1, rows.labels)
    verdict = judge(replace(rows, labels=labels, baseline=None), policy=POLICY, fresher_by=1)
    assert ruled(verdict) == (True, "not_worse_and_fresher")
    assert verdict.notes[1] == "10 rows are of classes that no model knows, which cost each of them the most"
    of_all = {each.name: each for each in verdict.comparisons}["log_loss"]
    assert of_all.challenger > 10 * 36 / 3_000


def test_a_class_that_only_the_champion_knows_counts_for_it() -> None:
    """The challenger gives it the probability 0, as where a class disappeared from the rows it was trained on."""
    rows = of_classes()
    forgotten = rows.challenger * [1, 0, 1]
    verdict = judge(replace(rows, challenger=forgotten / forgotten.sum(axis=1, keepdims=True)), policy=POLICY)
    assert ruled(verdict) == (False, "baseline")


def test_figures_are_those_of_the_measures() -> None:
    rows = of_classes()
    found = {each.name: each for each in judge(rows, policy=POLICY).comparisons}
    assert found["macro_auc"].challenger == pytest.approx(score(macro_auc, rows.labels, rows.challenger), rel=1e-12)
    assert found["log_loss"].champion == pytest.approx(score(log_loss, rows.labels, rows.champion), rel=1e-12)
    values = of_values(scale=1e6)
    figures = {each.name: each for each in judge(values, policy=POLICY).comparisons}
    assert figures["r2"].challenger == pytest.approx(score(regression.r2, values.labels, values.challenger))
    mae = score(regression.mean_absolute_error, values.labels, values.champion)
    assert figures["mae"].champion == pytest.approx(mae)
    assert figures["mae"].limit == pytest.approx(0.02 * mae)


def test_a_class_that_got_much_worse_is_found_although_the_whole_passes() -> None:
    rows = of_classes(champion=0.7, challenger=0, n=6_000)
    lenient = replace(POLICY, log_loss_margin=1, calibration_margin=1)
    assert judge(rows, policy=lenient).rule == "better"
    blind, of_draw = rows.challenger.copy(), rows.labels == 1
    blind[of_draw, 1] *= 0.5
    worse = replace(rows, challenger=blind / blind.sum(axis=1, keepdims=True))
    verdict = judge(worse, policy=lenient)
    assert ruled(verdict) == (False, "class")
    assert "log loss of class draw" in verdict.reason


@pytest.mark.parametrize(("champion", "rule"), [(1.0, "better"), (0.1, "not_worse_and_fresher")])
def test_a_better_or_fresher_challenger_of_several_classes_is_promoted(champion: float, rule: str) -> None:
    assert ruled(judge(of_classes(champion=champion), policy=POLICY, fresher_by=1)) == (True, rule)
    assert judge(of_classes(champion=champion), policy=POLICY, fresher_by=0).promote is (rule == "better")


def test_overconfident_probabilities_of_several_classes_fail() -> None:
    assert ruled(judge(of_classes(confidence=1.6), policy=POLICY)) == (False, "log_loss")
    assert ruled(judge(of_classes(confidence=1.6), policy=replace(POLICY, log_loss_margin=1))) == (
        False,
        "calibration",
    )


def test_each_of_many_classes_is_a_part_and_the_rarest_are_counted() -> None:
    rng = np.random.default_rng(0)
    n, k = 6_000, 100
    logits = rng.normal(size=(n, k)) + np.linspace(0, 2, k)
    labels = (softmax(logits).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    rows = Holdout(
        labels,
        softmax(logits),
        champion=softmax(logits + rng.normal(size=(n, k))),
        task="multiclass",
        classes=tuple(f"c{place:02}" for place in range(k)),
    )
    verdict = judge(rows, policy=POLICY)
    assert ruled(verdict) == (True, "better")
    parts = [name for name in names(verdict) if name.startswith("log_loss_of_class:")]
    few = int((np.bincount(labels, minlength=k) < POLICY.fewest_segment_rows).sum())
    assert (len(parts), 5 < few < 90) == (k - few, True)
    assert f"and {few - 5} more were left out as parts: fewer than 100 rows" in verdict.notes[-1]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_regression_is_judged_the_same_in_any_unit(scale: float) -> None:
    assert ruled(judge(of_values(champion=None, scale=scale), policy=POLICY)) == (True, "first_champion")
    assert ruled(judge(of_values(champion=1, scale=scale), policy=POLICY)) == (True, "better")
    assert ruled(judge(of_values(challenger=0.5, scale=scale), policy=POLICY)) == (False, "absolute_error")
    assert ruled(judge(of_values(scale=scale), policy=POLICY, fresher_by=1)) == (True, "not_worse_and_fresher")


def test_a_regression_needs_its_floor_and_its_baseline() -> None:
    verdict = judge(of_values(champion=None), policy=replace(POLICY, floor_r2=0.6))
    assert ruled(verdict) == (False, "floor")
    assert "R² 0.4" in verdict.reason
    hopeless = judge(of_values(challenger=1.5, champion=None), policy=replace(POLICY, floor_r2=-1))
    assert ruled(hopeless) == (False, "baseline")
    assert "median baseline" in hopeless.reason


def test_intervals_that_hold_too_little_are_rejected_and_missing_ones_are_not_compared() -> None:
    narrow = of_values(reach=1.0)
    verdict = judge(narrow, policy=POLICY, fresher_by=1)
    assert ruled(verdict) == (False, "coverage")
    assert "share missing from intervals" in verdict.reason
    without = judge(replace(narrow, bounds={"challenger": narrow.bounds["challenger"]}), policy=POLICY, fresher_by=1)
    assert without.promote
    assert "undercoverage" not in names(without)


def test_a_segment_of_a_regression_that_got_worse_is_found() -> None:
    rows = of_values(challenger=0.1, champion=0.8, n=4_000)
    segments = np.where(np.arange(4_000) % 4 == 0, "b", "a")
    off = np.where(segments == "b", rows.challenger + 1.5, rows.challenger)
    assert judge(replace(rows, segments=segments), policy=POLICY).rule == "better"
    verdict = judge(replace(rows, segments=segments, challenger=off), policy=replace(POLICY, mae_margin=0.9))
    assert ruled(verdict) == (False, "segment")
    assert "mean absolute error of segment b" in verdict.reason


def test_an_outlier_of_10_to_the_12_promotes_nothing_by_itself() -> None:
    rows = of_values()
    targets = rows.labels.copy()
    targets[7] = 1e12
    assert not judge(replace(rows, labels=targets), policy=POLICY, fresher_by=0).promote


def test_labels_that_show_nothing_are_said_to() -> None:
    rows = of_classes()
    one = replace(rows, labels=np.zeros(3_000, dtype=np.intp))
    assert ruled(judge(one, policy=POLICY)) == (False, "too_few_of_a_class")
    assert ruled(judge(replace(of_values(), labels=np.full(2_000, 3.0)), policy=POLICY)) == (False, "constant_target")
    assert ruled(judge(of_values(n=99), policy=POLICY)) == (False, "too_few_rows")
    assert ruled(judge(replace(of_values(), blocks=np.arange(2_000) % 9), policy=POLICY)) == (False, "too_few_blocks")


def test_every_rule_of_a_task_has_a_next_step() -> None:
    for rule in ("class", "absolute_error", "coverage", "constant_target", "too_few_blocks", "floor", "baseline"):
        assert next_step(rule, model="churn")


def test_rows_that_depend_on_each_other_are_drawn_in_blocks() -> None:
    """Each row eight times is no more evidence: with blocks the interval is as wide as that of the rows once."""
    once = of_values(n=250, champion=0.5)
    copies = np.repeat(np.arange(250), 8)
    eight = Holdout(
        once.labels[copies],
        once.challenger[copies],
        champion=None if once.champion is None else once.champion[copies],
        task="regression",
        blocks=copies,
    )

    def width(rows: Holdout) -> float:
        found = {each.name: each for each in judge(rows, policy=POLICY).comparisons}["r2"]
        assert found.high is not None
        assert found.low is not None
        return found.high - found.low

    assert width(eight) == pytest.approx(width(replace(once, bounds={})), rel=1e-9)
    assert width(replace(eight, blocks=None)) < 0.5 * width(eight)


@pytest.mark.parametrize(
    "rows", [of_classes(n=200), of_values(n=200), replace(of_values(n=200, champion=None), baseline=None, bounds={})]
)
def test_a_holdout_is_read_back_from_its_file(rows: Holdout) -> None:
    rows = replace(rows, segments=np.array(["a", "b"])[np.arange(200) % 2], blocks=np.arange(200) // 10)
    again = Holdout.of(read_parquet_content(parquet_content(rows.table())))
    assert (again.task, again.classes, again.level) == (rows.task, rows.classes, rows.level)
    assert again.labels.tolist() == rows.labels.tolist()
    assert {name: said.tolist() for name, said in again.predictions.items()} == {
        name: said.tolist() for name, said in rows.predictions.items()
    }
    assert {name: ends.tolist() for name, ends in again.bounds.items()} == {
        name: ends.tolist() for name, ends in rows.bounds.items()
    }
    assert again.segments is not None
    assert again.blocks is not None
    assert (again.segments.tolist(), again.blocks.tolist()) == (["a", "b"] * 100, (np.arange(200) // 10).tolist())


def test_a_file_of_two_classes_says_nothing_of_its_task() -> None:
    table = Holdout(np.array([0, 1], dtype=np.int8), np.array([0.2, 0.7])).table()
    assert table.schema.metadata is None
    assert table.schema == pa.schema([("label", pa.int8()), ("challenger", pa.float64())])


def test_what_does_not_fit_the_task_is_refused_with_its_column() -> None:
    rows, values = of_classes(n=200), of_values(n=200)
    with pytest.raises(HoldoutInvalid, match="no place of one of 3 classes"):
        replace(rows, labels=np.full(200, 3))
    with pytest.raises(HoldoutInvalid, match="no place of one of 3 classes"):
        Holdout.of(rows.table().set_column(0, "label", pa.array([None] * 200, pa.int32())))
    with pytest.raises(HoldoutInvalid, match="champion does not have the probabilities of 3 classes"):
        replace(rows, champion=rows.challenger[:, :2])
    with pytest.raises(HoldoutInvalid, match="baseline has 199 rows, but label has 200"):
        replace(rows, baseline=np.full((199, 3), 1 / 3))
    with pytest.raises(HoldoutInvalid, match="600 of 600 values of challenger are not probabilities"):
        replace(rows, challenger=rows.challenger + 2)
    with pytest.raises(HoldoutInvalid, match="1 of 200 labels are not finite"):
        replace(values, labels=np.append(values.labels[1:], np.nan))
    with pytest.raises(HoldoutInvalid, match="1 of 200 values of champion are not finite"):
        replace(values, champion=np.append(values.labels[1:], np.inf))
    with pytest.raises(HoldoutInvalid, match="200 of 200 intervals of challenger have no low end"):
        replace(values, bounds={"challenger": values.bounds["challenger"][:, ::-1]})
    with pytest.raises(HoldoutInvalid, match="blocks has 1 rows"):
        replace(values, blocks=np.zeros(1, dtype=np.intp))


@pytest.mark.parametrize("made", [of_classes, of_values])
def test_equal_challengers_are_hardly_ever_better_and_worse_ones_never_pass(made: Callable[..., Holdout]) -> None:
    quick = replace(POLICY, resamples=100)
    equal = [made(seed=seed, n=1_000, challenger=0.4, champion=0.4) for seed in range(40)]
    assert sum(judge(rows, policy=quick, fresher_by=0).promote for rows in equal) <= 4
    worse = [made(seed=seed, n=1_000, challenger=0.9, champion=0.4) for seed in range(20)]
    assert not any(judge(rows, policy=quick, fresher_by=1).promote for rows in worse)


def test_a_good_model_of_counts_is_promoted_although_the_median_errs_less() -> None:
    """Two of three counts are 0, and so is their median; a model that says the mean of each row is never as near."""
    rng = np.random.default_rng(0)
    rate = 0.4 * np.exp(rng.normal(size=3_000) - 0.5)
    counts = rng.poisson(rate).astype(float)
    rows = Holdout(counts, rate, baseline=np.zeros(3_000), task="regression")
    verdict = judge(rows, policy=POLICY)
    assert np.abs(counts - rate).mean() > np.abs(counts).mean()
    assert ruled(verdict) == (True, "first_champion")
    assert names(verdict) == ["r2_over_baseline"]
    assert "of the median baseline" in verdict.reason
    constant = judge(replace(rows, challenger=np.full(3_000, counts.mean() * 1.1)), policy=POLICY)
    assert ruled(constant) == (False, "floor")


def test_figures_of_predictions_that_are_far_off_stay_short() -> None:
    rows = of_values()
    verdict = judge(replace(rows, challenger=rows.challenger + 1e12), policy=POLICY)
    assert ruled(verdict) == (False, "floor")
    assert "R² -5.1" in verdict.reason
    assert "e+23 is under the floor of 0.000" in verdict.reason
    assert max(len(described(each)) for each in verdict.comparisons) < 130
