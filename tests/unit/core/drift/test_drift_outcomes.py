"""Target and prediction are profiled if they exist and judged apart from the features; they never stop a check."""

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Dataset, Feature, FeatureKind, Outcome, Role
from courtside.core.decision import Action
from courtside.core.decision_alert import AlertContext
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Policy, Profile, Verdict, check, fit
from courtside.core.drift.errors import ProfileMismatch, ThresholdInvalid
from courtside.core.drift.policies.thresholds import Threshold
from courtside.core.drift.story.parts import split, sub_windows
from courtside.core.drift.story.telling import tell
from courtside.core.drift_alert import drift_alert
from courtside.core.report_page import render_page
from tests.fakes.decided import decided

FEATURES = [Feature("points", FeatureKind.NUMERIC), Feature("venue", FeatureKind.CATEGORICAL)]
OUTCOMES = (Outcome("win", Role.TARGET), Outcome("chance", Role.PREDICTION))
CONTRACT = Dataset("games", "day", None, (), "win", tuple(FEATURES), None, 1, prediction="chance")
POLICIES = [ClassicPolicy(), CalibratedPolicy()]


def games(
    days: int = 60, *, seed: int = 0, start: date = date(2024, 1, 1), wins: float = 0.6, **other: Any
) -> pa.Table:
    rng = np.random.default_rng(seed)
    rows = 20 * days
    columns: dict[str, Any] = {
        "points": rng.normal(104, 6, rows),
        "venue": rng.choice(["home", "away"], rows),
        "win": (rng.random(rows) < wins).astype(np.int8),
        "chance": np.clip(rng.normal(0.6, 0.1, rows), 0, 1),
        "day": pa.array([start + timedelta(days=row // 20) for row in range(rows)]),
    }
    return pa.table({name: pa.array(values) for name, values in (columns | other).items() if values is not None})


def fitted(table: pa.Table, *, calibrated: bool = True, outcomes: tuple[Outcome, ...] = OUTCOMES) -> Profile:
    return fit(table, FEATURES, time_column="day", calibrated=calibrated, outcomes=outcomes)


REFERENCE = fitted(games(600))
LATER = date(2026, 1, 5)


def report_on(table: pa.Table, policy: Policy | None = None, reference: Profile = REFERENCE) -> DriftReport:
    return check(reference, reference.summarize(table), policy or CalibratedPolicy())


def judged(report: DriftReport) -> dict[Role, Verdict]:
    return {outcome.role: outcome.verdict for outcome in report.outcomes}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_drifting_target_is_judged_but_does_not_count_as_a_feature(policy: Policy) -> None:
    report = report_on(games(seed=1, start=LATER, wins=0.4), policy)
    assert judged(report) == {Role.TARGET: Verdict.DRIFT, Role.PREDICTION: Verdict.NO_DRIFT}
    target, prediction = report.outcomes
    assert target.kind is FeatureKind.BINARY
    assert target.reason.startswith("share of '1' fell 60")
    assert prediction.kind is FeatureKind.NUMERIC
    assert prediction.statistic("ks") is not None
    assert (report.features_checked, report.features_drifted, report.share_drifted) == (2, (), 0.0)
    assert (report.drift_detected, report.severity.value, report.features_broken) == (False, "none", ())
    assert decided(report).action is Action.NOTHING


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_the_report_on_features_does_not_depend_on_outcomes(policy: Policy) -> None:
    window = games(seed=1, start=LATER, wins=0.4, points=np.random.default_rng(5).normal(108, 6, 1200))
    plain = fitted(games(600), outcomes=())
    with_outcomes, without = report_on(window, policy), report_on(window, policy, plain)
    assert without.outcomes == ()
    assert with_outcomes.features == without.features
    body = with_outcomes.to_dict()
    assert {key: value for key, value in body.items() if key not in {"target", "prediction"}} == without.to_dict()


def test_p_values_of_outcomes_are_corrected_among_themselves() -> None:
    window = games(seed=1, start=LATER, wins=0.4)
    alone = fitted(games(600), outcomes=OUTCOMES[:1])
    (single,), (target, prediction) = report_on(window, reference=alone).outcomes, report_on(window).outcomes
    assert single.p_adjusted is not None
    assert target.p_adjusted == pytest.approx(min(2 * single.p_adjusted, prediction.p_adjusted or 1.0))


def test_an_outcome_is_compared_with_its_own_history() -> None:
    steady = report_on(games(seed=1, start=LATER)).outcomes[0]
    assert "of its history" in steady.reason
    days = np.repeat(np.random.default_rng(3).normal(0.6, 0.25, 600), 20)
    shaky = fitted(games(600, win=(np.random.default_rng(4).random(12_000) < days).astype(int)))
    usual = report_on(games(seed=1, start=LATER, wins=0.7), reference=shaky).outcomes[0]
    odd = report_on(games(seed=1, start=LATER, wins=0.7)).outcomes[0]
    assert usual.p_adjusted is not None
    assert odd.p_adjusted is not None
    assert usual.p_adjusted > 10 * odd.p_adjusted


NOTHING_YET: dict[str, dict[str, Any]] = {
    "no column": {"win": None},
    "only nulls": {"win": pa.nulls(1200, pa.int8())},
    "only NaN": {"win": np.full(1200, np.nan)},
}


@pytest.mark.parametrize("case", NOTHING_YET)
def test_labels_that_have_not_arrived_are_not_checked(case: str) -> None:
    report = report_on(games(seed=1, start=LATER, **NOTHING_YET[case]))
    assert judged(report) == {Role.PREDICTION: Verdict.NO_DRIFT}
    assert "target" not in report.to_dict()
    assert (report.features_checked, report.features_broken) == (2, ())


def test_labels_that_have_partly_arrived_are_checked_by_those_that_have() -> None:
    half = [*(np.random.default_rng(1).random(600) < 0.6).tolist(), *[None] * 600]
    report = report_on(games(seed=1, start=LATER, win=pa.array(half)))
    assert judged(report)[Role.TARGET] is Verdict.NO_DRIFT
    assert report.outcomes[0].missing_rate == 0.5
    few = [*half[:50], *[None] * 1150]
    assert judged(report_on(games(seed=1, start=LATER, win=pa.array(few))))[Role.TARGET] is Verdict.INSUFFICIENT_DATA


def test_a_target_of_another_type_is_reported_and_breaks_no_feature() -> None:
    report = report_on(games(seed=1, start=LATER, win=pa.array(["yes", "no"] * 600)))
    assert judged(report)[Role.TARGET] is Verdict.WRONG_TYPE
    assert report.features_broken == ()


@pytest.mark.parametrize(
    "win",
    [None, pa.nulls(1200, pa.int8()), np.full(1200, np.nan), pa.array([date(2024, 1, 1)] * 1200)],
    ids=["no column", "nulls", "NaN", "dates"],
)
def test_a_reference_without_usable_labels_is_profiled_without_them(win: Any) -> None:
    profile = fitted(games(win=win))
    assert profile.outcomes is not None
    assert list(profile.outcomes.by_name) == ["chance"]
    assert fitted(games(win=win, chance=None)).outcomes is None


def test_parts_of_a_reference_may_lack_labels_or_disagree_on_them() -> None:
    labelled, unlabelled = games(), games(seed=1, win=None)
    found = fitted([unlabelled, labelled]).outcomes  # type: ignore[arg-type]
    assert found is not None
    assert (found.by_name["win"].valid, found.by_name["win"].tally.absent) == (1200, 1200)
    mixed = fitted([labelled, games(win=pa.array(["yes"] * 1200))]).outcomes  # type: ignore[arg-type]
    assert mixed is not None
    assert list(mixed.by_name) == ["chance"]


def test_fitting_counts_outcomes_as_a_second_pass_does() -> None:
    gaps = pa.array([None, 0.5] * 600, pa.float64())
    parts = [games(win=pa.nulls(1200)), games(chance=None), games(seed=1, chance=gaps), games(seed=2)]
    profile = fitted(parts, calibrated=False)  # type: ignore[arg-type]
    assert profile.outcomes is not None
    assert profile.outcomes.rows == 4800
    tally = profile.outcomes.by_name["chance"].tally
    assert (tally.null, tally.absent) == (600, 1200)
    assert profile.summarize(parts) == profile  # type: ignore[arg-type]


KINDS: dict[str, tuple[Any, FeatureKind]] = {
    "booleans": ([True, False] * 600, FeatureKind.BINARY),
    "0 and 1 as floats": ([0.0, 1.0] * 600, FeatureKind.BINARY),
    "texts": (["won", "lost", "drawn"] * 400, FeatureKind.CATEGORICAL),
    "numbers": (np.arange(1200.0), FeatureKind.NUMERIC),
}


@pytest.mark.parametrize("case", KINDS)
def test_the_kind_of_an_outcome_follows_from_its_values(case: str) -> None:
    values, kind = KINDS[case]
    outcomes = fitted(games(win=pa.array(values))).outcomes
    assert outcomes is not None
    assert outcomes.by_name["win"].kind is kind


def test_a_third_level_in_a_later_batch_makes_an_outcome_categorical() -> None:
    late = [games(), games(seed=1, win=pa.array([2] * 1200))]
    outcomes = fitted(late).outcomes  # type: ignore[arg-type]
    assert outcomes is not None
    assert outcomes.by_name["win"].kind is FeatureKind.CATEGORICAL
    assert outcomes.by_name["win"].valid == 2400


def test_profiles_with_outcomes_are_stored_and_merged_without_loss() -> None:
    again = Profile.from_bytes(REFERENCE.to_bytes())
    assert again == REFERENCE
    assert again.outcomes is not None
    assert again.outcomes.roles == (Role.TARGET, Role.PREDICTION)
    window = games(seed=1, start=LATER, wins=0.4)
    whole = REFERENCE.summarize(window)
    parts = [again.summarize(batch) for batch in window.to_batches(max_chunksize=77)]
    merged = reduce(Profile.merge, parts, again.blank())
    assert merged == reduce(Profile.merge, reversed(parts), again.blank())
    assert merged.outcomes is not None
    assert whole.outcomes is not None
    for mine, theirs in zip(merged.outcomes.columns, whole.outcomes.columns, strict=True):
        assert (mine.counts.tolist(), mine.tally) == (theirs.counts.tolist(), theirs.tally)
    assert check(again, whole, CalibratedPolicy()) == report_on(window)


def test_a_profile_without_outcomes_loads_and_is_checked() -> None:
    old = Profile.from_bytes(fitted(games(600), outcomes=()).to_bytes())
    assert old.outcomes is None
    report = report_on(games(seed=1, start=LATER, wins=0.4), reference=old)
    assert report.outcomes == ()
    assert report.features_checked == 2
    with pytest.raises(ProfileMismatch, match="outcomes"):
        old.summarize(games()).merge(REFERENCE.summarize(games()))
    assert check(REFERENCE, old.summarize(games(seed=1)), ClassicPolicy()).outcomes == ()


def test_an_outcome_may_have_its_own_threshold() -> None:
    window = games(seed=1, start=LATER, wins=0.4)
    lax = CalibratedPolicy(overrides=(Threshold("win", "effect", 0.9), Threshold("win", "psi", 9)))
    assert judged(report_on(window, lax))[Role.TARGET] is Verdict.NO_DRIFT
    with pytest.raises(ThresholdInvalid):
        report_on(window, lax, fitted(games(600), outcomes=()))


def told(window: pa.Table) -> tuple[DriftReport, Profile]:
    current = REFERENCE.summarize(window)
    assert current.period is not None
    parts = split(REFERENCE, window, windows=sub_windows(*current.period))
    report = check(REFERENCE, current, CalibratedPolicy())
    return tell(report, reference=REFERENCE, current=current, parts=parts), current


@pytest.fixture(scope="module")
def moved() -> tuple[DriftReport, Profile]:
    halves = [games(28, seed=1, start=LATER), games(28, seed=2, start=LATER + timedelta(days=28), wins=0.3)]
    return told(pa.concat_tables(halves))


def test_a_drifting_target_has_a_trend_and_a_first_day(moved: tuple[DriftReport, Profile]) -> None:
    target = moved[0].outcomes[0]
    assert target.trend is not None
    assert target.trend.began is not None
    assert abs((target.trend.began - (LATER + timedelta(days=28))).days) <= 7
    assert moved[0].began is None
    assert moved[0].groups == ()


def test_the_json_the_page_and_the_alert_report_a_drifting_target(moved: tuple[DriftReport, Profile]) -> None:
    report, current = moved
    body = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert (body["target"]["name"], body["target"]["drifted"]) == ("win", True)
    assert body["prediction"]["name"] == "chance"
    assert list(body["features"]) == ["points", "venue"]
    sentence = "The target win moved: share of '1' fell 60"
    page = render_page(report, REFERENCE, current)
    assert sentence in page
    assert '<article id="target" class="card drift"' in page
    assert '<article id="prediction" class="card quiet"' in page
    assert "Target and prediction" in page
    context = AlertContext("games", LATER, LATER + timedelta(days=56), "3", "s3://lake/report", None)
    alert = drift_alert(report, decided(report), context)
    assert f"*Target and prediction*\n• {sentence}" in alert.text


def test_a_page_without_outcomes_has_no_section_for_them() -> None:
    report, current = told(games(seed=1, start=LATER, win=None, chance=None))
    assert 'id="outcomes"' not in render_page(report, REFERENCE, current)


def test_classes_that_are_written_as_numbers_are_compared_as_classes() -> None:
    rng = np.random.default_rng(7)
    before, after = (rng.choice([3, 4, 5], 12_000, p=p) for p in ([0.1, 0.8, 0.1], [0.4, 0.2, 0.4]))
    (target, _) = replace(CONTRACT, task="multiclass").outcomes
    reference = fitted(games(600, win=before), outcomes=(target,))
    (found,) = report_on(games(600, start=LATER, win=after), reference=reference).outcomes
    assert (found.kind, found.verdict) == (FeatureKind.CATEGORICAL, Verdict.DRIFT)
    assert "share of '4' fell" in found.reason


def test_values_are_numbers_even_if_all_of_them_are_zero_or_one() -> None:
    (target, prediction) = replace(CONTRACT, task="regression").outcomes
    reference = fitted(games(600), outcomes=(target, prediction))
    report = report_on(games(60, seed=1, start=LATER, wins=0.2), reference=reference)
    assert [each.kind for each in report.outcomes] == [FeatureKind.NUMERIC, FeatureKind.NUMERIC]
    assert judged(report) == {Role.TARGET: Verdict.DRIFT, Role.PREDICTION: Verdict.NO_DRIFT}


def test_a_task_changes_nothing_for_two_classes() -> None:
    assert CONTRACT.outcomes == OUTCOMES
