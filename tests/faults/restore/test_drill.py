"""The whole stage is lost and comes back to the moment of a backup, and everything goes on from there."""

from datetime import timedelta

from courtside.contracts.execution_names import execution_name
from tests.fakes.own_points import done
from tests.faults.fault import fault
from tests.faults.model import COMING, TO_COME, Model, load, rows
from tests.faults.restore.kept import kept
from tests.faults.restore.losses import database_emptied, documents_removed, moment, objects_removed, restored
from tests.faults.truths.commands import failing_before, failing_checks


@fault(
    "Rows, predictions and a promotion follow a backup, and then buckets, ledger and tracking database are all lost.",
    promise="One command brings all of them back to the moment of the backup and names the training that it undid, all "
    "agrees, and the same check starts the same training again; a promotion and a rollback follow.",
    twice="champion",
)
def test_a_whole_stage_comes_back_and_goes_on(model: Model) -> None:
    champion, failing = model.champion(), failing_before(model)
    assert champion is not None
    model.loop.predict(TO_COME)
    done("tracking", "backup")
    before, then = kept(model), moment()
    lost = _more_happens(model)
    assert kept(model)["versions"] != before["versions"]
    for lose in (objects_removed, documents_removed, database_emptied):
        lose(model)
    answer = restored(then)
    assert kept(model) == before
    assert failing_checks() <= failing
    assert answer["trainings_since"] == [lost]
    assert model.loop.predict(TO_COME + timedelta(1)).predicted == 0
    assert _trained_and_promoted(model) == execution_name(model.name, f"restored1-{lost.partition('.')[2]}")
    model.command("versions", "rollback")
    assert model.production.registry.champion_version() == champion.version


def _more_happens(model: Model) -> str:
    """Do what a stage does in a day: new rows, predictions, a training and a promotion; return the execution."""
    load(model.name, rows(first=200_000, start=TO_COME + timedelta(1), days=1, a_day=COMING, labelled=False))
    assert model.loop.predict(TO_COME + timedelta(1)).predicted == COMING
    return _trained_and_promoted(model)


def _trained_and_promoted(model: Model) -> str:
    """Let a check start a training and make its version champion, whatever the gate said; return the execution."""
    champion, check = model.champion(), model.loop.check_drift(model.day(TO_COME - timedelta(7)))
    assert not check.duplicate
    assert check.execution_arn is not None
    assert model.stage.end(check.execution_arn) == "SUCCEEDED"
    newest = max((each["version"] for each in model.command("versions", "list")), key=int)
    if model.champion() == champion:
        model.command("versions", "promote", newest, "--reason", "the drill")
    assert model.production.registry.champion_version() == newest
    return check.execution_arn.rpartition(":")[2]
