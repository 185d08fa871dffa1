"""What every estimator keeps to: the registry, refusals, and laws that hold whatever its method is."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.estimation import (
    BINARY,
    MULTICLASS,
    REGISTRY,
    REGRESSION,
    EstimatorTwice,
    Reason,
    Reference,
    RowsUnfit,
    Window,
    estimators_in,
    estimators_of,
)
from courtside.core.estimation.expected import expected_figures
from courtside.core.performance.estimates import METRICS
from courtside.core.performance.metrics import metrics_of
from tests.unit.core.estimation.known import drawn, of_classes, reference, window

CBPE, CONSTANT = REGISTRY["cbpe"], REGISTRY["constant"]


def test_every_task_has_estimators_and_the_constant_is_first() -> None:
    for task in (BINARY, MULTICLASS, REGRESSION):
        assert estimators_of(task)[0] is CONSTANT
    assert "cbpe" in {each.name for each in estimators_of(BINARY)} & {each.name for each in estimators_of(MULTICLASS)}
    assert all(each.assumption.endswith(".") and " assumes " in each.assumption for each in REGISTRY.values())


def test_an_estimator_registers_itself_and_none_hides_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "own_estimators"
    folder.mkdir()
    (folder / "__init__.py").touch()
    own = "from dataclasses import replace\nfrom courtside.core.estimation import REGISTRY\n"
    (folder / "one.py").write_text(own + "ESTIMATOR = replace(REGISTRY['cbpe'], name='own')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert list(estimators_in("own_estimators", [str(folder)])) == ["own"]
    (folder / "two.py").write_text(own + "ESTIMATOR = replace(REGISTRY['cbpe'], name='own', order=1)\n")
    with pytest.raises(EstimatorTwice, match="two estimators are called own"):
        estimators_in("own_estimators", [str(folder)])


def test_naming_the_estimators_loads_no_heavy_library() -> None:
    code = "import sys, courtside.core.estimation; sys.exit(any(n in sys.modules for n in ('sklearn', 'lightgbm')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_constant_says_what_the_reference_did() -> None:
    known = reference(1, 400)
    expected = expected_figures(known.predictions, known.labels.astype(float))
    assert CONSTANT.fit(known)(window(reference(2, 50))).values == expected
    values = Reference(predictions=np.array([1.0, 2.0]), labels=np.array([1.0, 5.0]), task=REGRESSION)
    assert CONSTANT.fit(values)(window(values)).values == pytest.approx({"mae": 1.5, "rmse": 4.5**0.5})


@given(seed=st.integers(0, 1_000))
@settings(max_examples=8, deadline=None)
def test_cbpe_is_right_but_for_noise_where_its_assumption_holds(seed: int) -> None:
    """The model is overconfident, and the window's rows are others than the reference's."""
    known = reference(seed, 8_000, overconfident=2.0)
    said, labels = drawn(seed + 1, 8_000, shift=0.5, overconfident=2.0)
    estimated = CBPE.fit(known)(Window(predictions=said)).values
    realised = expected_figures(said, labels.astype(float))
    for metric, own_word in expected_figures(said, said).items():
        assert abs(estimated[metric] - realised[metric]) < min(0.08, abs(own_word - realised[metric]) / 2)


@given(seed=st.integers(0, 1_000), classes=st.integers(2, 4))
@settings(max_examples=8, deadline=None)
def test_the_order_of_a_windows_rows_does_not_matter(seed: int, classes: int) -> None:
    estimate = CBPE.fit(of_classes(seed, 600, classes))
    rows = of_classes(seed + 1, 300, classes).predictions
    mixed = np.random.default_rng(seed).permutation(rows)
    one, other = (estimate(Window(predictions=each, task=MULTICLASS)).values for each in (rows, mixed))
    assert one == pytest.approx(dict(other))


@given(seed=st.integers(0, 1_000))
@settings(max_examples=8, deadline=None)
def test_two_classes_are_the_task_binary(seed: int) -> None:
    for estimator in (CBPE, CONSTANT):
        two = of_classes(seed, 500, 2)
        same = Reference(predictions=two.predictions[:, 1], labels=two.labels)
        found, binary = (dict(estimator.fit(each)(window(each)).values) for each in (two, same))
        binary["macro_auc"], binary["brier_score"] = binary.pop("auc"), 2 * binary["brier_score"]  # a sum over classes
        assert found == pytest.approx(binary)


def test_several_classes_are_calibrated_together() -> None:
    known, later = (of_classes(seed, 6_000, 3, overconfident=1.7) for seed in (1, 2))
    estimated = CBPE.fit(known)(window(later)).values
    realised = CONSTANT.fit(later)(window(later)).values
    for metric, own_word in expected_figures(later.predictions, later.predictions).items():
        if metric != "auc":  # the order alone decides it, and calibration does not change the order
            assert abs(estimated[metric] - realised[metric]) < abs(own_word - realised[metric]) / 2
    assert estimated["macro_auc"] == pytest.approx(realised["macro_auc"], abs=0.02)


def test_the_figures_of_labels_are_those_of_the_metrics_of_the_task() -> None:
    for classes in (2, 3, 5):
        known = of_classes(classes, 400, classes)
        found = CONSTANT.fit(known)(window(known)).values
        wanted = {each.name: each.value(known.labels, known.predictions) for each in metrics_of(MULTICLASS)}
        assert dict(found) == pytest.approx({name: wanted[name] for name in found})
        assert set(found) == set(METRICS[MULTICLASS])


FEW = np.full(400, 0.5)


@pytest.mark.parametrize(
    ("known", "asked", "reason", "says"),
    [
        (reference(1, 99), FEW, Reason.FEW_LABELS, "there are 99 labelled rows to learn from, and at least 100"),
        (
            Reference(predictions=FEW, labels=np.arange(400) < 3),
            FEW,
            Reason.FEW_LABELS,
            "only 3 are of the second most",
        ),
        (reference(1, 400), np.empty(0), Reason.NO_ROWS, "has no predictions"),
        (reference(1, 400), np.linspace(0.98, 1, 50), Reason.OUTSIDE_PREDICTIONS, "% of the predictions are ones that"),
    ],
)
def test_an_estimate_is_refused_with_a_reason(known: Reference, asked: np.ndarray, reason: Reason, says: str) -> None:
    estimated = CBPE.fit(known)(Window(predictions=asked))
    assert not estimated.values
    assert estimated.refused is not None
    assert estimated.refused.reason is reason
    assert says in estimated.refused.sentence


def test_a_single_label_far_away_makes_no_support() -> None:
    known = reference(1, 2_000)
    alone = Reference(
        predictions=np.append(np.clip(known.predictions, 0, 0.6), 0.99), labels=np.append(known.labels, 1)
    )
    refused = CBPE.fit(alone)(Window(predictions=np.full(100, 0.85))).refused
    assert refused is not None
    assert refused.figures == {"outside": 1.0, "limit": 0.1}


@given(seed=st.integers(0, 10_000), rows=st.integers(200, 500), confident=st.sampled_from([0.5, 1.0, 2.0, 5.0]))
@settings(max_examples=30, deadline=None)
def test_rows_like_the_references_are_not_refused(seed: int, rows: int, confident: float) -> None:
    known = reference(seed, rows, overconfident=confident)
    asked, _ = drawn(seed + 1, 1_000, overconfident=confident)
    assert CBPE.fit(known)(Window(predictions=asked)).refused is None


BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: Window(predictions=np.array([0.1, np.nan])), "1 of 2 predictions are not probabilities"),
    (lambda: Window(predictions=np.array([0.1, 1.5])), "1 of 2 predictions are not probabilities"),
    (lambda: Window(predictions=np.array([np.inf]), task=REGRESSION), "1 of 1 predictions are not finite numbers"),
    (lambda: Window(predictions=np.full((3, 2), 0.5)), "have 1 dimension"),
    (lambda: Window(predictions=np.full(3, 0.5), features=pa.table({"a": [1]})), "features of 1 rows"),
    (lambda: Reference(predictions=np.full(3, 0.5), labels=np.zeros(2)), "but 2 labels"),
    (lambda: Reference(predictions=np.full(2, 0.5), labels=np.array([0, 2])), "1 of 2 labels are none of the task"),
    (
        lambda: Reference(predictions=np.full((2, 3), 1 / 3), labels=np.array([0, 3]), task=MULTICLASS),
        "1 of 2 labels are none of the task multiclass",
    ),
]


@pytest.mark.parametrize(("made", "says"), BAD)
def test_rows_that_cannot_be_are_named(made: Callable[[], object], says: str) -> None:
    with pytest.raises(RowsUnfit, match=says):
        made()


def test_other_classes_than_the_references_are_named() -> None:
    with pytest.raises(RowsUnfit, match="another number of classes"):
        CBPE.fit(of_classes(1, 300, 3))(window(of_classes(1, 300, 4)))
