"""Everyone who publishes alerts may use the alert topic's key, and the key costs nothing once its stack is gone."""

from typing import Any

from tests.infra.granted import allowed
from tests.infra.synthesized import SynthesizedStage, text

USES_OF_A_KEY = ("kms:Decrypt", "kms:GenerateDataKey*")


def services(statement: dict[str, Any]) -> list[str]:
    named = statement["Principal"]["Service"]
    return named if isinstance(named, list) else [named]


def test_every_topic_is_encrypted_with_a_key_that_ends_with_its_stack(stage: SynthesizedStage) -> None:
    name, key = stage.pipeline.only("AWS::KMS::Key")
    topics = stage.of_type("AWS::SNS::Topic").values()
    assert topics
    assert [text(topic["KmsMasterKeyId"]) for topic in topics] == [f"<{name}.Arn>"]
    resource = stage.pipeline.resources[name]
    assert (resource["DeletionPolicy"], key["PendingWindowInDays"], key["EnableKeyRotation"]) == ("Delete", 7, True)


def test_every_service_that_publishes_alerts_may_use_their_key(stage: SynthesizedStage) -> None:
    """Every service that may publish alerts may also use their key, because without it its alerts are lost silently."""
    _, key = stage.pipeline.only("AWS::KMS::Key")
    _, topic_policy = stage.pipeline.only("AWS::SNS::TopicPolicy")
    publish = [s for s in topic_policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    use = [s for s in key["KeyPolicy"]["Statement"] if "Service" in s["Principal"]]
    assert {frozenset(s["Action"]) for s in use} == {frozenset(USES_OF_A_KEY)}
    publishers, users = ({service for s in granted for service in services(s)} for granted in (publish, use))
    assert users == publishers
    # EventBridge does not name its source to KMS, so a condition on the source would refuse it.
    open_to = {s["Principal"]["Service"] for s in use if "Condition" not in s}
    assert open_to == {"events.amazonaws.com"}
    ours = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert all(s["Condition"] == ours for s in use if "Condition" in s)


def test_every_role_that_publishes_alerts_may_use_their_key(stage: SynthesizedStage) -> None:
    key, _ = stage.pipeline.only("AWS::KMS::Key")
    roles = [
        name for name in stage.pipeline.of_type("AWS::IAM::Policy") if allowed(stage.pipeline, name, "sns:Publish")
    ]
    assert {name.split("DefaultPolicy")[0].removesuffix("ServiceRole") for name in roles} == {
        "ArrivalsFunction",
        "DriftCheckFunction",
        "PublishingFunction",
        "RetrainingMachineRole",
        "ScoringPredict",
        "StepsAnnounce",
        "StepsRequestApproval",
        "WatchFindDueFunction",
        "WatchSettleFunction",
        "WatchTendIncidentsFunction",
    }
    for role in roles:
        for action in USES_OF_A_KEY:
            assert allowed(stage.pipeline, role, action) == {f"<{key}.Arn>"}
