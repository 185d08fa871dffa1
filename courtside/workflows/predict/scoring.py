"""What one version says of rows, and of which rows it cannot say anything."""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import CourtsideError
from courtside.contracts.shortening import listed
from courtside.core.training.served_input import ColumnsMissing, ColumnUnusable, ValuesMissing, as_trained
from courtside.workflows.predict.versions import Predicting

logger = logging.getLogger(__name__)

NO_PROBABILITY = "the model said no probability"


class ScoringFailed(CourtsideError):
    """The code of a model failed while it predicted."""

    def __init__(self, version: str, error: Exception) -> None:
        self.version = version
        super().__init__(
            f"the model of version {version} failed while it predicted ({type(error).__name__}: {error}); make another "
            "version champion, or train again"
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What a version said of rows: probabilities of class 1, NaN where there is none, both shape (n,).

    `reasons` say why there is none, by the position of the row.
    """

    probability: NDArray[np.float64]
    reasons: dict[int, str]


def said_of(rows: pa.Table, version: Predicting) -> Said:
    """Return what a version says of each row; raises `ScoringFailed`."""
    kept = np.arange(rows.num_rows)
    probability = np.full(rows.num_rows, np.nan)
    reasons: dict[int, str] = {}
    try:
        probability[kept] = _asked(rows, version)
    except ValuesMissing as error:
        why = f"no {listed(error.columns)}, which the model needs"
        taken = version.interface.taken_as
        gaps = as_trained(rows, {name: taken[name] for name in error.columns}).isna().any(axis=1).to_numpy()
        reasons = dict.fromkeys(np.flatnonzero(gaps).tolist(), why)
        kept = np.flatnonzero(~gaps)
        probability[kept] = _asked(rows.take(kept), version)
    except (ColumnsMissing, ColumnUnusable) as error:
        reasons = dict.fromkeys(range(rows.num_rows), str(error))
        return Said(probability, reasons)
    usable = (probability >= 0) & (probability <= 1)  # NaN is neither
    for row in np.flatnonzero(~usable).tolist():
        reasons.setdefault(row, NO_PROBABILITY)
    probability[~usable] = np.nan
    return Said(probability, reasons)


def contributions_of(rows: pa.Table, version: Predicting, most: int) -> Any:
    """Return the `most` largest contributions to each row's prediction as a map, None where the model has none."""
    try:
        found = version.model.contributions(rows)
    except Exception:  # a model may be a team's own code, and rows that nobody can explain are served all the same
        logger.exception("the predictions of version %s could not be explained", version.version)
        return None
    return None if found is None else found.largest(most)


def _asked(rows: pa.Table, version: Predicting) -> NDArray[np.float64]:
    if not rows.num_rows:
        return np.zeros(0)
    try:
        return version.model.probability(rows)
    except (ValuesMissing, ColumnsMissing, ColumnUnusable):
        raise
    except Exception as error:  # a model may be a team's own code
        raise ScoringFailed(version.version, error) from error
