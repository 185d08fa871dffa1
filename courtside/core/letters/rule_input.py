"""What a rule of EventBridge hands to a target: the event, a part of it, a constant, or a text with its values."""

import json
import re
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"<([^<>\s]+)>")


def rule_input(target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """Return what the target of a rule is handed for an event, as EventBridge makes it of the target's description.

    A value that stands in quotation marks is put in as text, and elsewhere as JSON. Source:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    match target:
        case {"InputTransformer": {"InputTemplate": str(template)} as transformer}:
            paths: Mapping[str, str] = transformer.get("InputPathsMap") or {}
            return _filled(template, {name: _at(event, path) for name, path in paths.items()})
        case {"Input": str(constant)}:
            return constant
        case {"InputPath": str(path)}:
            return json.dumps(_at(event, path))
    return json.dumps(event)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    def value(place: re.Match[str]) -> str:
        if place[1] not in values:
            return place[0]
        found = values[place[1]]
        if not _within_quotes(template[: place.start()]):
            return json.dumps(found)
        text = found if isinstance(found, str) else "" if found is None else json.dumps(found)
        return json.dumps(text)[1:-1]

    return _PLACE.sub(value, template)


def _within_quotes(before: str) -> bool:
    return len(re.findall(r'(?<!\\)(?:\\\\)*"', before)) % 2 == 1


def _at(event: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path such as ``$.detail.name``, None where there is none."""
    found: Any = event
    for part in path.removeprefix("$").split("."):
        if part:
            found = found.get(part) if isinstance(found, Mapping) else None
    return found
