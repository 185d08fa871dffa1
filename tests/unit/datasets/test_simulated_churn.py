"""Simulated customers are the same everywhere, can be learned from, and change on the day that was asked for."""

import hashlib
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import courtside
from courtside.core.dataset import FeatureKind
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated_churn import CHURN_CONTRACT, CHURN_SCHEMA, simulate_churn

CHANGE = date(2025, 7, 10)


@pytest.fixture(scope="module")
def bills() -> pa.Table:
    return simulate_churn()


@pytest.fixture(scope="module")
def changed() -> pa.Table:
    return simulate_churn(changed_from=CHANGE)


def between(table: pa.Table, start: date, end: date) -> pa.Table:
    """Return the bills of [start, end)."""
    return table.filter(pa.array([start <= day < end for day in table["billed_on"].to_pylist()])).combine_chunks()


def test_the_table_has_gaps_text_labels_and_one_bill_a_customer_and_month(bills: pa.Table) -> None:
    assert bills.schema.equals(CHURN_SCHEMA)
    assert bills.num_rows == 24 * 1500
    assert {name for name in bills.column_names if bills[name].null_count} == {"usage_hours", "satisfaction"}
    assert set(bills["churned"].to_pylist()) == {"yes", "no"}
    assert 0.04 < bills["churned"].to_pylist().count("yes") / bills.num_rows < 0.09
    rows = bills.to_pylist()
    assert len({(row["customer_id"], row["billed_on"].year, row["billed_on"].month) for row in rows}) == len(rows)
    assert rows == sorted(rows, key=lambda row: (row["billed_on"], row["customer_id"]))


def test_who_left_gets_no_later_bill_and_who_stayed_does(bills: pa.Table) -> None:
    last = {row["customer_id"]: row["churned"] for row in bills.to_pylist()}
    in_the_last_month = set(between(bills, date(2025, 12, 1), date(2026, 1, 1))["customer_id"].to_pylist())
    assert {customer for customer, churned in last.items() if churned == "no"} <= in_the_last_month
    seen: set[str] = set()
    for row in bills.to_pylist():
        assert row["customer_id"] not in seen
        if row["churned"] == "yes":
            seen.add(row["customer_id"])


def test_the_same_seed_gives_the_same_bytes_in_every_version() -> None:
    rows = repr(simulate_churn(months=2, customers=200, changed_from=date(2024, 2, 1)).to_pylist())
    assert (
        hashlib.sha256(rows.encode()).hexdigest() == "d069ebe61f5049ae95a94f817562069d98db3913138398b6784f2ad44533b32a"
    )


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**63), months=st.integers(0, 4), day=st.dates(date(2023, 12, 1), date(2024, 6, 1)))
def test_more_months_and_a_later_change_leave_the_bills_before_them_alone(seed: int, months: int, day: date) -> None:
    usual = simulate_churn(seed, months=5, customers=40)
    assert simulate_churn(seed, months=months, customers=40).equals(usual.slice(0, 40 * months).combine_chunks())
    different = simulate_churn(seed, months=5, customers=40, changed_from=day)
    assert between(different, date.min, day).equals(between(usual, date.min, day))
    assert "flex" not in between(different, date.min, day)["plan"].to_pylist()
    assert not usual.equals(simulate_churn(seed + 1, months=5, customers=40))


def test_logistic_regression_learns_it_about_as_well_as_real_churn(bills: pa.Table, tmp_path: Path) -> None:
    assert 0.74 < courtside.train(bills, str(CHURN_CONTRACT), out=tmp_path).best.test_auc < 0.82


def test_a_month_like_the_others_is_no_drift_and_the_changed_month_is(changed: pa.Table) -> None:
    reference = between(changed, date.min, date(2025, 6, 1))
    quiet, moved = (
        courtside.check_drift(reference, between(changed, *window), contract=str(CHURN_CONTRACT))
        for window in ((date(2025, 6, 1), date(2025, 7, 1)), (CHANGE, date(2025, 8, 9)))
    )
    assert not quiet.drift_detected
    assert {"plan", "monthly_price"} <= set(moved.features_drifted)


def test_init_proposes_what_the_contract_says(bills: pa.Table, tmp_path: Path) -> None:
    path = courtside.propose_contract(bills).save(tmp_path / "churn.yaml")
    proposed, written = load_dataset(str(path)), load_dataset(str(CHURN_CONTRACT))
    for key in ("name", "time_column", "id_columns", "target", "positive", "features"):
        assert getattr(proposed, key) == getattr(written, key), key
    assert {each.kind for each in written.features} == set(FeatureKind)
