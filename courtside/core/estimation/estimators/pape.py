"""Probabilistic adaptive performance estimation: CBPE whose calibration is adapted to the rows of each window.

The reference's rows are weighted by how many of the window's rows are like them, and the calibration is moved to what
is right for rows with these weights. Source: J. Białek, W. Kuberski, N. Perrakis, A. Bifet, "Estimating Model
Performance Under Covariate Shift Without Labels", arXiv 2401.08348.
"""

from courtside.core.estimation.classes import calibrated_by, corrected_by, one_column, sorted_rows
from courtside.core.estimation.density import ratios
from courtside.core.estimation.estimator import (
    BINARY,
    MULTICLASS,
    Estimated,
    Estimator,
    Fitted,
    Reference,
    Window,
)
from courtside.core.estimation.expected import figures_of
from courtside.core.estimation.support import WITHOUT_FEATURES, no_rows, outside_predictions, too_few_labels, too_unlike


def fit(reference: Reference) -> Fitted:
    """Return what weights the reference anew for each window."""
    if refused := too_few_labels(reference):
        return lambda _: Estimated(refused=refused)
    known, calibrated = one_column(reference.predictions), calibrated_by(reference)
    known_outcomes = calibrated(known)
    ratio_of = None if reference.features is None else ratios(reference.features)

    def estimate(window: Window) -> Estimated:
        said = sorted_rows(window.predictions)
        if refused := no_rows(window) or outside_predictions(known, said):
            return Estimated(refused=refused)
        if ratio_of is None or window.features is None:
            return Estimated(refused=WITHOUT_FEATURES)
        ratio = ratio_of(window.features)
        if refused := too_unlike(ratio):
            return Estimated(refused=refused)
        outcomes = calibrated(said)
        if ratio.differs:
            outcomes = corrected_by(reference, known_outcomes, ratio.weights)(outcomes)
        return Estimated(figures_of(window, said, outcomes))

    return estimate


ESTIMATOR = Estimator(
    name="pape",
    title="PAPE",
    order=30,
    tasks=frozenset({BINARY, MULTICLASS}),
    assumption=(
        "PAPE assumes that rows with the same features have the same outcomes as on the holdout; only the mix of rows "
        "may have changed."
    ),
    fit=fit,
    needs_features=True,
)
