"""A deployed stage's stacks, and the MLflow service in them."""

from collections.abc import Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from courtside.adapters import aws_clients
from courtside.adapters.stack_resources import StackResource
from courtside.adapters.tracking_task import cluster_of
from courtside.contracts.names import STACKS, stack_name
from courtside.core.findings import Finding, broken, doubtful, fine

_DEPLOYED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
_ALARMS_ASKED = 100  # per request


def stack_statuses(stage: str) -> dict[str, str | None]:
    """Return the status of each of a stage's stacks, None for one that is not there."""
    return {name: _status(name) for name in (stack_name(stage, stack) for stack in STACKS)}


def stacks(stage: str, statuses: Mapping[str, str | None]) -> Iterator[Finding]:
    """Examine whether all stacks of a stage are deployed, or none is yet."""
    begun = any(statuses.values())
    for name, status in statuses.items():
        yield _stack(name, status, begun=begun, deploy=f"npx cdk deploy --all -c stage={stage}")


def _status(name: str) -> str | None:
    try:
        return aws_clients.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise


def _stack(name: str, status: str | None, *, begun: bool, deploy: str) -> Finding:
    check = f"stack {name}"
    if status is None:
        return broken(check, "missing", deploy) if begun else doubtful(check, "not deployed yet", deploy)
    if status in _DEPLOYED:
        return fine(check, status)
    if status.endswith("_IN_PROGRESS"):
        return doubtful(check, status, "wait until the deployment has ended")
    if status == "UPDATE_ROLLBACK_COMPLETE":
        said = "the last deployment failed and was undone"
        return doubtful(check, said, f"read the stack's events, correct the cause, then {deploy}")
    return broken(check, status, f"read the stack's events; {deploy}")


def service(resources: Sequence[StackResource]) -> Iterator[Finding]:
    """Examine the MLflow service: whether as many tasks run as should, and whether its last deployment succeeded."""
    ecs = aws_clients.client("ecs")
    for resource in resources:
        if resource.kind != "AWS::ECS::Service":
            continue
        cluster = cluster_of(resource.physical_id)
        described = ecs.describe_services(cluster=cluster, services=[resource.physical_id])["services"][0]
        running, desired = described["runningCount"], described["desiredCount"]
        states = {each.get("rolloutState", "COMPLETED") for each in described["deployments"]}
        said = f"{running} of {desired} tasks run"
        if desired == 0:
            yield doubtful("service", "it is scaled to nothing", "deploy the tracking stack again")
        elif running < desired or "FAILED" in states:
            fix = "read the service's events and the log of its last task, see docs/tracking.md"
            yield broken("service", said, fix)
        elif "IN_PROGRESS" in states:
            yield doubtful("service", f"{said}, a deployment is under way", "wait until it has ended")
        else:
            yield fine("service", said)


def alarms(resources: Sequence[StackResource]) -> Iterator[Finding]:
    """Examine whether an alarm of the stage is on."""
    names = [resource.physical_id for resource in resources if resource.kind == "AWS::CloudWatch::Alarm"]
    cloudwatch = aws_clients.client("cloudwatch")
    on = []
    for start in range(0, len(names), _ALARMS_ASKED):
        asked = names[start : start + _ALARMS_ASKED]
        on += cloudwatch.describe_alarms(AlarmNames=asked, StateValue="ALARM").get("MetricAlarms", [])
    if not on:
        yield fine("alarms", f"none of {len(names)} is on")
    for alarm in on:
        yield broken(f"alarm {alarm['AlarmName']}", alarm.get("StateReason", "on"), alarm.get("AlarmDescription", ""))
