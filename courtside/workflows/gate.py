"""Judge one training's challenger from the holdout predictions in the lake."""

import io

import numpy as np
import pyarrow.parquet as pq

from courtside.contracts import lake_keys
from courtside.contracts.events import GateRequest, GateResponse
from courtside.contracts.names import REGISTERED_MODEL
from courtside.core.alerting import rejection_alert
from courtside.core.gate.verdict import GatePolicy, judge
from courtside.workflows.ports import Lake


def gate(request: GateRequest, *, lake: Lake, policy: GatePolicy) -> GateResponse:
    """Return the verdict; raises `ObjectMissing` when the training left no predictions."""
    holdout = pq.read_table(io.BytesIO(lake.read(lake_keys.training_holdout(request.training_id))))
    champion = holdout.column("champion").to_numpy() if "champion" in holdout.column_names else None
    verdict = judge(
        holdout.column("label").to_numpy().astype(np.int8),
        challenger=holdout.column("challenger").to_numpy(),
        champion=champion,
        policy=policy,
    )
    alert = rejection_alert(model=REGISTERED_MODEL, training_id=request.training_id, reason=verdict.reason)
    response = GateResponse(
        training_id=request.training_id,
        promote=verdict.promote,
        rule=verdict.rule,
        reason=verdict.reason,
        subject=alert.subject,
        message=alert.text,
    )
    lake.write(lake_keys.training_verdict(request.training_id), response.model_dump_json(indent=2).encode())
    return response
