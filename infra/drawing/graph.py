"""What a stage is made of and who may do what with it, read from a cloud assembly: boxes and the arrows between them.

A box is a main resource, or several of one kind from one construct. An arrow is a permission of a role's policy, a
subscription, an alarm's action, or the way from the API to its service. Everything else is left out.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, Flag, auto
from pathlib import Path
from typing import Any

from courtside.contracts.templates import exports


class Role(Enum):
    """Starts others on time; acts; is acted upon."""

    TRIGGER = auto()
    ACTOR = auto()
    STORE = auto()


class Access(Flag):
    """What the source of an arrow may do with its target."""

    NONE = 0
    READ = auto()
    WRITE = auto()
    CALL = auto()


@dataclass(frozen=True, slots=True)
class Kind:
    """How resources of a type are drawn; those with a `title` make one box, wherever they are."""

    service: str
    role: Role
    title: str = ""


_WATCH = Kind("CloudWatch, EventBridge", Role.ACTOR, "alarms and rules")
KINDS = {
    "AWS::Scheduler::Schedule": Kind("schedule", Role.TRIGGER),
    "AWS::StepFunctions::StateMachine": Kind("state machine", Role.ACTOR),
    "AWS::Lambda::Function": Kind("Lambda", Role.ACTOR),
    "AWS::ECS::TaskDefinition": Kind("ECS task", Role.ACTOR),
    "AWS::ECS::Service": Kind("ECS service", Role.ACTOR),
    "AWS::CloudWatch::Alarm": _WATCH,
    "AWS::Events::Rule": _WATCH,
    "AWS::S3::Bucket": Kind("S3", Role.STORE),
    "AWS::DynamoDB::GlobalTable": Kind("DynamoDB", Role.STORE),
    "AWS::RDS::DBInstance": Kind("RDS", Role.STORE),
    "AWS::SecretsManager::Secret": Kind("secret", Role.STORE),
    "AWS::SNS::Topic": Kind("SNS", Role.STORE),
    "AWS::ApiGatewayV2::Api": Kind("API Gateway", Role.STORE),
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
_SPELLED = {"Api": "API", "Mlflow": "MLflow", "Slack": "Slack"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Box:
    """One thing in the drawing; `members` are named when it stands for several."""

    stack: str
    title: str
    service: str
    role: Role
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """All boxes in the order of the templates, and what the first of two may do with the second."""

    boxes: tuple[Box, ...]
    arrows: dict[tuple[Box, Box], Access]


def read(assembly: Path) -> Graph:
    """Return the graph of the stage that was synthesized into a folder."""
    return _Reader(assembly).graph()


class _Reader:
    def __init__(self, assembly: Path) -> None:
        self._templates: dict[str, Any] = {}
        self._paths: dict[Key, list[str]] = {}
        for file in sorted(assembly.glob("*.template.json")):
            stack = file.name.removesuffix(".template.json")
            self._templates[stack] = json.loads(file.read_text())
            described = json.loads((assembly / f"{stack}.metadata.json").read_text())
            for path, entries in described.items():
                for entry in entries:
                    if entry["type"] == "aws:cdk:logicalId":
                        self._paths[stack, entry["data"]] = path.split("/")[2:]
        self._exports = exports(self._templates)
        self._resources = {
            (stack, name): resource
            for stack, template in self._templates.items()
            for name, resource in template["Resources"].items()
        }
        self._stands_for = dict(self._aliases())
        self._boxes = self._boxed()

    def graph(self) -> Graph:
        arrows: dict[tuple[Box, Box], Access] = {}
        for source, target, access in self._found():
            first, second = self._boxes.get(source), self._boxes.get(target)
            if first and second and first != second and access:
                # Whoever has the database's password may do with it what MLflow does.
                given = Access.READ | Access.WRITE if second.service == "RDS" else access
                arrows[first, second] = arrows.get((first, second), Access.NONE) | given
        return Graph(tuple(dict.fromkeys(self._boxes.values())), arrows)

    def _of_type(self, kind: str) -> Iterator[tuple[Key, Any]]:
        return ((key, each.get("Properties", {})) for key, each in self._resources.items() if each["Type"] == kind)

    def _aliases(self) -> Iterator[tuple[Key, Key]]:
        """Yield what is no box of its own with the one it belongs to."""
        for key, properties in self._of_type("AWS::SecretsManager::SecretTargetAttachment"):
            (database,) = self._refs(key[0], properties["TargetId"])
            yield key, database
            yield from ((secret, database) for secret in self._refs(key[0], properties["SecretId"]))
        for key, properties in self._of_type("AWS::ECS::Service"):
            for name in ("TaskDefinition", "ServiceRegistries"):
                yield from ((part, key) for part in self._refs(key[0], properties.get(name)))

    def _boxed(self) -> dict[Key, Box]:
        groups: dict[tuple[str, ...], list[Key]] = {}
        for key, resource in self._resources.items():
            kind = KINDS.get(resource["Type"])
            if kind and key not in self._stands_for:
                same = (kind.title,) if kind.title else (key[0], self._paths[key][0], resource["Type"])
                groups.setdefault(same, []).append(key)
        return {key: box for keys in groups.values() for box in [self._box(keys)] for key in keys}

    def _box(self, keys: list[Key]) -> Box:
        kind = KINDS[self._resources[keys[0]]["Type"]]
        several = len(keys) > 1 and not kind.title
        members = tuple(words(self._paths[key][1].removesuffix("Schedule")) for key in keys) if several else ()
        title = kind.title or words(self._paths[keys[0]][0])
        # Of several stacks the last: it needs the others.
        return Box(max(key[0] for key in keys), title, kind.service, kind.role, members)

    def _found(self) -> Iterator[tuple[Key, Key, Access]]:
        yield from self._permitted()
        for key, properties in self._of_type("AWS::SNS::Subscription"):
            for topic in self._named(key[0], properties["TopicArn"]):
                yield from self._calls(topic, key[0], properties["Endpoint"])
        for key, properties in self._of_type("AWS::CloudWatch::Alarm"):
            yield from self._calls(key, key[0], properties.get("AlarmActions"))
        for key, properties in self._of_type("AWS::Events::Rule"):
            yield from self._calls(key, key[0], [target["Arn"] for target in properties["Targets"]])
        for key, properties in self._of_type("AWS::ApiGatewayV2::Integration"):
            for api in self._named(key[0], properties["ApiId"]):
                yield from self._calls(api, key[0], properties["IntegrationUri"])

    def _calls(self, source: Key, stack: str, targets: Any) -> Iterator[tuple[Key, Key, Access]]:
        return ((source, target, Access.CALL) for target in self._named(stack, targets))

    def _permitted(self) -> Iterator[tuple[Key, Key, Access]]:
        holders = self._holders()
        for key, properties in self._of_type("AWS::IAM::Policy"):
            who = [each for role in self._named(key[0], properties["Roles"]) for each in holders.get(role, ())]
            allowed = (each for each in properties["PolicyDocument"]["Statement"] if each["Effect"] == "Allow")
            for statement in allowed:
                access = _access(statement["Action"])
                for target in self._named(key[0], statement["Resource"]):
                    yield from ((each, target, access) for each in who)

    def _holders(self) -> dict[Key, list[Key]]:
        """Return which boxes act as a role. A task's execution role is ECS's own and counts for nobody."""
        found: dict[Key, list[Key]] = {}
        for (stack, name), resource in self._resources.items():
            properties = resource.get("Properties", {})
            roles = [properties.get(key) for key in ("Role", "RoleArn", "TaskRoleArn")]
            roles.append(properties.get("Target", {}).get("RoleArn") if "Schedule" in resource["Type"] else None)
            for role in self._named(stack, roles):
                found.setdefault(role, []).append(self._stands_for.get((stack, name), (stack, name)))
        return found

    def _named(self, stack: str, value: Any) -> set[Key]:
        return {self._stands_for.get(key, key) for key in self._refs(stack, value)}

    def _refs(self, stack: str, value: Any) -> Iterator[Key]:
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                yield stack, name
            case {"Fn::ImportValue": name}:
                yield from self._refs(*self._exports[name])
            case dict():
                for each in value.values():
                    yield from self._refs(stack, each)
            case list():
                for each in value:
                    yield from self._refs(stack, each)


def _access(actions: str | list[str]) -> Access:
    found = Access.NONE
    for action in [actions] if isinstance(actions, str) else actions:
        service, _, name = action.partition(":")
        # Logs are left out, also those that are called after what writes them.
        verb = _WORD.match(name) if service != "logs" else None
        found |= _VERBS.get(verb.group(), Access.NONE) if verb else Access.NONE
    return found


def words(name: str) -> str:
    """Return a construct's name as people write it: ``TrackingUpkeep`` becomes ``tracking upkeep``."""
    return " ".join(_SPELLED.get(word, word.lower()) for word in _WORD.findall(name))
