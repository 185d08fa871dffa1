"""What one version says of rows, and of which rows it cannot say anything."""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import CourtsideError
from courtside.contracts.model_card import BINARY, REGRESSION, ModelInterface
from courtside.contracts.shortening import listed
from courtside.core.predictions.said_columns import PREDICTION, said_columns
from courtside.core.tasks import Prediction
from courtside.core.training.served_input import ColumnsMissing, ColumnUnusable, ValuesMissing, as_trained
from courtside.workflows.predict.versions import Predicting

logger = logging.getLogger(__name__)

NO_PROBABILITY, NO_NUMBER = "the model said no probability", "the model said no number"


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
    """What a version said of rows, by column of the prediction store, and null where it said nothing.

    `reasons` say why it did not, by the position of the row.
    """

    columns: pa.Table
    reasons: dict[int, str]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The places of the rows that have a prediction."""
        return np.flatnonzero(self.columns.column(PREDICTION).is_valid().to_numpy())


def said_of(rows: pa.Table, version: Predicting) -> Said:
    """Return what a version says of each row; raises `ScoringFailed`."""
    reasons: dict[int, str] = {}
    try:
        said = _asked(rows, version)
    except ValuesMissing as error:
        why = f"no {listed(error.columns)}, which the model needs"
        taken = version.interface.taken_as
        gaps = as_trained(rows, {name: taken[name] for name in error.columns}).isna().any(axis=1).to_numpy()
        reasons = dict.fromkeys(np.flatnonzero(gaps).tolist(), why)
        said = _nothing(rows.num_rows, version.interface)
        said[~gaps] = _asked(rows.take(np.flatnonzero(~gaps)), version)
    except (ColumnsMissing, ColumnUnusable) as error:
        reasons = dict.fromkeys(range(rows.num_rows), str(error))
        said = _nothing(rows.num_rows, version.interface)
    usable = _usable(said, version.interface)
    for row in np.flatnonzero(~usable).tolist():
        reasons.setdefault(row, NO_NUMBER if version.interface.task == REGRESSION else NO_PROBABILITY)
    said[~usable] = np.nan
    bounds = version.model.bounds(said) if version.interface.task == REGRESSION else None
    return Said(pa.table(said_columns(said, version.interface, bounds=bounds)), reasons)


def _nothing(rows: int, interface: ModelInterface) -> Prediction:
    """Return the predictions of rows of which nothing is said."""
    several = interface.task not in {BINARY, REGRESSION}
    return np.full((rows, len(interface.classes)) if several else rows, np.nan)


def _usable(said: Prediction, interface: ModelInterface) -> NDArray[np.bool_]:
    """Return which rows have a prediction: probabilities from 0 to 1, or a finite value."""
    fine = np.isfinite(said) if interface.task == REGRESSION else (said >= 0) & (said <= 1)  # NaN is neither
    return np.asarray(fine if said.ndim == 1 else np.all(fine, axis=1))


def contributions_of(rows: pa.Table, version: Predicting, most: int) -> Any:
    """Return the `most` largest contributions to each row's prediction as a map, None where the model has none."""
    try:
        found = version.model.contributions(rows)
    except Exception:  # a model may be a team's own code, and rows that nobody can explain are served all the same
        logger.exception("the predictions of version %s could not be explained", version.version)
        return None
    return None if found is None else found.largest(most)


def _asked(rows: pa.Table, version: Predicting) -> Prediction:
    if not rows.num_rows:
        return _nothing(0, version.interface)
    try:
        return np.array(version.model.predict(rows))  # a copy, because unusable predictions are blanked in it
    except (ValuesMissing, ColumnsMissing, ColumnUnusable):
        raise
    except Exception as error:  # a model may be a team's own code
        raise ScoringFailed(version.version, error) from error
