"""A restore is killed, and the same command again finishes it."""

import os
import signal
from collections.abc import Callable

import pytest

from embedded_aws.faults.client import HOLD
from tests.faults.fault import fault
from tests.faults.model import PATIENCE_SECONDS, TO_COME, Model
from tests.faults.restore.kept import kept
from tests.faults.restore.losses import (
    documents_removed,
    moment,
    objects_added,
    objects_overwritten,
    objects_removed,
    restored,
)
from tests.faults.restore.processes import started, told

OBJECTS, DOCUMENTS = (("lake", "artifacts"), "s3"), (("ledger",), "dynamodb")
UNMARK, COPY, REMOVE = "^DELETE /.*versionId", "^PUT /", "^DELETE /(?!.*versionId)"
TABLE, WRITE = "RestoreTableToPointInTime", "PutItem"
BOUNDARIES: dict[str, tuple[Callable[[Model], None], tuple[tuple[str, ...], str], str, int, bool]] = {
    "the first object comes back": (objects_removed, OBJECTS, UNMARK, 0, False),
    "some objects came back": (objects_removed, OBJECTS, UNMARK, 20, True),
    "some objects were copied": (objects_overwritten, OBJECTS, COPY, 5, True),
    "some objects that were not there went": (objects_added, OBJECTS, REMOVE, 5, True),
    "the table of the moment is made": (documents_removed, DOCUMENTS, TABLE, 0, True),
    "the first document is written": (documents_removed, DOCUMENTS, WRITE, 0, False),
    "some documents were written": (documents_removed, DOCUMENTS, WRITE, 5, True),
}
"""Where a restore is killed: what was lost, the stores to bring back and their service, the request, how many are let
through, and whether it is carried out."""


@fault(
    "`courtside restore` is killed when {boundary}.",
    promise="The same command again finishes it, and all is as it was.",
)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_restore_that_is_killed_is_finished_by_the_next_one(model: Model, boundary: str) -> None:
    lose, (stores, service), request, skip, after = BOUNDARIES[boundary]
    model.loop.predict(TO_COME)
    before, then = kept(model), moment()
    lose(model)
    with model.faults.fault("kill", HOLD(caller="^$", service=service, request=request, skip=skip, after=after)):
        with started("restore", "--to", told(then), "--yes", *(w for each in stores for w in ("--only", each))) as ours:
            model.faults.wait_held("kill")
            os.kill(ours.pid, signal.SIGKILL)
            ours.wait(PATIENCE_SECONDS)
        model.faults.release("kill")
    restored(then, *stores)
    assert kept(model) == before
