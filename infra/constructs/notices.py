"""AWS gives notice of certificates and engine versions that reach their end, and of maintenance of the database."""

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.alerts import Alerts, what_to_do


class DatabaseNotices(Construct):
    """A rule on AWS Health's events about RDS, because only there a certificate or a version reaches its end.

    AWS Health's events concern an account and a region, so a notice may be about somebody else's database. The
    event's shape: https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, alerts: Alerts) -> None:
        super().__init__(scope, construct_id)
        events.Rule(
            self,
            "Announced",
            description="AWS announced a change to databases of this account",
            event_pattern=events.EventPattern(
                source=["aws.health"],
                detail_type=["AWS Health Event"],
                detail={"service": ["RDS"], "eventTypeCategory": ["accountNotification", "scheduledChange"]},
            ),
            targets=[targets.SnsTopic(alerts.topic, message=_sentence(), dead_letter_queue=alerts.undelivered)],
        )


def _sentence() -> events.RuleTargetInput:
    kind = events.EventField.from_path("$.detail.eventTypeCode")
    begins = events.EventField.from_path("$.detail.startTime")
    return events.RuleTargetInput.from_text(
        f"AWS announced {kind} for databases of this account, from {begins}. {what_to_do('notice-from-aws')}"
    )
