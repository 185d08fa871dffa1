"""After a promotion: does the champion load as its consumers load it, and say what it said in training?"""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import TrainingRecord
from courtside.workflows.ports import Lake, Tracking

EXPECTED = "expected"
ROWS = 50
TOLERANCE = 1e-6


class SmokeFailed(CourtsideError):
    """The champion does not do what its training's challenger did."""

    def __init__(self, training_id: str, detail: str) -> None:
        self.training_id = training_id
        self.detail = detail
        super().__init__(f"the champion of training {training_id} failed its smoke check: {detail}")


def known_rows(features: pa.Table, probability: "np.typing.NDArray[np.float64]") -> bytes:
    """Return the newest rows with what the challenger says of them, as parquet."""
    table = features.append_column(EXPECTED, pa.array(probability)).slice(max(0, features.num_rows - ROWS))
    content = io.BytesIO()
    pq.write_table(table, content, compression="zstd")
    return content.getvalue()


def smoke(training_id: str, *, lake: Lake, tracking: Tracking) -> int:
    """Load the champion by its alias, predict the training's known rows and return how many there were.

    Raises `SmokeFailed`, `ObjectMissing` without a record or known rows, and `TrackingUnavailable`.
    """
    record = TrainingRecord.model_validate_json(lake.read(lake_keys.training_record(training_id)))
    known = pq.read_table(io.BytesIO(lake.read(lake_keys.training_smoke(training_id))))
    champion = tracking.champion()
    if champion is None:
        raise SmokeFailed(training_id, "the registry names no champion")
    if champion.version != record.challenger_version:
        said = f"the registry names version {champion.version}, this training made version {record.challenger_version}"
        raise SmokeFailed(training_id, said)
    found = np.asarray(champion.probability(known.drop_columns([EXPECTED])), dtype=np.float64)
    apart = np.abs(found - known.column(EXPECTED).to_numpy())
    if not (apart <= TOLERANCE).all():  # NaN is not within any tolerance
        raise SmokeFailed(training_id, f"its predictions differ by up to {np.nanmax(apart):.3g} from those in training")
    return int(known.num_rows)
