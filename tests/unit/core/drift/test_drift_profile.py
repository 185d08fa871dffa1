"""Profiles recover what they summarize, are stored compactly, and refuse unusable tables with named errors."""

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile, fit
from courtside.core.drift.columns.column import CategoryColumn, NumericColumn
from courtside.core.drift.errors import (
    AllMissing,
    DuplicateColumns,
    EmptyWindow,
    MissingColumns,
    NotBinary,
    ProfileCorrupt,
    ProfileMismatch,
    ProfileTooNew,
    WrongType,
)
from courtside.core.drift.profiles.serialization import MAGIC, PREFIX, SCHEMA_VERSION

POINTS = [Feature("points", FeatureKind.NUMERIC)]
WIN = [Feature("win", FeatureKind.BINARY)]


SPREADS: dict[str, Callable[[np.random.Generator, int], Any]] = {
    "normal": lambda rng, rows: rng.normal(size=rows),
    "lognormal": lambda rng, rows: rng.lognormal(size=rows),
    "uniform": lambda rng, rows: rng.random(rows),
}


def sixteen(rows: int, spread: str = "normal", *, seed: int = 0) -> tuple[pa.Table, list[Feature]]:
    rng = np.random.default_rng([rows, seed])
    names = [f"feature_{i}" for i in range(16)]
    return pa.table({name: pa.array(SPREADS[spread](rng, rows)) for name in names}), [
        Feature(n, FeatureKind.NUMERIC) for n in names
    ]


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize(
    "rows", [30, 100, 300, 400, 401, 500, 700, 999, 1000, 1024, 1100, 2000, 5000, 30_000, 34_788, 300_000]
)
def test_sixteen_full_precision_features_fit_in_64_kilobytes(rows: int, spread: str) -> None:
    table, features = sixteen(rows, spread)
    profile = fit(table, features)
    stored = profile.to_bytes()
    assert len(stored) <= 64 * 1024
    assert Profile.from_bytes(stored) == profile
    assert same_grids(Profile.from_bytes(stored), profile)
    assert len(profile.summarize(sixteen(8697, spread, seed=1)[0]).to_bytes()) <= 64 * 1024


def same_grids(one: Profile, other: Profile) -> bool:
    pairs = zip(one.columns, other.columns, strict=True)
    numeric = [(a, b) for a, b in pairs if isinstance(a, NumericColumn) and isinstance(b, NumericColumn)]
    return len(numeric) == len(one.columns) and all(
        a.grid.same_as(b.grid) and a.grid.atoms.tolist() == b.grid.atoms.tolist() for a, b in numeric
    )


def test_only_profiles_with_a_blurred_grid_have_the_newer_version() -> None:
    versions = {rows: PREFIX.unpack_from(fit(*sixteen(rows)).to_bytes())[1] for rows in (400, 401, 999, 1000)}
    assert versions == {400: 1, 401: 2, 999: 2, 1000: 1}


@pytest.mark.parametrize("scale", [1e-320, 1e-3, 1e9, 1e307])
def test_a_blurred_grid_of_clustered_and_repeated_values_is_stored_whole(scale: float) -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate((rng.normal(size=300), 0.5 + rng.normal(0, 1e-12, 300), np.repeat(rng.random(20), 5), [0]))
    profile = fit(pa.table({"points": pa.array(values * scale)}), POINTS)
    assert same_grids(Profile.from_bytes(profile.to_bytes()), profile)


def test_mean_and_median_of_the_reference_are_recovered() -> None:
    values = np.random.default_rng(0).normal(104.1, 6, 30_001)
    column = fit(pa.table({"points": pa.array(values)}), POINTS).columns[0]
    assert isinstance(column, NumericColumn)
    assert column.mean == pytest.approx(values.mean(), rel=1e-14)
    assert column.median == np.median(values)
    assert (column.minimum, column.maximum) == (values.min(), values.max())
    assert column.grid.sd == pytest.approx(values.std())


def test_the_period_spans_the_time_column_of_all_parts() -> None:
    def month(number: int) -> pa.Table:
        return pa.table({"points": [1.0, 2.0], "day": [datetime(2024, number, day, 20, tzinfo=UTC) for day in (3, 9)]})

    reference = fit([month(2), month(1)], POINTS, time_column="day")
    assert reference.period == (date(2024, 1, 3), date(2024, 2, 9))
    assert Profile.from_bytes(reference.to_bytes()).period == reference.period
    assert reference.summarize(pa.table({"points": [1.0]})).period is None
    with pytest.raises(MissingColumns, match="day"):
        fit(pa.table({"points": [1.0]}), POINTS, time_column="day")
    with pytest.raises(WrongType, match="timestamp or date"):
        fit(pa.table({"points": [1.0], "day": ["soon"]}), POINTS, time_column="day")


def test_fitting_does_not_depend_on_the_batches_even_when_it_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courtside.core.drift.profiles.sample.MOST_ROWS", 1000)
    table = pa.table({"points": pa.array(np.random.default_rng(1).normal(size=9000))})
    whole = fit(table, POINTS)
    parts = fit(table.to_batches(max_chunksize=77), POINTS)
    mine, theirs = whole.columns[0], parts.columns[0]
    assert isinstance(mine, NumericColumn)
    assert isinstance(theirs, NumericColumn)
    assert mine.grid.same_as(theirs.grid)
    assert mine.counts.tolist() == theirs.counts.tolist()
    assert mine.counts.sum() == 9000
    assert np.abs(mine.bin_counts / 9000 - 0.1).max() < 0.04


def test_a_one_shot_iterator_is_read_once_and_counted_whole() -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield from pa.table({"points": pa.array(np.arange(5000.0))}).to_batches(max_chunksize=999)

    profile = fit(batches(), POINTS)
    assert profile.rows == 5000
    assert profile.summarize(batches()) == profile


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1, 2, 3], pa.int8()),
        pa.array([1, 2, 3], pa.uint64()),
        pa.array([1.0, 2.0, 3.0], pa.float16()),
        pa.array([Decimal("1.00"), Decimal("2.00"), Decimal("3.00")]),
        pa.array([1, 2, 3]).dictionary_encode(),
        pa.chunked_array([[1.0], [2.0, 3.0]]),
    ],
    ids=lambda a: str(a.type),
)
def test_every_number_type_is_read(values: Any) -> None:
    column = fit(pa.table({"points": values}), POINTS).columns[0]
    assert isinstance(column, NumericColumn)
    assert (column.valid, column.mean) == (3, 2.0)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())], ids=str)
def test_every_text_type_is_read(kind: pa.DataType) -> None:
    features = [Feature("venue", FeatureKind.CATEGORICAL)]
    column = fit(pa.table({"venue": pa.array(["b", None, "a", "b"], kind)}), features).columns[0]
    assert isinstance(column, CategoryColumn)
    assert (column.levels, column.counts.tolist(), column.tally.null) == (("a", "b"), [1, 2, 0], 1)


def test_a_table_that_cannot_be_a_reference_is_refused_with_a_named_error() -> None:
    with pytest.raises(MissingColumns, match="points"):
        fit(pa.table({"score": [1.0]}), POINTS)
    with pytest.raises(EmptyWindow, match="reference"):
        fit(pa.table({"points": pa.array([], pa.float64())}), POINTS)
    with pytest.raises(EmptyWindow, match="reference"):
        fit([], POINTS)
    with pytest.raises(WrongType, match="string"):
        fit(pa.table({"points": ["1"]}), POINTS)
    with pytest.raises(AllMissing, match="all 2"):
        fit(pa.table({"points": [float("nan"), None]}), POINTS)
    with pytest.raises(AllMissing):
        fit(pa.table({"win": pa.nulls(2)}), WIN)
    with pytest.raises(NotBinary, match="3 levels"):
        fit(pa.table({"win": [0, 1, 2]}), WIN)
    with pytest.raises(DuplicateColumns, match="points"):
        fit(pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], names=["points", "points"]), POINTS)
    with pytest.raises(DuplicateColumns, match="points"):
        fit(pa.table({"points": [1.0]}), [*POINTS, *POINTS])
    with pytest.raises(WrongType, match="one type"):
        fit([pa.table({"win": [0]}), pa.table({"win": ["yes"]})], WIN)
    with pytest.raises(WrongType, match="date"):
        fit(pa.table({"win": [date(2024, 1, 1)]}), WIN)


def test_a_table_that_cannot_be_a_current_one_is_refused_with_a_named_error() -> None:
    profile = fit(pa.table({"points": [1.0, 2.0]}), POINTS)
    with pytest.raises(MissingColumns, match="it has score"):
        profile.summarize(pa.table({"score": [1.0]}))
    with pytest.raises(DuplicateColumns, match="points"):
        profile.summarize(pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], names=["points", "points"]))
    other = fit(pa.table({"points": [1.0, 3.0]}), POINTS)
    with pytest.raises(ProfileMismatch, match="summarize"):
        profile.merge(other)


def test_parts_without_the_column_or_with_another_type_are_tallied() -> None:
    features = [*POINTS, *WIN]
    profile = fit(pa.table({"points": [1.0, 2.0], "win": [0, 1]}), features)
    parts = [pa.table({"points": ["x", None], "win": ["yes", "no"]}), pa.table({"win": [0, 1, 1]})]
    points, win = profile.summarize(parts).columns
    assert (points.tally.rows, points.tally.mistyped, points.tally.absent, points.tally.null) == (5, 1, 3, 1)
    assert (win.tally.rows, win.tally.mistyped, win.valid) == (5, 2, 3)


def test_damaged_bytes_are_refused_with_a_named_error() -> None:
    stored = fit(pa.table({"points": [1.0, 2.0, 3.0]}), POINTS).to_bytes()
    for position in range(len(stored)):
        damaged = bytearray(stored)
        damaged[position] ^= 0x40
        with pytest.raises((ProfileCorrupt, ProfileTooNew)):
            Profile.from_bytes(bytes(damaged))
    for length in range(len(stored)):
        with pytest.raises(ProfileCorrupt):
            Profile.from_bytes(stored[:length])
    nonsense = zlib.compress(struct.pack("<I", 2) + b"{}")
    with pytest.raises(ProfileCorrupt, match="arrays"):
        Profile.from_bytes(PREFIX.pack(MAGIC, SCHEMA_VERSION, zlib.crc32(nonsense)) + nonsense)


def test_the_error_for_a_newer_profile_says_to_upgrade() -> None:
    stored = fit(pa.table({"points": [1.0, 2.0]}), POINTS).to_bytes()
    with pytest.raises(ProfileTooNew, match="upgrade Courtside") as caught:
        Profile.from_bytes(PREFIX.pack(MAGIC, SCHEMA_VERSION + 1, 0) + stored[PREFIX.size :])
    assert caught.value.found == SCHEMA_VERSION + 1
    assert not isinstance(caught.value, BadInput)


def test_a_profile_of_version_one_stays_readable() -> None:
    stored = bytes.fromhex(VERSION_ONE)
    column = Profile.from_bytes(stored).columns[0]
    assert isinstance(column, NumericColumn)
    assert (column.valid, column.mean, column.median, column.tally.null) == (3, 2.0, 2.0, 1)
    assert column.dtypes == {"double"}


def test_importing_the_engine_imports_neither_scipy_nor_pandas() -> None:
    program = (
        "import sys, courtside.core.drift;"
        "print(sorted({'scipy', 'pandas', 'pydantic', 'boto3', 'mlflow'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "[]"


VERSION_ONE = (
    "435344500100cef59d2678daed90db6ac240108613f121bc10d1f5b269d924d66af042107c8922b2266bbb34bb0939b44a91"
    "3e873e930fd147e9ac917aca165a0aa5b01fe4b033ffccfc3b1bd3305e114912b24c9177ef746dcbb56c6c39dddb8985fc28"
    "ccb99009d008ff314a9087f0c2bec1c7c4573692da8482d08652174a836c1953598982289f851441ec8989001a889cd384f9"
    "50c3c982f19cef9bf62e9b72268e046753310804e13015c51113590ae734d86b898367c11dc6bee3bb34be96cd32c242e908"
    "3c22084c263214864be4c1ed66291519f2b09c994aefc1ee208828bef48164ec994e999883a76c5944f330441eb48ba3945d"
    "a693e805e6755630278249d2195ac1d418ae1f417f59fea90211e3745aacbcc8ad0c25f38d2ab3eda8329dad2ab3991bdf46"
    "dd4ded4d3d47edfa0be66b653b57957195b6d73f5882ba9bda9b7a8edab55e825e825ec211c33d78780a1ef74fcf87dfc108"
    "5ebdde79013ca3416901d01fe312fd8ee69e5af3945abb7e7a3efc365a25fa5da0d5282d00eaed5a897ec7bba131def40a80"
    "6ad530cdcb70b70354e4eb97e654cc3fbfaab6a0d168341acdffe4036ec9d66c"
)
