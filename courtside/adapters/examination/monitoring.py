"""Whether a stage is monitored: its schedules, its last check, its dead letters, and whether anybody is told."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from courtside.adapters import aws_clients
from courtside.adapters.stack_resources import StackResource
from courtside.contracts.lake_keys import DECISIONS_PREFIX, is_backfilled
from courtside.core.findings import Finding, broken, doubtful, fine

# Constructs of infra/stacks/pipeline.py and infra/constructs/alarms.py.
_WATCH = "Watch"
_OVERDUE = "NoRoundFinished"
_PENDING = "PendingConfirmation"
_RUN_IT = "courtside watch"


def schedule(resources: Sequence[StackResource], *, lake: str) -> Iterator[Finding]:
    """Examine every schedule, and whether the alarm says that a round of the watch is overdue."""
    scheduler = aws_clients.client("scheduler")
    for resource in resources:
        if resource.kind != "AWS::Scheduler::Schedule":
            continue
        group, _, name = resource.physical_id.rpartition("/")
        found = scheduler.get_schedule(Name=name, GroupName=group.rpartition("/")[2] or "default")
        expression, zone = found["ScheduleExpression"], found.get("ScheduleExpressionTimezone", "UTC")
        watches = resource.logical_id.startswith(_WATCH)
        check = f"schedule {found.get('Description') or resource.logical_id}"
        if found["State"] != "ENABLED":
            field = "watch_enabled=True" if watches else "its setting to on"
            yield doubtful(check, f"{expression} ({zone}) is paused", f"set {field} in infra/settings.py and deploy")
            continue
        yield fine(check, f"{expression} ({zone}) is on")
        if watches:
            yield _last_check(resources, ran=last_check(lake))


def last_check(lake: str) -> datetime | None:
    """Return when a drift check last logged a decision, or None if none ever did; a backfill does not count."""
    pages = aws_clients.client("s3").get_paginator("list_objects_v2").paginate(Bucket=lake, Prefix=DECISIONS_PREFIX)
    logged = (item for page in pages for item in page.get("Contents", []) if not is_backfilled(item["Key"]))
    return max((item["LastModified"] for item in logged), default=None)


def _last_check(resources: Sequence[StackResource], *, ran: datetime | None) -> Finding:
    names = [
        each.physical_id for each in resources if each.kind == "AWS::CloudWatch::Alarm" and _OVERDUE in each.logical_id
    ]
    # Without names CloudWatch would list every alarm of the account.
    asked = aws_clients.client("cloudwatch").describe_alarms(AlarmNames=names, StateValue="ALARM") if names else {}
    overdue = asked.get("MetricAlarms")
    if not overdue:
        return fine("last check", _when(ran))
    fix = f"see docs/runbooks.md#no-round-finished, then {_RUN_IT}"
    return broken("last check", f"{_when(ran)}; {overdue[0].get('AlarmDescription', _OVERDUE)}", fix)


def _when(ran: datetime | None) -> str:
    return "none ever ran" if ran is None else f"ran at {ran.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def dead_letters(resources: Sequence[StackResource]) -> Iterator[Finding]:
    """Examine that nothing waits in a dead letter queue."""
    sqs, empty = aws_clients.client("sqs"), 0
    for resource in resources:
        if resource.kind != "AWS::SQS::Queue":
            continue
        asked = ["ApproximateNumberOfMessages"]
        attributes = sqs.get_queue_attributes(QueueUrl=resource.physical_id, AttributeNames=asked)["Attributes"]
        waiting = int(attributes["ApproximateNumberOfMessages"])
        if waiting:
            fix = "read them (each holds its event and error), correct the cause, then purge or redrive the queue"
            yield broken(f"dead letters {resource.logical_id}", f"{waiting} wait in {resource.physical_id}", fix)
        empty += not waiting
    if empty:
        yield fine("dead letters", f"{empty} queues are empty")


def subscriptions(topic: str) -> Iterator[Finding]:
    """Examine whether anybody receives alerts, and whether every address was confirmed."""
    pages = aws_clients.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    yield from listeners([each for page in pages for each in page["Subscriptions"]])


def listeners(found: Sequence[Mapping[str, object]]) -> Iterator[Finding]:
    """Examine subscriptions as SNS lists them: one that is not confirmed has ``PendingConfirmation`` for its ARN.

    Source: https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
    """
    pending = [each["Endpoint"] for each in found if each["SubscriptionArn"] == _PENDING]
    for address in pending:
        fix = "follow the link in the mail from AWS Notifications; deploy again if it is older than 3 days"
        yield broken("alert e-mail", f"{address} has not confirmed its subscription, so it hears nothing", fix)
    confirmed = [each["Endpoint"] for each in found if each["Protocol"] == "email"]
    if confirmed and not pending:
        yield fine("alert e-mail", f"{len(confirmed)} confirmed")
    elif not confirmed:
        yield doubtful("alert e-mail", "no address is subscribed", "set alert_emails in infra/settings.py and deploy")
