"""A check gives a verdict in words even for windows whose p-values are among the smallest floats."""

from datetime import date, timedelta
from functools import cache

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, DriftReport, Evidence, Profile, Verdict, check, fit
from courtside.core.drift.policies.calibrated import ALPHAS
from courtside.core.drift.policies.policy import Null

FIRST = date(2020, 1, 1)
LEVELS = ("red", "green", "blue")


def dated(values: list[str] | list[float], *, days: int) -> pa.Table:
    return pa.table({"x": values, "day": [FIRST + timedelta(days=row % days) for row in range(len(values))]})


@cache
def reference(rows: int, levels: int, length: int) -> Profile:
    names = [f"{level}".rjust(length, "x") for level in range(levels)]
    table = dated([names[row % levels] for row in range(rows)], days=1000)
    return fit(table, [Feature("x", FeatureKind.CATEGORICAL)], time_column="day", calibrated=True)


def report_on(known: Profile, rows: int, unseen: int, length: int) -> DriftReport:
    level = known.columns[0].levels[0]  # type: ignore[union-attr]  # the only column is categorical
    table = dated([level] * (rows - unseen) + ["?" * length] * unseen, days=30)
    return check(known, known.summarize(table), CalibratedPolicy())


@pytest.mark.parametrize("rows", range(100, 8000, 53))
def test_an_unseen_level_is_judged_at_every_size(rows: int) -> None:
    """A p-value above zero may have an infinite inverse, as it did at 20 of 167 sizes between 3,650 and 6,500 rows."""
    found = report_on(reference(12_000, 3, 1), rows, rows // 9, 1)
    assert found.features[0].verdict is Verdict.DRIFT
    assert "seen in fewer than 1 of" in found.features[0].reason


@given(
    rows=st.integers(100, 20_000),
    unseen=st.floats(0, 1),
    levels=st.sampled_from([1, 2, 40, 600]),
    length=st.sampled_from([1, 80, 5000]),
)
def test_any_window_gets_a_verdict_and_a_short_reason(rows: int, unseen: float, levels: int, length: int) -> None:
    found = report_on(reference(6000, levels, length), rows, int(unseen * rows), length).features[0]
    assert found.verdict in {Verdict.DRIFT, Verdict.USUAL, Verdict.NO_DRIFT}
    assert len(found.reason) < 500


@given(st.floats(0, 1), st.sampled_from([*Null]))
def test_every_p_value_is_described_in_a_short_clause(pvalue: float, null: Null) -> None:
    seen = Evidence(
        name="x",
        kind=FeatureKind.NUMERIC,
        reference_rows=1000,
        current_rows=1000,
        statistics={"psi_adjusted": 1.0, "ks": 1.0},
        effect=1.0,
        pvalue=pvalue,
        null=null,
    )
    (judgement,) = CalibratedPolicy().judge([seen])
    assert judgement.drifted is (pvalue <= ALPHAS[null])
    assert len(" ".join(judgement.clauses)) < 200
