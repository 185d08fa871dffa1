"""A load of a table never adds a row twice, and every load can be repeated or undone."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.loads import LoadState
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift.reading import Days
from courtside.core.rows.exact_ids import IdsRounded
from courtside.workflows.freeze import DataUnusable, freeze
from courtside.workflows.loads import LoadUnknown, read_loads
from courtside.workflows.rows import FilesDiffer, rows_before, usable_files
from courtside.workflows.table_loads import RowsLoadedBefore
from courtside.workflows.tables import TableEmpty, TableRows
from tests.datasets.churn import DATASET
from tests.fakes.ports import InMemoryLake
from tests.fakes.table_loads import EVER, FIRST, SECOND, TABLE, load, rows, unload
from tests.unit.workflows.churn_lake import PREFIX, asked, parquet


def test_files_add_up_and_loading_the_same_file_again_changes_nothing() -> None:
    lake = InMemoryLake()
    first = load(FIRST, lake)
    load(SECOND, lake)
    objects = dict(lake.objects)
    again = load(FIRST, lake, file="renamed.parquet")
    assert (again.repeated, again.load) == (True, first.load)
    assert lake.objects == objects
    assert rows(lake) == 900


def test_rows_that_were_loaded_before_are_refused() -> None:
    lake = InMemoryLake()
    march = load(FIRST, lake, file="march.parquet").load
    objects = dict(lake.objects)
    with pytest.raises(RowsLoadedBefore, match=r"^100 of the 400 rows of april\.parquet") as caught:
        load(TABLE.slice(500, 400), lake, file="april.parquet")
    assert caught.value.load_id == march.id
    assert f"load {march.id} (march.parquet)" in str(caught.value)
    assert f"`courtside labels load FILE --model {DATASET.name}`" in str(caught.value)
    assert lake.objects == objects


def test_a_column_with_a_dot_in_its_name_is_no_field_of_another_column() -> None:
    """Parquet calls the field k of a column s by the same name, and would read both."""
    lake, dataset = InMemoryLake(), replace(DATASET, features=(*DATASET.features, Feature("s.k", FeatureKind.NUMERIC)))
    numbers = pa.array([float(row) for row in range(600)])
    flat = FIRST.append_column("s.k", numbers)
    nested = flat.append_column("s", pa.array([{"k": -1.0, "z": row} for row in range(600)]))
    load(nested, lake, dataset=dataset)
    (stored,) = (key for key in lake.keys(PREFIX) if key.endswith(".parquet"))
    table = TableRows(dataset).read(stored, lake.read(stored))
    assert "s" not in table.column_names
    assert table.column("s.k").to_pylist() == numbers.to_pylist()
    # A file without the nested column has all the same columns.
    load(SECOND.append_column("s.k", pa.array([0.0] * 300)), lake, dataset=dataset)
    files, quarantined = usable_files(EVER, lake=lake, dataset=dataset)
    assert quarantined == ()
    assert rows_before(date(2030, 1, 1), files, dataset=dataset).num_rows == 900


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4)),  # this day has no midnight
        ("Africa/Cairo", date(2024, 4, 26)),  # this day has no midnight
        ("America/Havana", date(2018, 11, 4)),  # this day has two midnights
        ("Pacific/Apia", date(2011, 12, 30)),  # this day was skipped
        ("UTC", date(2024, 2, 29)),
    ],
)
def test_a_training_as_of_any_day_learns_from_the_rows_of_the_days_before_it(zone: str, day: date) -> None:
    begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 300 * 3600
    moments = [begin + 3600 * hour for hour in range(600)]
    place = FIRST.schema.get_field_index("measured_at")
    column = pa.array(moments).cast(pa.timestamp("s", zone))
    lake = InMemoryLake()
    load(FIRST.set_column(place, "measured_at", column), lake)
    files, quarantined = usable_files(EVER, lake=lake, dataset=DATASET)
    assert quarantined == ()
    before = sum(datetime.fromtimestamp(each, ZoneInfo(zone)).date() < day for each in moments)
    assert 0 < before < 600
    assert rows_before(day, files, dataset=DATASET).num_rows == before


def test_files_put_there_by_hand_are_compared_too() -> None:
    day = FIRST["measured_at"][0].as_py().date()
    for name, there in (("by_hand.parquet", FIRST), (f"dt={day}/part-0.parquet", FIRST.slice(0, 1))):
        lake = InMemoryLake({f"{PREFIX}{name}": parquet(there)})
        with pytest.raises(RowsLoadedBefore, match=name):
            load(FIRST, lake)
        load(SECOND, lake)


def test_ids_of_another_type_are_refused() -> None:
    lake = InMemoryLake()
    load(FIRST, lake)
    texts = pa.array([str(value) for value in SECOND["customer_id"].to_pylist()])
    with pytest.raises(FilesDiffer, match="'customer_id' is of another type, int64 vs string"):
        load(SECOND.set_column(0, "customer_id", texts), lake)
    by_hand = InMemoryLake({f"{PREFIX}by_hand.parquet": parquet(FIRST)})
    with pytest.raises(FilesDiffer, match="holds other ids"):
        load(SECOND.set_column(0, "customer_id", texts), by_hand)
    load(SECOND.set_column(0, "customer_id", SECOND["customer_id"].cast(pa.int32())), lake)


def retyped(table: pa.Table, column: str, values: "pa.Array[Any]") -> pa.Table:
    return table.set_column(table.column_names.index(column), column, values)


def test_a_column_of_another_type_is_refused_before_anything_is_written() -> None:
    lake = InMemoryLake()
    load(FIRST, lake)
    objects = dict(lake.objects)
    texts = retyped(SECOND, DATASET.target, pa.array(["unknown"] * SECOND.num_rows))
    with pytest.raises(FilesDiffer, match=f"'{DATASET.target}' is of another type"):
        load(texts, lake, dataset=replace(DATASET, positive="unknown"))
    assert lake.objects == objects


def test_a_file_takes_the_types_of_the_loads_before_it_where_they_hold_its_values() -> None:
    lake = InMemoryLake()
    name = next(feature.name for feature in DATASET.features if feature.kind is FeatureKind.CATEGORICAL)
    load(FIRST, lake)
    empty = retyped(SECOND.slice(0, 100), DATASET.target, pa.nulls(100))
    numbers = retyped(SECOND.slice(100), name, pa.array([101] * (SECOND.num_rows - 100)))
    for table in (empty, numbers):
        load(table, lake)
        assert load(table, lake).repeated
    files, _ = usable_files(EVER, lake=lake, dataset=DATASET)
    found = rows_before(date(2030, 1, 1), files, dataset=DATASET)
    assert found.column(DATASET.target).null_count == 100
    assert "101" in found.column(name).to_pylist()


KINDS: list[list[Any]] = [
    [pa.null(), pa.int64(), pa.null(), pa.int8()],
    [pa.int8(), pa.int64(), pa.int16()],
    [pa.float64(), pa.int32(), pa.null(), pa.bool_()],
]


@pytest.mark.parametrize("kinds", KINDS, ids=lambda kinds: ", ".join(map(str, kinds)))
@pytest.mark.parametrize("taken_back", [None, -1, 0])
def test_loads_read_together_whatever_widths_and_gaps_their_columns_have(
    kinds: list[Any], taken_back: int | None
) -> None:
    lake, name = InMemoryLake(), "tenure_months"
    place = TABLE.column_names.index(name)
    loads = []
    for at, kind in enumerate(kinds):
        values = pa.nulls(200) if pa.types.is_null(kind) else pa.array([at % 2] * 200).cast(pa.uint8()).cast(kind)
        loads.append(load(TABLE.slice(200 * at, 200).set_column(place, name, values), lake).load)
    if taken_back is not None:
        unload(loads[taken_back].id, lake)
    files, quarantined = usable_files(EVER, lake=lake, dataset=DATASET)
    found = rows_before(date(2030, 1, 1), files, dataset=DATASET)
    assert not quarantined
    assert found.num_rows == 200 * (len(kinds) - (taken_back is not None))
    load(TABLE.slice(200 * len(kinds), 100), lake)


def test_a_type_that_fits_only_the_newest_load_is_refused() -> None:
    lake = InMemoryLake()
    load(FIRST, lake)
    load(retyped(SECOND.slice(0, 100), DATASET.target, pa.nulls(100)), lake)
    texts = retyped(SECOND.slice(100), DATASET.target, pa.array(["unknown"] * (SECOND.num_rows - 100)))
    with pytest.raises(FilesDiffer, match=f"'{DATASET.target}' is of another type"):
        load(texts, lake, dataset=replace(DATASET, positive="unknown"))


def test_a_table_without_ids_is_never_refused_for_its_rows() -> None:
    lake = InMemoryLake()
    load(FIRST, lake, dataset=replace(DATASET, id_columns=()))
    assert not load(TABLE, lake, dataset=replace(DATASET, id_columns=())).repeated


def test_a_load_is_undone_and_loaded_again() -> None:
    lake = InMemoryLake()
    first, second = load(FIRST, lake).load, load(SECOND, lake).load
    assert not unload(first.id, lake).repeated
    assert rows(lake) == 300
    assert lake.read(lake_keys.unloaded_table("churn", first.id)) == parquet(FIRST)
    assert unload(first.id, lake).repeated
    loads, _ = read_loads(PREFIX, lake=lake)
    assert [each.state for each in loads.loads] == [LoadState.TAKEN_BACK, LoadState.LOADED]
    assert list(loads.objects) == [second.key]
    load(TABLE.slice(100, 500), lake)
    with pytest.raises(RowsLoadedBefore):
        load(FIRST, lake)
    unload(read_loads(PREFIX, lake=lake)[0].loads[-1].id, lake)
    assert not load(FIRST, lake).repeated
    assert rows(lake) == 900


@pytest.mark.parametrize("load_id", ["", "../../evil", "a" * 300])
def test_an_unknown_load_is_refused(load_id: str) -> None:
    lake = InMemoryLake()
    load(FIRST, lake)
    with pytest.raises(LoadUnknown, match="the newest are") as caught:
        unload(load_id, lake)
    assert len(str(caught.value)) < 300


def test_an_empty_table_is_refused_and_writes_nothing() -> None:
    lake = InMemoryLake()
    with pytest.raises(TableEmpty):
        load(FIRST.slice(0, 0), lake)
    assert lake.objects == {}


def test_a_vanished_file_stops_a_training_and_is_reported_by_a_check() -> None:
    lake = InMemoryLake()
    first = load(FIRST, lake).load
    load(SECOND, lake)
    lake.remove([first.key])
    with pytest.raises(DataUnusable, match=f"{first.id}.parquet: it was loaded with 600 rows and is gone"):
        freeze(asked(), lake=lake, dataset=DATASET)
    _, quarantined = usable_files(EVER, lake=lake, dataset=DATASET)
    assert [each.file for each in quarantined] == [lake.uri(first.key)]
    _, of_other_days = usable_files(Days(date(2026, 1, 1), date(2026, 2, 1)), lake=lake, dataset=DATASET)
    assert of_other_days == ()
    load(FIRST, lake)
    assert rows(lake) == 900


@pytest.mark.parametrize("first_id", [0, 2**53 + 1])
def test_whole_ids_that_came_as_floats_are_the_same_rows_or_are_refused(first_id: int) -> None:
    def with_ids(table: pa.Table, kind: Any) -> pa.Table:
        place = table.schema.get_field_index("customer_id")
        whole = pa.array([first_id + number for number in range(table.num_rows)], pa.int64())
        return table.set_column(place, "customer_id", whole.cast(kind, safe=False))

    lake = InMemoryLake()
    load(with_ids(FIRST, pa.int64()), lake)
    objects = dict(lake.objects)
    refused = IdsRounded if first_id else RowsLoadedBefore
    with pytest.raises(refused):
        load(with_ids(FIRST, pa.float64()), lake, file="again.parquet")
    assert lake.objects == objects
    if not first_id:
        load(with_ids(SECOND, pa.float64()), lake)
        assert rows(lake) == 900
