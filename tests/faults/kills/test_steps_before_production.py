"""The functions between a training and its promotion die in the middle of it; one training is shared by all of them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from courtside.adapters.dynamodb_ledger import place_of
from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.names import StackOutput
from courtside.contracts.records import ApprovalRecord
from courtside.workflows.ledger_documents import read
from embedded_aws.faults.client import HOLD
from tests.faults.fault import fault
from tests.faults.kills.killing import Moment, kill, twice
from tests.faults.kills.machine import (
    ALIAS,
    LEDGER,
    REFERENCE,
    TASK,
    back,
    called,
    champions,
    event,
    heard,
    locked,
    of,
    outlived,
    stopped,
    waited,
)
from tests.faults.model import TRAINED, Model
from tests.faults.truths import Before, Forgiven, ask, remembered

ID = "second"


@pytest.fixture(scope="module")
def before(model: Model) -> Before:
    """Return what was there before the training that all share."""
    return remembered(model)


@pytest.fixture(scope="module")
def request_of_training(model: Model, before: Before) -> RetrainingRequest:  # noqa: ARG001 — which comes first
    """Return the request of a training that a person stopped when the gate was to judge it, so nothing has yet."""
    request = model.request(ID, as_of=TRAINED + timedelta(1))
    assert stopped(model, request, of("Gate", "GetItem")) == "ABORTED"
    model.settled()
    return request


@pytest.fixture
def training(model: Model, request_of_training: RetrainingRequest) -> Iterator[RetrainingRequest]:
    """Return the training with its lock held, as in the machine."""
    with locked(model, request_of_training):
        yield request_of_training


@fault(
    "A person stops a training when its challenger is about to be judged.",
    promise="The champion stays, the lock is free at once, and people are told that it was stopped.",
)
def test_a_training_stopped_before_the_gate_changes_nothing(
    model: Model, before: Before, request_of_training: RetrainingRequest
) -> None:
    assert heard(model, f"{request_of_training.training_id} ended as ABORTED")
    champion = model.champion()
    assert champion is not None
    assert champion.version == "1"
    ask(model, before, Forgiven())


FREEZES = [
    twice("before the list of its files is written", "PUT .*/manifest.json"),
    Moment("after the list of its files was written", "PUT .*/manifest.json", after=True),
    Moment("after its lease was renewed", LEDGER, after=True),
]


@fault(
    "The function that freezes the rows of a training is killed {moment}.",
    promise="Asked again it freezes the same rows, in one list.",
)
@pytest.mark.parametrize("moment", FREEZES, ids=str)
def test_a_second_try_freezes_the_same_rows(model: Model, moment: Moment) -> None:
    training_id = f"freezes-{FREEZES.index(moment)}"
    request = model.request(training_id)
    with locked(model, request):
        kill(model, "StepsFreeze", event(request), moment)
        answer = called(model, "Freeze", event(request))
        assert called(model, "Freeze", event(request)) == answer
    key = training_keys.training_manifest(model.name, training_id)
    versions = model.stage.aws.client("s3").list_object_versions(Bucket=model.stage.lake.bucket, Prefix=key)
    assert len(versions["Versions"]) == 1


VERDICT = "PUT .*/gate.json"
JUDGES = [
    twice("before its verdict is written", VERDICT),
    Moment("after its verdict was written", VERDICT, after=True),
]


@fault("The function that judges a challenger is killed {moment}.", promise="Asked again it gives a verdict.")
@pytest.mark.parametrize("moment", JUDGES, ids=str)
def test_a_second_try_gives_the_verdict(model: Model, training: RetrainingRequest, moment: Moment) -> None:
    given = _named(model)
    verdict = training_keys.training_verdict(model.name, training.training_id)
    model.stage.aws.client("s3").delete_object(Bucket=model.stage.lake.bucket, Key=verdict)
    kill(model, "StepsGate", given, moment)
    assert bool(model.stage.lake.keys(verdict)) == moment.after
    assert called(model, "Gate", given)["training_id"] == training.training_id
    assert model.loop.verdict(training.training_id).promote


SEALS = [
    twice("between two files of the copy", "PUT .*/sealed/.*/smoke.parquet"),
    Moment("before the list of the copied files is written", "PUT .*/sealed/.*/manifest.json"),
    Moment("after the list of the copied files was written", "PUT .*/sealed/.*/manifest.json", after=True),
    Moment("after the registry named the challenger", ALIAS, after=True),
]


@fault(
    "The function that copies a challenger to where nothing can change it is killed {moment}.",
    promise="No half copy is ever used; asked again it makes the same copy.",
)
@pytest.mark.parametrize("moment", SEALS, ids=str)
@pytest.mark.usefixtures("training")
def test_a_second_try_makes_the_same_seal(model: Model, moment: Moment) -> None:
    _judged(model)
    kill(model, "StepsSeal", _named(model), moment)
    digest = called(model, "Seal", _named(model))["sha256"]
    seals = lake_keys.seals(model.name)
    there = {key.removeprefix(seals).partition("/")[0] for key in model.stage.lake.keys(seals)}
    champion = model.champion()
    assert champion is not None
    assert there == {digest, champion.sha256}


SMOKES = HOLD(caller=TASK, request="GET .*/sealed/.*/smoke.parquet")
STOPS = {
    "fixes its data": of("Freeze", "PUT .*/manifest.json"),
    "copies its challenger to where nothing can change it": of("Seal", "PUT .*/sealed/.*/manifest.json"),
    "tries its challenger": SMOKES,
    "is about to make its challenger champion": of("Promote", LEDGER, skip=1),  # the first write renews its lease
}


@fault(
    "A person stops a training while it {does}.",
    promise="What it had begun counts for nothing: the champion stays, the lock is free at once, and people are told.",
)
@pytest.mark.parametrize("does", STOPS)
@pytest.mark.usefixtures("request_of_training")
def test_a_training_stopped_on_its_way_to_production_promotes_nothing(model: Model, does: str) -> None:
    before, place = model.champion(), list(STOPS).index(does)
    request = model.request(f"stops-{place}", as_of=TRAINED + timedelta(2 + place))
    outlived(model, request, STOPS[does], asks_more="champion" in does)
    assert model.champion() == before


ASKS = [
    twice("before people are asked", "POST /", body="Action=Publish"),
    Moment("after people were asked and before that is written", LEDGER, skip=1),
    Moment("after it was written that people were asked", LEDGER, skip=1, after=True),
]


@fault(
    "The function that asks people to approve a challenger is killed {moment}.",
    promise="Asked again it asks people unless they were asked, and the request waits for whoever answers.",
    twice="waits for your approval",
)
@pytest.mark.parametrize("moment", ASKS, ids=str)
def test_a_second_try_asks_for_approval(model: Model, training: RetrainingRequest, moment: Moment) -> None:
    _judged(model)
    asked, key = f"versions approve {training.training_id} ", ledger_keys.approval(training.training_id)
    table, place = model.loop.output(StackOutput.LEDGER_TABLE), place_of(f"{ledger_keys.of_model(model.name)}{key}")
    model.stage.aws.client("dynamodb").delete_item(TableName=table, Key=place)  # nobody was asked yet
    before, given = len(model.told(asked)), {**_named(model), "wait_seconds": 60}
    kill(model, "StepsRequestApproval", {**given, "token": "before"}, moment)
    # The state gives each try a token of its own.
    called(model, "RequestApproval", {**given, "token": "again"})
    times = 2 if moment.said.startswith("after people") else 1
    waited(lambda: len(model.told(asked)) == before + times)
    record, _ = read(model.ledger, key, ApprovalRecord)
    assert record is not None
    assert (record.token, record.approved) == ("again", None)


PROMOTES = [
    twice("before the ledger names the challenger", LEDGER, skip=1),
    Moment("between the ledger and the registry", ALIAS),
    Moment("between the two names in the registry", ALIAS, after=True),
    twice("between the registry and the reference of drift", REFERENCE),
    Moment("after the reference of drift was written", REFERENCE, after=True),
]


@fault(
    "The function that promotes a challenger is killed {moment}.",
    promise="Asked again it makes the registry and the reference of drift follow: one version is champion in all.",
)
@pytest.mark.parametrize("moment", PROMOTES, ids=str)
@pytest.mark.usefixtures("training")
def test_a_second_try_finishes_the_promotion(model: Model, moment: Moment) -> None:
    given, production = _sealed(model), model.production
    if len(production.history()) == 2:  # the registry is again as it was when the ledger had just been written
        production.registry.appoint("1", previous=None, reason="a test")
    kill(model, "StepsPromote", given, moment)
    assert production.champion().version == ("1" if "names the challenger" in moment.said else "2")
    if "ledger" in moment.said:
        assert production.registry.champion_version() == "1"
    assert called(model, "Promote", given)["after"] == "2"
    assert production.broke_off() is None
    assert (production.registry.champion_version(), production.registry.previous_version()) == ("2", "1")
    assert [each.version for each in production.history()] == ["1", "2"]


BACK = [
    twice("before the ledger names the version before", LEDGER, skip=1),
    Moment("between the ledger and the registry", LEDGER, skip=1, after=True),
    Moment("between the two names in the registry", ALIAS, after=True),
    twice("between the registry and the reference of drift", REFERENCE),
    Moment("after the reference of drift was written", REFERENCE, after=True),
]


@fault(
    "The function that rolls a champion back is killed {moment}.",
    promise="Asked again it goes back once, and ledger, registry and reference of drift name the same version.",
)
@pytest.mark.parametrize("moment", BACK, ids=str)
def test_a_second_try_finishes_the_rollback(model: Model, training: RetrainingRequest, moment: Moment) -> None:
    if len(model.production.history()) == 1:
        called(model, "Promote", _sealed(model))
    before, to = champions(model)
    reigns = len(model.production.history())
    given = back(model, training.training_id, before=before, to=to).model_dump(
        include={"model", "training_id", "roll_back_to", "roll_back_from", "reason"}
    )
    found = called(model, "RollBack", given)
    given = {**given, "sha256": found["sha256"]}
    kill(model, "StepsRollBack", given, moment)
    called(model, "RollBack", given)
    assert champions(model) == (to, before)
    assert len(model.production.history()) == reigns + 1


BACKS = {
    "tries the version before": (SMOKES, False),
    # Its leases are renewed by the two writes before.
    "is about to make the version before champion": (of("RollBack", LEDGER, skip=2), False),
    "has made the version before champion and the registry does not follow yet": (
        of("RollBack", LEDGER, skip=2, after=True),
        True,
    ),
}


@fault(
    "A person stops a rollback while it {does}.",
    promise="It is made as a whole or not at all, the lock is free, and people are told to look who is champion.",
)
@pytest.mark.parametrize("does", BACKS)
def test_a_stopped_rollback_is_whole_or_none(model: Model, request_of_training: RetrainingRequest, does: str) -> None:
    if len(model.production.history()) == 1:
        with locked(model, request_of_training):
            called(model, "Promote", _sealed(model))
    before, to = champions(model)
    rule, moves = BACKS[does]
    name = f"stops-back-{list(BACKS).index(does)}"
    outlived(model, back(model, name, before=before, to=to), rule, asks_more="about to" in does)
    assert "Check which version is champion" in heard(model, f"{model.name}.{name}")
    # The reference of drift follows last.
    waited(lambda: model.production.broke_off() is None)
    assert champions(model) == ((to, before) if moves else (before, to))


def _named(model: Model) -> dict[str, str]:
    return {"model": model.name, "training_id": ID}


def _judged(model: Model) -> None:
    assert called(model, "Gate", _named(model))["promote"]


def _sealed(model: Model) -> dict[str, str]:
    _judged(model)
    return {**_named(model), "sha256": called(model, "Seal", _named(model))["sha256"]}
