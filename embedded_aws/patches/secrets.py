"""`Ref` of a secret is its ARN.

Wrong in 1.5.33: it is the secret's name, so that an output or variable called "…Arn" holds no ARN and a container's
``ValueFrom`` built on it is taken for an SSM parameter. Here: the physical id is the ARN, as on AWS; ministack's
own update and delete still get the name that they expect.
"""

from typing import Any

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Exchange name and ARN around ministack's own handlers."""
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]  # noqa: SLF001
    stock_create, stock_update, stock_delete = handler["create"], handler["update"], handler["delete"]

    def name_of(physical_id: str) -> str:
        name, _secret = secretsmanager._resolve(physical_id)  # noqa: SLF001
        return str(name or physical_id)

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        _name, attributes = stock_create(logical_id, properties, stack)
        return attributes["Arn"], attributes

    def update(physical_id: str, *rest: Any, **named: Any) -> tuple[str, dict[str, str]]:
        _name, attributes = stock_update(name_of(physical_id), *rest, **named)
        return attributes["Arn"], attributes

    def delete(physical_id: str, properties: dict[str, Any]) -> None:
        stock_delete(name_of(physical_id), properties)

    handler |= {"create": create, "update": update, "delete": delete}
