"""Arriving files are loaded once, merged by id and logged, and wrong rows are set aside."""

import gzip
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.loads import LoadState
from courtside.contracts.records import ArrivalOutcome
from courtside.core.dataset import Inference
from courtside.workflows.loads import read_loads
from courtside.workflows.table_loads import load_table, unload_table
from tests.datasets.churn import DATASET, churn_table
from tests.unit.workflows.arriving import NOW, Desk
from tests.unit.workflows.churn_lake import PREFIX, parquet

TABLE = churn_table(300)
FIRST, SECOND = TABLE.slice(0, 200), TABLE.slice(200)
LOADED, NOTHING, QUARANTINED = ArrivalOutcome.LOADED, ArrivalOutcome.NOTHING_NEW, ArrivalOutcome.QUARANTINED


def charged(table: pa.Table, charge: float) -> pa.Table:
    place = table.column_names.index("monthly_charge")
    return table.set_column(place, "monthly_charge", pa.array([charge] * table.num_rows))


def as_csv(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pyarrow.csv.write_csv(table, content)
    return content.getvalue()


def as_feather(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pyarrow.feather.write_feather(table, content)
    return content.getvalue()


def charges(desk: Desk) -> dict[int, float]:
    found = {row["customer_id"]: row["monthly_charge"] for row in desk.rows()}
    assert len(found) == len(desk.rows())
    return found


def test_files_add_up_and_a_round_without_new_files_changes_nothing() -> None:
    desk = Desk()
    first = desk.arrive("march.parquet", FIRST)
    assert (first.outcome, first.new, first.changed, first.same) == (LOADED, 200, 0, 0)
    assert desk.arrive("deep/april.parquet", SECOND).new == 100
    assert len(desk.rows()) == 300
    before = dict(desk.lake.objects)
    assert desk.round().files == 0
    assert desk.lake.objects == {
        **before,
        **{key: desk.lake.objects[key] for key in desk.lake.keys("models/nba_games/training/")},
    }
    assert desk.alerts.sent == []


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.csv", as_csv),
        ("a.csv.gz", lambda table: gzip.compress(as_csv(table))),
        ("a.feather", as_feather),
        ("a.parquet", parquet),
        ("without_suffix", parquet),
    ],
)
def test_every_format_may_arrive_and_gives_the_same_rows(name: str, written: Callable[[pa.Table], bytes]) -> None:
    desk = Desk()
    desk.arrive("first.parquet", FIRST)
    again = desk.arrive(name, written(FIRST))
    assert (again.outcome, again.same, again.load) == (NOTHING, 200, None), again.reason
    assert desk.arrive(f"b{name}", written(charged(TABLE.slice(150), 7.0))).changed == 50
    assert charges(desk)[150] == 7.0


def test_the_same_content_under_another_name_changes_nothing() -> None:
    desk = Desk()
    desk.arrive("march.parquet", FIRST)
    loads = read_loads(PREFIX, lake=desk.lake)
    assert desk.arrive("renamed.parquet", FIRST).outcome == NOTHING
    assert read_loads(PREFIX, lake=desk.lake) == loads


def test_a_later_row_with_known_ids_replaces_the_earlier_one_which_is_kept() -> None:
    desk = Desk()
    first = desk.arrive("march.parquet", FIRST)
    found = desk.arrive("march.parquet", charged(FIRST.slice(0, 5), 99.0), now=NOW + timedelta(days=1))
    assert (found.new, found.changed, found.same) == (0, 5, 0)
    assert [charges(desk)[who] for who in range(6)] == [99.0] * 5 + [FIRST["monthly_charge"][5].as_py()]
    assert first.load is not None
    (kept,) = (load for load in read_loads(PREFIX, lake=desk.lake)[0].loads if load.id == first.load)
    assert pyarrow.parquet.read_table(io.BytesIO(desk.lake.read(kept.key))).num_rows == 200


def test_a_value_may_return_to_an_earlier_one() -> None:
    desk = Desk()
    for charge in (1.0, 2.0, 1.0):
        desk.arrive("latest.parquet", charged(FIRST.slice(0, 3), charge))
    assert set(charges(desk).values()) == {1.0}
    assert [row["arrived_revision"] for row in desk.log()] == [1] * 3 + [2] * 3 + [3] * 3


def test_labels_that_arrive_later_are_revisions() -> None:
    desk = Desk()
    place = FIRST.column_names.index("churned")
    desk.arrive("rows.parquet", FIRST.set_column(place, "churned", pa.nulls(200, pa.bool_())))
    assert desk.arrive("labels.parquet", FIRST).changed == 200
    assert [row["churned"] for row in desk.rows()].count(None) == 0


@pytest.mark.parametrize("column", ["churned", "data_used_gb", "payment"])
def test_a_column_that_is_empty_in_one_csv_file_fits_all_others(column: str) -> None:
    place = FIRST.column_names.index(column)
    without = FIRST.set_column(place, column, pa.nulls(200))
    for files in ((without, FIRST), (FIRST, without)):
        desk = Desk()
        found = [desk.arrive(f"{number}.csv", as_csv(file)) for number, file in enumerate(files)]
        known = 200 - FIRST.column(column).null_count
        assert [(each.new, each.changed) for each in found] == [(200, 0), (0, known)], [each.reason for each in found]


def test_labels_that_are_floats_because_some_are_missing_fit_truth_values() -> None:
    labels = FIRST["churned"].to_pylist()
    some = pa.array([float("nan")] * 100 + [float(label) for label in labels[100:]])
    floats = FIRST.set_column(FIRST.column_names.index("churned"), "churned", some)
    for files in ((floats, FIRST), (FIRST, floats)):
        desk = Desk()
        found = [desk.arrive(f"{number}.parquet", file) for number, file in enumerate(files)]
        assert [(each.new, each.changed) for each in found] == [(200, 0), (0, 100)], [each.reason for each in found]


def test_columns_of_any_name_and_type_may_arrive_while_features_are_inferred() -> None:
    desk = Desk(dataset=replace(DATASET, features=(), inference=Inference()))
    odd = FIRST.append_column("__at", pa.array(range(200))).append_column("tags", pa.array([["a"]] * 200))
    assert [desk.arrive("a.parquet", rows).new for rows in (odd, odd, TABLE)] == [200, 0, 100]
    assert len(desk.rows()) == 300


def test_the_log_tells_what_was_known_on_a_day() -> None:
    desk = Desk()
    desk.arrive("a.parquet", FIRST.slice(0, 2), now=NOW)
    load_table(
        parquet(FIRST.slice(2, 1)), file="by_hand.parquet", lake=desk.lake, dataset=DATASET,
        now=NOW + timedelta(days=1), progress=lambda _: None,
    )  # fmt: skip
    desk.arrive("b.parquet", charged(FIRST.slice(1, 3), 50.0), now=NOW + timedelta(days=2))
    log = desk.log()
    assert [(row["customer_id"], row["arrived_revision"], row["arrived_at"]) for row in log] == [
        (0, 1, NOW),
        (1, 1, NOW),
        (2, 1, NOW + timedelta(days=1)),
        (3, 1, NOW + timedelta(days=2)),
        (1, 2, NOW + timedelta(days=2)),
        (2, 2, NOW + timedelta(days=2)),
    ]
    first = {row["customer_id"]: row["arrived_first"] for row in log}
    assert first == {0: NOW, 1: NOW, 2: NOW + timedelta(days=1), 3: NOW + timedelta(days=2)}
    by_hand = [row["arrived_etag"] is None for row in log]
    assert by_hand == [row["arrived_file"] == "by_hand.parquet" for row in log]
    days = {key.split("/dt=")[1].split("/")[0] for key in desk.lake.keys(lake_keys.arrived_rows("churn"))}
    assert days == {"2026-03-02", "2026-03-03", "2026-03-04"}
    known = {row["customer_id"]: row["monthly_charge"] for row in log if row["arrived_at"] <= NOW + timedelta(days=1)}
    assert known == {who: FIRST["monthly_charge"][who].as_py() for who in range(3)}


def test_undoing_an_arrival_restores_the_rows_that_it_revised() -> None:
    desk = Desk()
    desk.arrive("a.parquet", FIRST)
    found = desk.arrive("b.parquet", charged(FIRST.slice(0, 5), 99.0))
    assert found.load is not None
    unload_table(found.load, lake=desk.lake, dataset=DATASET, now=NOW)
    assert charges(desk)[0] == FIRST["monthly_charge"][0].as_py()
    assert desk.round().files == 0
    assert charges(desk)[0] != 99.0


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_round() -> None:
    desk = Desk()
    desk.put("march.parquet", FIRST)
    desk.place.before_reading = lambda path: desk.place.put(path, parquet(TABLE))
    found = desk.round()
    assert (found.files, found.waiting, desk.records()) == (0, 1, [])
    desk.place.before_reading = lambda _: None
    assert desk.round().rows == 300


def test_a_file_that_disappears_is_not_an_error() -> None:
    desk = Desk()
    desk.put("march.parquet", FIRST)
    desk.place.before_reading = lambda path: desk.place.contents.pop(path) and None
    assert (desk.round().waiting, desk.round().waiting) == (1, 0)


def test_hidden_files_unfinished_files_and_folders_are_ignored() -> None:
    desk = Desk()
    for path in (
        "_SUCCESS",
        ".march.csv",
        "_temporary/0/part.parquet",
        "march.csv.part",
        "march.tmp",
        "sub/",
        "../x.csv",
    ):
        desk.put(path, b"anything")
    assert desk.round().files == 0
    desk.put("_dt=2024-03-01/part.parquet".removeprefix("_"), FIRST)
    assert desk.round().files == 1


def test_a_partition_by_day_provides_the_time_column() -> None:
    desk = Desk(dataset=replace(DATASET, time_column="dt", id_columns=("customer_id",)))
    found = desk.arrive("dt=2024-03-01/part.parquet", FIRST.drop_columns(["measured_at"]))
    assert (found.outcome, found.new) == (LOADED, 200), found.reason
    assert desk.arrive("dt=2024-03-02/part.parquet", FIRST.drop_columns(["measured_at"])).new == 200


def test_a_round_that_is_cut_short_is_continued_by_the_next_one() -> None:
    desk = Desk()
    for start in range(0, 300, 100):
        desk.put(f"{start}.parquet", TABLE.slice(start, 100))
    answers = iter([False, True, True])
    found = desk.round(enough=lambda: next(answers))
    assert (found.files, found.waiting) == (1, 2)
    assert desk.round().files == 2
    assert len(desk.rows()) == 300


def test_without_ids_every_row_of_another_file_is_new() -> None:
    desk = Desk(dataset=replace(DATASET, id_columns=()))
    desk.arrive("a.parquet", FIRST)
    assert desk.arrive("b.parquet", FIRST.slice(0, 10)).new == 10
    assert all(load.state is LoadState.LOADED for load in read_loads(PREFIX, lake=desk.lake)[0].loads)


def test_rows_without_times_are_told_apart_by_their_ids_on_any_day() -> None:
    desk = Desk(dataset=replace(DATASET, time_column=None))
    table = FIRST.drop_columns(["measured_at"])
    desk.arrive("a.parquet", table, now=NOW)
    found = desk.arrive("b.parquet", charged(table.slice(0, 5), 99.0), now=NOW + timedelta(days=40))
    assert (found.new, found.changed) == (0, 5)
    assert [charges(desk)[who] for who in range(5)] == [99.0] * 5
    assert [row["arrived_revision"] for row in desk.log()[-5:]] == [2] * 5
