"""The streams of `benchmarks/evidence.py` change where they say, and nowhere else."""

from datetime import date
from importlib.util import find_spec

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.replaying.known import KnownStream
from benchmarks.replaying.loans import CHANGED_FROM, loans
from benchmarks.replaying.simulated import FIRST, ROWS_A_DAY, Kind, simulated
from courtside.core.rows.checks import require_contract

SEEDS = st.integers(0, 10_000)
KINDS = st.sampled_from([*Kind])
CHANGING = st.sampled_from([kind for kind in Kind if kind is not Kind.NONE])


def rows_before(stream: KnownStream, day: date) -> pa.Table:
    return stream.rows.filter(pc.field("day") < pa.scalar(day, pa.date32()))


def mean(rows: pa.Table, column: str) -> float:
    return float(np.mean(rows[column].to_numpy()))


@settings(max_examples=10, deadline=None)
@given(KINDS, SEEDS)
def test_a_stream_depends_on_its_kind_and_seed_only_and_fits_its_contract(kind: Kind, seed: int) -> None:
    stream = simulated(kind, seed)
    assert stream.rows.equals(simulated(kind, seed).rows)
    require_contract(stream.rows, stream.dataset)


@settings(max_examples=10, deadline=None)
@given(CHANGING, SEEDS)
def test_rows_are_as_without_the_change_until_it_begins_and_not_longer(kind: Kind, seed: int) -> None:
    stream, unchanged = simulated(kind, seed), simulated(Kind.NONE, seed)
    begins = stream.changes[0].begins
    assert stream.begin < begins < stream.end
    assert rows_before(stream, begins).equals(rows_before(unchanged, begins))
    first = (begins - FIRST).days * ROWS_A_DAY
    assert not stream.rows.slice(first, 150 * ROWS_A_DAY).equals(unchanged.rows.slice(first, 150 * ROWS_A_DAY))


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_a_hidden_change_moves_no_input_and_a_harmless_one_no_dependence(seed: int) -> None:
    unchanged, hidden = simulated(Kind.NONE, seed), simulated(Kind.HIDDEN, seed)
    inputs = hidden.dataset.feature_names
    assert hidden.rows.select(inputs).equals(unchanged.rows.select(inputs))
    assert not hidden.rows["ordered"].equals(unchanged.rows["ordered"])
    # The sudden change has the inputs of the harmless one and the concept of the hidden one.
    assert simulated(Kind.HARMLESS, seed).rows.select(inputs).equals(simulated(Kind.SUDDEN, seed).rows.select(inputs))


def test_a_recurring_concept_comes_back() -> None:
    stream, sudden = simulated(Kind.RECURRING, 1), simulated(Kind.SUDDEN, 1)
    there, back, again = (change.begins for change in stream.changes)
    assert rows_before(stream, back).equals(rows_before(sudden, back))
    assert not rows_before(stream, again).equals(rows_before(sudden, again))
    days = stream.rows["day"].to_numpy()
    prices = [
        float(stream.rows["price"].to_numpy()[(days >= np.datetime64(since)) & (days < np.datetime64(until))].mean())
        for since, until in ((FIRST, there), (there, back), (back, again), (again, stream.end))
    ]
    assert prices == pytest.approx([0.0, 0.35, 0.0, 0.35], abs=0.08)


def test_a_gradual_change_grows_from_the_first_of_its_days_to_the_last() -> None:
    stream = simulated(Kind.GRADUAL, 1)
    (change,) = stream.changes
    begins, ends = ((day - FIRST).days * ROWS_A_DAY for day in (change.begins, change.ends))
    thirds = np.array_split(stream.rows["price"].to_numpy()[begins:ends], 3)
    first, second, third = (float(part.mean()) for part in thirds)
    assert 0 < first < second < third < 0.35
    assert float(stream.rows["price"].to_numpy()[ends:].mean()) == pytest.approx(0.35, abs=0.05)


@pytest.mark.skipif(find_spec("nannyml") is None, reason="the package with the loan contracts is not installed")
def test_loans_change_at_one_row_and_nowhere_else() -> None:
    stream = loans()
    assert (stream.rows.num_rows, stream.rows["id"].to_pylist()[:2]) == (100_000, [0, 1])
    assert stream.changes[0].begins == date(2019, 3, 31)
    require_contract(stream.rows, stream.dataset)
    before, after = stream.rows.slice(0, CHANGED_FROM), stream.rows.slice(CHANGED_FROM)
    values = [mean(part, "car_value") for part in (before, after)]
    assert values == pytest.approx([29_700, 48_800], rel=0.01)
    for part, value in zip((before, after), values, strict=True):
        for start in range(0, part.num_rows, 1_000):
            assert mean(part.slice(start, 1_000), "car_value") == pytest.approx(value, rel=0.12)
