"""Every key of a contract is read, or is refused with the reason."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from courtside.core.dataset import Inference
from courtside.core.decision import DecisionPolicy, RollBack
from courtside.core.gate.policy import GatePolicy
from courtside.core.performance.rules import EstimateMethod, PerformanceRules
from courtside.core.predictions.rules import PredictRules
from courtside.core.rhythm import PartOfYear, WatchRhythm
from courtside.datasets.catalog import DatasetInvalid, load_dataset, policy_of, table_address
from courtside.datasets.gate_keys import Gate
from courtside.datasets.rhythm_keys import Retrain
from tests.unit.datasets.least_contract import LEAST, read


def test_a_column_may_be_reported_by_and_learnt_from(tmp_path: Path) -> None:
    roles = {"time_column": "day", "season_column": "year", "id_columns": ["day", "shop", "year"]}
    dataset = read(tmp_path, {**LEAST, **roles, "segments": ["age", "shop", "year"]})
    assert dataset.segments == ("age", "shop", "year")


def test_a_key_that_is_left_out_has_a_safe_default(tmp_path: Path) -> None:
    dataset = read(tmp_path, LEAST)
    assert (dataset.version, dataset.policy, dataset.thresholds) == (1, "calibrated", ())
    assert (dataset.candidates, dataset.segment, dataset.table) == (None, None, None)
    assert (dataset.drift, dataset.tracking, dataset.alerts, dataset.owner) == (True, True, (), None)
    assert (dataset.watch, dataset.retrain) == (WatchRhythm(), DecisionPolicy())


def test_the_gate_uses_its_default_limits_where_the_contract_sets_none(tmp_path: Path) -> None:
    assert read(tmp_path, LEAST).gate == GatePolicy()
    assert set(Gate.model_fields) == {each.name for each in fields(GatePolicy)}
    strict = read(tmp_path, {**LEAST, "gate": {"floor_auc": 0.6, "fresher_days": 7}})
    assert strict.gate == GatePolicy(floor_auc=0.6, fresher_days=7)
    assert strict.contract.sha256 != read(tmp_path, LEAST).contract.sha256
    assert read(tmp_path, {**LEAST, "gate": {"floor_auc": 0.55}}).contract == read(tmp_path, LEAST).contract


def test_the_gate_may_take_rows_for_dependent(tmp_path: Path) -> None:
    timed = {**LEAST, "time_column": "day"}
    for block, column in (("day", None), ("week", None), ("customer", "customer")):
        dataset = read(tmp_path, {**timed, "gate": {"block": block}})
        assert (dataset.gate.block, dataset.block_column) == (block, column)
        assert (column in dataset.columns) == (column is not None)
        assert dataset.contract.sha256 != read(tmp_path, timed).contract.sha256
    with pytest.raises(DatasetInvalid, match=r"gate.block is a week, and there is no time_column; name it too, or"):
        read(tmp_path, {**LEAST, "gate": {"block": "week"}})
    with pytest.raises(DatasetInvalid, match=r"left cannot be target, gate.block at once"):
        read(tmp_path, {**LEAST, "gate": {"block": "left"}})


def test_contracts_keep_their_hash_though_the_gate_has_more_limits_now(tmp_path: Path) -> None:
    """This is what was computed before the limits of regressions came."""
    strict = read(tmp_path, {**LEAST, "gate": {"floor_auc": 0.6, "fresher_days": 7}})
    assert strict.contract.sha256 == "8bd30abb8a037c4342431e64a07a52ce763d59e697a4cf558e12e4dbb1d07159"


def test_the_rhythm_is_read_into_lengths_of_time_and_parts_of_the_year(tmp_path: Path) -> None:
    watch = {"every": "12h", "window": "2w", "season": ["10-15 to 06-20"], "overdue": "21d"}
    retrain = {"every": "90d", "cooldown": "0d", "on_drift": False}
    dataset = read(tmp_path, {**LEAST, "watch": watch, "retrain": retrain, "alerts": ["a@b.co"], "owner": "Ada"})
    season = (PartOfYear((10, 15), (6, 20)),)
    assert dataset.watch == WatchRhythm(timedelta(hours=12), timedelta(14), season, timedelta(21))
    assert dataset.retrain == DecisionPolicy(on_drift=False, every=timedelta(90), cooldown=timedelta(0))
    assert (dataset.alerts, dataset.owner) == (("a@b.co",), "Ada")
    assert dataset.watch.patience == timedelta(21)
    monthly = read(tmp_path, {**LEAST, "watch": {"every": "30d"}})
    assert (monthly.watch.patience, WatchRhythm().patience) == (timedelta(60), timedelta(14))


def test_what_may_happen_by_itself_is_read_and_counts_in_the_hash_only_where_it_is_said(tmp_path: Path) -> None:
    keys: dict[str, Any] = {
        "on_performance": False, "recalibrate": False, "roll_back": "ask", "share": 0.3, "importance": 0.05,
        "persistence": 2, "fewest_rows": 500, "most_a_month": 1, "off_season": False, "history": "10y",
        "refit": False,
    }  # fmt: skip
    dataset = read(tmp_path, {**LEAST, "time_column": "day", "retrain": keys})
    assert dataset.retrain == DecisionPolicy(**keys | {"roll_back": RollBack.ASK})
    assert dataset.retrain.as_dict() == {"on_drift": True, "every": None, "cooldown": "1d", **keys}
    assert set(Retrain.model_fields) == {each.name for each in fields(DecisionPolicy)}
    assert policy_of(Retrain()) == DecisionPolicy()
    assert dataset.contract != read(tmp_path, {**LEAST, "time_column": "day"}).contract


def test_contracts_keep_the_hash_that_they_had_before_a_key_came(tmp_path: Path) -> None:
    """These are what the releases before the keys of decisions computed: frozen contracts must still be the same."""
    monthly = read(tmp_path, {**LEAST, "retrain": {"every": "30d"}, "performance": {"window": "1d"}})
    assert monthly.contract.sha256 == "9c3a9787c3e37a989adab0f669d166c196e7f0f09f1329325c76a8d2d4dc1405"
    said = read(tmp_path, {**LEAST, "retrain": {"every": "30d", "share": 0.2}, "performance": {"window": "1d"}})
    assert said.contract == monthly.contract


def test_what_a_contract_says_about_predictions_and_labels_is_read(tmp_path: Path) -> None:
    keys = {
        "label_delay": "90d",
        "predict": {"ahead": "2d", "shadows": ["challenger", 12], "explain": 3},
        "performance": {"window": "1d", "mature": 0.9, "margin": 0.02, "estimate": "pape"},
    }
    dataset = read(tmp_path, {**LEAST, **keys})
    assert dataset.label_delay == timedelta(90)
    assert dataset.predict == PredictRules(timedelta(2), ("challenger", "12"), 3)
    assert dataset.performance == PerformanceRules(timedelta(1), 0.9, 0.02, EstimateMethod.PAPE)
    usual = read(tmp_path, LEAST)
    assert (usual.label_delay, usual.predict, usual.performance) == (timedelta(30), PredictRules(), PerformanceRules())
    assert usual.contract == read(tmp_path, {**LEAST, "label_delay": "30d"}).contract
    assert dataset.contract != usual.contract


@pytest.mark.parametrize("shadow", ["champion", "0", "-1", 1.5, "newest", True])
def test_a_shadow_is_a_role_or_a_version(tmp_path: Path, shadow: object) -> None:
    with pytest.raises(DatasetInvalid, match="is no version; write challenger, previous, or a number like 12"):
        read(tmp_path, {**LEAST, "predict": {"shadows": [shadow]}})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("task: multi\n", "line 5: task is 'multi'; did you mean multiclass"),
        ("watch: {policy: clasic}\n", "line 5: watch.policy is 'clasic'; did you mean classic"),
        ("watch: {thresholds: {age.kss: 0.2}}\n", "line 5: .*the statistic must be one of"),
        ("watch: {thresholds: {agee.ks: 0.2}}\n", "line 5: .*no feature is called agee"),
        ("watch: {thresholds: {age.ks: high}}\n", "line 5: watch.thresholds.age.ks must be a number above 0"),
        ("watch: {thresholds: {age.ks: .inf}}\n", "line 5: watch.thresholds.age.ks must be a number above 0"),
        ("watch: {thresholds: {age.ks: true}}\n", "line 5: watch.thresholds.age.ks must be a number above 0"),
        ("watch: {thresholds: {age.ks: 0}}\n", "line 5: watch.thresholds.age.ks must be a number above 0"),
        ("watch: classic\n", "line 5: watch must hold keys with values, like `policy: classic`"),
        ("candidates: [lightgbmm]\n", r"line 5: candidates.0 is 'lightgbmm'; did you mean lightgbm\?"),
        ("candidates: [lightgbm, lightgbm]\n", "line 5: lightgbm stands here twice"),
        ("candidates: []\n", "line 5: candidates holds nothing; write at least one"),
        ("segments: [a, b, c, d]\n", "line 5: segments holds more than 3; delete the others"),
        ("segments: [a, a]\n", "line 5: a stands here twice; delete one of them"),
        ("drift: no\n", "line 5: drift must be true or false"),
        ("tracking: 0\n", "line 5: tracking must be true or false"),
        (
            "retraining: false\n",
            r"line 5: the key retraining does not exist any more; write `retrain: {on_drift: false}`",
        ),
        ("retrain: {on_drift: off}\n", "line 5: retrain.on_drift must be true or false, like `on_drift: false`"),
        ("retrain: 90d\n", "line 5: retrain must hold keys with values, like `every: 90d`"),
        ("retrain: {every: 12h}\n", "line 5: retrain.every: it must be from 1d to 3650d in whole days or weeks"),
        ("retrain:\n  evry: 90d\n", r"line 6: the key retrain.evry is not known; did you mean every\?"),
        ("retrain: {cooldown: -1d}\n", "line 5: retrain.cooldown: it must be from 0d to 366d"),
        (
            "watch: {every: 7}\n",
            "line 5: watch.every: it must be from 1h to 366d in whole hours, days or weeks, like 12h",
        ),
        ("watch: {every: 0h}\n", "line 5: watch.every: it must be from 1h to 366d"),
        ("watch: {every: 30m}\n", "line 5: watch.every: it must be from 1h to 366d"),
        ("watch: {every: 1.5d}\n", "line 5: watch.every: it must be from 1h to 366d"),
        ("watch: {every: no}\n", "line 5: watch.every: it must be from 1h to 366d"),
        ("watch: {every: [1d]}\n", "line 5: watch.every: it must be from 1h to 366d"),
        ("watch: {window: 36h}\n", "line 5: watch.window: it must be from 1d to 366d in whole days or weeks, like 7d"),
        ("watch: {window: 53w}\n", "line 5: watch.window: it must be from 1d to 366d"),
        ("watch: {overdue: 1d}\n", "line 5: watch.overdue: it must be from 2d to 366d"),
        (
            "watch: {season: 10-15 to 06-20}\n",
            r"line 5: watch.season must be a list, like `season: \[10-15 to 06-20\]`",
        ),
        (
            "watch:\n  season:\n  - 15-10 to 06-20\n",
            "line 7: watch.season.0: '15-10 to 06-20' is not a part of the year",
        ),
        ("watch: {season: [10-15]}\n", "line 5: watch.season.0: '10-15' is not a part of the year: write its first"),
        ("watch: {season: [2020-10-15]}\n", "line 5: watch.season.0: .* is not a part of the year"),
        ("watch: {season: [02-30 to 03-01]}\n", "line 5: watch.season.0: '02-30 to 03-01' is not a part of the year"),
        ("alerts: churn@example.com\n", r"line 5: alerts must be a list, like `alerts: \[churn-team@example.com\]`"),
        ("alerts: [churn-team]\n", "line 5: alerts.0: 'churn-team' is not an e-mail address; write one like team@"),
        ("alerts: [a@b.co, a@b.co]\n", "line 5: a@b.co stands here twice; delete one of them from alerts"),
        ("owner: ''\n", "line 5: owner is empty; write a text or leave the key out"),
        (f"owner: {'x' * 101}\n", "line 5: owner is longer than 100 letters; shorten it"),
        ("version: 1.5\n", "line 5: version must be a whole number"),
        ("version: true\n", "line 5: version must be a whole number"),
        (
            "gate: {floor_auc: 1}\n",
            "line 5: gate.floor_auc must be a number from 0.5 and below 1, like",
        ),
        ("gate: {floor_auc: high}\n", "line 5: gate.floor_auc must be a number from 0.5 and below 1"),
        ("gate: {margin: -0.1}\n", "line 5: gate.margin must be a number from 0 and below 1, like `margin: 0.002`"),
        ("gate: {margin: .nan}\n", "line 5: gate.margin must be a number from 0 and below 1"),
        ("gate: {margin: true}\n", "line 5: gate.margin must be a number from 0 and below 1"),
        ("gate:\n  fewest_rows: 0\n", "line 6: gate.fewest_rows must be a whole number from 1"),
        ("gate:\n  fresher_days: 1.5\n", "line 6: gate.fresher_days must be a whole number from 0"),
        ("gate: {resamples: 5}\n", "line 5: gate.resamples must be a whole number from 100 and up to 100,000"),
        ("gate: {floor: 0.6}\n", r"line 5: the key gate.floor is not known; did you mean floor_auc\?"),
        ("gate: 0.6\n", "line 5: gate must hold keys with values, like `floor_auc: 0.6`"),
        ("leave_out: [income]\n", "line 5: leave_out is for `features: infer`; delete it"),
        ("table: a.csv\nbuilder: nba\n", "line 5: rows come from `table` or from `builder`"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line_key_and_correction(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(f"name: churn\ntarget: left\nfeatures:\n  age: numeric\n{content}")
    with pytest.raises(DatasetInvalid, match=says):
        load_dataset(str(path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("features: infered\n", "line 3: features must hold keys with values, like `age: numeric`, or be `infer`"),
        ("features: [age]\n", "line 3: features must hold keys with values, like `age: numeric`, or be `infer`"),
        ("features: infer\nbuilder: nba\n", "line 3: the features of a builder cannot be inferred; name each"),
    ],
)
def test_features_must_be_named_or_inferred(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(f"name: churn\ntarget: left\n{content}")
    with pytest.raises(DatasetInvalid, match=says):
        load_dataset(str(path))


def test_thresholds_and_entities_may_be_set_for_features_still_to_be_inferred(tmp_path: Path) -> None:
    inferred = {**LEAST, "features": "infer", "leave_out": ["refund"]}
    dataset = read(tmp_path, {**inferred, "entities": {"usage_*": ["id"]}, "watch": {"thresholds": {"age.ks": 0.2}}})
    assert dataset.to_infer
    assert dataset.inference == Inference(("refund",), (("usage_*", ("id",)),))
    assert (dataset.columns, dataset.thresholds) == (["id", "left"], ("age.ks=0.2",))


@pytest.mark.parametrize(
    ("table", "lies"),
    [("churn.csv", "/contracts/churn.csv"), ("/data/churn.csv", "/data/churn.csv"), ("s3://b/churn", "s3://b/churn")],
)
def test_the_path_of_a_table_is_relative_to_the_folder_of_the_contract(tmp_path: Path, table: str, lies: str) -> None:
    dataset = read(tmp_path, {**LEAST, "table": table})
    assert table_address("/contracts/churn.yaml", dataset) == lies


def test_the_hash_of_a_contract_depends_on_its_meaning_and_not_on_its_notation(tmp_path: Path) -> None:
    first = read(tmp_path, LEAST).contract
    assert read(tmp_path, dict(reversed(LEAST.items()))).contract == first
    assert read(tmp_path, {**LEAST, "target": {"column": "left"}}).contract == first
    changed: list[dict[str, Any]] = [
        {"version": 2},
        {"candidates": ["lightgbm"]},
        {"retrain": {"on_drift": False}},
        {"retrain": {"every": "90d"}},
        {"watch": {"every": "7d"}},
        {"watch": {"season": ["10-15 to 06-20"]}},
        {"target": {"column": "left", "positive": "Yes"}},
    ]
    hashes = {read(tmp_path, {**LEAST, **each}).contract.sha256 for each in changed}
    assert len(hashes | {first.sha256}) == len(changed) + 1
    assert read(tmp_path, {**LEAST, "alerts": ["team@example.com"], "owner": "The team"}).contract == first
    assert read(tmp_path, {**LEAST, "watch": {"every": "24h", "overdue": None, "season": []}}).contract == first


def test_a_contract_keeps_its_hash_when_keys_are_added_that_it_does_not_name(tmp_path: Path) -> None:
    before = {**LEAST, "performance": {"window": "1d", "mature": 0.9}}  # the hash is of before `margin` and `estimate`
    contract = read(tmp_path, before).contract
    assert contract.sha256 == "acc8237fee997b82c4e093f2fd1d735f6b2a38f8d67451e93a8a39dfab43871f"
    added: list[dict[str, Any]] = [{"margin": 0.02}, {"estimate": "pape"}, {"estimate": "none"}]
    changed = [read(tmp_path, {**before, "performance": {**before["performance"], **each}}) for each in added]
    assert len({each.contract.sha256 for each in changed} | {contract.sha256}) == len(added) + 1
