"""Rows are put into one fixed order, so that no model depends on how a file was shuffled."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from courtside.core.dataset import Dataset
from courtside.core.rows.order import row_order
from courtside.core.training.split import split_in_words, split_rows
from courtside.workflows.rows import training_features
from tests.datasets.churn import DATASET, churn_table

WEEKLY = churn_table(600)
WEEKLY = WEEKLY.set_column(1, "measured_at", pc.floor_temporal(WEEKLY["measured_at"], 7, "day"))
NO_IDS = replace(DATASET, id_columns=())
NO_TIME = replace(DATASET, time_column=None)
NEITHER = replace(NO_IDS, time_column=None)


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_rows_without_ids_are_split_into_the_same_parts(seed: int) -> None:
    table = WEEKLY.drop(["customer_id"])
    shuffled = table.take(np.random.default_rng(seed).permutation(table.num_rows))
    assert not shuffled.equals(table)
    parts = [split_rows(training_features(rows, dataset=NO_IDS).table, dataset=NO_IDS) for rows in (table, shuffled)]
    for name in NO_IDS.columns:
        assert parts[0].train[name].equals(parts[1].train[name])
        assert parts[0].test[name].equals(parts[1].test[name])
    newest = [training_features(rows, dataset=NO_IDS, newest_rows=250).table for rows in (table, shuffled)]
    assert newest[0].equals(newest[1])


def test_rows_with_ids_are_ordered_by_time_and_ids_alone() -> None:
    assert row_order(WEEKLY, DATASET) == [("measured_at", "ascending"), ("customer_id", "ascending")]


def test_a_column_without_values_is_not_used_for_ordering() -> None:
    empty = WEEKLY.set_column(WEEKLY.column_names.index("payment"), "payment", pa.nulls(WEEKLY.num_rows))
    order = row_order(empty, NO_IDS)
    assert ("payment", "ascending") not in order
    assert empty.sort_by(order).num_rows == WEEKLY.num_rows


@pytest.mark.parametrize("dataset", [NO_TIME, NEITHER], ids=["ids", "no ids"])
def test_rows_without_times_are_drawn_with_the_seed_whatever_their_order(dataset: Dataset) -> None:
    shuffled = WEEKLY.take(np.random.default_rng(1).permutation(WEEKLY.num_rows))
    parts = [split_rows(training_features(rows, dataset=dataset).table, dataset=dataset) for rows in (WEEKLY, shuffled)]
    assert (parts[0].train.num_rows, parts[0].holdout_rows) == (480, 60)
    for name in dataset.columns:
        assert parts[0].train[name].equals(parts[1].train[name])
    ids = [set(part.column("customer_id").to_pylist()) for part in (parts[0].train, parts[0].test)]
    assert not ids[0] & ids[1]
    assert max(ids[0]) > min(ids[1])
    other = split_rows(training_features(WEEKLY, dataset=dataset).table, dataset=dataset, seed=7)
    assert set(other.test.column("customer_id").to_pylist()) != ids[1]


@pytest.mark.parametrize(
    ("dataset", "says", "not_says"),
    [
        (DATASET, "came after", "seed"),
        (NO_IDS, "rows of the same time are ordered by all columns", "seed"),
        (NO_TIME, "drawn with seed 42, because the contract names no time_column", "all columns"),
        (NEITHER, "; rows are ordered by all columns first, because the contract names no id_columns", "came after"),
    ],
)
def test_a_sentence_tells_how_rows_are_split_and_ordered(dataset: Dataset, says: str, not_says: str) -> None:
    said = split_in_words(dataset, seed=42)
    assert says in said
    assert not_says not in said
