"""The resources of a stage's templates, and which of them refer to which, across stacks too."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from courtside.contracts.templates.references import references

Template = Mapping[str, Any]

_HASHES = re.compile(r"(?:[0-9A-F]{8})+$")


def short(logical_id: str) -> str:
    """Return a logical id without the hashes that CDK puts at its end."""
    return _HASHES.sub("", logical_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of one stack; the policies say what becomes of it when it is removed or replaced."""

    stack: str
    logical_id: str
    kind: str
    properties: Mapping[str, Any]
    deletion_policy: str | None = None
    replacement_policy: str | None = None

    @property
    def name(self) -> str:
        """The stack's last word and the logical id without its hashes, like ``data/LakeBucket``."""
        return f"{self.stack.rsplit('-', 1)[-1]}/{short(self.logical_id)}"


def resources_of(stack: str, template: Template) -> Iterator[Resource]:
    """Yield the resources of one template."""
    for logical_id, resource in template.get("Resources", {}).items():
        yield Resource(
            stack=stack,
            logical_id=logical_id,
            kind=resource["Type"],
            properties=resource.get("Properties", {}),
            deletion_policy=resource.get("DeletionPolicy"),
            replacement_policy=resource.get("UpdateReplacePolicy"),
        )


def exports_of(templates: Mapping[str, Template]) -> dict[str, tuple[str, Any]]:
    """Return by name the stack that exports it and the value there; every output also counts as ``stack:output``."""
    found = {}
    for stack, template in templates.items():
        for output_id, output in template.get("Outputs", {}).items():
            found[f"{stack}:{output_id}"] = (stack, output["Value"])
            if isinstance(name := output.get("Export", {}).get("Name"), str):
                found[name] = (stack, output["Value"])
    return found


class Resources:
    """All resources of a stage; without the templates' exports, references are followed within a stack only."""

    def __init__(self, resources: Iterable[Resource], exports: Mapping[str, tuple[str, Any]] | None = None) -> None:
        self._resources = tuple(resources)
        self.exports = exports or {}

    @classmethod
    def of(cls, templates: Mapping[str, Template]) -> Self:
        """Return the resources of all templates of a stage, given by stack name."""
        every = (each for stack, template in templates.items() for each in resources_of(stack, template))
        return cls(every, exports_of(templates))

    def __iter__(self) -> Iterator[Resource]:
        """Iterate in the order of the templates."""
        return iter(self._resources)

    def of_kind(self, kind: str) -> tuple[Resource, ...]:
        """Return the resources of one CloudFormation type."""
        return tuple(each for each in self if each.kind == kind)

    def find(self, stack: str, logical_id: str) -> Resource | None:
        """Return one resource, or None where a stack has none of that id."""
        return self._by_id.get((stack, logical_id))

    def referred(self, stack: str, value: Any) -> tuple[Resource, ...]:
        """Return the resources that a value in a stack's template refers to, each once, in order."""
        found = {(each.stack, each.logical_id): each for each in self._followed(stack, value)}
        return tuple(found.values())

    def users(self, resource: Resource) -> tuple[Resource, ...]:
        """Return the resources whose properties refer to this one."""
        return tuple(self._users.get((resource.stack, resource.logical_id), ()))

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], Resource]:
        return {(each.stack, each.logical_id): each for each in self}

    @cached_property
    def _users(self) -> dict[tuple[str, str], list[Resource]]:
        users: dict[tuple[str, str], list[Resource]] = {}
        for each in self:
            for target in self.referred(each.stack, each.properties):
                users.setdefault((target.stack, target.logical_id), []).append(each)
        return users

    def _followed(self, stack: str, value: Any) -> Iterator[Resource]:
        for reference in references(value):
            if not reference.imported:
                found = self.find(stack, reference.name)
                yield from [found] if found else []
            elif reference.name in self.exports:
                yield from self._followed(*self.exports[reference.name])
