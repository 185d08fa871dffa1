"""Confidence-based performance estimation: once calibrated, probabilities say themselves how often they are right.

Source: the method that NannyML published under this name; its figures are the same where it has them (accuracy, AUC).
"""

from courtside.core.estimation.classes import calibrated_by, one_column, sorted_rows
from courtside.core.estimation.estimator import BINARY, MULTICLASS, Estimated, Estimator, Fitted, Reference, Window
from courtside.core.estimation.expected import figures_of
from courtside.core.estimation.support import no_rows, outside_predictions, too_few_labels


def fit(reference: Reference) -> Fitted:
    """Calibrate on the reference and return what estimates windows."""
    if refused := too_few_labels(reference):
        return lambda _: Estimated(refused=refused)
    calibrated = calibrated_by(reference)
    known = one_column(reference.predictions)

    def estimate(window: Window) -> Estimated:
        said = sorted_rows(window.predictions)
        if refused := no_rows(window) or outside_predictions(known, said):
            return Estimated(refused=refused)
        return Estimated(figures_of(window, said, calibrated(said)))

    return estimate


ESTIMATOR = Estimator(
    name="cbpe",
    title="CBPE",
    order=20,
    tasks=frozenset({BINARY, MULTICLASS}),
    assumption=(
        "CBPE assumes that predictions come true as often as equal ones did on the holdout; it cannot see that the "
        "same inputs now have other outcomes."
    ),
    fit=fit,
)
