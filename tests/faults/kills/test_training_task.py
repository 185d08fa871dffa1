"""The task that trains, and the one that tries a version before it becomes champion, die in the middle of it."""

import json
import resource
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest

from courtside.contracts import training_keys
from courtside.contracts.names import StackOutput
from embedded_aws.faults.client import HOLD
from tests.faults.fault import fault
from tests.faults.kills.machine import (
    ALIAS,
    TASK,
    back,
    champions,
    heard,
    killed_in_machine,
    of,
    stopped,
    trained_again,
    waited,
)
from tests.faults.model import TRAINED, Model
from tests.faults.processes import OWN_INTERPRETER, training_task

READS = HOLD(caller=TASK, request="GET .*/contract/")
REGISTERS = HOLD(caller=TASK, request="POST .*/model-versions/create", after=True)
RECORDS = HOLD(caller=TASK, request="PUT .*/record.json")
SMOKES = HOLD(caller=TASK, request="GET .*/sealed/.*/smoke.parquet")
LATER = TRAINED + timedelta(1)

KILLS = {
    "killed before it has read its rows": (READS, signal.SIGKILL, "was killed"),
    "told to stop before it has read its rows": (READS, signal.SIGTERM, "was told to stop"),
    "killed after it has registered its challenger": (REGISTERS, signal.SIGKILL, "was killed"),
    "told to stop before it has written its record": (RECORDS, signal.SIGTERM, "was told to stop"),
}


@fault(
    "The task that trains is {done}.",
    promise="People are told how it ended, nothing of it is judged, the champion stays and the lock is free.",
    doctor="last training",
)
@pytest.mark.parametrize("done", KILLS)
def test_a_killed_training_changes_nothing(model: Model, done: str) -> None:
    rule, number, how = KILLS[done]
    training_id, before = f"killed-{list(KILLS).index(done)}", model.champion()
    request = model.request(training_id, as_of=LATER)
    assert killed_in_machine(model, request, rule, number) == "FAILED"
    said = heard(model, f"{training_id} failed in Train")
    assert f"the training task {how}" in said
    assert "The champion is untouched" in said
    _require_untouched(model, training_id)
    assert model.champion() == before


@fault(
    "The task that trains runs out of memory.",
    promise="People are told with its exit code, the champion stays and the lock is free.",
    doctor="last training",
)
def test_a_training_out_of_memory_changes_nothing(model: Model) -> None:
    before = model.champion()
    request = model.request("no-memory", as_of=LATER)
    with training_task(model, **OWN_INTERPRETER), model.faults.fault("memory", READS):
        arn = model.loop.retrain(request)
        process = model.faults.caller(model.faults.wait_held("memory"))
        process.rlimit(resource.RLIMIT_AS, (process.memory_info().vms, resource.RLIM_INFINITY))
        model.faults.release("memory")
    assert model.stage.end(arn) == "FAILED"
    said = heard(model, "no-memory failed in Train")
    assert "exit code" in said
    assert "The champion is untouched" in said
    _require_untouched(model, "no-memory")
    assert model.champion() == before


@fault(
    "The task that trains hangs until its time is up.",
    promise="It is ended, people are told, the champion stays, and the lock is free for the next training.",
    doctor="last training",
)
def test_a_hanging_training_is_ended(model: Model) -> None:
    before = model.champion()
    with _time(model, "Train", seconds=10), model.faults.fault("hang", HOLD(caller=TASK)):
        assert model.trained("hangs", as_of=LATER) == "FAILED"
        waited(lambda: not _tasks(model))
    said = heard(model, "hangs failed in Train")
    assert "The champion is untouched" in said
    _require_untouched(model, "hangs")
    assert model.champion() == before


@fault(
    "A person stops a training while it trains.",
    promise="The task ends too, people are told, the champion stays, and the lock is free for the next training.",
    doctor="last training",
)
def test_a_stopped_training_ends(model: Model) -> None:
    before = model.champion()
    assert stopped(model, model.request("stopped", as_of=LATER), READS) == "ABORTED"
    model.settled()
    assert heard(model, "stopped ended as ABORTED")
    waited(lambda: not _tasks(model))
    _require_untouched(model, "stopped")
    assert model.champion() == before


@fault(
    "A person stops the task that trains, and not its execution.",
    promise="People are told that it was stopped and why, the champion stays, and the lock is free.",
    doctor="last training",
)
def test_a_stopped_task_is_told_with_its_reason(model: Model) -> None:
    before, ecs = model.champion(), model.stage.aws.client("ecs")
    with model.faults.fault("hold", READS):
        arn = model.loop.retrain(model.request("halted", as_of=LATER))
        model.faults.wait_held("hold")
        (task,) = _tasks(model)
        ecs.stop_task(cluster=task.split("/")[-2], task=task, reason="wrong rows, says Ann")
    assert model.stage.end(arn) == "FAILED"
    assert "the training task was stopped: wrong rows, says Ann" in heard(model, "halted failed in Train")
    _require_untouched(model, "halted")
    assert model.champion() == before


@fault(
    "The task that tries a challenger, ahead of its promotion, is killed.",
    promise="The champion stays, people are told that the training failed there, and a person promotes by one command.",
    doctor="last training",
)
def test_a_challenger_whose_try_was_killed_is_promoted_by_hand(model: Model) -> None:
    before = model.champion()
    assert before is not None
    assert killed_in_machine(model, model.request("tried", as_of=LATER), SMOKES) == "FAILED"
    said = heard(model, "tried failed in Smoke")
    assert "the training task was killed" in said
    assert model.champion() == before
    version = str(model.loop.verdict("tried").challenger_version)
    moved = model.command("versions", "promote", version, "--reason", "it was tried again")
    assert (moved["before"], moved["after"]) == (before.version, version)


DEATHS = {
    "Gate": (of("Gate", "PUT .*/gate.json", times=1), signal.SIGTERM),
    "Promote": (of("Promote", ALIAS, times=1), signal.SIGKILL),
}


@fault(
    "In one training, the function that judges the challenger is killed by SIGTERM, and the one that promotes it by "
    "SIGKILL between the ledger and the registry.",
    promise="The machine asks each of them again: the challenger becomes champion once, and people are told once.",
)
def test_a_training_two_of_whose_functions_are_killed_makes_a_champion(model: Model) -> None:
    before = model.champion()
    assert before is not None
    with ExitStack() as faults:
        for name, (rule, _) in DEATHS.items():
            faults.enter_context(model.faults.fault(name, rule))
        arn = model.loop.retrain(model.request("unlucky", as_of=LATER + timedelta(1)))
        for name, (_, number) in DEATHS.items():
            model.faults.kill_at(name, number=number)
    assert model.stage.end(arn) == "SUCCEEDED"
    version = model.loop.verdict("unlucky").challenger_version
    assert champions(model) == (version, before.version)
    model.told_once(f"*New champion of {model.name}*: version {version}")


SIGNALS = {"killed": (signal.SIGKILL, "was killed"), "told to stop": (signal.SIGTERM, "was told to stop")}


@fault(
    "The task that tries the version before, ahead of a rollback, is {done}.",
    promise="The champion stays, people are told that the rollback failed, and a person makes it by one command.",
    doctor="last training",
)
@pytest.mark.parametrize("done", SIGNALS)
def test_a_rollback_whose_try_was_killed_is_made_by_hand(model: Model, done: str) -> None:
    if len(model.production.history()) == 1:
        trained_again(model)
    before, to = champions(model)
    number, how = SIGNALS[done]
    request = back(model, f"back-{number}", before=before, to=to)
    assert killed_in_machine(model, request, SMOKES, number) == "FAILED"
    said = heard(model, f"{request.training_id} failed in SmokePrevious")
    assert f"the training task {how}" in said
    assert champions(model) == (before, to)
    assert model.command("versions", "rollback") == {"model": model.name, "before": before, "after": to}


def _require_untouched(model: Model, training_id: str) -> None:
    """Require that nothing of a training can become champion: it has no record, and no version plays a part."""
    keys = model.stage.lake.keys(training_keys.trainings(model.name))
    assert training_keys.training_record(model.name, training_id) not in keys
    versions = {each["training"]: each["aliases"] for each in model.command("versions", "list")}
    assert not versions.get(training_id)


def _tasks(model: Model) -> list[str]:
    ecs = model.stage.aws.client("ecs")
    clusters = ecs.list_clusters()["clusterArns"]
    found = [(cluster, ecs.list_tasks(cluster=cluster)["taskArns"]) for cluster in clusters]
    described = [ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"] for cluster, tasks in found if tasks]
    running = [task for tasks in described for task in tasks if task["lastStatus"] == "RUNNING"]
    return [task["taskArn"] for task in running if model.name in json.dumps(task.get("overrides", {}))]


@contextmanager
def _time(model: Model, state: str, *, seconds: int) -> Iterator[None]:
    """Give a state of the machine some seconds, of which a stage's setting gives it many minutes."""
    states, arn = model.stage.aws.client("stepfunctions"), model.loop.output(StackOutput.RETRAINING)
    definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
    changed = json.loads(definition)
    changed["States"][state]["TimeoutSeconds"] = seconds
    states.update_state_machine(stateMachineArn=arn, definition=json.dumps(changed))
    try:
        yield
    finally:
        states.update_state_machine(stateMachineArn=arn, definition=definition)
