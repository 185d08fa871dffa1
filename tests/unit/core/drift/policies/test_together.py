"""Related columns are also judged as one, which finds a weak shift of all but not the shift of a single one."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, DriftReport, Profile, check, fit
from courtside.core.drift.calibration.related import related_columns
from courtside.core.drift.pairs.by_column import correlations_by_column
from courtside.core.drift.policies.policy import Null
from courtside.core.drift.reports.together import told_together
from courtside.core.drift.story.telling import tell

SHARED, COLUMNS = 0.5, 4
A_DAY, DAYS = 5, 600
NULLS = (Null.ENTITIES, Null.HISTORY, Null.INDEPENDENT_ROWS)


def rows(null: Null, *, seed: int, shift: float = 0.0, moved: int = COLUMNS, reference: bool = False) -> pa.Table:
    """Return four columns of one unit, whose rows depend on entities or on days, or are independent."""
    rng = np.random.default_rng(seed)
    if null is Null.ENTITIES:
        entities, each = (90, 40) if reference else (30, 20)
        of = np.repeat(np.arange(entities) + (0 if reference else 1000), each)
        level = rng.normal(0, SHARED, (entities, COLUMNS))[of % 1000]
    else:
        of = np.arange(A_DAY * DAYS if reference else 200)
        level = np.zeros((of.size, COLUMNS))
    values = level + rng.normal(size=level.shape)
    values[:, :moved] += shift
    day = np.datetime64("2024-01-01") + np.arange(of.size) // A_DAY
    columns: dict[str, Any] = {"of": of, "day": day, **{f"x{place}": values[:, place] for place in range(COLUMNS)}}
    return pa.table(columns)


@cache
def reference(null: Null) -> Profile:
    entity = ("of",) if null is Null.ENTITIES else ()
    features = [Feature(f"x{place}", FeatureKind.NUMERIC, entity=entity) for place in range(COLUMNS)]
    time = "day" if null is Null.HISTORY else None
    return fit(rows(null, seed=1, reference=True), features, time_column=time, calibrated=True)


def report_on(known: Profile, window: pa.Table) -> DriftReport:
    return check(known, known.summarize(window), CalibratedPolicy())


@pytest.mark.parametrize("null", NULLS)
def test_a_weak_shift_of_all_columns_is_found_where_no_single_one_is(null: Null) -> None:
    known = reference(null)
    assert [related.places for related in known.related] == [(0, 1, 2, 3)]
    alone = replace(known, related=())
    weak = {Null.ENTITIES: 0.15, Null.HISTORY: 0.2, Null.INDEPENDENT_ROWS: 0.2}[null]
    windows = [rows(null, seed=seed, shift=weak) for seed in range(100, 120)]
    together = [len(report_on(known, window).features_drifted) for window in windows]
    each = [len(report_on(alone, window).features_drifted) for window in windows]
    assert sum(map(bool, together)) >= 12
    assert sum(together) >= 1.4 * sum(each)


@pytest.mark.parametrize("null", NULLS)
def test_windows_in_which_nothing_moved_stay_quiet(null: Null) -> None:
    reports = [report_on(reference(null), rows(null, seed=seed)) for seed in range(200, 260)]
    assert sum(any(each.rare for each in told_together(report.features)) for report in reports) <= 1
    assert sum(len(report.features_drifted) for report in reports) <= 0.025 * COLUMNS * len(reports)


@pytest.mark.parametrize("null", NULLS)
def test_one_column_that_moved_far_is_not_a_shift_of_all(null: Null) -> None:
    reports = [report_on(reference(null), rows(null, seed=seed, shift=1.2, moved=1)) for seed in range(300, 330)]
    assert sum(report.features_drifted == ("x0",) for report in reports) >= 28
    assert sum(any(each.rare for each in told_together(report.features)) for report in reports) <= 3


def test_a_report_names_the_columns_that_moved_together_and_their_p_value() -> None:
    known = reference(Null.ENTITIES)
    current = known.summarize(rows(Null.ENTITIES, seed=7, shift=-0.6))
    report = tell(check(known, current, CalibratedPolicy()), reference=known, current=current)
    (together,) = told_together(report.features)
    assert (together.features, together.rising, together.rare) == (("x0", "x1", "x2", "x3"), False, True)
    assert "together with" in report.features[0].reason
    (group,) = report.groups
    assert group.p_together == together.p_adjusted
    assert group.headline.endswith(" for all together")
    shown = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert shown["together"][0]["p_adjusted"] == shown["features"]["x0"]["p_together"] == together.p_adjusted


def test_related_columns_are_saved_with_a_profile() -> None:
    for null in NULLS:
        again = Profile.from_bytes(reference(null).to_bytes())
        assert again.related == reference(null).related
        window = rows(null, seed=8, shift=0.3)
        assert report_on(again, window) == report_on(reference(null), window)


def test_which_columns_are_related_depends_only_on_the_reference() -> None:
    rng = np.random.default_rng(3)
    pace, chance = rng.normal(100, 5, 2000), rng.random((2000, 3))
    columns: dict[str, Any] = {
        "pace": pace,
        "points": 1.1 * pace + rng.normal(0, 5, 2000),
        "rest": -pace + rng.normal(0, 3, 2000),
        "flag": (chance[:, 0] < 0.3).astype(float),
        "other_flag": (chance[:, 1] < 0.35).astype(float),
        "rare_flag": (chance[:, 2] < 0.1).astype(float),
        "income": rng.lognormal(9, 1, 2000),
        "plan": rng.choice(["a", "b", "c"], 2000),
    }
    table = pa.table(columns)
    kinds = {"plan": FeatureKind.CATEGORICAL, **dict.fromkeys(("flag", "other_flag", "rare_flag"), FeatureKind.BINARY)}
    features = [Feature(name, kinds.get(name, FeatureKind.NUMERIC)) for name in table.column_names]
    known = fit(table, features, calibrated=True)
    assert [(related.places, related.signs) for related in known.related] == [((0, 1, 2), (1, 1, -1)), ((3, 4), (1, 1))]
    assert known.pairs is not None
    apart = related_columns(
        known.columns, ["x", "y", "x", "x", "x", "x", "x", "x"], correlations_by_column(known.pairs.sums, columns=8)
    )
    assert [related.places for related in apart] == [(0, 2), (3, 4)]


def test_columns_of_which_some_rise_while_others_fall_move_together() -> None:
    def table(seed: int, shift: float, count: int) -> pa.Table:
        rng = np.random.default_rng(seed)
        common = rng.normal(size=count)
        signs = np.array([1, -1, 1, -1])
        values = signs * (common[:, None] + 0.8 * rng.normal(size=(count, 4)) + shift) * [1, 3, 10, 30]
        columns: dict[str, Any] = {f"x{place}": values[:, place] for place in range(4)}
        return pa.table(columns)

    known = fit(table(1, 0, 3000), [Feature(f"x{i}", FeatureKind.NUMERIC) for i in range(4)], calibrated=True)
    assert known.related[0].signs == (1, -1, 1, -1)
    (together,) = told_together(report_on(known, table(2, 0.5, 300)).features)
    assert together.rare
    assert together.rising
    assert together.against == ()
