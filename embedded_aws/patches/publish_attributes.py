"""Messages that a state machine publishes have the attributes that the state gives them.

Wrong in 1.5.33: the arguments of ``sns:publish`` are read as if they were a request's parameters, in which attributes
are spelled out one by one, so none is found, and a subscription with a filter never hears of such a message. Here: they
are spelled out before they are read.
"""

from collections.abc import Mapping
from typing import Any

from embedded_aws.patches.context import PatchContext

_PUBLISH = "arn:aws:states:::sns:publish"


def patch(_: PatchContext) -> None:
    """Spell out the attributes of a state's message."""
    from ministack.services import stepfunctions

    stock = stepfunctions._SERVICE_DISPATCH[_PUBLISH]  # noqa: SLF001

    def publish(resource: str, given: dict[str, Any]) -> Any:
        return stock(resource, {**given, **_parameters(given.get("MessageAttributes", {}))})

    stepfunctions._SERVICE_DISPATCH[_PUBLISH] = publish  # noqa: SLF001


def _parameters(attributes: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, (name, value) in enumerate(attributes.items(), start=1):
        entry = f"MessageAttributes.entry.{number}"
        found[f"{entry}.Name"] = name
        found |= {f"{entry}.Value.{key}": each for key, each in value.items()}
    return found
