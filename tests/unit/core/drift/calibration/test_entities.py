"""Counts by entity merge exactly, stay bounded in number, and give a p-value that depends on entities alone."""

from functools import reduce

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.dataset import Feature, FeatureKind, Phase
from courtside.core.drift import CalibratedPolicy, DriftReport, Profile, Verdict, check, fit
from courtside.core.drift.calibration.entities import MOST_ENTITIES
from courtside.core.drift.policies.policy import Null

FEATURES = [
    Feature("x", FeatureKind.NUMERIC, entity=("customer",)),
    Feature("flag", FeatureKind.BINARY, entity=("customer",)),
]


def rows(
    entities: int, each: int, *, seed: int, first: int = 0, spread: float = 1.0, shift: float = 0.0, noise: int = 0
) -> pa.Table:
    """Return rows of customers, each of whom has a level of its own."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(first, first + entities), each)
    level = np.repeat(rng.normal(0, spread, entities), each)
    rng = np.random.default_rng((seed, noise))
    made = {
        "customer": [f"c{number}" for number in customer],
        "x": np.round(64 * (level + rng.normal(shift, 1, customer.size))) / 64,
        "flag": (rng.random(customer.size) < 1 / (1 + np.exp(-level))).astype(np.int64),
        "day": np.datetime64("2024-01-01") + rng.integers(0, 360, customer.size),
    }
    return pa.table({name: pa.array(values) for name, values in made.items()})


@pytest.fixture(scope="module")
def reference() -> Profile:
    return fit(rows(120, 20, seed=1), FEATURES, calibrated=True)


def report_on(reference: Profile, window: pa.Table) -> DriftReport:
    return check(reference, reference.summarize(window), CalibratedPolicy())


@settings(max_examples=25, deadline=None)
@given(entities=st.integers(1, 2000), parts=st.integers(1, 7), seed=st.integers(0, 100))
def test_parts_merged_in_any_order_equal_the_whole(entities: int, parts: int, seed: int) -> None:
    reference = fit(rows(60, 5, seed=1), FEATURES, calibrated=True)
    window = rows(entities, 2, seed=seed)
    shuffled = window.take(np.random.default_rng(seed).permutation(window.num_rows))
    cut = np.array_split(np.arange(window.num_rows), parts)
    pieces = [reference.summarize(shuffled.take(part)) for part in cut if part.size]
    whole = reference.summarize(window)
    assert reduce(Profile.merge, pieces).to_bytes() == whole.to_bytes()
    assert reduce(Profile.merge, reversed(pieces), reference.blank()).to_bytes() == whole.to_bytes()
    (table,) = whole.entities
    assert np.unique(table.weighted()[0]).size <= min(entities, MOST_ENTITIES)
    assert table.counts[:, table.parts["x"]].sum() == window.num_rows


def test_a_stored_profile_with_entities_is_read_back_whole(reference: Profile) -> None:
    again = Profile.from_bytes(reference.to_bytes())
    assert again == reference
    window = rows(50, 10, seed=4, first=500, shift=0.4)
    assert report_on(again, window).to_dict() == report_on(reference, window).to_dict()


def test_the_names_of_entities_and_the_order_of_rows_do_not_matter(reference: Profile) -> None:
    window = rows(60, 10, seed=5, first=1000)
    renamed = window.set_column(0, "customer", pa.array([f"other {name}" for name in window["customer"].to_pylist()]))
    shuffled = window.take(np.random.default_rng(0).permutation(window.num_rows))
    one, *others = (report_on(reference, table).features[0] for table in (window, renamed, shuffled))
    assert one.null is Null.ENTITIES
    for other in others:
        assert other.p_adjusted == pytest.approx(one.p_adjusted, rel=1e-9)
        assert (other.verdict, other.reason) == (one.verdict, one.reason)


@pytest.mark.parametrize("as_what", [pa.int64(), pa.float64(), pa.dictionary(pa.int32(), pa.int64())])
def test_an_entity_is_recognised_whatever_type_stores_it(as_what: pa.DataType) -> None:
    table = rows(30, 10, seed=6)
    number = pa.array([int(name[1:]) for name in table["customer"].to_pylist()])
    stored = number.dictionary_encode() if pa.types.is_dictionary(as_what) else number.cast(as_what)
    plain, other = (table.set_column(0, "customer", column) for column in (number, stored))
    assert fit(plain, FEATURES, calibrated=True).entities[0].keys.tolist() == (
        fit(other, FEATURES, calibrated=True).entities[0].keys.tolist()
    )


def test_large_integer_ids_are_distinguished() -> None:
    table = rows(40, 10, seed=6)
    ids = pa.array([2**60 + int(name[1:]) for name in table["customer"].to_pylist()])
    assert fit(table.set_column(0, "customer", ids), FEATURES, calibrated=True).entities[0].keys.size == 40


def test_new_entities_alone_are_not_drift_but_a_shift_of_all_of_them_is() -> None:
    """If rows were taken as independent, nearly every window of other customers would count as drift."""
    alarms = found = 0
    for seed in range(40):
        reference = fit(rows(120, 20, seed=seed), FEATURES, calibrated=True)
        quiet = report_on(reference, rows(40, 20, seed=1000 + seed, first=500))
        moved = report_on(reference, rows(40, 20, seed=1000 + seed, first=500, shift=1.2))
        assert quiet.null is moved.null is Null.ENTITIES
        alarms += quiet.drift_detected
        found += "x" in moved.features_drifted
    assert alarms <= 3
    assert found >= 38


def test_entities_on_both_sides_are_compared_with_themselves(reference: Profile) -> None:
    """A shift within known customers is certain, while the same shift among other customers stays uncertain."""
    again = report_on(reference, rows(120, 20, seed=1, noise=1, shift=0.2)).features[0].p_adjusted
    others = [
        report_on(reference, rows(120, 20, seed=seed, first=500, shift=0.2)).features[0].p_adjusted
        for seed in range(70, 80)
    ]
    assert again is not None
    assert again < 1e-3
    assert sum(p is not None and p > 0.01 for p in others) >= 5


@pytest.mark.parametrize("change", ["few", "absent", "unknown"])
def test_rows_count_as_independent_if_there_are_too_few_entities(reference: Profile, change: str) -> None:
    window = rows(4, 60, seed=3) if change == "few" else rows(60, 10, seed=3)
    if change == "absent":
        window = window.drop_columns(["customer"])
    if change == "unknown":
        window = window.set_column(0, "customer", pa.nulls(window.num_rows, pa.string()))
    report = report_on(reference, window)
    assert report.null is Null.INDEPENDENT_ROWS
    assert report.features[0].verdict is not Verdict.INSUFFICIENT_DATA


def test_entities_are_compared_in_the_same_months() -> None:
    """Customers whose values are always higher in summer have not drifted in a summer."""
    table = rows(100, 40, seed=8)
    month = table["day"].to_numpy().astype("datetime64[M]").astype(np.int64) % 12
    seasonal = table.set_column(1, "x", pa.array(table["x"].to_numpy() + 4 * (month >= 5) * (month <= 7)))
    reference = fit(seasonal, FEATURES, time_column="day", calibrated=True, phase=Phase.MONTH)
    summer = seasonal.filter(pa.array((month >= 5) & (month <= 7)))
    (same,) = (f for f in report_on(reference, summer).features if f.name == "x")
    assert (same.null, same.verdict) == (Null.ENTITIES, Verdict.NO_DRIFT)
    plain = fit(seasonal, FEATURES, time_column="day", calibrated=True)
    assert report_on(plain, summer).features[0].verdict is Verdict.DRIFT


def test_rows_without_a_month_are_left_out_even_if_a_whole_batch_has_none() -> None:
    table = rows(60, 5, seed=1)
    dayless = table.set_column(table.schema.get_field_index("day"), "day", pa.nulls(table.num_rows, pa.date32()))
    reference = fit(table, FEATURES, calibrated=True, time_column="day", phase=Phase.MONTH)
    (counted,) = reference.summarize(dayless).entities
    assert not counted.keys.size
    (both,) = reference.summarize([dayless, table]).entities
    assert both.counts.sum() == reference.entities[0].counts.sum()
