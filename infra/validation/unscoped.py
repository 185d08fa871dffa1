"""This table says why a role is granted an action on all resources; a test fails for any action that is not in it."""

_REGISTRY = "A registry's token has no resource; the right to pull an image is granted on its repository."
_DELIVERY = "Log deliveries have no resource; Step Functions needs these actions to write its execution log."
_TRACES = "X-Ray has no resource for these actions: whoever may send traces may send all of them."
_TASKS = "CDK grants this to a state that waits for its task; a denial restricts it to the tasks of training's cluster."

UNSCOPED = {
    "ecr:GetAuthorizationToken": _REGISTRY,
    "ecs:DescribeTasks": _TASKS,
    "ecs:StopTask": _TASKS,
    "logs:CreateLogDelivery": _DELIVERY,
    "logs:DeleteLogDelivery": _DELIVERY,
    "logs:DescribeLogGroups": _DELIVERY,
    "logs:DescribeResourcePolicies": _DELIVERY,
    "logs:GetLogDelivery": _DELIVERY,
    "logs:ListLogDeliveries": _DELIVERY,
    "logs:PutResourcePolicy": _DELIVERY,
    "logs:UpdateLogDelivery": _DELIVERY,
    "xray:GetSamplingRules": _TRACES,
    "xray:GetSamplingTargets": _TRACES,
    "xray:PutTelemetryRecords": _TRACES,
    "xray:PutTraceSegments": _TRACES,
}
