"""The contract may choose the best candidate by another figure of its task than the task's own."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import LogisticRegression

from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.model_card import ModelCard
from courtside.contracts.records import TrainingRecord
from courtside.core.model_card.measured import written
from courtside.core.parquet import parquet_content
from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION, task_of
from courtside.core.training.fit import FitOptions
from courtside.workflows.train import train
from courtside.workflows.training_runs import training_run
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.test_train_tasks import dataset, rows

TABLES = {BINARY: load_breast_cancer, MULTICLASS: load_wine, REGRESSION: load_diabetes}
FAST = {BINARY: ("logistic_regression", "lightgbm"), MULTICLASS: ("logistic_regression",), REGRESSION: ("ridge",)}


def trained(task: str, primary: str | None, *also: str, **options: Any) -> tuple[InMemoryLake, TrainingRecord]:
    lake, found = InMemoryLake(), TABLES[task]()
    contract = replace(dataset(task, found.data.shape[1]), primary_metric=primary, candidates=(*FAST[task], *also))
    lake.write("tables/t/rows.parquet", parquet_content(rows(found.data, found.target)))
    request = RetrainingRequest(model="t", training_id="first", as_of=date(2030, 1, 1), trigger="manual", reason="test")
    return lake, train(request, lake=lake, tracking=None, dataset=contract, options=FitOptions(**options))


@pytest.mark.parametrize(
    ("task", "primary"),
    [(BINARY, "log_loss"), (BINARY, "precision"), (MULTICLASS, "macro_auc"), (REGRESSION, "median_absolute_error")],
)
def test_the_best_candidate_is_chosen_and_told_by_the_figure_that_the_contract_names(task: str, primary: str) -> None:
    lake, record = trained(task, primary, "random_forest")
    figure = task_of(task).figure(primary)
    chosen = {model.name: model.selection for model in record.models}
    assert None not in chosen.values()
    best = (max if figure.higher_is_better else min)(value or 0.0 for value in chosen.values())
    assert chosen[record.best] == best
    assert record.primary_metric == primary
    assert all(model.selection_auc is None for model in record.models)
    assert TrainingRecord.model_validate_json(record.model_dump_json()) == record
    page = lake.read(training_keys.training_card_page("t", "first")).decode()
    extreme = "highest" if figure.higher_is_better else "lowest"
    assert f"{record.best} has the {extreme} {figure.title} on the selection part" in page
    assert f"{figure.title}, as the contract says" in page
    chosen_one = next(model for model in record.models if model.name == record.best)
    told = written(figure.key, chosen_one.measured(figure.key) or 0.0)
    assert f"{record.best}: {figure.title} {told} on the test part" in page


def test_the_figures_of_candidates_do_not_depend_on_what_chooses_among_them() -> None:
    (_, own), (_, other) = trained(MULTICLASS, None), trained(MULTICLASS, "accuracy")
    assert own.primary_metric is None
    assert [model.figures for model in own.models] == [model.figures for model in other.models]
    assert "primary_metric" not in own.model_dump(mode="json")


@pytest.mark.parametrize(("task", "primary"), [(BINARY, "brier_score"), (MULTICLASS, "macro_f1"), (REGRESSION, "r2")])
def test_search_and_time_folds_know_the_figure(task: str, primary: str) -> None:
    _, record = trained(task, primary, search=2, rolling_origin=3)
    for model in record.models:
        assert model.rolling_origin is not None
        mean, sd = model.rolling_origin.figures[primary]
        assert np.isfinite([mean, sd]).all()
        if task == BINARY:
            assert model.rolling_origin.auc_mean == pytest.approx(0.99, abs=0.02)


def test_what_is_logged_names_the_figure_with_its_interval() -> None:
    lake, record = trained(MULTICLASS, "macro_auc")
    card = ModelCard.model_validate_json(lake.read(training_keys.training_card("t", "first")))
    assert card.interface is not None
    run = training_run(
        card,
        {model.name: LogisticRegression() for model in record.models},
        interface=card.interface,
        rows=rows(load_wine().data, load_wine().target),
        tags={},
        attachments={},
    )
    assert run.params["primary_metric"] == "macro_auc"
    assert {"macro_auc_low", "macro_auc_high"} <= set(run.candidates[0].metrics)
