"""The check before a promotion: the version loads as its consumers load it, and predicts what it did in training.

Its reference of drift is read, too: with one that was damaged before it was sealed, no drift check would ever work.
"""

import numpy as np
import pyarrow as pa

from courtside.contracts.errors import CourtsideError
from courtside.contracts.training_keys import PROFILE_NAME, SMOKE_NAME
from courtside.core.drift import Profile
from courtside.core.drift.errors import ProfileCorrupt
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.tasks import REGRESSION, Prediction, prediction_column, predictions_of
from courtside.workflows.ports import Champion, Models
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


class SmokeUnreadable(SmokeFailed):
    """What a version's training left for its checks was damaged before it was sealed."""

    def __init__(self, sealed: SealedModel, what: str, problem: str) -> None:
        again = f"train again with `courtside retrain --model {sealed.model}`"
        super().__init__(sealed.version, f"its {what} cannot be read ({problem}); {again}")


def known_rows(features: pa.Table, said: Prediction) -> bytes:
    """Return the newest rows with what the challenger says of them, as parquet; values may have their intervals."""
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
        raise SmokeUnreadable(sealed, "known rows", str(error).splitlines()[0]) from error
    if PROFILE_NAME in sealed.contents.files:
        _require_reference(sealed)
    champion = sealed.opened(models)
    if not known.num_rows:  # all of them were erased on request, and some models refuse to predict nothing
        return 0
    found, expected = champion.predict(known.drop_columns([EXPECTED])), predictions_of(known.column(EXPECTED))
    values = champion.interface is not None and champion.interface.task == REGRESSION
    if values and expected.ndim > 1:
        _require_intervals(champion, sealed.version, *np.split(expected, [1], axis=1))
        expected = expected[:, 0]
    if found.shape != expected.shape:
        raise SmokeFailed(sealed.version, f"its predictions have the shape {found.shape}, not {expected.shape}")
    apart = np.abs(found - expected)
    if not (apart <= TOLERANCE * (np.abs(expected).max() if values else 1.0)).all():  # NaN is not within any tolerance
        most = "are no numbers, and differ" if np.isnan(apart).all() else f"differ by up to {np.nanmax(apart):.3g}"
        said = f"its predictions {most} from those in training"
        raise SmokeFailed(sealed.version, said)
    return int(known.num_rows)


def _require_reference(sealed: SealedModel) -> None:
    """Raise `SmokeUnreadable` unless drift can be measured against the sealed profile."""
    try:
        Profile.from_bytes(sealed.read(PROFILE_NAME))
    except ProfileCorrupt as error:
        raise SmokeUnreadable(sealed, "reference of drift", error.problem) from error


def _require_intervals(champion: Champion, version: str, values: Prediction, ends: Prediction) -> None:
    """Raise `SmokeFailed` unless a version gives the values that it predicted in training the same intervals."""
    found = champion.bounds(values[:, 0])
    if found is None:
        raise SmokeFailed(version, "it gives no intervals, and in training it gave some")
    if not np.allclose(found, ends, rtol=TOLERANCE, atol=TOLERANCE * np.abs(values).max()):
        raise SmokeFailed(version, "its intervals are not those that it gave in training")


def with_intervals(values: Prediction, ends: Prediction | None) -> Prediction:
    """Return values with both ends of their intervals, shape (n, 3), or alone where there are none."""
    return values if ends is None else np.column_stack([values, ends])
