"""The estimators that use features: PAPE beside CBPE and the constant, and the direct loss estimate."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.estimation import REGISTRY, Reason, Reference, Window
from tests.unit.core.estimation.known import mixed, values, window

CONSTANT, CBPE, PAPE, DLE = (REGISTRY[name] for name in ("constant", "cbpe", "pape", "dle"))


@pytest.mark.parametrize("classes", [2, 3])
def test_without_a_shift_pape_is_cbpe(classes: int) -> None:
    known = mixed(1, 3_000, share_of_new=0.3, classes=classes)
    assert PAPE.fit(known)(window(known)) == CBPE.fit(known)(window(known))


@pytest.mark.parametrize(("classes", "times"), [(2, 3), (3, 2)])
def test_where_only_the_mix_of_rows_changed_pape_is_far_closer(classes: int, times: int) -> None:
    known = mixed(1, 10_000, share_of_new=0.2, classes=classes)
    later = mixed(2, 10_000, share_of_new=0.7, classes=classes)
    realised = CONSTANT.fit(later)(window(later)).values
    ours, cbpe, constant = (each.fit(known)(window(later)).values for each in (PAPE, CBPE, CONSTANT))
    for metric, value in realised.items():
        others = min(abs(cbpe[metric] - value), abs(constant[metric] - value))
        assert abs(ours[metric] - value) < others / times, metric


def test_the_direct_loss_estimate_follows_the_inputs() -> None:
    estimate = DLE.fit(values(1, 6_000))
    for shift in (0.0, 0.6):
        later = values(2, 6_000, shift=shift)
        realised = CONSTANT.fit(later)(window(later)).values
        assert estimate(window(later)).values == pytest.approx(dict(realised), rel=0.08)
    constant = CONSTANT.fit(values(1, 6_000))(window(later)).values
    assert abs(constant["mae"] - realised["mae"]) > 0.1 * realised["mae"]


KNOWN, VALUES = mixed(1, 1_000, share_of_new=0.3), values(1, 1_000)


def test_both_refuse_rows_without_features() -> None:
    for estimator, known in ((PAPE, KNOWN), (DLE, VALUES)):
        for learned, asked in ((known, replace(known, features=None)), (replace(known, features=None), known)):
            refused = estimator.fit(learned)(window(asked)).refused
            assert refused is not None
            assert refused.reason is Reason.NO_FEATURES


def test_both_refuse_too_few_labels_and_empty_windows() -> None:
    for estimator, known in ((PAPE, KNOWN), (DLE, VALUES)):
        assert known.features is not None
        few = Reference(
            predictions=known.predictions[:50],
            labels=known.labels[:50],
            features=known.features.slice(0, 50),
            task=known.task,
        )
        empty = Window(predictions=np.empty(0), features=known.features.slice(0, 0), task=known.task)
        for learned, asked, reason in ((few, window(known), Reason.FEW_LABELS), (known, empty, Reason.NO_ROWS)):
            refused = estimator.fit(learned)(asked).refused
            assert refused is not None
            assert refused.reason is reason


def test_both_refuse_rows_that_nobody_knows() -> None:
    for estimator, known in ((PAPE, KNOWN), (DLE, VALUES)):
        assert known.features is not None
        place = known.features.column_names.index("x2")
        far = known.features.set_column(place, "x2", pa.array(known.features.column("x2").to_numpy() + 30))
        refused = estimator.fit(known)(Window(predictions=known.predictions, features=far, task=known.task)).refused
        assert refused is not None
        assert refused.reason in {Reason.OUTSIDE_FEATURES, Reason.FEW_EFFECTIVE_ROWS}


def test_values_outside_the_references_are_refused() -> None:
    asked = Window(predictions=VALUES.predictions + 20, features=VALUES.features, task=VALUES.task)
    refused = DLE.fit(VALUES)(asked).refused
    assert refused is not None
    assert refused.figures == {"outside": 1.0, "limit": 0.1}
