"""Where an estimate must be refused, because no labelled row of the reference is like the rows in question."""

import numpy as np

from courtside.core.estimation.density import Ratio
from courtside.core.estimation.estimator import REGRESSION, Numbers, Reason, Reference, Refusal, RowsUnfit, Window

FEWEST_LABELS = 100
FEWEST_OF_CLASS = 10
NEAR = 0.1
FEWEST_NEAR = 3
MOST_OUTSIDE = 0.1
MOST_OUTSIDE_FEATURES = 0.2
"""This share is itself an estimate, which is off by 0.1 at times where windows are small."""


WITHOUT_FEATURES = Refusal(Reason.NO_FEATURES, "the features of the labelled rows or of the window's are missing")


def too_few_labels(reference: Reference) -> Refusal | None:
    """Refuse a reference that no calibration can be learned from."""
    if reference.rows < FEWEST_LABELS:
        return Refusal(
            Reason.FEW_LABELS,
            f"there are {reference.rows:,} labelled rows to learn from, and at least {FEWEST_LABELS} are needed",
            {"rows": reference.rows, "limit": FEWEST_LABELS},
        )
    if reference.task == REGRESSION:
        return None
    second = int(np.sort(np.bincount(reference.labels.astype(np.intp), minlength=2))[-2])
    if second >= FEWEST_OF_CLASS:
        return None
    return Refusal(
        Reason.FEW_LABELS,
        f"of the {reference.rows:,} labelled rows only {second:,} are of the second most frequent class, and at least "
        f"{FEWEST_OF_CLASS} are needed",
        {"rows_of_second_class": second, "limit": FEWEST_OF_CLASS},
    )


def no_rows(window: Window) -> Refusal | None:
    """Refuse a window without rows."""
    return None if window.rows else Refusal(Reason.NO_ROWS, "the window has no predictions")


def outside_predictions(reference: Numbers, current: Numbers, *, near: float = NEAR) -> Refusal | None:
    """Refuse predictions that the reference has hardly any of, each shape (n,), or (n, k) for each class.

    A prediction is outside the reference where it is below its lowest or above its highest one, or fewer than three of
    its predictions are within `near`. Raises `RowsUnfit` where the numbers of classes differ.
    """
    if reference.shape[1:] != current.shape[1:]:
        raise RowsUnfit("the window's predictions are of another number of classes than the labelled rows'")
    columns = [(reference, current)] if reference.ndim == 1 else list(zip(reference.T, current.T, strict=True))
    outside = max(_share_outside(ours, theirs, near) for ours, theirs in columns)
    if outside <= MOST_OUTSIDE:
        return None
    return Refusal(
        Reason.OUTSIDE_PREDICTIONS,
        f"{outside:.1%} of the predictions are ones that the labelled rows have hardly any of, and at most "
        f"{MOST_OUTSIDE:.0%} may be",
        {"outside": outside, "limit": MOST_OUTSIDE},
    )


def _share_outside(reference: Numbers, current: Numbers, near: float) -> float:
    known, asked = np.sort(reference), np.sort(current)  # searching for sorted values is several times as fast
    around = np.searchsorted(known, asked + near, "right") - np.searchsorted(known, asked - near, "left")
    return float(((asked < known[0]) | (asked > known[-1]) | (around < FEWEST_NEAR)).mean())


def too_unlike(ratio: Ratio) -> Refusal | None:
    """Refuse a window whose rows are like none of the reference's, or like so few that these say nothing."""
    outside = 1 - ratio.covered
    if outside > MOST_OUTSIDE_FEATURES:
        return Refusal(
            Reason.OUTSIDE_FEATURES,
            f"about {outside:.0%} of the rows are like no labelled row in their features, and at most "
            f"{MOST_OUTSIDE_FEATURES:.0%} may be",
            {"outside": outside, "limit": MOST_OUTSIDE_FEATURES},
        )
    if ratio.effective < FEWEST_LABELS:
        return Refusal(
            Reason.FEW_EFFECTIVE_ROWS,
            f"the labelled rows that are like these say as much as {ratio.effective:,.0f} rows would, and at least "
            f"{FEWEST_LABELS} are needed",
            {"effective_rows": ratio.effective, "limit": FEWEST_LABELS},
        )
    return None
