"""Every action that a role is granted on all resources, and why: a statement on `*` that is not here fails a test."""

_REGISTRY = "The token of a registry has no resource; which images may be pulled is granted on the repository."
_DELIVERY = "Log deliveries have no resource; Step Functions asks for these so that it may write its execution log."
_TRACES = "X-Ray has no resource for these: whoever may send traces may send all of them."
_TASKS = (
    "Written by CDK for a state that waits for its task; a denial beside it leaves the tasks of training's own cluster."
)

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
