"""These tests check which partitions of the ledger each function reaches."""

from fnmatch import fnmatch
from typing import Any

from courtside.contracts import ledger_keys
from tests.infra.granted import STEPS, allowed, as_list
from tests.infra.synthesized import SynthesizedStage, text

PARTITIONS = {
    "Promote": ["*/champion", "*/history", "*/lock", "trainings"],
    "RollBack": ["*/champion", "*/history", "*/lock", "trainings"],
    "Announce": ["*/end"],
    "RequestApproval": ["*/approval", "*/lock", "trainings"],
    "DriftCheckFunction": ["*/check"],
    "ArrivalsFunction": ["*/begun"],
    "NotifySlack": ["posts-slack"],
}
OF_INCIDENTS = ["incidents-?", "incidents-?-told"]
REPORTING = {"DriftCheckFunction", "ArrivalsFunction", "StepsAnnounce"}
"""Who reports incidents, beside the functions of the watch, of scoring and of publishing."""
TURN = ["*/lock", "trainings"]
"""What each step of a training reaches: its lease, and the slots that all models share."""
KNOWING_MODELS = {
    "StepsFreeze",
    "StepsGate",
    "StepsSeal",
    "StepsPromote",
    "StepsRollBack",
    "DriftCheckFunction",
    "ArrivalsFunction",
}
"""Who reads the contract of the model that it is called for."""


def of_partitions(*patterns: str) -> dict[str, Any]:
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(patterns)},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_each_step_reaches_its_own_partitions_of_the_ledger_and_training_none(dev: SynthesizedStage) -> None:
    granted = [
        (logical_id.split("ServiceRole")[0].split("DefaultPolicy")[0], statement)
        for logical_id, policy in dev.pipeline.of_type("AWS::IAM::Policy").items()
        for statement in policy["PolicyDocument"]["Statement"]
        if any(action.startswith("dynamodb:") for action in as_list(statement["Action"]))
        and not logical_id.startswith(("Watch", "Scoring", "Publishing"))
    ]
    reporting = [who for who, each in granted if each["Condition"] == of_partitions(*OF_INCIDENTS)]
    assert sorted(reporting) == sorted(REPORTING)
    granted = [(who, each) for who, each in granted if each["Condition"] != of_partitions(*OF_INCIDENTS)]
    (reigns,) = [each for each in granted if each[1]["Action"] == "dynamodb:Query"]
    assert (reigns[0], reigns[1]["Condition"]) == ("StepsRollBack", of_partitions("*/history"))
    granted.remove(reigns)
    changing = {who: each for who, each in granted if "dynamodb:PutItem" in each["Action"]}
    reading = {who: each for who, each in granted if "dynamodb:PutItem" not in each["Action"]}
    assert len(changing) + len(reading) == len(granted)
    others = {"DriftCheckFunction", "ArrivalsFunction", "NotifySlack"}
    assert set(changing) == {*(f"Steps{step}" for step in STEPS), *others}
    for who, statement in changing.items():
        assert sorted(statement["Action"]) == ["dynamodb:GetItem", "dynamodb:PutItem"]
        assert statement["Condition"] == of_partitions(*PARTITIONS.get(who.removeprefix("Steps"), TURN))
    assert set(reading) == KNOWING_MODELS
    for statement in reading.values():
        assert (statement["Action"], statement["Condition"]) == ("dynamodb:GetItem", of_partitions("models-?"))
    assert len({text(statement["Resource"]) for _, statement in (reigns, *granted)}) == 1
    assert not allowed(dev.pipeline, "", "dynamodb:Scan")
    listing = [
        name for name in dev.pipeline.of_type("AWS::IAM::Policy") if allowed(dev.pipeline, name, "dynamodb:Query")
    ]
    listers = sorted(name.split("ServiceRole")[0] for name in listing)
    own = ["PublishingFunction", "ScoringPredict", "StepsRollBack"]
    assert listers == [*own, "WatchFindDueFunction", "WatchTendIncidentsFunction"]


def partition(key: str) -> str:
    """Return the partition that the ledger keeps a key in."""
    return key.rpartition("/")[0]


def test_the_partition_of_a_model_is_no_other_models_nor_that_of_the_stages_models() -> None:
    home = ledger_keys.of_model("churn")
    changeable = {*(pattern for patterns in PARTITIONS.values() for pattern in patterns), *TURN}
    own = (ledger_keys.CHAMPION, ledger_keys.RETRAINING_LOCK, ledger_keys.drift_check("c"), ledger_keys.approval("t"))
    assert all(any(fnmatch(partition(f"{home}{key}"), pattern) for pattern in changeable) for key in own)
    of_the_stage = (*ledger_keys.STAGE_MODELS, *ledger_keys.ROUNDS, *ledger_keys.INCIDENTS)
    assert not [each for each in of_the_stage if any(fnmatch(partition(each), pattern) for pattern in changeable)]
    assert partition(ledger_keys.TRAINING_SLOTS) == "trainings"
    assert all(fnmatch(partition(each), "models-?") for each in ledger_keys.STAGE_MODELS)
    assert not fnmatch(partition(f"{home}{ledger_keys.CHAMPION}"), "models-?")
    said = {ledger_keys.told("slack", "a"), ledger_keys.thread("slack", "i")}
    assert {partition(key) for key in said} == {"posts-slack"}


def test_the_check_writes_its_own_claims_and_incidents_into_the_ledger_and_nothing_else(dev: SynthesizedStage) -> None:
    (policy,) = (
        each for name, each in dev.pipeline.of_type("AWS::IAM::Policy").items() if name.startswith("DriftCheckFunction")
    )
    statements = [each for each in policy["PolicyDocument"]["Statement"] if "dynamodb:PutItem" in str(each["Action"])]
    conditions = [each["Condition"] for each in statements]
    assert conditions == [of_partitions("*/check"), of_partitions(*OF_INCIDENTS)]
    home = ledger_keys.of_model("nba_games")
    assert partition(f"{home}{ledger_keys.drift_check('c')}") == "nba_games/check"
    for model in ("nba_games", "churn", ""):
        keys = (ledger_keys.incident(model, "drift"), ledger_keys.incident_telling(model, "drift"))
        assert all(fnmatch(partition(key), pattern) for key, pattern in zip(keys, OF_INCIDENTS, strict=True))
    others = (ledger_keys.CHAMPION, ledger_keys.RETRAINING_LOCK, ledger_keys.approval("t"))
    reached = ("*/check", *OF_INCIDENTS)
    assert not [key for key in others if any(fnmatch(partition(f"{home}{key}"), each) for each in reached)]
