"""The difference of two templates, resource by resource."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from infra.changes.specification import Replacement, ResourceType

# Shown by nobody's wish: metadata of the toolkit.
_IGNORED = frozenset({"AWS::CDK::Metadata"})
_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)")
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
    """One resource's change; `properties` changed, `causes` say why it is (or may be) replaced.

    `certain` is False where the schema says that a property only sometimes replaces. `kept` tells that what is removed
    or replaced stays in the account.
    """

    stack: str
    logical_id: str
    kind: str
    action: Action
    stateful: bool
    before: Mapping[str, Any] = field(repr=False)
    after: Mapping[str, Any] = field(repr=False)
    properties: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    certain: bool = True
    kept: bool = False

    @property
    def endangers(self) -> bool:
        """Tell whether data could be lost, or live on only where nothing uses it."""
        return self.stateful and self.action in {Action.REPLACED, Action.REMOVED}


def compare(
    stack: str, before: Mapping[str, Any], after: Mapping[str, Any], specification: Mapping[str, ResourceType]
) -> list[Change]:
    """Return the changes of one stack between two templates, by logical id; an absent template is ``{}``.

    A resource is also replaced when a property that replaces it refers to one that is.
    """
    old, new = _resources(before), _resources(after)
    changes = [
        change
        for logical_id in sorted(old.keys() | new.keys())
        if (change := _change(stack, logical_id, old.get(logical_id), new.get(logical_id), specification))
    ]
    return _followed(changes, old, new, stack, specification)


def _resources(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = template.get("Resources", {})
    return {key: value for key, value in found.items() if value["Type"] not in _IGNORED}


def _change(
    stack: str,
    logical_id: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    specification: Mapping[str, ResourceType],
) -> Change | None:
    kind = (new or old or {})["Type"]
    known = specification.get((old or new or {})["Type"], _UNKNOWN)
    if old is None or new is None:
        action = Action.ADDED if old is None else Action.REMOVED
        kept = (old or {}).get("DeletionPolicy") in _KEEPING
        return Change(stack, logical_id, kind, action, known.stateful, old or {}, new or {}, kept=kept)
    if old["Type"] != new["Type"]:
        # CloudFormation refuses this outright for some types and replaces for others: as bad as a replacement.
        return _replaced(stack, logical_id, old, new, known, causes=("Type",), certain=True)
    properties = _differing(old.get("Properties", {}), new.get("Properties", {}))
    policies = tuple(name for name in ("DeletionPolicy", "UpdateReplacePolicy") if old.get(name) != new.get(name))
    causes = tuple(name for name in properties if name in known.replacing)
    if causes:
        certain = any(known.replacing[name] is Replacement.YES for name in causes)
        return _replaced(stack, logical_id, old, new, known, causes=causes, certain=certain)
    if not properties and not policies:
        return None
    shown = properties + policies
    return Change(stack, logical_id, kind, Action.CHANGED, known.stateful, old, new, properties=shown)


def _replaced(
    stack: str,
    logical_id: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    known: ResourceType,
    *,
    causes: tuple[str, ...],
    certain: bool,
) -> Change:
    return Change(
        stack,
        logical_id,
        new["Type"],
        Action.REPLACED,
        known.stateful,
        old,
        new,
        properties=_differing(old.get("Properties", {}), new.get("Properties", {})),
        causes=causes,
        certain=certain,
        kept=old.get("UpdateReplacePolicy") in _KEEPING,
    )


def _followed(
    changes: list[Change],
    old: dict[str, dict[str, Any]],
    new: dict[str, dict[str, Any]],
    stack: str,
    specification: Mapping[str, ResourceType],
) -> list[Change]:
    """Add the replacements that follow from others, until none does."""
    found = {change.logical_id: change for change in changes}
    while True:
        certainty = {key: each.certain for key, each in found.items() if each.action is Action.REPLACED}
        more = {
            key: _replaced(
                stack, key, old[key], new[key], known, causes=causes, certain=any(certainty[each] for each in by)
            )
            for key in old.keys() & new.keys() - certainty.keys()
            if (known := specification.get(new[key]["Type"]))
            if (by := _referred(new[key], known) & certainty.keys())
            if (causes := tuple(sorted(f"{each} is replaced" for each in by)))
        }
        if not more:
            return [found[key] for key in sorted(found)]
        found |= more


def _referred(resource: Mapping[str, Any], known: ResourceType) -> set[str]:
    """Return the logical ids that the properties which replace a resource for certain refer to."""
    properties = resource.get("Properties", {})
    certain = [
        properties[name] for name, how in known.replacing.items() if how is Replacement.YES and name in properties
    ]
    return set(references(certain))


def references(value: Any) -> Iterator[str]:
    """Yield every logical id that a template value refers to."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "Ref":
                yield str(each)
            elif key == "Fn::GetAtt":
                yield str(each[0] if isinstance(each, list) else each.split(".")[0])
            elif key == "Fn::Sub":
                yield from _SUBSTITUTED.findall(json.dumps(each))
            else:
                yield from references(each)


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    names = sorted(old.keys() | new.keys())
    return tuple(name for name in names if _canonical(old.get(name)) != _canonical(new.get(name)))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
