"""Resource types that stock ministack's CloudFormation does not know can be deployed.

Wrong in 1.5.33: a template with one of them fails as "Unsupported resource type". Here: security group rules are
added to their group; the others have no effect that could be seen on one machine and are only recorded (a physical
id, nothing more).
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from embedded_aws.patches.context import PatchContext

_RULES = {
    "AWS::EC2::SecurityGroupIngress": "IpPermissions",
    "AWS::EC2::SecurityGroupEgress": "IpPermissionsEgress",
}
_RECORDED = {
    "AWS::ApiGatewayV2::VpcLink": "VpcLinkId",
    "AWS::Budgets::Budget": "Id",
    "AWS::EC2::FlowLog": "Id",
}

_Created = tuple[str, dict[str, str]]


def patch(_: PatchContext) -> None:
    """Register a handler for each type that has none."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS  # noqa: SLF001
    for kind, side in _RULES.items():
        handlers.setdefault(kind, {"create": _rule(side), "delete": _leave})
    for kind, attribute in _RECORDED.items():
        handlers.setdefault(kind, {"create": _record(attribute), "delete": _leave})


def _rule(side: str) -> Callable[[str, dict[str, Any], str], _Created]:
    def create(logical_id: str, properties: dict[str, Any], _stack: str) -> _Created:
        from ministack.services import ec2
        from ministack.services.cloudformation import provisioners

        group = ec2._security_groups.get(properties.get("GroupId"))  # noqa: SLF001
        if group is None:
            raise ValueError(f"{logical_id}: security group {properties.get('GroupId')} does not exist")
        group[side].extend(provisioners._ec2_sg_permissions([properties]))  # noqa: SLF001
        rule = f"sgr-{uuid4().hex[:17]}"
        return rule, {"Id": rule}

    return create


def _record(attribute: str) -> Callable[[str, dict[str, Any], str], _Created]:
    def create(logical_id: str, _properties: dict[str, Any], stack: str) -> _Created:
        physical = f"{stack}-{logical_id}-{uuid4().hex[:8]}".lower()
        return physical, {attribute: physical}

    return create


def _leave(_physical_id: str, _properties: dict[str, Any]) -> None:
    """Do nothing, because the record is all there is and it goes with its stack."""
