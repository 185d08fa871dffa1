"""The constant: what the last holdout said, which every other estimate is shown beside."""

import numpy as np

from courtside.core.estimation.classes import one_column
from courtside.core.estimation.estimator import (
    BINARY,
    MULTICLASS,
    REGRESSION,
    Estimated,
    Estimator,
    Fitted,
    Reason,
    Reference,
    Refusal,
)
from courtside.core.estimation.expected import figures_of


def fit(reference: Reference) -> Fitted:
    """Return what says the realised figures of the reference about every window."""
    if not reference.rows:
        none = Estimated(refused=Refusal(Reason.FEW_LABELS, "there are no labelled rows to learn from", {"rows": 0}))
        return lambda _: none
    said = Estimated(realised(reference))
    return lambda _: said


def realised(reference: Reference) -> dict[str, float]:
    """Return the figures of rows whose labels are known."""
    if reference.task == REGRESSION:
        errors = reference.labels.astype(np.float64) - reference.predictions
        return {"mae": float(np.abs(errors).mean()), "rmse": float(np.sqrt((errors**2).mean()))}
    said, labels = one_column(reference.predictions), reference.labels.astype(np.intp)
    outcomes = labels.astype(np.float64) if said.ndim == 1 else np.eye(said.shape[1])[labels]
    return dict(figures_of(reference, said, outcomes))


ESTIMATOR = Estimator(
    name="constant",
    title="the constant",
    order=10,
    tasks=frozenset({BINARY, MULTICLASS, REGRESSION}),
    assumption="The constant assumes that the model still does as well as on its last holdout.",
    fit=fit,
)
