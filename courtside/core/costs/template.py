"""The resources of a stage's templates, and which of them refer to which."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_HASH = re.compile(r"[0-9A-F]{8}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of one stack."""

    stack: str
    logical_id: str
    kind: str
    properties: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The stack's last word and the logical id without the hash that CDK puts behind it."""
        return f"{self.stack.rsplit('-', 1)[-1]}/{_HASH.sub('', self.logical_id)}"


def resources_of(stack: str, template: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield the resources of one CloudFormation template."""
    for logical_id, resource in template.get("Resources", {}).items():
        yield Resource(
            stack=stack, logical_id=logical_id, kind=resource["Type"], properties=resource.get("Properties", {})
        )


def references(value: Any) -> Iterator[str]:
    """Yield the logical ids that a property refers to by `Ref` or `Fn::GetAtt`."""
    match value:
        case {"Ref": str(logical_id)} if len(value) == 1:
            yield logical_id
        case {"Fn::GetAtt": [str(logical_id), *_]} if len(value) == 1:
            yield logical_id
        case Mapping():
            for each in value.values():
                yield from references(each)
        case list() | tuple():
            for each in value:
                yield from references(each)


class Shape:
    """All resources of a stage; references are followed within a stack."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(resources)

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], Resource]:
        return {(each.stack, each.logical_id): each for each in self.resources}

    @cached_property
    def _users(self) -> dict[tuple[str, str], list[Resource]]:
        users: dict[tuple[str, str], list[Resource]] = {}
        for each in self.resources:
            for logical_id in set(references(each.properties)):
                users.setdefault((each.stack, logical_id), []).append(each)
        return users

    def target(self, source: Resource, value: Any) -> Resource | None:
        """Return the resource of the source's own stack that a property refers to."""
        return next((self._by_id.get((source.stack, each)) for each in references(value)), None)

    def users(self, resource: Resource) -> tuple[Resource, ...]:
        """Return the resources of the same stack that refer to this one; a task definition also goes by its family."""
        found = self._users.get((resource.stack, resource.logical_id), [])
        family = resource.properties.get("Family")
        if isinstance(family, str):
            found = found + [each for each in self._naming(family, resource) if each not in found]
        return tuple(found)

    def _naming(self, family: str, definition: Resource) -> Iterator[Resource]:
        for each in self.resources:
            if each.stack == definition.stack and each is not definition and family in json.dumps(each.properties):
                yield each

    def of_kind(self, kind: str) -> tuple[Resource, ...]:
        """Return the resources of one CloudFormation type."""
        return tuple(each for each in self.resources if each.kind == kind)
