"""Work on a schedule never fails silently: what could not run waits in a queue, and people are told."""

from typing import Any, TypedDict

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alerts import Alerts, dead_letter_queue

_TRIES = 3
_OLDEST_EVENT = cdk.Duration.hours(1)


class Delivery(TypedDict):
    """The retries of every target of a schedule, and the queue for what no try could do."""

    dead_letter_queue: sqs.IQueue
    retry_attempts: int
    max_event_age: cdk.Duration


class ScheduledWork(Construct):
    """Schedules with one dead letter queue, and an alarm when it holds anything.

    `alarm` is the alarm's construct id; `meaning` and `runbook` are the text that it sends. A function that does
    the work also takes `missed` as its own dead letter queue, because events that Lambda gives up on after the
    invocation would be lost otherwise.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, alerts: Alerts, alarm: str, meaning: str, runbook: str
    ) -> None:
        super().__init__(scope, construct_id)
        self._alerts = alerts
        self.missed = dead_letter_queue(self, "Missed")
        self.delivery = Delivery(dead_letter_queue=self.missed, retry_attempts=_TRIES, max_event_age=_OLDEST_EVENT)
        alerts.when_not_empty(self.missed, construct_id=alarm, meaning=meaning, runbook=runbook)

    def add_schedule(
        self,
        construct_id: str,
        expression: str,
        *,
        target: scheduler.IScheduleTarget,
        description: str,
        timezone: cdk.TimeZone = cdk.TimeZone.ETC_UTC,
        enabled: bool | None = None,
    ) -> None:
        """Run a target on a schedule; the target is made with `delivery`."""
        given: dict[str, Any] = {} if enabled is None else {"enabled": enabled}
        scheduler.Schedule(
            self,
            construct_id,
            description=description,
            schedule=scheduler.ScheduleExpression.expression(expression, timezone),
            target=target,
            **given,
        )

    def alert_unless_done(
        self, done: cloudwatch.IMetric, *, alarm: str, hours: int, meaning: str, runbook: str, enabled: bool
    ) -> None:
        """Alert when the hourly metric `done` counted nothing for so many hours: work that never began cannot fail."""
        self._alerts.when(
            done,
            construct_id=alarm,
            meaning=meaning,
            runbook=runbook,
            below=True,
            periods=hours,
            missing_is_bad=True,
            enabled=enabled,
        )
