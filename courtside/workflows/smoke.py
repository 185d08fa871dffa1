"""The check before a promotion: the version loads as its consumers load it, and predicts what it did in training."""

import numpy as np
import pyarrow as pa

from courtside.contracts.errors import CourtsideError
from courtside.contracts.training_keys import SMOKE_NAME
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.tasks import REGRESSION, Prediction, prediction_column, predictions_of
from courtside.workflows.ports import Models
from courtside.workflows.sealed_models import SealedModel

EXPECTED = "expected"
ROWS = 50
TOLERANCE = 1e-6
"""How far a prediction may be off, as a share of the largest one where values are predicted."""


class SmokeFailed(CourtsideError):
    """A version does not predict what its training's challenger did."""

    def __init__(self, version: str, detail: str) -> None:
        self.version = version
        self.detail = detail
        super().__init__(f"version {version} failed its smoke check, so it was not promoted: {detail}")


def known_rows(features: pa.Table, said: Prediction) -> bytes:
    """Return the newest rows with the challenger's predictions for them, as parquet."""
    table = features.append_column(EXPECTED, prediction_column(said))
    return parquet_content(table.slice(max(0, features.num_rows - ROWS)))


def smoke(sealed: SealedModel, *, models: Models) -> int:
    """Load a sealed version, predict its training's known rows and return how many there were.

    Rows that were erased on request are known no more; a version of which none is left has only to load.

    Raises `SmokeFailed`, `SealBroken` and `ModelUnusable`.
    """
    try:
        known = read_parquet_content(sealed.read(SMOKE_NAME))
    except pa.ArrowException as error:
        again = f"train again with `courtside retrain --model {sealed.model}`"
        said = f"its known rows cannot be read ({str(error).splitlines()[0]}); {again}"
        raise SmokeFailed(sealed.version, said) from error
    champion = sealed.opened(models)
    if not known.num_rows:  # all of them were erased on request, and some models refuse to predict nothing
        return 0
    found, expected = champion.predict(known.drop_columns([EXPECTED])), predictions_of(known.column(EXPECTED))
    if found.shape != expected.shape:
        raise SmokeFailed(sealed.version, f"its predictions have the shape {found.shape}, not {expected.shape}")
    apart = np.abs(found - expected)
    values = champion.interface is not None and champion.interface.task == REGRESSION
    if not (apart <= TOLERANCE * (np.abs(expected).max() if values else 1.0)).all():  # NaN is not within any tolerance
        said = f"its predictions differ by up to {np.nanmax(apart):.3g} from those in training"
        raise SmokeFailed(sealed.version, said)
    return int(known.num_rows)
