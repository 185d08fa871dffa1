"""How much of the past is learned from, where classes or values are predicted: the loss of the task decides."""

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.tasks import MULTICLASS, REGRESSION, task_of
from courtside.core.training.candidates import candidates_of
from courtside.core.training.history import shortened
from courtside.core.training.split import split_rows

ROWS = 3_000


@pytest.mark.parametrize("task", [MULTICLASS, REGRESSION])
@pytest.mark.parametrize("changed", [True, False])
def test_a_shorter_history_is_chosen_only_where_the_old_rows_mislead(task: str, *, changed: bool) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=ROWS)
    sign = np.where((np.arange(ROWS) < ROWS * 0.6) & changed, -1.0, 1.0)
    score = sign * x * 2 + rng.normal(size=ROWS)
    y = pa.array(np.digitize(score, [-1, 1])) if task == MULTICLASS else pa.array(score)
    days = np.datetime64("2000-01-01") + (np.arange(ROWS) * 20 * 365 // ROWS).astype("timedelta64[D]")
    table = pa.table({"id": np.arange(ROWS), "at": days, "x": x, "y": y})
    kinds = (Feature("x", FeatureKind.NUMERIC),)
    dataset = Dataset("t", "at", None, ("id",), "y", kinds, builder=None, reference_seasons=3, task=task)
    split = split_rows(task_of(task).read(table, "y", None).coded(table), dataset=dataset)
    found, record = shortened(split, "auto", dataset=dataset, candidates=list(candidates_of(task).values()))
    assert (record.window != "all") == changed
    assert (found.train.num_rows < split.train.num_rows) == changed
    assert task_of(task).loss_title in record.reason
    assert record.loss == task_of(task).loss_title
