"""People who were told of an alarm are told once when it is over."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from courtside.contracts.names import OVER
from infra.constructs.alerts import Alerts


class AlarmsOver(Construct):
    """A rule on alarms of this stack that were on and are not any more.

    An alarm's own action for this would also speak at its first evaluation, for each alarm of a new stage. The event's
    shape: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, alerts: Alerts) -> None:
        super().__init__(scope, construct_id)
        events.Rule(
            self,
            "Ended",
            description="An alarm of this stage is over",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                detail={
                    "alarmName": [{"prefix": f"{cdk.Stack.of(self).stack_name}-"}],
                    "state": {"value": ["OK"]},
                    "previousState": {"value": ["ALARM"]},
                },
            ),
            targets=[targets.SnsTopic(alerts.topic, message=_sentence(), dead_letter_queue=alerts.undelivered)],
        )


def _sentence() -> events.RuleTargetInput:
    meaning = events.EventField.from_path("$.detail.configuration.description")
    return events.RuleTargetInput.from_text(f"{OVER}{meaning}")
