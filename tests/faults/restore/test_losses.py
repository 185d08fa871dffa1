"""One store of a stage is lost and brought back to the moment before; the others stay as they are."""

import pytest

from tests.fakes.own_points import done
from tests.faults.fault import fault
from tests.faults.model import TO_COME, Model
from tests.faults.restore.kept import kept
from tests.faults.restore.losses import LOSSES, database_emptied, moment, restored


@fault(
    "{loss}.",
    promise="One command brings it back as it was a moment before, byte for byte, and a second time changes nothing.",
)
@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_lost_is_brought_back(model: Model, loss: str) -> None:
    lose, stores = LOSSES[loss]
    model.loop.predict(TO_COME)
    before, then = kept(model), moment()
    lose(model)
    restored(then, *stores)
    assert kept(model) == before
    again = restored(then, *stores)
    assert [(each["written again"], each["removed"]) for each in again["stores"]] == [(0, 0)] * len(stores)
    model.loop.check_drift(model.day(TO_COME))


@fault(
    "The tracking database is emptied.",
    promise="One command fills it from the newest backup: each run with its parameters, metrics and tags, each version "
    "and each alias is there again.",
)
def test_the_tracking_database_is_filled_from_a_backup(model: Model) -> None:
    done("tracking", "backup")
    before, then = kept(model), moment()
    database_emptied(model)
    restored(then, "tracking")
    assert kept(model) == before
