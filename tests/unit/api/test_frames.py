"""A frame of any supported library gives exactly the figures that the same rows give in a parquet file."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from pyarrow import feather

import courtside
from courtside.adapters.feature_tables import AddressInvalid
from courtside.core.drift.errors import DuplicateColumns, EmptyWindow, NotATable, RowsBrokeOff, UnreadableTable
from courtside.core.drift.reading.frames import FrameTable, frame_table

ROWS = 3_000
FIRST = datetime(2023, 1, 1, tzinfo=UTC)


def orders(seed: int, *, shift: float = 0.0) -> pa.Table:
    """Return three months of rows with gaps, categories, booleans and times with a zone, as real frames have."""
    draw = np.random.default_rng(seed)
    gaps = draw.random(ROWS) < 0.05
    moments = [FIRST + timedelta(minutes=43 * place) for place in range(ROWS)]
    return pa.table(
        {
            "bought_at": pa.array(moments, pa.timestamp("us", "UTC")),
            "amount": pa.array(draw.lognormal(3 + shift, 1, ROWS), mask=gaps),
            "items": pa.array(draw.integers(1, 9, ROWS), pa.int64(), mask=draw.random(ROWS) < 0.02),
            "plan": pa.array(draw.choice(["free", "paid", "team"], ROWS), mask=draw.random(ROWS) < 0.03),
            "mobile": pa.array(draw.random(ROWS) < 0.4),
            "order_id": pa.array(np.arange(ROWS) + seed * ROWS),
        }
    )


class OnlyOnce:
    """A stream that can be read only once, like one that comes over a socket."""

    def __init__(self, table: pa.Table) -> None:
        self._reader = table.to_reader(max_chunksize=700)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._reader.__arrow_c_stream__(requested_schema)


def with_categories(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("plan").cast(pl.Categorical))


FRAMES: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow table": lambda table: table,
    "pyarrow table in many chunks": lambda table: pa.Table.from_batches(table.to_batches(max_chunksize=97)),
    "pyarrow reader": lambda table: table.to_reader(max_chunksize=500),
    "pandas on numpy": lambda table: table.to_pandas(),
    "pandas on Arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas with categories": lambda table: table.to_pandas().astype({"plan": "category"}),
    "polars": pl.DataFrame,
    "polars with categories": lambda table: with_categories(pl.DataFrame(table)),
    "DuckDB relation": duckdb.from_arrow,
    "a stream that ends": OnlyOnce,
    "text in views": lambda table: table.set_column(3, "plan", table.column("plan").cast(pa.string_view())),
}


@pytest.fixture(scope="module")
def in_parquet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("orders")
    for name, table in (("before", orders(1)), ("after", orders(2, shift=0.3))):
        pq.write_table(table, folder / f"{name}.parquet")
    return courtside.check_drift(folder / "before.parquet", folder / "after.parquet").to_dict()


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_gives_exactly_the_figures_of_the_same_rows_in_parquet(kind: str, in_parquet: dict[str, Any]) -> None:
    made = FRAMES[kind]
    found = courtside.check_drift(made(orders(1)), made(orders(2, shift=0.3)))
    assert found.to_dict() == in_parquet
    assert found.features_drifted == ("amount",)
    assert set(found.features) == {"amount", "items", "plan", "mobile"}
    assert found.left_out["order_id"] == "its name and values are those of an id"


def test_days_are_selected_from_a_frame_as_from_a_file(tmp_path: Path) -> None:
    pq.write_table(orders(2), tmp_path / "after.parquet")
    days = {"since": "2023-02-01", "until": "2023-03-01", "time_column": "bought_at"}
    of_file = courtside.check_drift(orders(1), tmp_path / "after.parquet", **days)  # type: ignore[arg-type]
    of_frame = courtside.check_drift(orders(1), pl.DataFrame(orders(2)), **days)  # type: ignore[arg-type]
    assert of_frame.to_dict() == of_file.to_dict()
    inside = [day for day in orders(2)["bought_at"].to_pylist() if day.month == 2 and day.year == 2023]
    assert of_frame.report.current.rows == len(inside) > 900


def test_a_table_in_memory_is_not_copied() -> None:
    table = pa.table({"amount": np.arange(500_000.0), "plan": pa.array(["a", "b"] * 250_000)})
    before = pa.total_allocated_bytes()
    opened = frame_table(table, name="current").of(["amount"])
    batches = list(opened)
    assert isinstance(opened, FrameTable)
    assert sum(batch.num_rows for batch in batches) == 500_000
    assert pa.total_allocated_bytes() - before < table.column("amount").nbytes // 100


def test_a_stream_is_read_once_and_never_held_in_memory_as_a_whole() -> None:
    asked = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(20):
            asked.append(pa.total_allocated_bytes())
            # A copy, because the memory that numpy owns is not counted.
            yield pa.record_batch({"amount": pa.concat_arrays([pa.array(np.full(50_000, float(number)))] * 2)})

    reader = pa.RecordBatchReader.from_batches(pa.schema({"amount": pa.float64()}), batches())
    opened = frame_table(reader, name="current").of(["amount"])
    assert [sum(batch.num_rows for batch in opened) for _ in range(2)] == [2_000_000, 2_000_000]
    assert len(asked) == 20
    assert max(asked) - asked[0] < 8 * 2_000_000 / 2


def test_a_large_frame_is_sampled_from_its_beginning_to_its_end() -> None:
    table = pa.table({"value": np.arange(300_000)})
    sample = frame_table(table, name="current").sample()
    values = sample.rows.column("value").to_numpy()
    assert sample.total == 300_000
    assert sample.rows.num_rows <= 100_000
    assert values.min() == 0
    assert values.max() == 299_999


def test_the_unnamed_index_of_a_pandas_frame_is_not_a_feature() -> None:
    frame = orders(1).to_pandas()
    some = frame.sample(frac=0.5, random_state=1)
    words = some.set_index(pd.Index(np.random.default_rng(3).choice(["x", "y"], len(some))))
    for shuffled in (some, words):
        found = courtside.check_drift(shuffled, shuffled)
        assert found.left_out["__index_level_0__"] == "it is the index of a pandas frame, which has no name"
        assert "__index_level_0__" not in found.features


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (pl.DataFrame({"x": [1.0]}).lazy(), NotATable, "LazyFrame"),
        (42, NotATable, "int"),
        (pd.Series([1.0]), NotATable, "Series"),
        (pd.DataFrame({"x": [1.0, "two"]}), UnreadableTable, "the current table cannot be read"),
        (pd.DataFrame([[1.0, 2.0]], columns=["x", "x"]), DuplicateColumns, "the table current has more than one"),
        (pa.table([[1.0], [2.0]], names=["x", "x"]).to_reader(), DuplicateColumns, "the table current has more than"),
        (pa.table({"x": pa.array([], pa.float64())}), EmptyWindow, "current"),
    ],
)
def test_an_unreadable_table_is_refused_with_its_own_error(given: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as refused:
        courtside.check_drift(pa.table({"x": np.arange(200.0) % 7}), given)
    assert isinstance(refused.value, courtside.BadInput)


@pytest.mark.parametrize("kind", FRAMES)
def test_the_interface_of_the_replaced_system_takes_the_same_frames(kind: str, tmp_path: Path) -> None:
    pq.write_table(orders(1), tmp_path / "before.parquet")
    of_file = courtside.DataDriftDetection().setup(reference_data=tmp_path / "before.parquet")
    of_frame = courtside.DataDriftDetection().setup(reference_data=FRAMES[kind](orders(1)))
    found = of_frame.detect_drift(FRAMES[kind](orders(2, shift=0.3)))
    assert found == of_file.detect_drift(orders(2, shift=0.3))
    assert found["summary"]["features_drifted"] == ["amount"]


class Broken:
    """Offers rows, of which only the first arrive."""

    def __init__(self, error: Exception, *, at_once: bool = False) -> None:
        self.error = error
        self.at_once = at_once

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        if self.at_once:
            raise self.error

        def batches() -> Iterator[pa.RecordBatch]:
            yield orders(1).to_batches()[0]
            raise self.error

        reader: Any = pa.RecordBatchReader.from_batches(orders(1).schema, batches())
        return reader.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("kind", [RuntimeError, OSError, KeyError])
def test_rows_whose_own_code_fails_are_refused_in_one_line(kind: type[Exception], *, at_once: bool) -> None:
    with pytest.raises(RowsBrokeOff, match="the database is gone") as caught:
        courtside.check_drift(Broken(kind("the database is gone"), at_once=at_once), orders(1))
    assert "Traceback" not in str(caught.value)


def test_whole_numbers_that_fit_no_column_type_are_refused() -> None:
    with pytest.raises(UnreadableTable, match="the reference table"):
        courtside.check_drift({"amount": [10**30]}, orders(1))


def test_runs_binary_views_and_dictionaries_with_gaps_are_read_as_plain_columns(tmp_path: Path) -> None:
    ends, left = pa.array([1_000, ROWS], pa.int32()), pa.array([True, True, False] * (ROWS // 3))
    plain: dict[str, Any] = {"amount": orders(1)["amount"], "left": left}
    levels = pa.DictionaryArray.from_arrays(pa.array([0, 1] * (ROWS // 2), pa.int8()), pa.array(["a", None]))
    odd = pa.table(
        {
            **plain,
            "plan": pa.RunEndEncodedArray.from_arrays(ends, pa.array(["free", "paid"])),
            "size": pa.RunEndEncodedArray.from_arrays(ends, pa.array([1.5, 2.5])),
            "level": levels,
            "raw": pa.array([b"x"] * ROWS, pa.binary_view()),
        }
    )
    for frame in (odd, odd.to_reader()):
        assert courtside.check_drift(frame, odd).report.features
    assert "plan: categorical" in str(courtside.propose_contract(odd, target="left"))
    (tmp_path / "left.yaml").write_text(
        "name: left\ntarget: left\nfeatures: {amount: numeric, plan: categorical, size: numeric, level: categorical}\n"
        "candidates: [logistic_regression]\n"
    )
    found = courtside.train(odd, tmp_path / "left.yaml", out=tmp_path / "out")
    assert found.record.rows_train == 2_400
    feather.write_feather(odd.select(["amount", "level", "left"]), str(tmp_path / "odd.feather"))
    assert len(courtside.check_drift(tmp_path / "odd.feather", odd).report.features) == 3


def test_an_address_with_a_nul_character_is_refused() -> None:
    with pytest.raises(AddressInvalid):
        courtside.check_drift("a\0b", orders(1))


def test_categories_that_are_intervals_are_refused_by_name_where_they_are_used_and_left_out_elsewhere() -> None:
    numbers = np.random.default_rng(0).normal(size=400)
    rows = pd.DataFrame({"x": numbers, "part": pd.cut(numbers, 3), "came": (numbers > 0).astype(int)})
    with pytest.raises(courtside.BadInput, match="column 'part' cannot be the target"):
        courtside.propose_contract(rows, target="part")
    proposed = courtside.propose_contract(rows.assign(x=numbers[::-1]), target="came")
    assert "part" not in yaml.safe_load(proposed.to_yaml())["features"]
    assert "part" in courtside.check_drift(rows, rows).left_out
