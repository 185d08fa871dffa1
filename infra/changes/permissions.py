"""List who may do more or less after a change: statements of policies, callers of functions, security group rules."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from courtside.contracts.templates.references import NotText, text
from courtside.contracts.templates.resources import Resource
from infra.changes.compare import Change

_RULES = ("SecurityGroupIngress", "SecurityGroupEgress")
_STANDALONE = {
    "AWS::EC2::SecurityGroupIngress": "SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress": "SecurityGroupEgress",
}


def permission_lines(change: Change) -> list[str]:
    """Return a line for each permission that the change grants (+) or removes (-)."""
    before, after = (_permissions(resource) for resource in (change.before, change.after))
    given = [f"+ {line}" for line in sorted(after - before)]
    taken = [f"- {line}" for line in sorted(before - after)]
    return given + taken


def _permissions(resource: Resource | None) -> set[str]:
    return set(_stated(resource.kind, resource.properties)) if resource else set()


def _stated(kind: str, properties: Mapping[str, Any]) -> Iterator[str]:
    documents = [properties[name] for name in ("PolicyDocument", "AssumeRolePolicyDocument") if name in properties]
    documents += [policy["PolicyDocument"] for policy in properties.get("Policies", []) if "PolicyDocument" in policy]
    for document in documents:
        for statement in document.get("Statement", []):
            yield _statement(statement)
    for arn in properties.get("ManagedPolicyArns", []):
        yield f"managed policy {flat(arn)}"
    if kind == "AWS::Lambda::Permission":
        principal, target = flat(properties.get("Principal")), flat(properties.get("FunctionName"))
        yield f"{principal} may {flat(properties.get('Action'))} on {target}"
    for side in _RULES:
        for rule in properties.get(side, []):
            yield _rule(side, rule)
    if kind in _STANDALONE:
        yield _rule(_STANDALONE[kind], properties)


def _statement(statement: Mapping[str, Any]) -> str:
    said = " ".join(
        f"{name} {flat(statement[name])}"
        for name in ("Principal", "Action", "NotAction", "Resource", "NotResource", "Condition")
        if name in statement
    )
    return f"{statement.get('Effect')} {said}"


def _rule(side: str, rule: Mapping[str, Any]) -> str:
    peers = ("CidrIp", "CidrIpv6", "SourceSecurityGroupId", "DestinationSecurityGroupId", "SourcePrefixListId")
    peer = next((flat(rule[name]) for name in peers if name in rule), "?")
    ports = f"{rule.get('FromPort', 'all')}-{rule.get('ToPort', 'all')}"
    way = "from" if side == "SecurityGroupIngress" else "to"
    return f"{side.removeprefix('SecurityGroup')} {way} {peer} {rule.get('IpProtocol')} ports {ports}"


def flat(value: Any) -> str:
    """Flatten a template value into one readable string: ``{"Ref": "X"}`` becomes ``<X>``."""
    if isinstance(value, list):
        return ", ".join(map(flat, value))
    try:
        return text(value)
    except NotText:
        return json.dumps(value, sort_keys=True)
