"""Methods that look at the rows estimate models of several classes and of values too."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.core.gate.holdout import Holdout
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.performance.rules import EstimateMethod
from courtside.core.training.fit import labels
from courtside.core.training.split import split_rows
from courtside.workflows.estimates.features import Features
from courtside.workflows.freeze import freeze
from courtside.workflows.frozen_rows import frozen_features
from tests.fakes.judging import MONDAY, days
from tests.fakes.judging_tasks import NAMES, JudgedOutcomes, SaysPartly, outcomes
from tests.fakes.predicting import loans

TRAINED = MONDAY - days(60)
METHODS = {"multiclass": EstimateMethod.PAPE, "regression": EstimateMethod.DLE}


def trained(task: str, *, rows: int = 1_500) -> JudgedOutcomes:
    """Return a stage whose champion left the rows that it was trained from and its holdout."""
    stage = outcomes(task)
    rules = replace(stage.dataset.performance, estimate=METHODS[task])
    stage.dataset = replace(stage.dataset, performance=rules, also=())
    amounts = np.random.default_rng(7).uniform(0.05, 0.95, rows)
    table = loans(1, amounts.tolist(), day=TRAINED)
    when = [TRAINED + timedelta(days=place * 40 // rows) for place in range(rows)]
    truth = stage.truth(amounts, 8)
    table = table.set_column(1, "asked_on", pa.array(when)).append_column(stage.dataset.target, pa.array(truth))
    stage.put("trained", table)
    request = RetrainingRequest(
        training_id="t1", as_of=MONDAY - days(10), model=stage.dataset.name, trigger=Trigger.MANUAL, reason="a test"
    )
    manifest = freeze(request, lake=stage.lake, dataset=stage.dataset)
    frozen = frozen_features(manifest, lake=stage.lake, dataset=stage.dataset).table
    held = split_rows(frozen, dataset=stage.dataset, rule=manifest.split, seed=manifest.seed).holdout
    said = SaysPartly("1", stage.models.interface).predict(held)  # type: ignore[attr-defined] # it opens other versions
    known = labels(held, stage.dataset)
    if stage.several:  # its training coded the classes in an order of its own
        known, said = (known + 1) % 3, said[:, [2, 0, 1]]
    classes = (NAMES[2], *NAMES[:2]) if stage.several else ()
    holdout = Holdout(known, said, task=task, classes=classes)
    stage.lake.objects[training_keys.training_holdout(stage.dataset.name, "t1")] = parquet_content(holdout.table())
    assert Features.of("t1", lake=stage.lake, dataset=stage.dataset).of_holdout(holdout) is not None
    return stage


@pytest.mark.parametrize(
    ("task", "metrics"), [("multiclass", ("macro_auc", "log_loss")), ("regression", ("rmse", "mae"))]
)
def test_a_window_is_estimated_from_its_rows_and_comes_true(task: str, metrics: tuple[str, str]) -> None:
    stage = trained(task)
    stage.week(repaid=False)
    assert not stage.estimate(MONDAY + days(6)).problems
    estimated = {name: stage.estimates(metric=name) for name in metrics}
    assert [(row["method"], row["why"], row["rows"]) for rows in estimated.values() for row in rows] == [
        (METHODS[task].value, None, 84)
    ] * 2
    for number in range(7):
        stage.repay(MONDAY + days(number))
    stage.check(MONDAY + days(7))
    for name in metrics:
        (realised,), (said,) = stage.statements(metric=name), estimated[name]
        assert said["value"] == pytest.approx(realised["value"], rel=0.25)
        assert said["constant"] == pytest.approx(realised["value"], rel=0.25)


def test_rows_with_other_labels_are_other_rows() -> None:
    stage = trained("multiclass")
    key = training_keys.training_holdout(stage.dataset.name, "t1")
    holdout = Holdout.of(read_parquet_content(stage.lake.read(key)))
    features = Features.of("t1", lake=stage.lake, dataset=stage.dataset)
    turned = replace(holdout, labels=np.roll(holdout.labels, 1))
    assert features.of_holdout(turned) is None
    unknown = replace(holdout, labels=np.where(holdout.labels == 1, -1, holdout.labels))
    assert features.of_holdout(unknown) is not None
