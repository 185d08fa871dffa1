"""Rows get one order, so that no model depends on how a file was shuffled."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from courtside.core.rows.order import time_order
from courtside.core.training.split import split_by_time
from courtside.workflows.rows import training_features
from tests.datasets.churn import DATASET, churn_table

WEEKLY = churn_table(600)
WEEKLY = WEEKLY.set_column(1, "measured_at", pc.floor_temporal(WEEKLY["measured_at"], 7, "day"))
NO_IDS = replace(DATASET, id_columns=())


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_rows_without_ids_give_the_same_parts(seed: int) -> None:
    table = WEEKLY.drop(["customer_id"])
    shuffled = table.take(np.random.default_rng(seed).permutation(table.num_rows))
    assert not shuffled.equals(table)
    parts = [split_by_time(training_features(rows, dataset=NO_IDS).table, dataset=NO_IDS) for rows in (table, shuffled)]
    for name in NO_IDS.columns:
        assert parts[0].train[name].equals(parts[1].train[name])
        assert parts[0].test[name].equals(parts[1].test[name])
    newest = [training_features(rows, dataset=NO_IDS, newest_rows=250).table for rows in (table, shuffled)]
    assert newest[0].equals(newest[1])


def test_ids_alone_decide_where_there_are_some() -> None:
    assert time_order(WEEKLY, DATASET) == [("measured_at", "ascending"), ("customer_id", "ascending")]


def test_a_column_without_any_value_orders_nothing() -> None:
    empty = WEEKLY.set_column(WEEKLY.column_names.index("payment"), "payment", pa.nulls(WEEKLY.num_rows))
    order = time_order(empty, NO_IDS)
    assert ("payment", "ascending") not in order
    assert empty.sort_by(order).num_rows == WEEKLY.num_rows
