"""Compare two templates, resource by resource."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from courtside.contracts.templates.references import references
from courtside.contracts.templates.resources import Resource, Template, resources_of
from infra.changes.specification import Replacement, ResourceType

# The toolkit's own metadata, which changes with every version of it.
_IGNORED = frozenset({"AWS::CDK::Metadata"})
_UNKNOWN = ResourceType(stateful=False, replacing={})
_KEEPING = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})


class Action(StrEnum):
    """What happens to a resource."""

    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one resource; `properties` changed, and `causes` say why it is (or may be) replaced.

    `certain` is False where the schema says that a property only sometimes replaces. `kept` is True if what is
    removed or replaced stays in the account.
    """

    stack: str
    logical_id: str
    kind: str
    action: Action
    stateful: bool
    before: Resource | None = field(repr=False)
    after: Resource | None = field(repr=False)
    properties: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    certain: bool = True
    kept: bool = False

    @property
    def endangers(self) -> bool:
        """Return whether data could be lost, or would remain only where nothing uses it."""
        return self.stateful and self.action in {Action.REPLACED, Action.REMOVED}


def compare(stack: str, before: Template, after: Template, specification: Mapping[str, ResourceType]) -> list[Change]:
    """Return the changes of one stack between two templates, by logical id; an absent template is ``{}``.

    A resource is also replaced when a property that replaces it refers to a replaced resource.
    """
    old, new = _resources(stack, before), _resources(stack, after)
    changes = [
        change
        for logical_id in sorted(old.keys() | new.keys())
        if (change := _change(old.get(logical_id), new.get(logical_id), specification))
    ]
    return _followed(changes, old, new, specification)


def _resources(stack: str, template: Template) -> dict[str, Resource]:
    return {each.logical_id: each for each in resources_of(stack, template) if each.kind not in _IGNORED}


def _change(old: Resource | None, new: Resource | None, specification: Mapping[str, ResourceType]) -> Change | None:
    if old is None or new is None:
        return _one_sided(old, new, specification)
    known = specification.get(old.kind, _UNKNOWN)
    if old.kind != new.kind:
        # CloudFormation refuses this for some types and replaces others, which is as bad as a replacement.
        return _replaced(old, new, known, causes=("Type",), certain=True)
    properties = _differing(old.properties, new.properties)
    causes = tuple(name for name in properties if name in known.replacing)
    if causes:
        certain = any(known.replacing[name] is Replacement.YES for name in causes)
        return _replaced(old, new, known, causes=causes, certain=certain)
    shown = (*properties, *_differing(_policies(old), _policies(new)))
    if not shown:
        return None
    return Change(new.stack, new.logical_id, new.kind, Action.CHANGED, known.stateful, old, new, properties=shown)


def _policies(resource: Resource) -> dict[str, str | None]:
    return {"DeletionPolicy": resource.deletion_policy, "UpdateReplacePolicy": resource.replacement_policy}


def _one_sided(old: Resource | None, new: Resource | None, specification: Mapping[str, ResourceType]) -> Change | None:
    there = old or new
    if there is None:
        return None
    action = Action.REMOVED if old else Action.ADDED
    stateful = specification.get(there.kind, _UNKNOWN).stateful
    kept = there is old and there.deletion_policy in _KEEPING
    return Change(there.stack, there.logical_id, there.kind, action, stateful, old, new, kept=kept)


def _replaced(old: Resource, new: Resource, known: ResourceType, *, causes: tuple[str, ...], certain: bool) -> Change:
    return Change(
        new.stack,
        new.logical_id,
        new.kind,
        Action.REPLACED,
        known.stateful,
        old,
        new,
        properties=_differing(old.properties, new.properties),
        causes=causes,
        certain=certain,
        kept=old.replacement_policy in _KEEPING,
    )


def _followed(
    changes: list[Change],
    old: dict[str, Resource],
    new: dict[str, Resource],
    specification: Mapping[str, ResourceType],
) -> list[Change]:
    """Add the replacements that follow from others, until there are no more."""
    found = {change.logical_id: change for change in changes}
    while True:
        certainty = {key: each.certain for key, each in found.items() if each.action is Action.REPLACED}
        more = {
            key: _replaced(old[key], new[key], known, causes=causes, certain=any(certainty[each] for each in by))
            for key in old.keys() & new.keys() - certainty.keys()
            if (known := specification.get(new[key].kind))
            if (by := _referred(new[key], known) & certainty.keys())
            if (causes := tuple(sorted(f"{each} is replaced" for each in by)))
        }
        if not more:
            return [found[key] for key in sorted(found)]
        found |= more


def _referred(resource: Resource, known: ResourceType) -> set[str]:
    """Return the logical ids that the properties which replace a resource for certain refer to."""
    certain = [
        resource.properties[name]
        for name, how in known.replacing.items()
        if how is Replacement.YES and name in resource.properties
    ]
    return {each.name for each in references(certain) if not each.imported}


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    names = sorted(old.keys() | new.keys())
    return tuple(name for name in names if _canonical(old.get(name)) != _canonical(new.get(name)))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
