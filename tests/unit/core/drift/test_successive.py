"""Evidence adds up over windows that do not overlap, and quiet windows stay quiet however many there are."""

import json
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Profile, Verdict, check, fit
from courtside.core.drift.successive import SPANS, Former, former_windows, with_former

START, DAYS = date(2024, 1, 1), 30
POLICY = CalibratedPolicy()
FEATURES = [
    Feature("use", FeatureKind.NUMERIC, entity=("who",)),
    Feature("age", FeatureKind.NUMERIC, entity=("who",)),
    Feature("late", FeatureKind.BINARY, entity=("who",)),
]


def rows(seed: int, *, entities: int = 20, each: int = 10, shift: float = 0.0) -> pa.Table:
    """Return rows of customers who differ in their level; every seed gives other customers."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(entities), each)
    level = rng.normal(0, 0.3, (entities, 2))[who]
    values = level + rng.normal(size=level.shape) + [shift, 0]
    late = (rng.random(who.size) < 0.3).astype(float)
    columns: dict[str, Any] = {
        "who": who + 1000 * seed,
        "use": values[:, 0],
        "age": 30 * values[:, 1] ** 3,
        "late": late,
    }
    return pa.table(columns)


@cache
def reference() -> Profile:
    return fit(rows(1, entities=160, each=30), FEATURES, calibrated=True)


def sequence(seed: int, count: int, shift: float = 0.0) -> list[Former]:
    days = [START + timedelta(days=DAYS * place) for place in range(count)]
    return [(day, reference().summarize(rows(seed + place, shift=shift))) for place, day in enumerate(days)]


def reports(windows: list[Former]) -> list[DriftReport]:
    """Judge each window by itself, and together with the windows before it."""
    found = []
    for place, (_, current) in enumerate(windows):
        former = windows[max(0, place + 1 - max(SPANS)) : place]
        alone = check(reference(), current, POLICY)
        found.append(with_former(alone, reference=reference(), current=current, former=former, policy=POLICY))
    return found


def added(report: DriftReport) -> list[str]:
    return [feature.name for feature in report.features if feature.successive]


def test_a_weak_shift_that_single_windows_miss_is_found_within_a_few() -> None:
    sequences = [reports(sequence(1000 * seed, 4, shift=0.18)) for seed in range(1, 21)]
    alone = [f.drifted and not f.successive for found in sequences for report in found for f in report.features[:1]]
    assert sum(alone) <= 0.5 * len(alone)
    assert sum(any("use" in report.features_drifted for report in found) for found in sequences) >= 18
    assert sum(any("use" in added(report) for report in found) for found in sequences) >= 6


def test_long_quiet_runs_stay_quiet() -> None:
    sequences = [reports(sequence(1000 * seed, 12)) for seed in range(101, 141)]
    flagged = {(place, name) for place, found in enumerate(sequences) for report in found for name in added(report)}
    assert len(flagged) <= 0.01 * len(sequences) * len(FEATURES) + 1


def test_the_report_states_in_one_sentence_what_added_up() -> None:
    found = next(
        report for seed in range(1, 21) for report in reports(sequence(1000 * seed, 4, shift=0.18)) if added(report)
    )
    (feature,) = (each for each in found.features if each.successive)
    assert feature.successive is not None
    count = feature.successive.count
    assert (feature.verdict, feature.moved, feature.successive.way) == (Verdict.DRIFT, True, "up")
    assert feature.reason.startswith(f"each of the last {count} windows, since {feature.successive.since}, moved up")
    assert "quiet sequences" in feature.reason
    shown = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert shown["features"]["use"]["successive"]["windows"] == count
    assert shown["summary"]["features_drifted"] == ["use"]


def test_windows_that_moved_in_opposite_directions_do_not_add_up() -> None:
    for seed in range(1, 11):
        windows = [*sequence(1000 * seed, 1, shift=-0.3), *sequence(1000 * seed + 50, 3, shift=0.45)]
        former = [(START, windows[0][1]), *windows[1:3]]
        alone = check(reference(), windows[3][1], POLICY)
        found = with_former(alone, reference=reference(), current=windows[3][1], former=former, policy=POLICY)
        assert all(each.successive is None or each.successive.count == 2 for each in found.features)


def test_nothing_adds_up_without_earlier_windows_or_calibrated_p_values() -> None:
    windows = sequence(1000, 4, shift=0.18)
    alone = check(reference(), windows[-1][1], POLICY)
    same = with_former(alone, reference=reference(), current=windows[-1][1], former=[], policy=POLICY)
    assert same == alone
    gap = [*windows[:2], (windows[2][0], reference().blank())]  # the chain breaks where a window has no rows
    assert with_former(alone, reference=reference(), current=windows[-1][1], former=gap, policy=POLICY) == alone
    classic = check(reference(), windows[-1][1], ClassicPolicy())
    again = with_former(
        classic, reference=reference(), current=windows[-1][1], former=windows[:3], policy=ClassicPolicy()
    )
    assert again is classic


def test_earlier_windows_do_not_overlap_and_lie_after_the_reference() -> None:
    found = former_windows(date(2024, 5, 1), 30, after=date(2024, 1, 1))
    assert [(end - start).days for start, end in found] == [30, 30, 30]
    assert [end for _, end in found] == [start for start, _ in found[1:]] + [date(2024, 5, 1)]
    assert former_windows(date(2024, 5, 1), 30, after=date(2024, 4, 2)) == []
    assert former_windows(date(2024, 5, 1), 30, after=date(2024, 4, 1)) == [(date(2024, 4, 1), date(2024, 5, 1))]
