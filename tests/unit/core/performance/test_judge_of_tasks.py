"""Windows, promises and promise tests of several classes and of values, on predictions whose truth is known."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from courtside.contracts.events import Window
from courtside.contracts.scoring import Opponent
from courtside.core.evaluation import multiclass, regression, score
from courtside.core.gate.holdout import Holdout
from courtside.core.performance.constant import Constant
from courtside.core.performance.courses import followed
from courtside.core.performance.estimate import UNDEFINED
from courtside.core.performance.evidence import Compared, compare
from courtside.core.performance.judge import Judged, judge
from courtside.core.performance.promise import Promise, promise_of
from courtside.core.sequential import Outcome
from courtside.core.tasks import MULTICLASS, REGRESSION

Floats = NDArray[np.float64]
MONDAY = date(2026, 3, 2)
WEEK = Window(start=MONDAY, end=MONDAY + timedelta(days=7))
CLASSES = ("away", "draw", "home")


def softmax(logits: Floats) -> Floats:
    odds = np.exp(logits)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def games(seed: int, n: int) -> tuple[NDArray[np.intp], Floats]:
    """Return the classes of rows and the log odds they were drawn from."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, 3))
    return (softmax(logits).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1), logits


def table(
    labels: list[str | None], days: NDArray[np.intp], *, role: str = "champion", version: str = "3", **said: pa.Array
) -> pa.Table:
    n = len(labels)
    return pa.table(
        {
            "id": pa.array([f"r{row}" for row in range(n)]),
            "day": pa.array([MONDAY + timedelta(days=int(day)) for day in days], pa.date32()),
            "version": pa.array([version] * n, pa.string()),
            "role": pa.array([role] * n, pa.string()),
            "label": pa.array(labels, pa.string()),
            "shown": pa.array(np.ones(n, bool)),
            "segments": pa.array([None] * n, pa.map_(pa.string(), pa.string())),
            **said,
        }
    )


def of_classes(
    codes: NDArray[np.intp],
    probability: Floats,
    *,
    classes: tuple[str, ...] = CLASSES,
    days: int = 7,
    role: str = "champion",
    version: str = "3",
) -> pa.Table:
    maps = [list(zip(classes, row, strict=True)) for row in probability.tolist()]
    labels = [CLASSES[code] if code >= 0 else "void" for code in codes]
    return table(
        labels,
        np.arange(codes.size) * days // codes.size,
        role=role,
        version=version,
        prediction=pa.array(probability.max(axis=1)),
        probabilities=pa.array(maps, pa.map_(pa.string(), pa.float64())),
    )


def of_values(
    targets: Floats, said: Floats, *, reach: float = 1.7, days: int = 7, role: str = "champion", version: str = "3"
) -> pa.Table:
    return table(
        [None if np.isnan(target) else str(target) for target in targets],
        np.arange(targets.size) * days // targets.size,
        role=role,
        version=version,
        prediction=pa.array(said),
        low=pa.array(said - reach),
        high=pa.array(said + reach),
    )


def by_metric(judged: list[Judged], *, version: str = "3") -> dict[str, Judged]:
    return {each.line.metric: each for each in judged if each.line.version == version}


def test_a_window_of_several_classes_has_the_figures_of_the_measures() -> None:
    codes, logits = games(1, 700)
    said = softmax(logits)
    promise = Promise(task=MULTICLASS, classes=CLASSES, constant=Constant((0.3, 0.3, 0.4), CLASSES))
    found = by_metric(judge(of_classes(codes, said), WEEK, promises={"3": promise}, task=MULTICLASS))
    assert found["macro_auc"].estimate.value == pytest.approx(score(multiclass.macro_auc, codes, said))
    assert found["log_loss"].estimate.value == pytest.approx(score(multiclass.log_loss, codes, said))
    assert (found["log_loss"].labelled, found["log_loss"].blocks) == (700, 7)
    constant = np.tile([0.3, 0.3, 0.4], (700, 1))
    assert found["log_loss"].baseline == pytest.approx(score(multiclass.log_loss, codes, constant))


def test_a_class_that_a_version_does_not_know_costs_it_the_most_and_is_named() -> None:
    codes, logits = games(2, 400)
    codes[:4] = -1
    known = softmax(logits[:, [0, 2]])
    served = of_classes(codes, known, classes=("away", "home"))
    promise = Promise(task=MULTICLASS, classes=("away", "home"))
    found = by_metric(judge(served, WEEK, promises={"3": promise}, task=MULTICLASS))["log_loss"]
    unknown = int(((codes == 1) | (codes == -1)).sum())
    assert found.labelled == 400
    assert found.estimate.value is not None
    assert found.estimate.value > 36 * unknown / 400
    assert set(promise.strange(served.column("label")).to_pylist()) == {"draw", "void"}


def test_versions_that_know_other_classes_are_compared_on_the_same_rows() -> None:
    codes, logits = games(3, 600)
    champion = of_classes(codes, softmax(logits))
    shadow = of_classes(codes, softmax(logits)[:, [2, 1, 0]], classes=CLASSES[::-1], role="shadow", version="4")
    promises = {version: Promise(task=MULTICLASS) for version in ("3", "4")}
    lines = judge(pa.concat_tables([champion, shadow]), WEEK, promises=promises, task=MULTICLASS)
    for metric in ("log_loss", "macro_auc", "accuracy"):
        found = by_metric(lines, version="4")[metric]
        assert found.difference.value == pytest.approx(0, abs=1e-12)
        assert found.estimate.value == pytest.approx(by_metric(lines)[metric].estimate.value)
    blind = of_classes(codes, softmax(0 * logits), role="shadow", version="4")
    worse = by_metric(judge(pa.concat_tables([champion, blind]), WEEK, promises=promises, task=MULTICLASS), version="4")
    assert worse["log_loss"].difference.high is not None
    assert worse["log_loss"].difference.high < 0


def test_a_window_of_values_has_the_figures_of_the_measures_and_leaves_out_what_is_no_number() -> None:
    rng = np.random.default_rng(4)
    said = rng.normal(10, 2, 500)
    targets = said + rng.normal(0, 1, 500)
    targets[::50] = np.nan
    served = of_values(targets, said)
    labels = ["n/a" if row == 1 else label for row, label in enumerate(served.column("label").to_pylist())]
    served = served.set_column(served.column_names.index("label"), "label", pa.array(labels, pa.string()))
    promise = Promise(task=REGRESSION, constant=Constant(10.0))
    found = by_metric(judge(served, WEEK, promises={"3": promise}, task=REGRESSION))
    kept = ~np.isnan(targets)
    kept[1] = False
    assert found["rmse"].labelled == kept.sum() == 489
    assert found["rmse"].estimate.value == pytest.approx(score(regression.rmse, targets[kept], said[kept]))
    assert found["mae"].baseline == pytest.approx(np.abs(targets[kept] - 10).mean())
    inside = np.abs(targets - said)[kept] <= 1.7
    assert found["coverage"].estimate.value == pytest.approx(inside.mean())
    assert found["interval_width"].estimate.value == pytest.approx(3.4)
    assert promise.strange(pa.array(["1.5", "n/a"])).to_pylist() == ["n/a"]


def test_values_without_intervals_have_no_coverage() -> None:
    rng = np.random.default_rng(5)
    said = rng.normal(size=100)
    served = of_values(said + rng.normal(size=100), said)
    nothing = pa.nulls(100, pa.float64())
    for name in ("low", "high"):
        served = served.set_column(served.column_names.index(name), name, nothing)
    found = by_metric(judge(served, WEEK, promises={"3": Promise(task=REGRESSION)}, task=REGRESSION))
    assert found["coverage"].estimate == UNDEFINED
    assert found["rmse"].estimate.value is not None


def values_held(seed: int, n: int) -> Holdout:
    rng = np.random.default_rng(seed)
    said = rng.normal(10, 1, n)
    bounds = np.stack([said - 1.7, said + 1.7], axis=1)
    return Holdout(
        said + rng.normal(size=n),
        said,
        baseline=np.full(n, 10.0),
        segments=np.where(np.arange(n) % 2, "a", "b"),
        task=REGRESSION,
        bounds={"challenger": bounds},
        level=0.9,
    )


def test_what_a_holdout_of_values_promises() -> None:
    holdout = values_held(1, 2_000)
    promise = promise_of(holdout, segment_column="shop", task=REGRESSION)
    rmse = promise.of(None, "rmse")
    coverage = promise.of(("shop", "a"), "coverage")
    assert rmse is not None
    assert coverage is not None
    assert rmse.value == pytest.approx(score(regression.rmse, holdout.labels, holdout.challenger))
    assert coverage.value == pytest.approx(0.91, abs=0.03)
    assert promise.constant == Constant(10.0)
    assert set(promise.losses) == {"squared_error", "mae"}
    assert promise.losses["squared_error"].mean == pytest.approx(1, abs=0.1)


def test_an_outlier_of_10_to_the_12_neither_makes_a_promise_nor_breaks_it() -> None:
    holdout = values_held(1, 2_000)
    targets = holdout.labels.copy()
    targets[7] = 1e12
    plain, off = (
        promise_of(each, segment_column=None, task=REGRESSION) for each in (holdout, replace(holdout, labels=targets))
    )
    assert off.losses["squared_error"].mean == pytest.approx(plain.losses["squared_error"].mean, rel=0.1)
    found = outcomes(values_kept(outlier=1e12), off, REGRESSION)
    assert found[Opponent.PROMISE] is not Outcome.WORSE


def test_what_a_holdout_of_several_classes_promises() -> None:
    codes, logits = games(1, 1_000)
    holdout = Holdout(codes, softmax(logits), baseline=np.full((1_000, 3), 1 / 3), task=MULTICLASS, classes=CLASSES)
    promise = promise_of(holdout, segment_column=None, task=MULTICLASS)
    assert promise.constant == Constant((1 / 3, 1 / 3, 1 / 3), CLASSES)
    assert promise.constant.of_rows(1, ("home", "void")).tolist() == [[1 / 3, 0]]
    assert set(promise.losses) == {"log_loss", "brier_score"}
    assert (promise.task, promise.classes) == (MULTICLASS, CLASSES)


def values_kept(*, noise: float = 1.0, outlier: float | None = None, days: int = 60) -> pa.Table:
    rng = np.random.default_rng(9)
    n = 50 * days
    said = rng.normal(10, 1, n)
    targets = said + noise * rng.normal(size=n)
    if outlier is not None:
        targets[n // 2] = outlier
    return of_values(targets, said, days=days)


def outcomes(served: pa.Table, promise: Promise, task: str) -> dict[Opponent, Outcome]:
    """Return what the tests of the deciding loss say at the end."""
    evidence: list[Compared] = list(compare(served, promises={"3": promise}, champions={"3": MONDAY}, task=task))
    counted = [
        {
            "version": each.version,
            "opponent": each.opponent.value,
            "opponent_version": each.opponent_version,
            "loss": each.loss,
            "day": day,
            "rows": int(count),
            "total": float(total),
            "scale": each.scale,
            "error": each.error,
        }
        for each in evidence
        for day, count, total in zip(each.days.tolist(), each.rows, each.total, strict=True)
    ]
    first = next(iter(promise.losses))
    return {
        course.newest.opponent: course.outcome(0.2) for course in followed((), counted) if course.newest.loss == first
    }


@pytest.mark.parametrize(("noise", "said"), [(1.0, Outcome.EQUIVALENT), (1.5, Outcome.WORSE)])
def test_a_promise_of_values_is_kept_or_seen_to_break(noise: float, said: Outcome) -> None:
    promise = promise_of(values_held(1, 20_000), segment_column=None, task=REGRESSION)
    found = outcomes(values_kept(noise=noise), promise, REGRESSION)
    assert found[Opponent.PROMISE] is said
    assert Opponent.RECALIBRATED not in found
    assert found[Opponent.BASELINE] is Outcome.EQUIVALENT


@pytest.mark.parametrize(("factor", "said"), [(1.0, Outcome.EQUIVALENT), (-0.5, Outcome.WORSE)])
def test_a_promise_of_several_classes_is_kept_or_seen_to_break(factor: float, said: Outcome) -> None:
    codes, logits = games(1, 20_000)
    holdout = Holdout(codes, softmax(logits), baseline=np.full((20_000, 3), 1 / 3), task=MULTICLASS, classes=CLASSES)
    promise = promise_of(holdout, segment_column=None, task=MULTICLASS)
    codes, logits = games(2, 3_000)
    found = outcomes(of_classes(codes, softmax(factor * logits), days=60), promise, MULTICLASS)
    assert found[Opponent.PROMISE] is said
    assert found[Opponent.BEST_PROMISE] is said
    assert Opponent.RECALIBRATED not in found
