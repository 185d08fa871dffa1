"""What a restore has undone can be asked for again; everything else keeps its name, so that it happens once."""

from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.events import DriftCheckRequest, RetrainingRequest, Trigger
from courtside.contracts.execution_names import execution_name
from courtside.contracts.key_names import is_name
from courtside.workflows.undone_trainings import not_undone, note_undone
from tests.fakes.drift_setup import CHANGED, NOW, DriftSetup
from tests.fakes.ports import InMemoryLake, InMemoryLedger

REQUEST = DriftCheckRequest(model="nba_games", window=CHANGED)
IDS = st.text(alphabet="ab1-", min_size=1, max_size=64)


def asked(training_id: str, model: str = "churn") -> RetrainingRequest:
    return RetrainingRequest(
        model=model, training_id=training_id, as_of=NOW.date(), trigger=Trigger.DRIFT, reason="it moved"
    )


@given(training_id=IDS, restores=st.integers(1, 4))
def test_each_restore_that_undoes_it_gives_a_request_another_name(training_id: str, restores: int) -> None:
    ledger, names = InMemoryLedger(), list[str]()
    for _ in range(restores):
        names.append(not_undone(asked(training_id), ledger=ledger).training_id)
        executions = [execution_name("churn", each) for each in names]
        note_undone(executions, ledger=ledger)
        note_undone(executions, ledger=ledger)
    assert names[0] == training_id
    assert len(set(names)) == restores
    assert all(map(is_name, names))
    assert not_undone(asked(training_id, "fraud"), ledger=ledger).training_id == training_id


def test_a_check_that_is_made_again_after_a_restore_starts_its_training_again(lake: InMemoryLake) -> None:
    before = DriftSetup(InMemoryLake(dict(lake.objects)))
    before.monitor.run(REQUEST, now=NOW)
    (first,) = before.retraining.started.values()
    after = DriftSetup(InMemoryLake(dict(lake.objects)))
    after.retraining = before.retraining
    note_undone([execution_name(first.model, first.training_id)], ledger=after.ledger)
    after.monitor = after.wired()
    answer = after.monitor.run(REQUEST, now=NOW)
    again = f"restored1-{first.training_id}"
    assert list(before.retraining.started) == [first.training_id, again]
    assert answer.execution_arn == f"arn:execution:{again}"
    (decision,) = (each for each in after.lake.objects if each.startswith("archive/decisions/"))
    assert f'"training_id": "{again}"'.encode() in after.lake.objects[decision]
