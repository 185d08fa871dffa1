"""What was accepted is quiet; what moves again or anew is found, in features, segments and the table as a whole."""

import json
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.dataset import Feature, FeatureKind, Phase
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Policy, Profile, Verdict, check, fit
from courtside.core.drift.accepted import Accepted, with_accepted
from courtside.core.drift.reports.acceptance import Acceptance
from courtside.core.drift.successive import Former, with_former
from courtside.core.report_page import render_page

FEATURES = [
    Feature("use", FeatureKind.NUMERIC),
    Feature("age", FeatureKind.NUMERIC),
    Feature("plan", FeatureKind.CATEGORICAL),
    Feature("late", FeatureKind.BINARY),
]
ACT = Acceptance("ana", date(2026, 11, 29), date(2026, 10, 1), date(2026, 11, 1), note="new app")
POLICY = CalibratedPolicy()


def rows(seed: int, count: int = 500, *, use: float = 0.0, age: float = 0.0, late: float = 0.3) -> pa.Table:
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {
        "use": rng.normal(use, 1, count),
        "age": rng.normal(40 + 10 * age, 10, count),
        "plan": rng.choice(["basic", "plus", "pro"], count, p=[0.5, 0.3, 0.2]),
        "late": rng.random(count) < late,
        "region": rng.choice(["north", "south"], count),
    }
    return pa.table(columns)


@cache
def reference() -> Profile:
    return fit(rows(1, 8000), FEATURES, calibrated=True, segments=["region"])


def accepted(table: pa.Table, *features: str, on: Profile | None = None) -> Accepted:
    return Accepted((on or reference()).summarize(table), ACT, frozenset(features))


def judged(table: pa.Table, *acts: Accepted, policy: Policy = POLICY) -> DriftReport:
    current = reference().summarize(table)
    return with_accepted(
        check(reference(), current, policy), acts, reference=reference(), current=current, policy=policy
    )


def verdict(report: DriftReport, name: str) -> Verdict:
    return next(each.verdict for each in report.features if each.name == name)


def test_what_was_accepted_is_neither_drift_nor_usual_and_says_by_whom() -> None:
    report = judged(rows(3, use=1.0), accepted(rows(2, use=1.0), "use"))
    (use,) = (each for each in report.features if each.name == "use")
    assert (use.verdict, use.drifted, use.moved) == (Verdict.ACCEPTED, False, False)
    assert use.reason.endswith(", as accepted on 2026-11-29 by ana")
    assert (report.drift_detected, report.features_accepted, report.features_usual) == (False, ("use",), ())
    assert (report.severity.value, report.share_drifted) == ("none", 0.0)
    shown = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert shown["summary"]["features_accepted"] == ["use"]
    (act,) = shown["accepted"]
    assert (act["by"], act["on"], act["note"]) == ("ana", "2026-11-29", "new app")
    assert "use" in act["subjects"]


def test_the_page_shows_what_moved_as_accepted_and_by_whom() -> None:
    table = rows(3, use=1.0)
    report = judged(table, accepted(rows(2, use=1.0), "use"))
    page = render_page(report, reference(), reference().summarize(table))
    assert "Nothing new: 1 of 4 features moved as a person accepted." in page
    assert "as accepted on 2026-11-29 by ana (the window 2026-10-01 to 2026-11-01: new app)" in page
    assert ">accepted</" in page


@settings(max_examples=15, deadline=None)
@given(
    shift=st.floats(0.6, 2.0) | st.floats(-2.0, -0.6),
    further=st.floats(0.7, 1.5) | st.floats(-1.5, -0.7),
    seed=st.integers(10, 10_000),
)
def test_it_is_found_when_it_moves_again_whichever_way(shift: float, further: float, seed: int) -> None:
    report = judged(rows(seed, use=shift + further), accepted(rows(seed + 1, use=shift), "use"))
    back = verdict(judged(rows(seed, use=shift + further)), "use")
    assert verdict(report, "use") is back  # drift, unless it went all the way back to the reference
    assert report.features_accepted == ()


@settings(max_examples=15, deadline=None)
@given(shift=st.floats(0.6, 2.0), late=st.floats(0.6, 0.9), seed=st.integers(10, 10_000))
def test_what_moves_anew_is_found_whatever_was_accepted(shift: float, late: float, seed: int) -> None:
    report = judged(rows(seed, use=shift, late=late), accepted(rows(seed + 1, use=shift), "use"))
    assert verdict(report, "late") is Verdict.DRIFT
    only_named = judged(rows(seed, use=shift), accepted(rows(seed + 1, use=shift), "late"))
    assert verdict(only_named, "use") is Verdict.DRIFT


def test_windows_like_the_accepted_one_are_hardly_ever_news() -> None:
    found = [
        verdict(judged(rows(1000 + seed, 300, use=1.0, late=0.6), act), name)
        for seed in range(40)
        for act in [accepted(rows(2000 + seed, 300, use=1.0, late=0.6), "use", "late")]
        for name in ("use", "late")
    ]
    assert found.count(Verdict.ACCEPTED) >= 0.96 * len(found)


def test_the_newest_act_about_a_feature_counts() -> None:
    first, second = accepted(rows(2, use=1.0), "use", "late"), accepted(rows(3, use=2.0, late=0.8), "use")
    table = rows(4, use=2.0)
    assert verdict(judged(table, first, second), "use") is Verdict.ACCEPTED
    assert verdict(judged(table, first), "use") is Verdict.DRIFT
    assert verdict(judged(rows(5, use=1.0), first, second), "use") is Verdict.DRIFT
    late = judged(rows(6, late=0.8), accepted(rows(7, late=0.8), "late"), second)
    assert [act.subjects for act in late.acceptances if "late" in act.subjects]


def test_what_went_back_to_the_reference_is_no_drift() -> None:
    report = judged(rows(5), accepted(rows(2, use=1.0), "use"))
    assert (verdict(report, "use"), report.acceptances) == (Verdict.NO_DRIFT, ())


def test_what_moved_again_says_so_beside_what_was_accepted() -> None:
    report = judged(rows(3, use=2.5), accepted(rows(2, use=1.0), "use"))
    (use,) = (each for each in report.features if each.name == "use")
    assert "; but not as accepted on 2026-11-29 by ana: mean rose" in use.reason


def test_a_broken_column_cannot_be_accepted() -> None:
    gaps = rows(3, use=1.0)
    half = pa.array([None if place % 2 else value for place, value in enumerate(gaps["use"].to_pylist())])
    broken = gaps.set_column(0, "use", half)
    report = judged(broken, accepted(broken, "use"))
    assert verdict(report, "use") is Verdict.MORE_MISSING
    gone = judged(gaps.drop_columns(["use"]), accepted(gaps, "use"))
    assert verdict(gone, "use") is Verdict.MISSING_COLUMN


def only_in_the_north(seed: int, shift: float) -> pa.Table:
    table = rows(seed, 800)
    north = np.array(table["region"].to_pylist()) == "north"
    return table.set_column(0, "use", pa.array(table["use"].to_numpy() + shift * north))


def test_a_segment_that_moved_as_accepted_is_no_drift_until_it_moves_again() -> None:
    act = Accepted(reference().summarize(only_in_the_north(2, 0.8)), ACT, segments={"region=north": frozenset({"use"})})
    plain, quiet = (judged(only_in_the_north(3, 0.8), *acts) for acts in ((), (act,)))
    assert [each.name for each in plain.segments_drifted] == ["region=north"]
    assert quiet.segments_drifted == ()
    assert {each.name: each.verdict for each in quiet.segments}["region=north"] is Verdict.ACCEPTED
    assert [each.subjects for each in quiet.acceptances] == [("region=north",)]
    assert [each.name for each in judged(only_in_the_north(4, 2.0), act).segments_drifted] == ["region=north"]


def test_the_segments_of_an_accepted_feature_are_accepted_with_it() -> None:
    report = judged(rows(3, use=1.0), accepted(rows(2, use=1.0), "use"))
    assert report.segments_drifted == ()


def turned(seed: int, correlation: float, count: int = 3000) -> pa.Table:
    rng = np.random.default_rng(seed)
    pair = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], count)
    columns: dict[str, Any] = {"use": pair[:, 0], "age": pair[:, 1]}
    return pa.table(columns)


def test_correlations_that_moved_as_accepted_are_no_drift_until_they_move_again() -> None:
    known = fit(turned(1, 0.6, 9000), FEATURES[:2], calibrated=True)
    act = Accepted(known.summarize(turned(2, 0.0)), ACT, table=frozenset({"correlation_change"}))

    def drifted(table: pa.Table, *acts: Accepted) -> bool:
        current = known.summarize(table)
        report = check(known, current, POLICY)
        return with_accepted(report, acts, reference=known, current=current, policy=POLICY).drift_detected

    assert drifted(turned(3, 0.0))
    assert not drifted(turned(3, 0.0), act)
    assert drifted(turned(3, -0.6), act)


@pytest.mark.parametrize("policy", [ClassicPolicy(), CalibratedPolicy()])
def test_every_policy_knows_what_was_accepted(policy: Policy) -> None:
    act = accepted(rows(2, 3000, use=1.0), "use")
    assert verdict(judged(rows(3, 3000, use=1.0), act, policy=policy), "use") is Verdict.ACCEPTED
    assert verdict(judged(rows(3, 3000, use=2.0), act, policy=policy), "use") is Verdict.DRIFT


def test_without_an_act_the_report_is_as_it_was() -> None:
    current = reference().summarize(rows(3, use=1.0))
    report = check(reference(), current, POLICY)
    assert with_accepted(report, (), reference=reference(), current=current, policy=POLICY) == report


def test_windows_before_the_acceptance_are_no_evidence_afterwards() -> None:
    windows: list[Former] = [
        (date(2026, 7, 1) + timedelta(days=30 * place), reference().summarize(rows(20 + place, use=0.35)))
        for place in range(3)
    ]
    current = reference().summarize(rows(30, 200, use=0.1))
    report = check(reference(), current, POLICY)

    def together(accepted: set[str]) -> DriftReport:
        return with_former(
            report, reference=reference(), current=current, former=windows, policy=POLICY, accepted=accepted
        )

    before, after = together(set()), together({"use"})
    assert [each.name for each in before.features if each.successive] == ["use"]
    assert after == report


def seasons(seed: int, days: range, shift: float = 0.0) -> pa.Table:
    """Return rows of days since 2020, in which `use` is higher in winter, twice as far as drift would be."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(days.start, days.stop), 15)
    winter = np.cos(2 * np.pi * day / 365.25)
    when = [date(2020, 1, 1) + timedelta(days=int(each)) for each in day]
    use, age = rng.normal(winter + shift, 1), rng.normal(40, 10, day.size)
    columns: dict[str, Any] = {"when": when, "use": use, "age": age}
    return pa.table(columns)


def test_what_was_accepted_in_one_season_is_no_news_in_another() -> None:
    features = FEATURES[:2]
    known = fit(seasons(1, range(3 * 365)), features, time_column="when", calibrated=True, phase=Phase.MONTH)
    winter, summer = range(1100, 1130), range(1280, 1310)
    act = accepted(seasons(2, winter, 1.0), "use", on=known)

    def found(shift: float) -> DriftReport:
        current = known.summarize(seasons(3, summer, shift))
        report = check(known, current, POLICY)
        return with_accepted(report, [act], reference=known, current=current, policy=POLICY)

    assert verdict(found(1.0), "use") is Verdict.ACCEPTED
    assert verdict(found(2.0), "use") is Verdict.DRIFT
    assert verdict(found(0.0), "use") is Verdict.NO_DRIFT
