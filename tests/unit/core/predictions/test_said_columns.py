"""What is kept of a prediction is what was said, whatever the task, and comes back as it was."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.model_card import ModelInterface
from courtside.core.archive.schema import fitted
from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.predictions.said_columns import (
    UNKNOWN_CLASS,
    bounds_in,
    class_texts,
    predictions_in,
    said_columns,
    truth_in,
)

SEVERAL = ModelInterface.of("kind", ("barbera", "barolo", "grignolino"), {"x": "number"}, task="multiclass")
VALUES = ModelInterface.of("price", (), {"x": "number"}, task="regression")
TWO = ModelInterface.of("repaid", (0, 1), {"x": "number"})
SAID = ("prediction", "predicted", "probabilities", "low", "high")


def kept(columns: dict[str, object]) -> pa.Table:
    """Return columns as the store has them, without those that every prediction has."""
    return fitted(pa.table(columns), pa.schema([PREDICTIONS.field(name).with_nullable(nullable=True) for name in SAID]))


def test_of_several_classes_the_likeliest_is_named_and_all_are_kept() -> None:
    row = kept(said_columns(np.array([[0.2, 0.7, 0.1]]), SEVERAL)).to_pylist()[0]
    assert (row["prediction"], row["predicted"]) == (0.7, "barolo")
    assert row["probabilities"] == [("barbera", 0.2), ("barolo", 0.7), ("grignolino", 0.1)]
    assert (row["low"], row["high"]) == (None, None)


def test_a_value_is_kept_with_its_interval_where_there_is_one() -> None:
    said = np.array([1.5, np.nan])
    bounds = np.stack([said - 1, said + 1], axis=1)
    rows = kept(said_columns(said, VALUES, bounds=bounds)).to_pylist()
    assert [(row["prediction"], row["low"], row["high"]) for row in rows] == [(1.5, 0.5, 2.5), (None, None, None)]
    assert set(said_columns(said, VALUES)) == {"prediction"}


def test_the_probability_of_class_1_is_kept_as_ever() -> None:
    assert set(said_columns(np.array([0.25]), TWO)) == {"prediction"}
    assert kept(said_columns(np.array([0.25]), TWO)).column("prediction").to_pylist() == [0.25]


@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(0, 30),
    classes=st.integers(2, 12),
    cut=st.tuples(st.integers(0, 30), st.integers(0, 30)),
)
def test_probabilities_come_back_as_they_were_in_any_order_and_of_any_part(
    seed: int, rows: int, classes: int, cut: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    names = tuple(f"c{place}" for place in range(classes))
    said = rng.dirichlet(np.ones(classes), rows)
    table = kept(said_columns(said, ModelInterface.of("y", names, {"x": "number"}, task="multiclass")))
    order = rng.permutation(classes)
    start, count = min(cut[0], rows), cut[1]
    assert np.array_equal(
        predictions_in(table.slice(start, count), [names[place] for place in order]),
        said[start : start + count][:, order],
    )
    halves = pa.concat_tables([table.slice(0, rows // 2), table.slice(rows // 2)])
    assert np.array_equal(predictions_in(halves, names), said)


def test_a_class_that_a_version_does_not_know_has_no_probability() -> None:
    table = kept(said_columns(np.array([[0.2, 0.7, 0.1]]), SEVERAL))
    assert predictions_in(table, ["barolo", "nebbiolo"]).tolist() == [[0.7, 0.0]]


def test_rows_without_a_prediction_are_null_and_others_keep_their_place() -> None:
    said = np.array([[0.5, 0.25, 0.25], [np.nan] * 3, [0.1, 0.1, 0.8]])
    table = kept(said_columns(said, SEVERAL))
    assert table.column("predicted").to_pylist() == ["barbera", None, "grignolino"]
    assert table.column("prediction").null_count == table.column("probabilities").null_count == 1
    known = table.filter(table.column("prediction").is_valid())
    assert predictions_in(known, class_texts(SEVERAL)).tolist() == said[[0, 2]].tolist()


@pytest.mark.parametrize(
    ("classes", "texts"), [((0, 1, 2), ["0", "1", "2"]), ((False, True), ["0", "1"]), ((1.0, 2.5), ["1", "2.5"])]
)
def test_classes_are_written_as_labels_are(classes: tuple[float, ...], texts: list[str]) -> None:
    made = ModelInterface.of("y", classes, {"x": "number"}, task="multiclass")
    assert class_texts(made) == texts


def test_labels_come_back_as_codes_or_values() -> None:
    labels = pa.chunked_array([["b", "a"], ["zebra", None]], pa.string())
    assert truth_in(labels, ["a", "b"]).tolist() == [1, 0, UNKNOWN_CLASS, UNKNOWN_CLASS]
    values = truth_in(pa.array(["1.5", "-3", "1e12", "north", None]))
    assert values[:3].tolist() == [1.5, -3.0, 1e12]
    assert np.isnan(values[3:]).all()


def test_intervals_come_back() -> None:
    table = kept({"prediction": pa.array([1.0, 2.0]), "low": pa.array([0.0, None]), "high": pa.array([3.0, None])})
    assert np.array_equal(bounds_in(table), np.array([[0.0, 3.0], [np.nan, np.nan]]), equal_nan=True)
