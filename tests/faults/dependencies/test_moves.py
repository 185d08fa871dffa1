"""The MLflow server fails before, while and after a champion is moved."""

from datetime import timedelta

import pytest

from embedded_aws.faults.rules import Rule
from tests.fakes.console_script import Done, run
from tests.faults.dependencies.answers import BAD_ANSWERS
from tests.faults.fault import fault
from tests.faults.model import TRAINED, Model

OWNER = "^$"
"""The caller of requests that no function or task makes."""
MOMENTS = {
    "before": {},
    "while": {"request": r"^POST .*model-versions/set-tag"},
    "after": {"request": r"^POST .*registered-models/alias", "after": True},
}
"""The first request that fails, by when that is; the one after the move was carried out."""
ANSWERS = list(BAD_ANSWERS)[:3]


@pytest.fixture(scope="module")
def two(model: Model) -> Model:
    """Return the model once it has two versions that can be champion."""
    if model.trained("second", as_of=TRAINED + timedelta(1)) != "SUCCEEDED":
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


def other(model: Model) -> str:
    """Return the version that is not champion."""
    champion = model.champion()
    assert champion is not None
    return {"1": "2", "2": "1"}[champion.version or ""]


@fault(
    "The MLflow server answers {answer} from {moment} a promotion on.",
    promise="The command says what was done and what to do; the same command again finishes, and nothing moves twice.",
)
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.usefixtures("two")
def test_a_promotion_is_finished_later(model: Model, moment: str, answer: str) -> None:
    before, wanted, reigns = model.champion(), other(model), len(model.production.history())
    with model.faults.fault("tracking", BAD_ANSWERS[answer](service="tracking", caller=OWNER, **MOMENTS[moment])):
        done = promote(model, wanted)
        assert model.faults.met("tracking") > 0
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert before is not None
    if moment == "before":
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


@fault(
    "The MLflow server fails in the middle of a rollback, and the rollback is made again.",
    promise="The second one finishes the first and does not roll back further.",
)
@pytest.mark.usefixtures("two")
def test_a_rollback_is_finished_and_not_made_twice(model: Model) -> None:
    back = other(model)
    with model.faults.fault("tracking", _rule("while")):
        done = versions(model, "rollback")
        assert (done.returncode, "MoveUnfinished" in done.stderr) == (1, True)
    again = versions(model, "rollback")
    assert again.returncode == 0, again.stderr
    champion = model.champion()
    assert champion is not None
    assert champion.version == back


def _rule(moment: str) -> Rule:
    return BAD_ANSWERS[ANSWERS[0]](service="tracking", caller=OWNER, **MOMENTS[moment])
