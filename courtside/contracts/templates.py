"""What one CloudFormation template says of another: values that a stack exports under a name and others import."""

from collections.abc import Mapping
from typing import Any


def exports(templates: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, Any]]:
    """Return by export name the stack that exports it and the value there, given the templates by stack."""
    return {
        output["Export"]["Name"]: (stack, output["Value"])
        for stack, template in templates.items()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    }
