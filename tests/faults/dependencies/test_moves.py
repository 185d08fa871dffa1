"""The MLflow server, its database and the ledger fail before, while and after a champion is moved."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from courtside.contracts import lake_keys
from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Effect, Rule
from tests.fakes.console_script import Done, run
from tests.faults.dependencies.answers import BAD_ANSWERS
from tests.faults.dependencies.database import kill_database
from tests.faults.dependencies.elsewhere import courtside_at
from tests.faults.dependencies.test_ledger import READS, THROTTLED, of
from tests.faults.dependencies.test_training import training_of
from tests.faults.fault import fault
from tests.faults.kills.machine import TASK
from tests.faults.model import TRAINED, Model

OWNER = "^$"
"""The caller of requests that no function or task makes."""
MOMENTS = {
    "from before a promotion on": {},
    "in the middle of a promotion": {"request": r"^POST .*model-versions/set-tag"},
    "right after a promotion": {"request": r"^POST .*registered-models/alias", "after": True},
}
"""The first request that fails, by when that is; the one after the move was carried out."""
REGISTERS = HOLD(caller=TASK, service="tracking", request="POST .*/model-versions/create")
WHOLE = "PostgreSQL and all its processes"
LATER = TRAINED + timedelta(1)
ANSWERS = list(BAD_ANSWERS)[:3]


@pytest.fixture(scope="module")
def two(model: Model) -> Model:
    """Return the model once it has had two champions, which the first fault of this file gives it."""
    champion = model.champion()
    assert champion is not None
    if champion.previous is None and model.trained("second", as_of=LATER) != "SUCCEEDED":
        raise AssertionError("the second training failed")
    return model


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a person's MLflow client try once, because what stays wrong stays wrong."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


def versions(model: Model, *words: str) -> Done:
    return run("versions", *words, "--model", model.name, "--stage", "dev", "--json")


def promote(model: Model, version: str) -> Done:
    return versions(
        model,
        "promote",
        version,
        "--reason",
        "a fault",
    )


def by_hand(model: Model) -> list[str]:
    """Return the keys of the decisions that people made."""
    return [key for key in model.stage.lake.keys(lake_keys.decisions(model.name)) if lake_keys.is_by_hand(key)]


def other(model: Model) -> str:
    """Return the version that was champion before."""
    champion = model.champion()
    assert champion is not None
    assert champion.previous is not None
    return champion.previous


@fault(
    "PostgreSQL and all its processes are killed (SIGKILL) while a training registers its challenger.",
    promise="The database comes back by itself, the training goes on, and its challenger is registered once.",
)
def test_a_training_and_a_killed_database(model: Model) -> None:
    with model.faults.fault("registers", REGISTERS):
        arn = model.loop.retrain(model.request("second", as_of=LATER))
        model.faults.wait_held("registers")
        kill_database(model, whole=True)
        model.faults.release("registers")
        assert model.stage.end(arn) == "SUCCEEDED"
    version = model.loop.training("second").challenger_version
    assert version is not None
    listed = [each["version"] for each in model.command("versions", "list")]
    assert [each for each in listed if training_of(model, each) == "second"] == [version]


@fault(
    "The MLflow server answers {answer} {moment}.",
    promise="The command says what was done and what to do; the same command again finishes, and nothing moves twice.",
)
@pytest.mark.parametrize(("moment", "answer"), list(itertools.product(MOMENTS, ANSWERS)))
@pytest.mark.usefixtures("two")
def test_a_promotion_is_finished_later(model: Model, moment: str, answer: str) -> None:
    before, wanted, reigns = model.champion(), other(model), len(model.production.history())
    with model.faults.fault("tracking", BAD_ANSWERS[answer](service="tracking", caller=OWNER, **MOMENTS[moment])):
        done = promote(model, wanted)
        assert model.faults.met("tracking") > 0
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert before is not None
    if moment == "from before a promotion on":
        assert model.champion() == before
    else:
        assert "MoveUnfinished" in done.stderr
        assert "run the same command again" in " ".join(done.stderr.split())
    again = promote(model, wanted)
    assert again.returncode == 0, again.stderr
    champion = model.champion()
    assert champion is not None
    assert (champion.version, champion.previous) == (wanted, before.version)
    assert len(model.production.history()) == reigns + 1


SLOW_SECONDS = 0.2
GIVES_UP_SECONDS = 1


@fault(
    "The MLflow server takes its time over every request of a person who promotes a version.",
    promise="The command waits for it, and the promotion is made once.",
)
@pytest.mark.usefixtures("two")
def test_a_promotion_waits_for_a_slow_server(model: Model) -> None:
    wanted, reigns = other(model), len(model.production.history())
    with model.faults.fault("slow", Rule(Effect.LATE, service="tracking", caller=OWNER, delay=SLOW_SECONDS)):
        begun = time.monotonic()
        done = promote(model, wanted)
        took, met = time.monotonic() - begun, model.faults.met("slow")
    assert done.returncode == 0, done.stderr
    assert met > 0
    assert took >= met * SLOW_SECONDS
    _require_moved(model, wanted, reigns + 1)


@fault(
    "The MLflow server makes a version champion only after the command that asked for it has given up.",
    promise="The command says that the promotion is not finished, the same command again finishes it, and nothing "
    "moves twice.",
)
@pytest.mark.usefixtures("two")
def test_a_promotion_comes_late(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", f"{GIVES_UP_SECONDS}")
    wanted, reigns = other(model), len(model.production.history())
    late = MOMENTS["right after a promotion"]["request"]
    with model.faults.fault(
        "late", Rule(Effect.LATE, service="tracking", caller=OWNER, request=late, delay=2 * GIVES_UP_SECONDS, times=1)
    ):
        done = promote(model, wanted)
        assert model.faults.met("late") == 1
    assert (done.returncode, "MoveUnfinished" in done.stderr) == (1, True), done
    assert "run the same command again" in " ".join(done.stderr.split())
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_TIMEOUT")
    again = promote(model, wanted)
    assert again.returncode == 0, again.stderr
    _require_moved(model, wanted, reigns + 1)


def _require_moved(model: Model, version: str, reigns: int) -> None:
    champion = model.champion()
    assert champion is not None
    assert champion.version == version
    assert len(model.production.history()) == reigns


@fault(
    "The MLflow server fails in the middle of a rollback, and the rollback is made again.",
    promise="The second one finishes the first and does not roll back further.",
)
@pytest.mark.usefixtures("two")
def test_a_rollback_is_finished_and_not_made_twice(model: Model) -> None:
    back = other(model)
    with model.faults.fault("tracking", _rule("in the middle of a promotion")):
        done = versions(model, "rollback")
        assert (done.returncode, "MoveUnfinished" in done.stderr) == (1, True)
    again = versions(model, "rollback")
    assert again.returncode == 0, again.stderr
    champion = model.champion()
    assert champion is not None
    assert champion.version == back


def _rule(moment: str) -> Rule:
    return BAD_ANSWERS[ANSWERS[0]](service="tracking", caller=OWNER, **MOMENTS[moment])


@fault(
    "DynamoDB {trouble} while a person promotes a version.",
    promise="The promotion is made once, and the history shows it once.",
)
@pytest.mark.parametrize("trouble", ["throttles its writes", "carries out a write and does not say so"])
@pytest.mark.usefixtures("two")
def test_a_promotion_and_a_busy_ledger(model: Model, trouble: str) -> None:
    rule, wanted, reigns = of(trouble, caller="^$"), other(model), len(model.production.history())
    with model.faults.fault("ledger", rule):
        done = promote(model, wanted)
        assert model.faults.met("ledger") == rule.times
    assert done.returncode == 0, done.stderr
    champion = model.champion()
    assert champion is not None
    assert champion.version == wanted
    assert len(model.production.history()) == reigns + 1


@fault(
    "The clock of a person who promotes a version is 4 minutes ahead, which AWS lets pass.",
    promise="The promotion and a rollback by a right clock come one after the other in the history and the decisions.",
)
@pytest.mark.usefixtures("two")
def test_a_promotion_by_a_wrong_clock(model: Model) -> None:
    wanted, before, logged = other(model), model.production.history(), len(by_hand(model))
    words = ("versions", "promote", wanted, "--reason", "a fault", "--model", model.name, "--stage", "dev", "--json")
    done = courtside_at(4 / 60, *words)
    assert done.returncode == 0, done.stderr
    model.command("versions", "rollback")
    reigns = model.production.history()
    assert [each.version for each in reigns[len(before) :]] == [wanted, before[-1].version]
    assert [each.until for each in reigns] == [*(each.since for each in reigns[1:]), None]
    assert len(by_hand(model)) == logged + 2


@fault(
    "DynamoDB throttles every read of a person who promotes a version.",
    promise="The command says that AWS is busy and that it can be repeated; the champion stays until then.",
)
@pytest.mark.usefixtures("two")
def test_a_ledger_that_stays_busy(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    before, wanted = model.champion(), other(model)
    with model.faults.fault("ledger", THROTTLED(request=READS, caller="^$")):
        done = promote(model, wanted)
    assert (done.returncode, "AwsBusy" in done.stderr) == (1, True), done.stderr
    assert "run the same command again" in " ".join(done.stderr.split())
    assert model.champion() == before
    assert promote(model, wanted).returncode == 0


@fault(
    "{what} are killed (SIGKILL) while a person promotes a version.",
    promise="The database comes back by itself, the same command again finishes, and nothing moves twice.",
)
@pytest.mark.parametrize("what", ["PostgreSQL's processes", WHOLE])
@pytest.mark.usefixtures("two")
def test_a_promotion_and_a_killed_database(model: Model, what: str) -> None:
    wanted, reigns = other(model), len(model.production.history())
    middle = MOMENTS["in the middle of a promotion"]
    with ThreadPoolExecutor(1) as pool, model.faults.fault("move", HOLD(service="tracking", **middle)):
        done = pool.submit(promote, model, wanted)
        model.faults.wait_held("move")
        kill_database(model, whole=what == WHOLE)
        model.faults.release("move")
        first = done.result()
    assert "Traceback" not in first.stderr
    assert first.returncode == 0 or "MoveUnfinished" in first.stderr, first.stderr
    again = promote(model, wanted)
    assert again.returncode == 0, again.stderr
    champion = model.champion()
    assert champion is not None
    assert champion.version == wanted
    assert len(model.production.history()) == reigns + 1
