"""Labels of several classes and of values that people load: what counts, what is set aside, and what is told."""

import io
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.model_card import ModelInterface
from courtside.core.labels.of_task import labels_as_kept
from courtside.core.predictions.said_columns import truth_in
from courtside.core.rows.sorting_out import TooManyWrongRows
from courtside.core.tasks import TargetUnusable, TooManyClasses
from courtside.workflows.label_loads import LabelsLoaded, load_labels
from courtside.workflows.late_labels import take_labels
from tests.fakes.model_cards import card
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.label_lake import CHURN, day, newest, noon, put_in_table, rows

RESULTS = replace(CHURN, task="multiclass", positive=None)
PRICES = replace(CHURN, task="regression", positive=None)


def load(lake: InMemoryLake, table: pa.Table, *, task: str, on: int = 5) -> LabelsLoaded:
    dataset = RESULTS if task == "multiclass" else PRICES
    return load_labels(table, file="labels.csv", as_of=None, lake=lake, dataset=dataset, now=noon(on))


def with_champion(lake: InMemoryLake, *classes: str, task: str = "multiclass") -> None:
    reference = '{"version": "1", "training_id": "first", "profile_key": null, "dataset": "churn"}'
    lake.write(lake_keys.champion_reference("churn"), reference.encode())
    interface = ModelInterface.of("churned", classes, {"plan": "string"}, task=task)
    written = card().model_copy(update={"interface": interface})
    lake.write(training_keys.training_card("churn", "first"), written.model_dump_json().encode())


def numbers(*values: object, kind: pa.DataType | None = None) -> pa.Table:
    table = rows({str(place): None for place in range(len(values))})
    return table.set_column(2, "churned", pa.array(values, kind))


def aside(lake: InMemoryLake, done: LabelsLoaded) -> dict[str, str]:
    table = csv.read_csv(io.BytesIO(lake.read(f"{done.load.quarantine}rows.csv"))).to_pylist()
    return {str(row["label"]): row["reason"] for row in table}


@pytest.mark.parametrize("champion", [True, False])
def test_values_are_kept_as_one_text_for_each_number_however_a_file_writes_them(*, champion: bool) -> None:
    lake = InMemoryLake()
    if champion:
        with_champion(lake, task="regression")
    put_in_table(lake, {str(each): None for each in range(5)})
    first = load(lake, numbers(12.5, -3.0, 1e12, 1e-7, None), task="regression")
    assert (first.load.new, first.load.unlabelled, first.load.wrong) == (4, 1, 0)
    assert newest(lake) == {"0": "12.5", "1": "-3", "2": "1000000000000", "3": "1e-7"}
    again = load(lake, numbers("12.50", "-3", " 1e12 ", "0.0000001", None), task="regression", on=6)
    assert (again.repeated, again.load.new) == (True, 4)


def test_text_that_is_no_number_is_set_aside_with_what_to_write() -> None:
    lake = InMemoryLake()
    with_champion(lake, task="regression")
    done = load(lake, numbers(*map(str, range(20)), "1,234", "12,5", "1_000", "n/a", "inf"), task="regression")
    assert (done.load.new, done.load.wrong) == (20, 5)
    told = aside(lake, done)
    assert set(told) == {"1,234", "12,5", "1_000", "n/a", "inf"}
    assert set(told.values()) == {
        "a churned that is no number; numbers are written like 1234.5, with nothing between thousands"
    }
    with pytest.raises(TooManyWrongRows, match="no number; numbers are written like"):
        load(lake, numbers("1,5", "2,5"), task="regression")


def test_text_of_a_number_that_no_model_learns_from_is_set_aside() -> None:
    lake = InMemoryLake()
    with_champion(lake, task="regression")
    done = load(lake, numbers(*map(str, range(20)), "1e400", "-1e300", "2e15"), task="regression")
    assert (done.load.new, done.load.wrong, done.load.unlabelled) == (20, 3, 0)
    assert set(aside(lake, done).values()) == {"a churned beyond 1e+15, which no model learns from"}


@pytest.mark.parametrize("wrong", [True, float("inf")])
def test_a_column_that_holds_no_values_is_refused_whole(wrong: object) -> None:
    with pytest.raises(TargetUnusable, match="expected numbers"):
        load(InMemoryLake(), numbers(wrong), task="regression")


def test_a_class_that_appears_only_later_counts_and_is_told() -> None:
    lake = InMemoryLake()
    with_champion(lake, "away", "home")
    said = {str(each): "home" for each in range(20)}
    done = load(lake, rows(said | {"a": "draw", "b": "draw", "c": "away"}), task="multiclass")
    assert (done.load.new, done.load.wrong, done.load.new_classes) == (23, 0, {"draw": 2})
    assert newest(lake)["a"] == "draw"
    one = load(lake, rows({"d": "draw"}), task="multiclass", on=6)  # also where a file holds nothing else
    assert one.load.new_classes == {"draw": 1}
    assert "new_classes" not in load(lake, rows({"e": "home"}), task="multiclass", on=7).load.model_dump()


def test_a_class_that_is_only_written_otherwise_is_set_aside() -> None:
    lake = InMemoryLake()
    with_champion(lake, "away", "home win")
    said = {str(each): "away" for each in range(20)}
    done = load(lake, rows(said | {"a": "Away", "b": "home  win "}), task="multiclass")
    assert done.load.wrong == 2
    assert aside(lake, done) == {
        "Away": "the churned 'Away', which the champion's own rows write 'away'",
        "home  win ": "the churned 'home  win ', which the champion's own rows write 'home win'",
    }


def test_a_class_that_a_file_holds_as_another_type_is_none_that_is_new() -> None:
    lake = InMemoryLake()
    with_champion(lake, "01", "False", "True", "unknown")
    with pytest.raises(TooManyWrongRows, match="the churned '0', which the champion's own rows write 'False'"):
        load(lake, numbers(True, False), task="multiclass")  # as a file is read that has no row of unknown
    assert not newest(lake)


def test_a_column_of_something_else_is_refused_whole() -> None:
    lake = InMemoryLake()
    with_champion(lake, "away", "home")
    with pytest.raises(TooManyWrongRows, match="a churned that is none of away, home"):
        load(lake, rows({str(each): f"customer {each}" for each in range(11)}), task="multiclass")
    assert not newest(lake)
    with pytest.raises(TooManyClasses, match="at most 100"):
        load(InMemoryLake(), rows({str(each): f"customer {each}" for each in range(101)}), task="multiclass")


def test_values_that_come_late_into_the_rows_are_the_labels_that_people_load() -> None:
    lake = InMemoryLake()
    put_in_table(lake, {"0": "12.50", "1": "7"})
    taken = take_labels(day(1), lake=lake, dataset=PRICES, now=noon(1))
    assert (taken.new, newest(lake)) == (2, {"0": "12.5", "1": "7"})
    done = load(lake, numbers(12.5, 8), task="regression", on=2)
    assert (done.load.same, done.load.changed) == (1, 1)


def test_text_beyond_all_floats_is_no_number() -> None:
    assert np.isnan(truth_in(pa.array(["1e400", "-inf", "n/a", None]))).all()


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_a_number_is_read_again_as_it_was_given(values: list[float]) -> None:
    kept = labels_as_kept(pa.array(values), "regression")
    assert truth_in(kept).tolist() == values
    assert labels_as_kept(kept, "regression").to_pylist() == kept.to_pylist()
