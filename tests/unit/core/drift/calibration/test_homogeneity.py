"""A reference that disagrees with itself is cut, and windows are compared with its newest homogeneous part."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.dataset import Feature, FeatureKind, Outcome, Phase, Role
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Profile, check, fit, newest_part
from courtside.core.drift.calibration.homogeneity import MATTERS
from courtside.core.drift.policies.policy import Null
from tests.unit.core.drift.calibration.streams import (
    A_DAY,
    FEATURES,
    NUMBERS,
    START,
    YEAR,
    Floats,
    stream,
    until,
    within,
)

DAYS = 4 * YEAR


def fitted(table: pa.Table, features: list[Feature] = FEATURES, *, phase: Phase | None = None) -> Profile:
    return fit(table, features, time_column="day", calibrated=True, phase=phase)


def since(reference: Profile) -> float | None:
    """Return the year, counted from 0, in which the newest part begins."""
    part = newest_part(reference)
    return (np.datetime64(part.since) - START).astype(int) / YEAR if part else None


def judged(reference: Profile, shift: float, *, seed: int, days: int = 30) -> DriftReport:
    window = stream(days, seed=seed, start=DAYS, mean=lambda day: np.full_like(day, shift))
    return check(reference, reference.summarize(window), CalibratedPolicy())


BROKEN = stream(DAYS, seed=1, mean=until(1))
REFERENCE = fitted(BROKEN)


def season(day: Floats) -> Floats:
    return 0.6 * np.sin(2 * np.pi * day / 365.25)


@pytest.mark.parametrize(
    "mean",
    [
        np.zeros_like,
        season,
        within((600, 630), (1_000, 1_030)),
        within((1_380, 1_410)),
        lambda day: 0.03 * day / YEAR,
    ],
    ids=["nothing", "a season", "two odd months", "an odd month near the end", "a negligible slope"],
)
def test_a_reference_without_a_break_is_not_cut(mean: Callable[[Floats], Floats]) -> None:
    for seed in range(3):
        assert newest_part(fitted(stream(DAYS, seed=seed, mean=mean))) is None


@pytest.mark.parametrize("phase", [None, Phase.MONTH])
@pytest.mark.parametrize(
    ("mean", "began"),
    [
        (until(1), 1),
        (until(2.5, -0.6), 2.5),
        (until(3.2), 3.2),
        (lambda day: until(1, 0.8)(day) + until(2, -1.6)(day), 2),
        (within((YEAR, 2 * YEAR)), 2),
        (within((0, YEAR), (2 * YEAR, 3 * YEAR)), 3),
        (lambda day: until(2)(day) + season(day), 2),
    ],
    ids=[
        "first year",
        "a small break",
        "ten months ago",
        "two breaks",
        "one different year",
        "two different years",
        "a break and a season",
    ],
)
def test_the_newest_part_begins_after_the_last_break(
    mean: Callable[[Floats], Floats], began: float, phase: Phase | None
) -> None:
    found = since(fitted(stream(DAYS, seed=4, mean=mean), phase=phase))
    assert found is not None
    assert abs(found - began) < 0.1


def test_a_recent_break_is_found_but_a_part_compared_by_month_must_cover_most_months() -> None:
    table = stream(DAYS, seed=4, mean=until(3.5))
    free, phased = since(fitted(table)), since(fitted(table, phase=Phase.MONTH))
    assert free == pytest.approx(3.5, abs=0.1)
    assert phased == pytest.approx(3.25, abs=0.1)


@pytest.mark.parametrize("days", [200, YEAR, 500])
def test_within_a_year_a_season_is_not_a_break_but_a_sudden_change_is(days: int) -> None:
    quiet = [newest_part(fitted(stream(days, seed=seed, mean=season))) for seed in range(4)]
    broken = [since(fitted(stream(days, seed=seed, mean=within((0, 120))))) for seed in range(4)]
    assert quiet == [None] * 4
    assert all(found is not None and abs(found * YEAR - 120) < 31 for found in broken)


def test_a_slow_change_is_cut_until_the_rest_of_it_is_negligible() -> None:
    found = since(fitted(stream(DAYS, seed=2, mean=lambda day: 1.2 * np.clip(1 - day / (3 * YEAR), 0, 1))))
    assert found is not None
    assert found >= 2


@pytest.mark.parametrize("shift", [-0.8, 0.8])
def test_drift_is_detected_after_an_old_break(shift: float) -> None:
    for seed in range(3):
        assert set(judged(REFERENCE, shift, seed=seed).features_drifted) == {"x0", "x1", "x2"}


def test_quiet_windows_stay_quiet_after_an_old_break() -> None:
    flagged = [len(judged(REFERENCE, 0.0, seed=seed).features_drifted) for seed in range(10, 25)]
    assert sum(flagged) <= 2


def test_odd_months_in_the_reference_do_not_hide_drift() -> None:
    reference = fitted(stream(DAYS, seed=3, mean=within((300, 330), (700, 730), (1_200, 1_230), by=2.0)))
    assert newest_part(reference) is None
    assert sum(len(judged(reference, 0.8, seed=seed).features_drifted) for seed in range(5)) >= 14


def test_a_break_in_one_column_is_enough_and_the_column_is_named() -> None:
    numbers = newest_part(fitted(stream(DAYS, seed=5, mean=until(2), columns=(1,))))
    levels = newest_part(fitted(stream(DAYS, seed=5, share=until(2, 0.2))))
    assert numbers is not None
    assert levels is not None
    assert list(numbers.moved) == ["x1"]
    assert numbers.moved["x1"] == pytest.approx(0.38, abs=0.04)
    assert list(levels.moved) == ["kind"]
    assert levels.moved["kind"] == pytest.approx(0.2, abs=0.04)


def test_a_break_in_the_target_counts_like_one_in_a_feature() -> None:
    table = stream(DAYS, seed=5, share=until(2, 0.2)).rename_columns(["day", "label", "x0", "x1", "x2"])
    reference = fit(table, NUMBERS, time_column="day", calibrated=True, outcomes=[Outcome("label", Role.TARGET)])
    part = newest_part(reference)
    assert part is not None
    assert list(part.moved) == ["label"]
    assert reference.newest is not None
    assert reference.newest.profile.outcomes is not None
    assert reference.newest.profile.outcomes.calibration is not None


def test_entities_are_permuted_only_within_the_newest_part() -> None:
    def owned(table: pa.Table) -> pa.Table:
        return table.append_column("customer", pa.array(np.arange(table.num_rows) % 97 % 60))

    features = [replace(feature, entity=("customer",)) for feature in NUMBERS]
    reference = Profile.from_bytes(fitted(owned(BROKEN), features).to_bytes())
    assert reference.newest is not None
    rows = owned(BROKEN).slice(YEAR * A_DAY)
    assert counts_of(reference.newest.profile) == reference.summarize(rows)
    for shift, moved in ((0.8, {"x0", "x1", "x2"}), (0.0, set())):
        window = owned(stream(90, seed=1, start=DAYS, mean=lambda day, by=shift: np.full_like(day, by)))
        report = check(reference, reference.summarize(window), CalibratedPolicy())
        assert {feature.null for feature in report.features} == {Null.ENTITIES}
        assert set(report.features_drifted) == moved


def counts_of(part: Profile) -> Profile:
    """Return a part without its calibration and without the null of its pairs, so that only counts are compared."""
    assert part.pairs is not None
    return replace(part, calibration=None, pairs=replace(part.pairs, null=None), related=())


def test_the_newest_part_equals_a_profile_of_its_rows_alone() -> None:
    assert REFERENCE.newest is not None
    part = REFERENCE.newest.profile
    assert part.period is not None
    rows = BROKEN.filter(pc.greater_equal(BROKEN["day"], pa.scalar(part.period[0])))
    assert counts_of(part) == REFERENCE.summarize(rows)
    assert part.period == (date(2015, 1, 1), date(2017, 12, 30))


def test_the_whole_reference_is_still_counted_and_its_parts_merge_to_it() -> None:
    counted = REFERENCE.summarize(BROKEN)
    assert replace(REFERENCE, newest=None) == counted
    halves = [REFERENCE.summarize(BROKEN.slice(0, 5_000)), REFERENCE.summarize(BROKEN.slice(5_000))]
    assert halves[1].merge(halves[0]) == counted
    assert REFERENCE.merge(halves[0]).newest is None


@given(order=st.permutations(range(6)))
@settings(max_examples=5, deadline=None)
def test_the_batches_and_their_order_change_nothing(order: list[int]) -> None:
    size = BROKEN.num_rows // 6
    assert fitted([BROKEN.slice(place * size, size) for place in order]) == fitted(BROKEN.slice(0, 6 * size))


@given(columns=st.permutations(["x0", "x1", "x2", "kind"]), years=st.sampled_from([-8, 4, 20]))
@settings(max_examples=5, deadline=None)
def test_column_order_monotonic_transforms_and_shifted_calendars_change_nothing(columns: list[str], years: int) -> None:
    def moved(name: str) -> pa.Array:
        return pc.exp(BROKEN[name]) if name == "x1" else BROKEN[name]

    day = BROKEN["day"].to_numpy() + np.timedelta64(years // 4 * 1_461, "D")
    table = pa.table({"day": day, **{name: moved(name) for name in columns}})
    by_name = {feature.name: feature for feature in FEATURES}
    found, known = (
        newest_part(fitted(table, [by_name[name] for name in columns])),
        newest_part(REFERENCE),
    )
    assert found is not None
    assert known is not None
    assert (found.since - known.since).days == years // 4 * 1_461
    assert found.moved == pytest.approx(known.moved)


def test_a_profile_keeps_its_newest_part_and_shares_the_grid_with_it() -> None:
    data = REFERENCE.to_bytes()
    restored = Profile.from_bytes(data)
    assert restored == REFERENCE
    assert restored.newest is not None
    assert REFERENCE.newest is not None
    assert restored.newest.moved == REFERENCE.newest.moved
    assert judged(restored, 0.8, seed=9).to_dict() == judged(REFERENCE, 0.8, seed=9).to_dict()
    alone = replace(REFERENCE, newest=None, calibration=REFERENCE.newest.profile.calibration)
    assert len(data) < 1.7 * len(alone.to_bytes())


def test_the_report_says_when_the_newest_part_begins_and_what_was_left_out() -> None:
    report = judged(REFERENCE, 0.8, seed=1)
    assert report.reference.rows == 3 * YEAR * A_DAY
    said = report.to_dict()["newest_part"]
    assert said["since"] == "2015-01-01"
    assert said["whole_reference"] == {"rows": DAYS * A_DAY, "start": "2014-01-01", "end": "2017-12-30"}
    assert set(said["moved"]) == {"x0", "x1", "x2"}
    assert min(said["moved"].values()) > MATTERS
    assert "newest_part" not in judged(fitted(stream(DAYS, seed=0)), 0.0, seed=1).to_dict()


def test_the_classic_policy_compares_with_the_whole_reference() -> None:
    window = REFERENCE.summarize(stream(30, seed=1, start=DAYS))
    report = check(REFERENCE, window, ClassicPolicy())
    assert report.reference.rows == BROKEN.num_rows
    assert report.newest_part is None


def test_a_column_that_was_added_late_is_not_a_break() -> None:
    table = stream(DAYS, seed=6)
    late = pc.if_else(pc.less(table["day"], pa.scalar(date(2015, 6, 1))), pa.scalar(None, pa.float64()), table["x2"])
    assert newest_part(fitted(table.set_column(4, "x2", late))) is None


@pytest.mark.parametrize("days", [1, 2, 5, 7, 40])
def test_a_short_history_is_examined_as_far_as_it_goes(days: int) -> None:
    assert newest_part(fitted(stream(days, seed=8))) is None


def test_constant_columns_and_columns_that_stop_being_constant_are_examined() -> None:
    table = stream(DAYS, seed=7)
    late = table["day"].to_numpy() >= START + 2 * YEAR
    still = pa.array(np.full(table.num_rows, 5.0))
    woken = pa.array(np.where(late, table["x1"].to_numpy(), 5.0))
    numbers = pa.table({"day": table["day"], "x0": still, "x1": woken, "x2": table["x2"]})
    part = newest_part(fitted(numbers, [Feature(f"x{i}", FeatureKind.NUMERIC) for i in range(3)]))
    assert part is not None
    assert list(part.moved) == ["x1"]
    assert abs((np.datetime64(part.since) - START).astype(int) - 2 * YEAR) < 31


@pytest.mark.parametrize("awake", [5, 20])
def test_drift_is_detected_in_a_column_that_stopped_being_constant_only_recently(awake: int) -> None:
    def woken(table: pa.Table) -> pa.Table:
        values = np.where(table["day"].to_numpy() >= START + 600 - awake, table["x1"].to_numpy(), 5.0)
        return table.set_column(table.column_names.index("x1"), "x1", pa.array(values))

    reference = fitted(woken(stream(600, seed=1)), NUMBERS)
    assert newest_part(reference) is None
    window = reference.summarize(woken(stream(30, seed=2, start=600)))
    assert check(reference, window, CalibratedPolicy()).features_drifted == ("x1",)
