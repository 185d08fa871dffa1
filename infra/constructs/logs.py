"""The events in these log groups expire."""

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.stage import LogRetentionDays

_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
}


def vended_log_group(
    scope: Construct, construct_id: str, *, service: str, retention_days: LogRetentionDays
) -> logs.LogGroup:
    """Return a log group that a service of AWS delivers into, under the one prefix that needs no policy of ours.

    For any other name each delivery adds a statement to a resource policy of the account, which is full at 5,120
    characters. A stack's unique id distinguishes a group that is created again from one that was left behind.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """
    stack = cdk.Stack.of(scope)
    unique = cdk.Fn.select(2, cdk.Fn.split("/", stack.stack_id))
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=f"/aws/vendedlogs/{service}/{stack.stack_name}-{unique}",
        retention=_RETENTION[retention_days],
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def log_group(scope: Construct, construct_id: str, *, retention_days: LogRetentionDays) -> logs.LogGroup:
    """Return a log group whose events expire and that is deleted with its stack."""
    return logs.LogGroup(
        scope,
        construct_id,
        retention=_RETENTION[retention_days],
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
