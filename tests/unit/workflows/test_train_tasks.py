"""A training of several classes and of values, from rows in the lake to record, card, holdout and verdict."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.datasets import load_diabetes, load_wine

from courtside.contracts import training_keys
from courtside.contracts.events import GateRequest, RetrainingRequest
from courtside.contracts.model_card import ModelCard
from courtside.contracts.records import TrainingRecord
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.tasks import MULTICLASS, REGRESSION
from courtside.workflows.gate import gate
from courtside.workflows.train import train
from tests.fakes.ports import InMemoryLake

CULTIVARS = ("barolo", "grignolino", "barbera")


def dataset(task: str, features: int) -> Dataset:
    kinds = tuple(Feature(f"f{place}", FeatureKind.NUMERIC) for place in range(features))
    found = Dataset("t", "measured_at", None, ("id",), "y", kinds, builder=None, reference_seasons=3, task=task)
    return replace(found, tracking=False)


def rows(data: Any, target: Any) -> pa.Table:
    order = np.random.default_rng(1).permutation(len(target))
    days = np.datetime64("2020-01-01") + np.arange(len(order)).astype("timedelta64[D]")
    features = {f"f{place}": data[order, place].astype(float) for place in range(data.shape[1])}
    return pa.table({"id": np.arange(len(order)), "measured_at": days, **features, "y": pa.array(target[order])})


def trained(task: str, data: Any, target: Any) -> tuple[InMemoryLake, TrainingRecord]:
    lake, contract = InMemoryLake(), dataset(task, data.shape[1])
    lake.write("tables/t/rows.parquet", parquet_content(rows(data, target)))
    request = RetrainingRequest(model="t", training_id="first", as_of=date(2030, 1, 1), trigger="manual", reason="test")
    return lake, train(request, lake=lake, tracking=None, dataset=contract)


def judged(lake: InMemoryLake) -> Any:
    return gate(
        GateRequest(model="t", training_id="first"),
        lake=lake,
        policy=replace(GatePolicy(), fewest_rows=10, fewest_of_class=1),
        now=datetime(2030, 1, 1, tzinfo=UTC),
    )


def written(lake: InMemoryLake, record: TrainingRecord) -> tuple[Holdout, ModelCard, str]:
    holdout = Holdout.of(read_parquet_content(lake.read(training_keys.training_holdout("t", "first"))))
    card = ModelCard.model_validate_json(lake.read(training_keys.training_card("t", "first")))
    page = lake.read(training_keys.training_card_page("t", "first")).decode()
    assert TrainingRecord.model_validate_json(record.model_dump_json()) == record
    return holdout, card, page


def test_several_classes_are_trained_told_and_judged() -> None:
    found = load_wine()
    target = np.array(CULTIVARS)[found.target]
    lake, record = trained(MULTICLASS, found.data, target)
    holdout, card, page = written(lake, record)
    best = next(model for model in record.models if model.name == record.best)
    assert (record.task, record.classes, record.positive) == (MULTICLASS, tuple(sorted(CULTIVARS)), None)
    assert best.selection == min(model.selection or 9 for model in record.models)
    assert "test_auc" not in best.model_dump(mode="json")
    assert record.baseline is not None
    assert best.figures["log_loss"] < record.baseline
    assert holdout.classes == record.classes
    assert holdout.challenger.shape == (record.rows_holdout, 3)
    assert card.interface is not None
    assert card.interface.classes == record.classes
    assert f"{record.best}: log loss {best.figures['log_loss']:.4f} on the test part" in page
    assert "By the share of each class of y in the training part alone, the log loss on the test part is" in page
    assert judged(lake).rule


def test_values_are_trained_told_and_judged_with_their_intervals() -> None:
    found = load_diabetes()
    lake, record = trained(REGRESSION, found.data, found.target)
    holdout, card, page = written(lake, record)
    best = next(model for model in record.models if model.name == record.best)
    assert (record.task, record.classes) == (REGRESSION, ())
    assert best.figures["test_rmse"] < (record.baseline or 0)
    assert holdout.level == 0.9
    assert np.mean(holdout.bounds["challenger"][:, 0] <= holdout.labels) > 0.8
    assert card.interface is not None
    assert (card.interface.task, card.interface.classes) == (REGRESSION, ())
    assert f"{record.best}: RMSE {best.figures['test_rmse']:.2f} on the test part" in page
    assert judged(lake).rule


def test_warnings_name_classes_that_are_rare_new_or_gone() -> None:
    rng = np.random.default_rng(0)
    names = np.array(["a", "b"] * 200, dtype="U8")
    names[:5], names[5:60], names[390:] = "rare", "gone", "new"
    data = rng.normal(size=(400, 2))
    lake = InMemoryLake()
    days = np.datetime64("2020-01-01") + np.arange(400).astype("timedelta64[D]")
    columns = {"id": np.arange(400), "measured_at": days, "f0": data[:, 0], "f1": data[:, 1], "y": pa.array(names)}
    lake.write("tables/t/rows.parquet", parquet_content(pa.table(columns)))
    request = RetrainingRequest(model="t", training_id="first", as_of=date(2030, 1, 1), trigger="manual", reason="test")
    record = train(request, lake=lake, tracking=None, dataset=dataset(MULTICLASS, 2))
    said = "; ".join(record.warnings)
    assert "classes of y with fewer than 10 rows in the training part: rare (5)" in said
    assert "classes of y that training never saw, with their rows in the test part: new (10)" in said
    assert "classes of y that the test part lacks, so nothing tells how they are predicted: gone, rare" in said
    assert record.classes == ("a", "b", "gone", "rare")
    holdout, _, _ = written(lake, record)
    assert (holdout.labels == -1).sum() == 10
    smoke = read_parquet_content(lake.read(training_keys.training_smoke("t", "first")))
    assert smoke.schema.field("expected").type.list_size == 4


def test_classes_of_truth_values_are_called_in_the_holdout_as_labels_are() -> None:
    found = load_wine()
    lake, record = trained(MULTICLASS, found.data, found.target == 1)
    holdout, card, _ = written(lake, record)
    assert card.interface is not None
    assert holdout.classes == ("0", "1")
    assert card.interface.classes == (False, True)


def test_a_warning_names_values_too_close_together_for_boosters() -> None:
    found = load_diabetes()
    _, record = trained(REGRESSION, found.data, found.target * 1e-9)
    said = "; ".join(record.warnings)
    assert "the values of y lie close together (standard deviation 7" in said
    assert "xgboost learns nothing" in said
    _, usual = trained(REGRESSION, found.data, found.target * 1e-2)
    assert "close together" not in "; ".join(usual.warnings)


def test_warnings_name_values_that_dwarf_the_others() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(400, 2))
    target = data[:, 0] + rng.normal(size=400)
    target[rng.permutation(400)[:4]] = 1e12
    lake, record = trained(REGRESSION, data, target)
    if "1e+12" not in "; ".join(record.warnings):
        pytest.fail(f"the outliers are not named: {record.warnings}")
    assert np.isfinite(list(record.models[0].figures.values())).all()
    assert judged(lake).rule
