"""ECS container definitions keep their secrets, health check and dependencies.

Wrong in 1.5.33: a task definition made by CloudFormation has its containers' ``Secrets``, ``HealthCheck`` and
``DependsOn`` left in PascalCase, so that ECS never reads them: the container starts without its secrets.
Here: their keys become camelCase like all others.
"""

from typing import Any

from embedded_aws.patches.context import PatchContext

_NESTED = ("secrets", "healthCheck", "dependsOn")


def patch(_: PatchContext) -> None:
    """Normalize the nested parts that stock ministack leaves alone."""
    from ministack.services.cloudformation import provisioners

    stock = provisioners._normalize_container_defs  # noqa: SLF001

    def normalized(definitions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {key: _camel(value) if key in _NESTED else value for key, value in definition.items()}
            for definition in stock(definitions)
        ]

    provisioners._normalize_container_defs = normalized  # noqa: SLF001


def _camel(value: Any) -> Any:
    if isinstance(value, list):
        return [_camel(each) for each in value]
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _camel(each) for key, each in value.items()}
    return value
