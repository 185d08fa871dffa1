"""Every accepted cdk-nag finding, with its reason; there is no other table of them.

A finding that is not here fails synthesis. An entry that matches no finding in any stage fails
`tests/infra/test_validation.py`: what was fixed is struck from the list.
"""

from dataclasses import dataclass

from courtside.contracts import lake_keys
from infra.constructs import tracking_routes


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """One rule's finding at the given constructs, and why it stays.

    `rule` is spelled as `infra.validation.nag.readable` spells it. `at` are construct paths below the stage
    (`data/LakeBucket/Resource`) in which `*` stands for anything. `never_in` are stages where it must not occur.
    """

    rule: str
    at: tuple[str, ...]
    reason: str
    never_in: tuple[str, ...] = ()


_DATABASE = ("data/Database/Instance/Resource",)
_CHECK_ROLE = "pipeline/DriftCheck/Function/ServiceRole/DefaultPolicy/Resource"
_TRAINING_ROLE = "pipeline/Training/Task/TaskRole/DefaultPolicy/Resource"
_MACHINE_ROLE = "pipeline/Retraining/Machine/Role/DefaultPolicy/Resource"
_COLLECTION_ROLE = "pipeline/TrackingUpkeep/Collection/TaskRole/DefaultPolicy/Resource"
_DEAD_LETTERS = (
    "pipeline/Alerts/Undelivered/Resource",
    "pipeline/DriftCheck/Missed/Resource",
    "pipeline/TrackingUpkeep/Missed/Resource",
)
_RESULTS = tuple(
    key("*")
    for key in (
        lake_keys.training_record,
        lake_keys.training_profile,
        lake_keys.training_holdout,
        lake_keys.training_smoke,
        lake_keys.training_card,
        lake_keys.training_card_page,
        lake_keys.training_card_text,
    )
)
_STEPS = ("Lock", "Freeze", "Gate", "RequestApproval", "Seal", "Promote", "Unlock")


def _step_role(step: str) -> str:
    return f"pipeline/Steps/{step}/ServiceRole/DefaultPolicy/Resource"


def _iam5(resource: str, *at: str, reason: str) -> Acknowledged:
    return Acknowledged(rule=f"AwsSolutions-IAM5[Resource::{resource}]", at=at, reason=reason)


def _callers() -> dict[str, tuple[str, ...]]:
    """Return the roles that are granted each call of the tracking API, by `METHOD/path`."""
    calls = {
        _TRAINING_ROLE: tracking_routes.TRAINING,
        _CHECK_ROLE: tracking_routes.DRIFT_CHECK,
        _step_role("Seal"): tracking_routes.SEAL,
        _step_role("Promote"): tracking_routes.PROMOTION,
    }
    granted = sorted({call for routes in calls.values() for call in routes})
    return {
        call.replace(" ", "", 1).replace("{model_id}", "*"): tuple(
            role for role, routes in calls.items() if call in routes
        )
        for call in granted
    }


ACKNOWLEDGED = (
    Acknowledged(
        rule="AwsSolutions-S1",
        at=("data/LakeBucket/Resource", "data/ArtifactsBucket/Resource"),
        reason="Access logs are kept in prod; in a stage without real readers they would only cost.",
        never_in=("prod",),
    ),
    Acknowledged(
        rule="AwsSolutions-VPC7",
        at=("data/Network/Resource",),
        reason="Refused connections are logged in prod; elsewhere every port scan would be paid for.",
        never_in=("prod",),
    ),
    Acknowledged(
        rule="AwsSolutions-RDS3",
        at=_DATABASE,
        reason="A standby doubles the price of the database; without it a failed zone costs minutes of tracking, "
        "and trainings spool what they could not log.",
        never_in=("prod",),
    ),
    Acknowledged(
        rule="AwsSolutions-RDS10",
        at=_DATABASE,
        reason="dev may be torn down at any time; deletion still leaves a snapshot.",
        never_in=("staging", "prod"),
    ),
    Acknowledged(
        rule="AwsSolutions-RDS11",
        at=_DATABASE,
        reason="Another port hides nothing: the subnets are isolated and one security group may connect.",
    ),
    Acknowledged(
        rule="AwsSolutions-SMG4",
        at=("data/Database/Instance/Secret/Resource", "data/Database/ServerLogin/Resource"),
        reason="A scheduled task of ours rotates both; the server takes its new one with its next connection.",
    ),
    Acknowledged(
        rule="AwsSolutions-SMG4",
        at=("data/*Webhook/Resource",),
        reason="The channel's service makes the webhook's address; nothing in AWS could make a new one.",
    ),
    Acknowledged(
        rule="AwsSolutions-ECS2",
        at=(
            "tracking/Mlflow/Task/Resource",
            "tracking/TrackingCopy/Task/Resource",
            "pipeline/Training/Task/Resource",
            "pipeline/TrackingUpkeep/Collection/Resource",
            "pipeline/TrackingUpkeep/Rotation/Resource",
        ),
        reason="The variables are names of buckets, tables and addresses; what is secret comes from Secrets Manager.",
    ),
    Acknowledged(
        rule="AwsSolutions-ECS4",
        at=("tracking/Mlflow/Cluster/Resource", "pipeline/Training/Cluster/Resource"),
        reason="Container Insights costs more a month than the one small task it would describe.",
    ),
    Acknowledged(
        rule="Serverless-SQSRedrivePolicy",
        at=_DEAD_LETTERS,
        reason="They are the dead letter queues; an alarm says when one is not empty.",
    ),
    Acknowledged(
        rule="AwsSolutions-SQS3",
        at=("pipeline/TrackingUpkeep/Missed/Resource",),
        reason="It is the schedules' dead letter queue, which the rule does not see.",
    ),
    Acknowledged(
        rule="Serverless-LambdaDLQ",
        at=tuple(f"pipeline/Steps/{step}/Resource" for step in _STEPS if step != "Unlock"),
        reason="The state machine calls it and waits: an error goes back to the machine, which announces it.",
    ),
    _iam5(
        "*",
        "tracking/Mlflow/Task/ExecutionRole/DefaultPolicy/Resource",
        "tracking/TrackingCopy/Task/ExecutionRole/DefaultPolicy/Resource",
        "pipeline/Training/Task/ExecutionRole/DefaultPolicy/Resource",
        "pipeline/TrackingUpkeep/*/ExecutionRole/DefaultPolicy/Resource",
        _MACHINE_ROLE,
        "pipeline/*/ServiceRole/DefaultPolicy/Resource",
        reason="Only actions for which AWS has no narrower resource; infra/validation/unscoped.py says why for each.",
    ),
    _iam5(
        "<LakeBucket>/*",
        _CHECK_ROLE,
        reason="Reads data, profiles and decisions, whose keys depend on the dataset; it writes under two prefixes.",
    ),
    *(
        _iam5(f"<LakeBucket>/{prefix}*", _step_role("Freeze"), reason="All seasons, or all files of a table.")
        for prefix in (lake_keys.GAMES_PREFIX, lake_keys.TABLES_PREFIX)
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.TRAININGS_PREFIX}*",
        _step_role("Gate"),
        _step_role("Seal"),
        reason="Reads what the training wrote; its word is its own.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.SEALED_PREFIX}*",
        *map(_step_role, ("Seal", "Promote")),
        reason="One folder for each seal.",
    ),
    _iam5("<ArtifactsBucket>/mlflow/*/models/*", _step_role("Seal"), reason="MLflow chooses the keys of models."),
    _iam5(
        "<LakeBucket>/*",
        _TRAINING_ROLE,
        reason="Training reads what was frozen, whose keys depend on the dataset; it writes results of its own only.",
    ),
    _iam5(
        "<ArtifactsBucket>/*",
        _TRAINING_ROLE,
        "tracking/Mlflow/Task/TaskRole/DefaultPolicy/Resource",
        reason="MLflow chooses the keys: a folder for each run and model.",
    ),
    _iam5("<ArtifactsBucket>/mlflow/*", _COLLECTION_ROLE, reason="Deletes under MLflow's own folder only."),
    _iam5("<ArtifactsBucket>/mlflow/*", _TRAINING_ROLE, reason="Writes under MLflow's own folder only."),
    _iam5(
        "<ArtifactsBucket>/mlflow/*/artifacts/report.html",
        _CHECK_ROLE,
        reason="The run's id stands in the middle of the key; the name at its end keeps every model out of reach.",
    ),
    Acknowledged(
        rule="AwsSolutions-IAM5[Action::kms:GenerateDataKey*]",
        at=(_CHECK_ROLE, _step_role("RequestApproval"), _MACHINE_ROLE),
        reason="Of the alert topic's own key: SNS takes either call that makes a data key.",
    ),
    *(
        _iam5(f"<LakeBucket>/{prefix}*", _CHECK_ROLE, reason="Reports and decisions are stored by day and check.")
        for prefix in (lake_keys.DRIFT_REPORTS_PREFIX, lake_keys.DECISIONS_PREFIX)
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.TRACKING_BACKUPS_PREFIX}*",
        "tracking/TrackingCopy/Task/TaskRole/DefaultPolicy/Resource",
        reason="One object a backup; it can add and read them, not delete one.",
    ),
    *(_iam5(f"<LakeBucket>/{key}", _TRAINING_ROLE, reason="One object of each training's folder.") for key in _RESULTS),
    *(
        _iam5(f"<LakeBucket>/{prefix}*", _step_role("Promote"), reason="Files that notebooks read by these names.")
        for prefix in (lake_keys.LEGACY_MODELS_PREFIX, lake_keys.LEGACY_FEATURES_PREFIX)
    ),
    *(
        _iam5(f"<LakeBucket>/{prefix}*", role, reason=reason)
        for prefix, role, reason in (
            (lake_keys.LEGACY_STAGED_PREFIX, _step_role("Promote"), "One folder for each training's files."),
            (lake_keys.training_legacy("*"), _TRAINING_ROLE, "What waits for a promotion, by training."),
            (lake_keys.training_spool("*"), _TRAINING_ROLE, "What waited for the server, by training."),
        )
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.training_manifest('*')}",
        _step_role("Freeze"),
        reason="One object of each training's folder.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.training_verdict('*')}",
        *map(_step_role, ("Gate", "RequestApproval", "Promote")),
        reason="One object of each training's folder.",
    ),
    *(
        _iam5(
            f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<TrackingApi>/*/{call}",
            *roles,
            reason="One call of this one API; the stars are its stage and the model's id, which MLflow chooses.",
        )
        for call, roles in _callers().items()
    ),
    *(
        _iam5(
            f"arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/{cluster}/*",
            role,
            reason="A task's name is made when it is started; only while that happens may it be given tags.",
        )
        for cluster, role in (
            ("<TrainingCluster>", _MACHINE_ROLE),
            ("<MlflowCluster>", "pipeline/SchedulerRoleForTarget-*/DefaultPolicy/Resource"),
        )
    ),
    _iam5(
        "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/rds/instance/<TrackingDatabase>/postgresql:*",
        "pipeline/SchedulerRoleForTarget-*/DefaultPolicy/Resource",
        reason="The ARN of this one log group ends so; it may be told how long it keeps what is in it.",
    ),
    *(
        _iam5(f"<Steps{step}.Arn>:*", _MACHINE_ROLE, reason="The versions of the function that the state calls.")
        for step in _STEPS
    ),
    _iam5(
        "<DriftCheckFunction.Arn>:*",
        "pipeline/SchedulerRoleForTarget-*/DefaultPolicy/Resource",
        reason="The versions of the function that the schedule calls.",
    ),
)
