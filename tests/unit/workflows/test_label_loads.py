"""Labels that people load: once or twice, late or early, right or wrong."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv, fs

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.days import DayToCome
from courtside.contracts.model_card import ModelInterface
from courtside.core.drift.errors import MissingColumns, WrongType
from courtside.core.drift.reading import open_table
from courtside.core.rows.sorting_out import TooManyWrongRows
from courtside.core.tasks import TargetNotBinary
from courtside.workflows.label_loads import LabelsOfAnEarlierDay, label_loads, load_labels, read_labels
from courtside.workflows.tables import TableEmpty
from tests.fakes.model_cards import card
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.label_lake import CHURN, day, load, newest, noon, put_in_table, rows, stored, take


def test_a_load_is_kept_and_the_same_labels_again_change_nothing() -> None:
    lake = InMemoryLake()
    done = load(lake, {"a": "yes", "b": "no", "c": None}, on=5)
    assert stored(lake) == [("a", "yes", 5, done.load.id, 1), ("b", "no", 5, done.load.id, 1)]
    assert (done.load.new, done.load.changed, done.load.same, done.load.unlabelled) == (2, 0, 0, 1)
    before = dict(lake.objects)
    again = load(lake, {"b": "no", "a": "yes"}, on=7)
    assert (again.repeated, again.load) == (True, done.load)
    assert lake.objects == before
    assert label_loads(CHURN, lake=lake) == [done.load]


def test_a_correction_is_a_new_revision() -> None:
    lake = InMemoryLake()
    load(lake, {"a": "yes", "b": "no"}, on=5)
    done = load(lake, {"a": "no", "b": "no", "c": "no"}, on=6)
    assert (done.load.new, done.load.changed, done.load.same) == (1, 1, 1)
    assert stored(lake)[2:] == [("a", "no", 6, done.load.id, 2), ("c", "no", 6, done.load.id, 1)]


def test_a_file_that_is_delivered_again_does_not_take_a_correction_back() -> None:
    lake = InMemoryLake()
    load(lake, {"a": "yes", "b": "yes"}, on=5)
    assert load(lake, {"a": "yes", "b": "yes"}, on=5).corrected == 0
    load(lake, {"a": "no"}, on=6)
    again = load(lake, {"a": "yes", "b": "yes"}, on=7)
    assert (again.repeated, again.corrected) == (True, 1)
    assert newest(lake) == {"a": "no", "b": "yes"}


def test_unknown_rows_are_counted_and_kept() -> None:
    lake = InMemoryLake()
    put_in_table(lake, {"a": None, "b": None})
    assert load(lake, {"a": "yes", "x": "yes", "y": "no"}, on=5).load.unknown == 2
    assert newest(lake) == {"a": "yes", "x": "yes", "y": "no"}


def test_labels_of_an_earlier_day_are_refused_because_its_answer_is_given() -> None:
    lake = InMemoryLake()
    load(lake, {"a": "yes"}, on=5)
    with pytest.raises(LabelsOfAnEarlierDay, match=r"2026-03-06 already.*2026-03-04 never changes; leave --as-of out"):
        load(lake, {"a": "no"}, on=9, as_of=day(3))
    with pytest.raises(DayToCome, match=r"today is 2026-03-10 in UTC.*on 2026-03-11"):
        load(lake, {"a": "no"}, on=9, as_of=day(10))
    assert load(lake, {"a": "no"}, on=9, as_of=day(5)).load.known_on == day(5)
    assert load(lake, {"b": "no"}, on=2).load.known_on == day(5)  # by a clock that is behind


def with_champion(lake: InMemoryLake, classes: tuple[str | bool | int | float | None, ...]) -> None:
    reference = '{"version": "1", "training_id": "first", "profile_key": null, "dataset": "churn"}'
    lake.write(lake_keys.champion_reference("churn"), reference.encode())
    written = card().model_copy(update={"interface": ModelInterface.of("churned", classes, {"plan": "string"})})
    lake.write(training_keys.training_card("churn", "first"), written.model_dump_json().encode())


def test_labels_that_the_champion_does_not_know_are_set_aside_with_the_reason() -> None:
    lake = InMemoryLake()
    with_champion(lake, ("no", "yes"))
    good = {str(each): "no" for each in range(20)}
    done = load(lake, {**good, "a": "perhaps", "b": "yes"}, on=5)
    assert done.load.wrong == 1
    assert newest(lake) == {**good, "b": "yes"}
    assert done.load.quarantine == lake_keys.quarantine("churn", done.load.id)
    aside = csv.read_csv(io.BytesIO(lake.read(f"{done.load.quarantine}rows.csv"))).to_pylist()
    assert aside == [
        {"row": 21, "reason": "a churned that is neither no nor yes", "id": "a|2026-03-01", "label": "perhaps"}
    ]
    with pytest.raises(TooManyWrongRows):
        load(lake, {"a": "Yes", "b": "No"}, on=5)


@pytest.mark.parametrize(("classes", "said"), [((False, True), "01"), ((0.0, 1.0), "01"), ((1, 2), "12")])
def test_the_champions_classes_are_compared_as_text(classes: tuple[float, ...], said: str) -> None:
    lake = InMemoryLake()
    with_champion(lake, classes)
    dataset = replace(CHURN, positive=None)
    table = rows({"a": said[0], "b": said[1]})
    done = load_labels(table, file="labels.csv", as_of=None, lake=lake, dataset=dataset, now=noon(5))
    assert (done.load.new, done.load.wrong) == (2, 0)


def test_without_a_champion_the_labels_must_be_two() -> None:
    with pytest.raises(TargetNotBinary, match="3 values"):
        load(InMemoryLake(), {"a": "yes", "b": "no", "c": "perhaps"}, on=5)
    lake = InMemoryLake()
    with_champion(lake, (None, "yes"))
    with pytest.raises(TargetNotBinary, match="3 values"):
        load(lake, {"a": "yes", "b": "no", "c": "perhaps"}, on=5)


def test_a_load_may_be_larger_than_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courtside.workflows.label_store.MOST_ROWS", 3)
    lake, said = InMemoryLake(), {f"{each}": "yes" for each in range(10)}
    assert load(lake, said, on=5).load.new == 10
    assert newest(lake) == said
    assert len(stored(lake)) == 10
    assert len(lake.keys(lake_keys.labels("churn"))) == 4


def read(tmp_path: Path, table: pa.Table) -> pa.Table:
    pq.write_table(table, tmp_path / "labels.parquet")
    return read_labels(open_table(fs.LocalFileSystem(), str(tmp_path / "labels.parquet"), name="labels.parquet"), CHURN)


def test_a_file_is_read_by_the_contract_whatever_types_it_has(tmp_path: Path) -> None:
    lake, said = InMemoryLake(), {"1": "yes", "2": "no"}
    load(lake, said, on=5)
    table = pa.table({
        "note": ["x", "y"],
        "customer_id": pa.array([1.0, 2.0]),
        "billed_on": pa.array([1772323200, 1772323200]),  # 1 March 2026 in seconds
        "churned": pa.array(["yes", "no"]).dictionary_encode(),
    })  # fmt: skip
    done = load_labels(read(tmp_path, table), file="x", as_of=None, lake=lake, dataset=CHURN, now=noon(6))
    assert done.repeated


@pytest.mark.parametrize(
    ("column", "values", "error"),
    [
        ("customer_id", [["a"]], WrongType),
        ("customer_id", [b"\xff"], WrongType),
        ("churned", [{"said": "yes"}], WrongType),
        ("billed_on", ["soon"], WrongType),
        ("billed_on", None, MissingColumns),
        ("churned", None, MissingColumns),
        ("churned", [], TableEmpty),
    ],
)
def test_what_a_file_lacks_is_named(
    column: str, values: list[Any] | None, error: type[Exception], tmp_path: Path
) -> None:
    said: dict[str, list[Any] | None] = {
        "customer_id": ["a"],
        "billed_on": [day(1)],
        "churned": ["yes"],
        column: values,
    }
    cells = {name: pa.array([] if values == [] else each) for name, each in said.items() if each is not None}
    with pytest.raises(error):
        read(tmp_path, pa.table(cells))


def test_an_empty_file_of_labels_is_a_load_of_none() -> None:
    lake = InMemoryLake()
    assert load(lake, {"a": None}, on=5).load.new == 0
    assert stored(lake) == []


def test_a_load_and_the_table_may_say_the_same() -> None:
    lake = InMemoryLake()
    load(lake, {"a": "yes"}, on=5)
    put_in_table(lake, {"a": "yes"})
    taken = take(lake, on=6)
    assert (taken.new, taken.changed) == (0, 0)
    load(lake, {"a": "no"}, on=7)
    assert take(lake, on=8) == taken
    assert newest(lake) == {"a": "no"}
