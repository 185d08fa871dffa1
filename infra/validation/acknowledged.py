"""Every accepted cdk-nag finding, each with its reason; those about grants stand in files of their own.

A finding that is not here fails synthesis. An entry that matches no finding in any stage fails
`tests/infra/test_validation.py`, so entries are removed once their finding is fixed.
"""

from infra.validation.acknowledged_grants import GRANTS
from infra.validation.acknowledged_page_grants import PAGE_GRANTS
from infra.validation.acknowledgement import Acknowledged
from infra.validation.roles import STEPS, WATCH

_DATABASE = ("data/Database/Instance/Resource",)
_DEAD_LETTERS = (
    "pipeline/Alerts/Undelivered/Resource",
    "pipeline/TrackingUpkeep/Missed/Resource",
    "pipeline/Watch/Missed/Resource",
)

ACKNOWLEDGED = (
    Acknowledged(
        rule="AwsSolutions-S1",
        at=("data/LakeBucket/Resource", "data/ArtifactsBucket/Resource"),
        reason="Only prod keeps access logs; in a stage without real readers they would only cost money.",
        never_in=("prod",),
    ),
    Acknowledged(
        rule="AwsSolutions-VPC7",
        at=("data/Network/Resource",),
        reason="Only prod logs refused connections; elsewhere the stage would pay for every port scan.",
        never_in=("prod",),
    ),
    Acknowledged(
        rule="AwsSolutions-RDS3",
        at=_DATABASE,
        reason="A standby doubles the price of the database. Without it a failed zone costs minutes of tracking, "
        "and trainings spool what they could not log.",
        never_in=("prod",),
    ),
    Acknowledged(
        rule="AwsSolutions-RDS10",
        at=_DATABASE,
        reason="The stage dev may be torn down at any time; deletion still leaves a snapshot.",
        never_in=("staging", "prod"),
    ),
    Acknowledged(
        rule="AwsSolutions-RDS11",
        at=_DATABASE,
        reason="Another port would hide nothing: the subnets are isolated and only one security group may connect.",
    ),
    Acknowledged(
        rule="AwsSolutions-SMG4",
        at=("data/Database/Instance/Secret/Resource", "data/Database/ServerLogin/Resource"),
        reason="A scheduled task of ours rotates both; the server uses its new password from its next connection on.",
    ),
    Acknowledged(
        rule="AwsSolutions-SMG4",
        at=("data/*Webhook/Resource",),
        reason="The channel's service creates the webhook's address; nothing in AWS could create a new one.",
    ),
    Acknowledged(
        rule="AwsSolutions-ECS2",
        at=(
            "tracking/Mlflow/Task/Resource",
            "tracking/TrackingCopy/Task/Resource",
            "pipeline/Training/Task/Resource",
            "pipeline/TrackingUpkeep/Collection/Resource",
            "pipeline/TrackingUpkeep/Rotation/Resource",
            "pipeline/TrackingUpkeep/Backup/Resource",
        ),
        reason="The variables are names of buckets, tables and addresses; secrets come from Secrets Manager.",
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
        at=("pipeline/TrackingUpkeep/Missed/Resource", "pipeline/Watch/Missed/Resource"),
        reason="It is the schedules' dead letter queue, which the rule does not see.",
    ),
    Acknowledged(
        rule="Serverless-LambdaDLQ",
        at=tuple(f"pipeline/Steps/{step}/Resource" for step in STEPS if step not in {"Announce", "Unlock"}),
        reason="The state machine calls it and waits, so it receives any error and announces it.",
    ),
    Acknowledged(
        rule="Serverless-LambdaDLQ",
        at=tuple(f"pipeline/{function}/Resource" for function in WATCH),
        reason="The watch's state machine calls it and waits, so its error is settled, or fails the round.",
    ),
    Acknowledged(
        rule="Serverless-LambdaDLQ",
        at=("data/Pages/SignIn/Function/Resource",),
        reason="A browser calls it through CloudFront and waits; a person whose sign-in failed begins it again.",
    ),
    Acknowledged(
        rule="AwsSolutions-COG8",
        at=("data/Pages/SignIn/Pool/Resource",),
        reason="The plan Plus costs two cents a person and month for the detection of stolen passwords; here every "
        "sign-in needs a second factor besides.",
    ),
    Acknowledged(
        rule="AwsSolutions-CFR1",
        at=("data/Pages/Distribution/Resource",),
        reason="Who may see the pages is decided by a sign-in, not by the country that somebody travels in.",
    ),
    Acknowledged(
        rule="AwsSolutions-CFR2",
        at=("data/Pages/Distribution/Resource",),
        reason="A web ACL costs six dollars a month or more, and there is no form or query for it to read: CloudFront "
        "itself refuses each request for a page that has no signed cookie.",
    ),
    Acknowledged(
        rule="AwsSolutions-CFR3",
        at=("data/Pages/Distribution/Resource",),
        reason="Its log would hold the codes of sign-ins and needs a bucket with access lists. The function's log says "
        "who signed in, and in prod the lake's says which page was read.",
    ),
    *GRANTS,
    *PAGE_GRANTS,
)
