"""`python -m infra.diagram`: draw what a stage is made of, as Mermaid text, into the pages that show it.

A box is a capability: all resources of some constructs, whose names CDK puts in front of every logical id. An arrow
is what the policies of one box let it do with another, or a call that AWS makes for it, like an event or a request.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Flag, auto

from courtside.contracts.errors import CourtsideError
from courtside.contracts.templates.resources import Resource, Resources, Template
from infra.pages import ROOT, replaced, templates_of

PAGES = (ROOT / "README.md", ROOT / "docs" / "architecture.md")
# Stages differ only in sizes and in prod's bucket for access logs.
_STAGE = "dev"


class Undrawn(CourtsideError):
    """A resource belongs to no box, or its type is neither named in boxes nor known to be a detail."""

    def __init__(self, resource: Resource, missing: str) -> None:
        self.resource = resource
        super().__init__(f"{resource.name} ({resource.kind}) {missing} in infra/diagram.py: add it there")


class Access(Flag):
    """What the source of an arrow may do with its target."""

    NONE = 0
    CALL = auto()
    READ = auto()
    WRITE = auto()


@dataclass(frozen=True, slots=True)
class Box:
    """One capability, and the prefixes of its resources' logical ids."""

    title: str
    begins: tuple[str, ...]
    drawn: bool = True


BOXES = (
    Box("watch", ("Watch", "Arrivals", "DriftCheck")),
    Box("predictions and performance", ("Scoring",)),
    Box("pages", ("Publishing",)),
    Box("retraining", ("Retraining", "Steps")),
    Box("training", ("Training",)),
    Box("tracking upkeep", ("TrackingUpkeep", "TrackingCopy")),
    Box("alerts", ("Alerts", "AlarmsOver", "Notify", "Slack", "DatabaseNotices", "Budget", "Dashboard")),
    Box("tracking API", ("TrackingApi",)),
    Box("MLflow server", ("Mlflow",)),
    Box("database", ("Database", "TrackingDatabase", "TrackingServer")),
    Box("queries", ("Queries",)),
    Box("lake", ("LakeBucket", "Archive")),
    Box("artifacts", ("ArtifactsBucket",)),
    Box("ledger", ("Ledger",)),
    # All tasks and the database are in the network; nothing in a stage uses the other two.
    Box("network", ("Network",), drawn=False),
    Box("access logs", ("AccessLogs",), drawn=False),
    Box("deploy role", ("GitHubDeploy",), drawn=False),
    # A schedule and what it starts share a box, so these rights would be arrows from a box to itself.
    Box("roles of schedules", ("SchedulerRoleForTarget",), drawn=False),
)
# These are the names of types in a box.
NAMED = {
    "AWS::ApiGatewayV2::Api": "HTTP API",
    "AWS::Athena::WorkGroup": "Athena workgroup",
    "AWS::Budgets::Budget": "budget",
    "AWS::CloudWatch::Alarm": "alarms",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::DynamoDB::GlobalTable": "DynamoDB table",
    "AWS::ECS::Service": "ECS service",
    "AWS::ECS::TaskDefinition": "ECS task",
    "AWS::Events::Rule": "event rule",
    "AWS::Glue::Table": "Glue tables",
    "AWS::Lambda::Function": "Lambda",
    "AWS::RDS::DBInstance": "RDS",
    "AWS::S3::Bucket": "S3 bucket",
    "AWS::SNS::Topic": "SNS topic",
    "AWS::SQS::Queue": "queue",
    "AWS::Scheduler::Schedule": "schedule",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::StepFunctions::StateMachine": "state machine",
}
# A box does not list these: wiring, rights that arrows show, and what every box has.
DETAILS = frozenset({
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::ECS::Cluster",
    "AWS::Glue::Database",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::Service",
})  # fmt: skip
# For each type, this property names what AWS calls for a resource.
_CALLED = {
    "AWS::ApiGatewayV2::Integration": "IntegrationUri",
    "AWS::CloudWatch::Alarm": "AlarmActions",
    "AWS::Events::Rule": "Targets",
    "AWS::SNS::Subscription": "Endpoint",
}
_VERBS = {
    "Get": Access.READ,
    "Query": Access.READ,
    "Scan": Access.READ,
    "Put": Access.WRITE,
    "Update": Access.WRITE,
    "Delete": Access.WRITE,
    "Invoke": Access.CALL,
    "Start": Access.CALL,
    "Run": Access.CALL,
    "Publish": Access.CALL,
}
_WORDS = {Access.READ: "reads", Access.WRITE: "writes"}
_VERB = re.compile(r"[A-Z][a-z]+")
Arrows = dict[tuple[Box, Box], Access]


def diagram(templates: Mapping[str, Template]) -> str:
    """Return the Mermaid text of a stage's templates, given by stack name; raises `Undrawn`."""
    resources = Resources.of(templates)
    contents = _contents(resources)
    lines = [f'    {_id(box)}["<b>{box.title}</b><br>{", ".join(kinds)}"]' for box, kinds in contents.items()]
    found = arrows(resources)
    pairs = ((first, second) for first in contents for second in contents if (first, second) in found)
    lines += [f"    {_id(first)} {_line(found[first, second])} {_id(second)}" for first, second in pairs]
    return "\n".join(["```mermaid", "flowchart TB", *lines, "```"])


def arrows(resources: Resources) -> Arrows:
    """Return what each box may do with each other one."""
    found: Arrows = {}
    for source, target, access in (*_permitted(resources), *_called(resources)):
        first, second = box_of(source), box_of(target)
        if first is not second and access:
            found[first, second] = found.get((first, second), Access.NONE) | access
    return found


def box_of(resource: Resource) -> Box:
    """Return the box of a resource; raises `Undrawn`."""
    for box in BOXES:
        if resource.logical_id.startswith(box.begins):
            return box
    raise Undrawn(resource, "belongs to no box")


def _contents(resources: Resources) -> dict[Box, list[str]]:
    """Return the boxes to draw, in the order of `BOXES`, with the names of the types of resources in each."""
    kinds: dict[Box, set[str]] = {}
    for resource in resources:
        box = box_of(resource)
        if not box.drawn:
            continue
        if resource.kind not in NAMED and resource.kind not in DETAILS:
            raise Undrawn(resource, "is of a type that is neither named nor a detail")
        kinds.setdefault(box, set()).add(resource.kind)
    return {box: [name for kind, name in NAMED.items() if kind in kinds[box]] for box in BOXES if box in kinds}


def _permitted(resources: Resources) -> Iterator[tuple[Resource, Resource, Access]]:
    for policy in resources.of_kind("AWS::IAM::Policy"):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                for target in resources.referred(policy.stack, statement["Resource"]):
                    yield policy, target, _access(statement["Action"], target)


def _called(resources: Resources) -> Iterator[tuple[Resource, Resource, Access]]:
    for kind, name in _CALLED.items():
        for source in resources.of_kind(kind):
            for target in resources.referred(source.stack, source.properties.get(name)):
                yield source, target, Access.CALL


def _access(actions: str | list[str], target: Resource) -> Access:
    if target.kind == "AWS::SecretsManager::SecretTargetAttachment":
        # Whoever has the database's password may do with it what MLflow does.
        return Access.READ | Access.WRITE
    found = Access.NONE
    for action in [actions] if isinstance(actions, str) else actions:
        verb = _VERB.match(action.partition(":")[2])
        found |= _VERBS.get(verb.group(), Access.NONE) if verb else Access.NONE
    return found


def _line(access: Access) -> str:
    said = ", ".join(word for each, word in _WORDS.items() if each in access)
    line = "-->" if Access.CALL in access else "-.->"
    return f"{line}|{said}|" if said else line


def _id(box: Box) -> str:
    return box.begins[0]


def main() -> None:
    """Write the diagram into every page that shows it."""
    text = diagram(templates_of(_STAGE))
    for page in PAGES:
        page.write_text(replaced(page.read_text(), "infra.diagram", text))


if __name__ == "__main__":
    main()
