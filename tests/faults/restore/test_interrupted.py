"""A restore is killed, and the same command again finishes it."""

import os
import signal

import pytest

from embedded_aws.faults.client import HOLD
from tests.faults.fault import fault
from tests.faults.model import PATIENCE_SECONDS, TO_COME, Model
from tests.faults.restore.kept import kept
from tests.faults.restore.losses import documents_removed, moment, objects_removed, restored
from tests.faults.restore.processes import started, told

BOUNDARIES = {
    "the first object comes back": ("s3", "^DELETE /.*versionId", 0, False),
    "some objects came back": ("s3", "^DELETE /.*versionId", 20, True),
    "the table of the moment is made": ("dynamodb", "RestoreTableToPointInTime", 0, True),
    "the first document is written": ("dynamodb", "PutItem", 0, False),
    "some documents were written": ("dynamodb", "PutItem", 5, True),
}
"""Where a restore is killed: the service and the request, how many are let through, and whether it is carried out."""


@fault(
    "`courtside restore` is killed when {boundary}.",
    promise="The same command again finishes it, and all is as it was.",
)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_restore_that_is_killed_is_finished_by_the_next_one(model: Model, boundary: str) -> None:
    service, request, skip, after = BOUNDARIES[boundary]
    store, lose = ("lake", objects_removed) if service == "s3" else ("ledger", documents_removed)
    stores = ("lake", "artifacts") if store == "lake" else ("ledger",)
    model.loop.predict(TO_COME)
    before, then = kept(model), moment()
    lose(model)
    with model.faults.fault("kill", HOLD(service=service, request=request, skip=skip, after=after)):
        with started("restore", "--to", told(then), "--yes", *(w for each in stores for w in ("--only", each))) as ours:
            model.faults.wait_held("kill")
            os.kill(ours.pid, signal.SIGKILL)
            ours.wait(PATIENCE_SECONDS)
        model.faults.release("kill")
    restored(then, *stores)
    assert kept(model) == before
