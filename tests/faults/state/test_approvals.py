"""A person answers about a challenger twice, too late, against another person, or about what has changed since."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.workflows.sealed_models import all_sealed
from embedded_aws.faults.client import HOLD
from tests.fakes.own_points import courtside
from tests.faults.dependencies.answers import error
from tests.faults.fault import fault
from tests.faults.model import PATIENCE_SECONDS, TRAINED, Model
from tests.faults.state.damage import Damage, damaged
from tests.faults.state.operators import Ended, all_at_once, killed, standing_still
from tests.faults.state.test_ledger import GARBAGE, changed, own
from tests.integration.stage.steps import approvals, patience

APPROVE, REJECT = ("versions", "approve"), ("versions", "reject")


@pytest.fixture(scope="module", autouse=True)
def asks(model: Model) -> Iterator[None]:
    """Train a second version, whatever the gate says of it, and make the stage ask before it promotes others."""
    model.trained("second", as_of=TRAINED - timedelta(1))
    with approvals(model.stage):
        yield


def asked(model: Model, name: str, *, days: int) -> str:
    """Start a training of newer rows, wait until people are asked about it, and return its execution."""
    arn = model.loop.retrain(model.request(name, as_of=TRAINED + timedelta(days)))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not model.told(f"versions approve {name} "):
        assert model.running(), model.told()
        assert time.monotonic() < deadline, "nobody was asked"
        time.sleep(0.1)
    return arn


def version(model: Model) -> str | None:
    champion = model.champion()
    return None if champion is None else champion.version


def promoted(model: Model) -> list[str | None]:
    """Return the trainings whose challengers became champions, oldest first."""
    return [each.training_id for each in model.production.history()]


@fault(
    "Four people approve one challenger at the same time, and one of them does so again later.",
    promise="It is promoted once, nobody is told anything wrong, and the late one is told who had answered.",
)
def test_an_approval_comes_several_times_at_once(model: Model) -> None:
    arn = asked(model, "often", days=1)
    ended = all_at_once(model, *[(*APPROVE, "often")] * 4)
    assert model.stage.end(arn) == "SUCCEEDED"
    assert [each for each in ended if each.code == 0]
    assert all("AlreadyAnswered" in each.error for each in ended if each.code), ended
    assert promoted(model).count("often") == 1
    late = courtside(*APPROVE, "often", "--model", model.name)
    assert "was approved by" in str(late.exception)


@fault(
    "One person approves while another one rejects, and the {first} is first to be written.",
    promise="What was written first counts, and the other person is told so.",
)
@pytest.mark.parametrize("first", ["approval", "rejection"])
def test_an_approval_against_a_rejection(model: Model, first: str) -> None:
    before, name = version(model), f"both-{first}"
    arn = asked(model, name, days={"approval": 2, "rejection": 3}[first])
    winner, loser = (APPROVE, REJECT) if first == "approval" else (REJECT, APPROVE)
    body = f'"{model.name}/{ledger_keys.APPROVALS_PREFIX.rstrip("/")}"'
    write = HOLD(service="dynamodb", request="TransactWriteItems", body=body, times=1)
    with standing_still(model, "loser", write, *loser, name) as held:
        model.command(*winner, name)
    ended = Ended.of(held)
    assert ended.code == 1
    assert "AlreadyAnswered" in ended.error
    assert f"was {'approved' if first == 'approval' else 'rejected'} by" in ended.error
    assert model.stage.end(arn) == "SUCCEEDED"
    assert (version(model) == before) == (first == "rejection")


COMMANDS = {"approve": (APPROVE, REJECT, 4), "reject": (REJECT, APPROVE, 10)}
"""Each answer with its opposite, and the day of the training that is answered about."""
WRITES = HOLD(caller="^$", service="dynamodb", request="TransactWriteItems", times=1)
TELLS = HOLD(caller="^$", service="states", request="SendTask", times=1)


@fault(
    "`courtside versions {answer}` is killed before its answer is written, before the machine hears of it, and then "
    "again when the machine has heard of it.",
    promise="What was not written decides nothing; what was written arrives by the same command and counts once, and "
    "the opposite answer is refused.",
)
@pytest.mark.parametrize("answer", COMMANDS)
def test_the_command_that_answers_is_killed(model: Model, answer: str) -> None:
    words, opposite, days = COMMANDS[answer]
    before, name = version(model), f"killed-{answer}"
    arn = asked(model, name, days=days)
    killed(model, WRITES, *opposite, name)
    assert [each["training_id"] for each in model.command("versions", "approvals")] == [name]
    killed(model, TELLS, *words, name)
    refused = courtside(*opposite, name, "--model", model.name)
    assert f"was {answer.removesuffix('e')}ed by" in str(refused.exception)
    killed(model, replace(TELLS, after=True), *words, name)
    assert model.stage.end(arn) == "SUCCEEDED"
    late = courtside(*words, name, "--model", model.name)
    assert "AlreadyAnswered" in type(late.exception).__name__
    assert promoted(model).count(name) == (answer == "approve")
    assert (version(model) == before) == (answer == "reject")


@fault(
    "A person approves a challenger, and another version became champion since the gate judged it.",
    promise="It is not promoted, the version that is champion stays, and people are told why.",
    doctor="^last training",
)
def test_an_approval_is_stale(model: Model) -> None:
    arn = asked(model, "stale", days=5)
    other = "2" if version(model) == "1" else "1"
    model.command("versions", "promote", other, "--reason", "a test")
    model.command(*APPROVE, "stale")
    assert model.stage.end(arn) == "FAILED"
    assert version(model) == other
    assert "ChampionChanged" in model.told_once("stale failed in Promote")


@fault(
    "A person approves after nobody had answered in time.",
    promise="The champion stays, people were told so, and the late one is told what can be done instead.",
)
def test_an_approval_is_late(model: Model) -> None:
    before = version(model)
    with patience(model.stage, seconds=2):
        arn = asked(model, "late", days=6)
        assert model.stage.end(arn) == "SUCCEEDED"
    late = courtside(*APPROVE, "late", "--model", model.name)
    assert "the request for approval of training late ended" in str(late.exception)
    assert version(model) == before
    assert model.told_once("late passed the gate, but nobody answered in time")


@fault(
    "A person stops a training while its challenger waits for approval.",
    promise="The lock is free at once, an approval is refused by name and decides nothing, and the champion stays.",
)
def test_a_training_is_stopped_while_it_waits(model: Model) -> None:
    before, arn = version(model), asked(model, "stopped", days=9)
    model.stage.aws.client("stepfunctions").stop_execution(executionArn=arn)
    model.settled()
    refused = courtside(*APPROVE, "stopped", "--model", model.name)
    assert "does not wait for an answer; it is stopped" in str(refused.exception)
    assert model.told_once("stopped ended as ABORTED")
    assert version(model) == before


@fault(
    "The request for approval was damaged by hand while it waits.",
    promise="An answer is refused by name and decides nothing; once it is put back the answer counts.",
)
def test_a_request_for_approval_is_damaged(model: Model) -> None:
    arn = asked(model, "damaged", days=7)
    key = ledger_keys.approval("damaged")
    with changed(model, own(model, key), GARBAGE):
        for words in ((*APPROVE, "damaged"), ("versions", "approvals"), ("status",)):
            refused = courtside(*words, "--model", model.name)
            assert key in str(refused.exception), refused.output
    model.command(*REJECT, "damaged")
    assert model.stage.end(arn) == "SUCCEEDED"


@fault(
    "A file of the challenger's seal was cut while it waits for approval.",
    promise="It is not promoted although a person approves it, people are told which file it is, the champion stays.",
    doctor="^last training",
)
def test_the_challengers_seal_is_damaged_while_it_waits(model: Model) -> None:
    before, arn = version(model), asked(model, "cut", days=8)
    (sealed,) = [each for each in all_sealed(model.name, lake=model.stage.lake) if each.training_id == "cut"]
    key = f"{lake_keys.sealed(model.name, sealed.sha256)}{training_keys.PROFILE_NAME}"
    with damaged(model, key, Damage.CUT):
        model.command(*APPROVE, "cut")
        assert model.stage.end(arn) == "FAILED"
    assert version(model) == before
    said = model.told_once("cut failed in Promote")
    assert "SealBroken" in said


@fault(
    "Step Functions takes a person's approval, and its answer to that is lost.",
    promise="The approval is kept with who gave it, and the challenger is promoted.",
)
def test_the_answer_to_an_approval_is_lost(model: Model) -> None:
    # It is the last fault of this file, because no challenger of older rows would pass the gate against its champion.
    arn = asked(model, "lost", days=11)
    lost = error("states", "InternalError", status=500)(request="SendTask", after=True, times=1)
    with model.faults.fault("lost", lost):
        assert model.command(*APPROVE, "lost")["approved"]
        assert model.faults.met("lost") == 1
    assert model.stage.end(arn) == "SUCCEEDED"
    assert promoted(model).count("lost") == 1
    late = courtside(*REJECT, "lost", "--model", model.name)
    assert "was approved by" in str(late.exception)
