"""Drift in a single segment is found and named, and quiet segments raise no alarm."""

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.dataset import FeatureKind, Phase
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Policy, Profile, Verdict, check, fit
from courtside.core.drift.errors import MissingColumns, ProfileMismatch, WrongType
from courtside.core.drift.policies.policy import Evidence
from courtside.core.drift.profiles.segments import MOST_SEGMENTS
from courtside.core.drift.story import headline
from tests.unit.core.drift import plans
from tests.unit.core.drift.plans import FEATURES, LATER, PLANS, rows

REFERENCE, UNDATED = plans.reference(), plans.reference(dated=False)
PLAIN = fit(rows(14_000, seed=1), FEATURES, time_column="day", calibrated=True)


def judged(reference: Profile, window: pa.Table, policy: Policy | None = None) -> DriftReport:
    return check(reference, reference.summarize(window), policy or CalibratedPolicy())


@pytest.mark.parametrize("reference", [REFERENCE, UNDATED], ids=["dated", "undated"])
def test_drift_in_only_one_segment_is_found_and_named(reference: Profile) -> None:
    report = judged(reference, rows(1_500, seed=2, start=LATER, shift=0.7))
    assert not report.features_drifted
    assert report.drift_detected
    assert [(each.name, each.verdict) for each in report.segments] == [
        ("plan=basic", Verdict.NO_DRIFT),
        ("plan=team", Verdict.NO_DRIFT),
        ("plan=pro", Verdict.DRIFT),
        ("plan=trial", Verdict.INSUFFICIENT_DATA),
    ]
    (found,) = report.segments_apart
    assert [each.name for each in found.drifted] == ["use"]
    said = headline.segment(found)
    assert said.startswith(f"Segment plan = 'pro' ({found.current_rows:,} rows, ")
    assert ": use: mean rose" in said


def test_every_policy_looks_at_segments() -> None:
    report = judged(REFERENCE, rows(1_500, seed=2, start=LATER, shift=0.7), ClassicPolicy())
    assert "use" not in report.features_drifted
    (found,) = [each for each in report.segments_apart if each.name == "plan=pro"]
    assert "use" in [each.name for each in found.drifted]


@pytest.mark.parametrize("policy", [CalibratedPolicy(), ClassicPolicy()], ids=["calibrated", "classic"])
def test_p_values_are_multiplied_by_the_number_of_segments(policy: Policy) -> None:
    evidence = Evidence(
        "kind",
        FeatureKind.CATEGORICAL,
        900,
        900,
        {"psi": 0.15, "psi_adjusted": 0.15, "jensen_shannon": 0.0, "chi2_pvalue": 0.004},
        effect=0.1,
        pvalue=0.002,
    )
    verdicts = [policy.judge([evidence], segments=segments)[0].drifted for segments in (1, 2, 3, 20)]
    assert verdicts == [True, True, isinstance(policy, ClassicPolicy), False]


def test_a_segment_with_too_few_rows_says_how_many_it_has() -> None:
    window = rows(1_500, seed=2, start=LATER)
    trial = judged(REFERENCE, window).segments[-1]
    held = window["plan"].to_pylist().count("trial")
    assert trial.current_rows == held < 100
    known = rows(14_000, seed=1)["plan"].to_pylist().count("trial")
    assert headline.segment(trial) == (
        f"Segment plan = 'trial' ({held} rows, {known} in the reference): too few rows to tell"
    )


def test_drift_in_every_segment_is_not_attributed_to_single_segments() -> None:
    window = rows(3_000, seed=3, start=LATER)
    moved = window.set_column(2, "use", pa.array(window["use"].to_numpy() + 1))
    report = judged(REFERENCE, moved)
    assert report.features_drifted == ("use",)
    assert len(report.segments_drifted) == 3
    assert not report.segments_apart


@pytest.mark.parametrize("reference", [REFERENCE, UNDATED], ids=["dated", "undated"])
def test_at_most_one_in_a_hundred_quiet_segments_is_flagged(reference: Profile) -> None:
    reports = [judged(reference, rows(1_200, seed=seed, start=LATER)) for seed in range(1_000, 1_150)]
    checked = [each for report in reports for each in report.segments if each.verdict is not Verdict.INSUFFICIENT_DATA]
    assert len(checked) > 400
    assert sum(bool(each.drifted) for each in checked) <= 0.01 * len(checked)


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(0, 900), max_size=6), backwards=st.booleans())
def test_parts_merged_in_any_order_equal_the_whole(cuts: list[int], *, backwards: bool) -> None:
    window = rows(900, seed=4, start=LATER)
    ends = [0, *sorted(cuts), 900]
    pieces = [window.slice(start, end - start) for start, end in pairwise(ends)]
    total = REFERENCE.blank()
    for piece in reversed(pieces) if backwards else pieces:
        total = total.merge(REFERENCE.summarize(piece))
    whole = REFERENCE.summarize(window)
    assert total.to_bytes() == whole.to_bytes()
    assert [each.profile.to_bytes() for each in total.segments] == [each.profile.to_bytes() for each in whole.segments]
    assert sum(each.profile.rows for each in whole.segments) == 900


@pytest.mark.parametrize("reference", [REFERENCE, UNDATED], ids=["dated", "undated"])
def test_segments_are_read_back_whole_from_a_stored_profile(reference: Profile) -> None:
    read = Profile.from_bytes(reference.to_bytes())
    assert read == reference
    assert [(each.name, each.profile.entities[0].of) for each in read.segments] == [
        (f"plan={plan}", ("customer",)) for plan in PLANS
    ]
    window = rows(1_500, seed=2, start=LATER, shift=0.7)
    assert judged(read, window).to_dict() == judged(reference, window).to_dict()


def test_a_segment_is_cut_to_the_newest_part_of_its_own_rows() -> None:
    old, new = rows(12_000, seed=5, shift=-2.0), rows(12_000, seed=6, start="2021-04-24")
    reference = fit(pa.concat_tables([old, new]), FEATURES, time_column="day", calibrated=True, segments=["plan"])
    basic, _, pro, _ = reference.segments
    assert basic.profile.newest is None
    assert pro.profile.newest is not None
    assert pro.profile.newest.moved.keys() == {"use"}
    assert Profile.from_bytes(reference.to_bytes()) == reference
    report = judged(reference, rows(1_500, seed=7, start="2022-09-01", shift=-2.0))
    assert [each.name for each in report.segments_drifted] == ["plan=pro"]


def test_months_are_compared_within_a_segment_too() -> None:
    reference = fit(
        rows(14_000, seed=1), FEATURES, time_column="day", calibrated=True, phase=Phase.MONTH, segments=["plan"]
    )
    report = judged(reference, rows(700, seed=8, start="2021-09-01"))
    assert report.segments[0].reference_rows < 0.2 * REFERENCE.segments[0].profile.rows


def test_the_report_is_otherwise_the_same_without_segments() -> None:
    window = rows(1_500, seed=2, start=LATER, shift=0.7)
    with_them, without = judged(REFERENCE, window).to_dict(), judged(PLAIN, window).to_dict()
    segments, names = with_them.pop("segments"), with_them["summary"].pop("segments_drifted")
    with_them["summary"] |= {"drift_detected": False, "severity": "none"}
    assert json.dumps(with_them) == json.dumps(without)
    assert names == ["plan=pro"]
    assert {type(value) for value in segments[2].values()} == {str, int, list}
    assert segments[2]["features_drifted"][0].keys() == {"name", "effect", "p_adjusted", "reason"}


@pytest.mark.parametrize(
    "kind",
    [pa.int64(), pa.float16(), pa.float64(), pa.decimal128(25, 1), pa.dictionary(pa.int32(), pa.int64())],
    ids=str,
)
def test_numbers_and_booleans_form_segments_by_their_value(kind: pa.DataType) -> None:
    flag = np.arange(3_000) % 3 == 0
    table = pa.table({"use": pa.array(np.arange(3_000.0)), "flag": pa.array(flag)})
    reference = fit(table, [FEATURES[2]], segments=["flag"])
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    numbers = pa.array(flag.astype(np.float64).tolist() if pa.types.is_floating(plain) else flag.astype(int).tolist())
    other = numbers.cast(pa.float32()).cast(kind) if pa.types.is_float16(kind) else numbers.cast(plain)
    if pa.types.is_dictionary(kind):
        other = other.dictionary_encode()
    seen = reference.summarize(table.set_column(1, "flag", other))
    assert [(each.name, each.profile.rows) for each in seen.segments] == [("flag=0", 2_000), ("flag=1", 1_000)]


def test_only_the_most_frequent_values_are_segments_and_missing_ones_belong_to_none() -> None:
    levels = np.repeat(np.arange(40), np.arange(40, 0, -1))
    table = pa.table({"use": pa.array(np.arange(float(levels.size))), "zip": pa.array(levels)})
    reference = fit(table, [FEATURES[2]], segments=["zip"])
    assert [each.level for each in reference.segments] == [str(level) for level in range(MOST_SEGMENTS)]
    empty = reference.summarize(table.set_column(1, "zip", pa.nulls(levels.size)))
    assert sum(each.profile.rows for each in empty.segments) == 0
    assert all(each.verdict is Verdict.INSUFFICIENT_DATA for each in check(reference, empty, ClassicPolicy()).segments)
    gone = reference.summarize(table.drop_columns("zip"))
    assert gone.segments[0].profile.rows == 0


def test_a_feature_without_values_in_a_segment_is_not_judged_there() -> None:
    table = rows(6_000, seed=9)
    gaps = pa.array([None if plan == "pro" else x for plan, x in zip(*_both(table, "plan", "x0"), strict=True)])
    table = table.set_column(0, "x0", gaps)
    reference = fit(table, FEATURES, time_column="day", calibrated=True, segments=["plan"])
    assert Profile.from_bytes(reference.to_bytes()) == reference
    report = judged(reference, table.slice(0, 3_000))
    assert not report.drift_detected


def _both(table: pa.Table, *names: str) -> list[list[Any]]:
    return [table[name].to_pylist() for name in names]


def test_a_segment_column_that_is_absent_or_of_a_wrong_type_is_refused() -> None:
    table = rows(500, seed=10)
    with pytest.raises(MissingColumns, match=r"no column 'country'.*correct the segments"):
        fit(table, FEATURES, segments=["country"])
    with pytest.raises(WrongType, match=r"day.*expected text, a number or a boolean"):
        fit(table, FEATURES, segments=["day"])
    with pytest.raises(ProfileMismatch, match="segments"):
        check(REFERENCE, PLAIN, CalibratedPolicy())
    with pytest.raises(ProfileMismatch, match="segments"):
        REFERENCE.merge(PLAIN)
