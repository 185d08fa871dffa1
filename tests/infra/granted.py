"""These functions read what the policies of a synthesized stack grant."""

from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

from infra.constructs.incidents import LINKED
from tests.infra.synthesized import Synthesized, text


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(stack: Synthesized, starting: str = "") -> Iterator[tuple[set[str], set[str]]]:
    """Yield the actions and resources of every statement in policies whose logical id starts with `role`."""
    for logical_id, policy in stack.of_type("AWS::IAM::Policy").items():
        if logical_id.startswith(starting):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Deny":
                    continue
                yield set(as_list(statement["Action"])), {text(r) for r in as_list(statement["Resource"])}


def allowed(stack: Synthesized, starting: str, action: str) -> set[str]:
    """Return the resources on which the role may perform the action."""
    found = set()
    for actions, resources in statements(stack, starting):
        if any(fnmatch(action, granted) for granted in actions):
            found |= resources
    return found


def partitions(stack: Synthesized, starting: str) -> dict[str, set[str]]:
    """Return the partitions of the ledger that the role may reach, by action; no action may reach all of them."""
    found: dict[str, set[str]] = {}
    for logical_id, policy in stack.of_type("AWS::IAM::Policy").items():
        for statement in policy["PolicyDocument"]["Statement"] if logical_id.startswith(starting) else ():
            for action in as_list(statement["Action"]):
                if action.startswith("dynamodb:"):
                    assert statement["Condition"]["Null"] == {"dynamodb:LeadingKeys": "false"}
                    named = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                    found.setdefault(action, set()).update(as_list(named))
    return found


LAKE = "<ExportsOutputFnGetAttLakeBucketArn4B06F64C>"
ARTIFACTS = "<ExportsOutputFnGetAttArtifactsBucketArnD46760D3>"
LINKED_PAGES = {f"{LAKE}/{pattern}" for pattern in LINKED}
"""What whoever reports incidents may read so that alerts can link it."""
STEPS = ("Lock", "Freeze", "Gate", "RequestApproval", "Seal", "Promote", "RollBack", "Announce", "Unlock")
"""The steps of a retraining that are functions."""
