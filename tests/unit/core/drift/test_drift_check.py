"""Policies turn evidence into verdicts, and a report tells them in sentences and in JSON."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import (
    ClassicPolicy,
    DriftReport,
    FeatureDrift,
    Profile,
    Severity,
    Threshold,
    Verdict,
    check,
    fit,
)
from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.errors import (
    EmptyWindow,
    ProfileMismatch,
    ThresholdInvalid,
    WrongType,
)
from courtside.core.drift.policies.clauses import short
from courtside.core.drift.statistics import KEYS
from courtside.core.drift.statistics.psi_equal_width import psi_equal_width
from tests.unit.core.drift.game_table import FEATURES, games

REFERENCE = fit(games(), FEATURES, time_column="day")


def report_on(current: pa.Table, policy: ClassicPolicy | None = None) -> DriftReport:
    return check(REFERENCE, REFERENCE.summarize(current), policy or ClassicPolicy())


def feature(report: DriftReport, name: str) -> FeatureDrift:
    return next(found for found in report.features if found.name == name)


def test_a_window_like_its_reference_has_no_drift() -> None:
    report = report_on(games(800, seed=1))
    assert report.features_drifted == ()
    assert {found.verdict for found in report.features} == {Verdict.NO_DRIFT}
    assert (report.severity, report.sufficient_data, report.drift_detected) == (Severity.NONE, True, False)
    assert feature(report, "points").reason.startswith("no drift, KS ")


def test_a_moved_mean_is_drift_and_the_reason_gives_both_means() -> None:
    found = feature(report_on(games(800, shift=7.1)), "points")
    assert found.verdict is Verdict.DRIFT
    ks, psi = found.statistics["ks"], found.statistics["psi"]
    assert ks is not None
    assert psi is not None
    assert found.reason == f"mean rose 104.1 → 111.2, KS {short(ks)} over 0.1, PSI {short(psi)} over 0.2"


def test_the_reason_names_what_moved() -> None:
    spread = np.where(np.arange(800) % 2 == 0, 90.0, 118.2)
    assert feature(report_on(games(800, points=spread)), "points").reason.startswith("shape changed around a mean of ")
    lost = feature(report_on(games(800, win=[True, False, False, False] * 200)), "win").reason
    assert lost.startswith("share of '1' fell 75 % → 25 %, PSI ")
    assert lost.endswith(", chi-squared p < 0.0001 under 0.05")
    unseen = feature(report_on(games(800, venue=["home", "Paris"] * 400)), "venue")
    assert unseen.reason.startswith("values outside the reference's levels went 0 % → 50 % (such as 'Paris'), ")
    assert unseen.unseen_rate == 0.5
    retyped = feature(report_on(games(800, rest=np.arange(800.0) % 4)), "rest").reason
    assert retyped.endswith("type changed int64 → double")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *[(pa.int64(), kind) for kind in (pa.int8(), pa.int32(), pa.uint8(), pa.uint64())],
        *[(pa.float64(), kind) for kind in (pa.float32(), pa.float16())],
        (pa.decimal128(5, 1), pa.decimal128(9, 2)),
    ],
)
def test_another_width_of_the_same_numbers_is_not_a_change_of_type(before: pa.DataType, after: pa.DataType) -> None:
    values = [row % 4 for row in range(800)]
    first, second = (pa.table({"x": pa.array(values, pa.int8()).cast(kind)}) for kind in (before, after))
    for mine, theirs in ((first, second), (second, first)):
        reference = fit(mine, [Feature("x", FeatureKind.NUMERIC)])
        reason = check(reference, reference.summarize(theirs), ClassicPolicy()).features[0].reason
        assert "type" not in reason


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.large_string())])
def test_another_way_to_store_text_is_not_a_change_of_type(kind: pa.DataType) -> None:
    first = pa.array(["home", "away"] * 400)
    reference = fit(pa.table({"x": first}), [Feature("x", FeatureKind.CATEGORICAL)])
    reason = check(reference, reference.summarize(pa.table({"x": _stored(first, kind)})), ClassicPolicy())
    assert "type" not in reason.features[0].reason


def _stored(array: Any, kind: pa.DataType) -> Any:
    if pa.types.is_dictionary(kind):
        return array.cast(pa.large_string()).dictionary_encode()
    return array.cast(kind)


def test_a_part_without_values_changes_no_type() -> None:
    reference = fit(games(), FEATURES)
    parts = [games(400), games(400, rest=[None] * 400)]
    found = check(reference, reference.summarize(parts), ClassicPolicy())
    assert "type" not in feature(found, "rest").reason


def test_features_that_differ_between_reference_and_contract_are_named_and_the_shared_compared() -> None:
    current = REFERENCE.summarize(games(800))
    kinds = {each.name: each.kind for each in FEATURES} | {
        "altitude": FeatureKind.NUMERIC,
        "win": FeatureKind.CATEGORICAL,
    }
    del kinds["rest"]
    report = check(REFERENCE, current, ClassicPolicy(), contract=[Feature(*each) for each in kinds.items()])
    assert report.differing.sentences == (
        "altitude: not compared, because the reference was made without it",
        "rest: the reference was made with it, although the contract does not name it",
        "win: binary in the reference, and so here, although it is categorical in the contract",
    )
    assert [each.name for each in report.features] == REFERENCE.names
    summary = report.to_dict()["summary"]
    assert summary["features_not_in_reference"] == ["altitude"]
    assert summary["features_not_in_contract"] == ["rest"]
    assert summary["features_of_another_kind"] == {"win": {"reference": "binary", "contract": "categorical"}}
    same = check(REFERENCE, current, ClassicPolicy(), contract=FEATURES)
    assert (same.differing.sentences, check(REFERENCE, current, ClassicPolicy()).differing) == ((), same.differing)


def test_long_names_and_levels_are_shortened_in_reasons_and_errors() -> None:
    name, level = "n" * 5000, "l" * 5000
    reference = fit(pa.table({name: ["a", level] * 400}), [Feature(name, FeatureKind.CATEGORICAL)])
    for later in ([level] * 800, [f"{level}{row % 3}" for row in range(800)]):
        report = check(reference, reference.summarize(pa.table({name: later})), ClassicPolicy())
        assert len(report.features[0].reason) < 500
        assert "l…l" in report.features[0].reason
    with pytest.raises(WrongType) as error:
        fit(pa.table({name: [[1]]}), [Feature(name, FeatureKind.CATEGORICAL)])
    assert len(str(error.value)) < 500


def test_the_reason_shows_enough_digits_to_distinguish_two_close_means() -> None:
    features = [Feature("x", FeatureKind.NUMERIC)]
    reference = fit(pa.table({"x": [5.0] * 200}), features)
    current = reference.summarize(pa.table({"x": [4.9999999] * 200}))
    found = check(reference, current, ClassicPolicy()).features[0]
    assert found.reason.startswith("mean fell 5 → 4.9999999, ")


def test_broken_columns_are_reported_and_do_not_hide_the_others() -> None:
    current = games(800, shift=7.1, rest=["a"] * 800, venue=None, win=pa.nulls(800, pa.bool_()))
    report = report_on(current)
    verdicts = {found.name: found.verdict for found in report.features}
    assert verdicts == {
        "points": Verdict.DRIFT,
        "rest": Verdict.WRONG_TYPE,
        "venue": Verdict.MISSING_COLUMN,
        "win": Verdict.ALL_MISSING,
    }
    assert report.features_drifted == ("points", "rest", "venue", "win")
    assert report.features_broken == ("rest", "venue", "win")
    assert report.severity is Severity.HIGH
    assert feature(report, "win").missing_rate == 1.0
    assert feature(report, "rest").reason == "the column's type changed int64 → string, so it cannot be compared"
    assert "missing from the current table" in feature(report, "venue").reason


def test_too_few_rows_never_give_the_verdict_no_drift() -> None:
    report = report_on(games(96))
    assert {found.verdict for found in report.features} == {Verdict.INSUFFICIENT_DATA}
    assert (report.sufficient_data, report.drift_detected, report.features_checked) == (False, False, 0)
    assert report.features[0].reason == "96 usable current rows are too few to judge, at least 100 are needed"
    gaps = games(800, points=[1.0] * 50 + [None] * 750)
    assert feature(report_on(gaps), "points").verdict is Verdict.INSUFFICIENT_DATA
    assert feature(report_on(gaps), "rest").verdict is Verdict.NO_DRIFT


def test_empty_windows_and_profiles_of_another_reference_are_refused() -> None:
    with pytest.raises(EmptyWindow, match="current"):
        report_on(games(0))
    with pytest.raises(EmptyWindow, match="current"):
        check(REFERENCE, REFERENCE.summarize([]), ClassicPolicy())
    other = fit(games(400, shift=1.0), FEATURES)
    with pytest.raises(ProfileMismatch):
        check(REFERENCE, other, ClassicPolicy())
    with pytest.raises(ProfileMismatch):
        check(REFERENCE, Profile(other.columns[:1], 10), ClassicPolicy())


@pytest.mark.parametrize("feature", ["sex=male", "a=b=c", "rate=1.psi", "x.ks=y", "=", 'x[0] < "1", {y: z}'])
def test_a_threshold_is_split_at_its_last_equals_sign(feature: str) -> None:
    assert Threshold.parse(f"{feature}.ks=.2") == Threshold(feature, "ks", 0.2)


def test_an_override_holds_only_for_its_feature() -> None:
    shifted = games(800, shift=7.1, rest=np.arange(800) % 2)
    lenient = ClassicPolicy(overrides=(Threshold.parse("points.psi=9"), Threshold.parse("points.ks=.99")))
    assert report_on(shifted).features_drifted == ("points", "rest")
    assert report_on(shifted, lenient).features_drifted == ("rest",)
    with pytest.raises(ThresholdInvalid, match="no feature 'pints'"):
        report_on(shifted, ClassicPolicy(overrides=(Threshold.parse("pints.psi=.3"),)))


@pytest.mark.parametrize(
    "text", ["points", "points.psi", "psi=.3", ".psi=.3", "a.b=1", "a.psi=x", "a.ks=2", "a.ks=nan"]
)
def test_the_error_for_an_unusable_threshold_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ThresholdInvalid, match=r"write it as feature\.psi=0\.3"):
        Threshold.parse(text)


def test_a_threshold_may_name_a_feature_with_dots() -> None:
    assert Threshold.parse("a.b.ks=.2") == Threshold("a.b", "ks", 0.2)


@given(st.floats(0, 1e6))
def test_a_shortened_number_is_close_to_the_original(value: float) -> None:
    assert float(short(value)) == pytest.approx(value, rel=0.06)


def test_the_json_has_the_documented_form() -> None:
    body = report_on(games(800, shift=7.1)).to_dict()
    assert json.loads(json.dumps(body, allow_nan=False)) == body
    assert list(body) == ["policy", "reference", "current", "features", "summary"]
    assert body["current"] == {"rows": 800, "start": "2024-01-01", "end": "2024-01-28"}
    assert {"features_checked", "features_drifted", "share_drifted", "drift_detected"} < set(body["summary"])
    assert {"severity", "sufficient_data", "began"} < set(body["summary"])
    assert body["summary"]["share_drifted"] == 0.25
    assert set(body["features"]["points"]) == {
        *(
            "kind",
            "values_lost",
            "moved",
            "missing_rate",
            "unseen_rate",
            "effect",
            "p_adjusted",
            "drifted",
            "verdict",
            "reason",
        ),
        *KEYS,
    }
    assert set(KEYS) >= {
        *("psi", "psi_adjusted", "ks", "ks_pvalue", "wasserstein", "wasserstein_sd", "jensen_shannon", "chi2"),
        *("chi2_pvalue", "psi_equal_width"),
    }
    assert body["features"]["win"]["ks"] is None
    assert body["features"]["points"]["chi2"] is None


def test_psi_of_equal_width_bins_is_reported_but_decides_nothing() -> None:
    current = REFERENCE.summarize(games(800, shift=7.1))
    mine, theirs = REFERENCE.by_name["points"], current.by_name["points"]
    assert isinstance(mine, NumericColumn)
    assert isinstance(theirs, NumericColumn)
    found = feature(check(REFERENCE, current, ClassicPolicy(psi=9, ks=1)), "points")
    assert found.statistics["psi_equal_width"] == psi_equal_width(mine, theirs).value > 0.2
    assert not found.drifted
    assert feature(check(REFERENCE, current, ClassicPolicy()), "venue").statistic("psi_equal_width") is None


def test_extreme_values_still_make_valid_json() -> None:
    largest = 1.7e308
    features = [Feature("x", FeatureKind.NUMERIC)]
    reference = fit(pa.table({"x": pa.array(np.linspace(-1, 1, 400) * largest)}), features)
    for values in ([largest] * 200, [-largest, largest] * 100, [0.0] * 200, [1e-320] * 200):
        report = check(reference, reference.summarize(pa.table({"x": values})), ClassicPolicy())
        json.dumps(report.to_dict(), allow_nan=False)
        assert report.drift_detected
        assert report.features[0].statistic("psi_equal_width") is not None
