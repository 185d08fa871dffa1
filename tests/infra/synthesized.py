"""These classes hold a synthesized stack as data, so that a test reads like a question about it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courtside.contracts.templates import references
from courtside.contracts.templates.resources import resources_of
from infra.changes.__main__ import templates

ROOT = Path(__file__).resolve().parents[2]


def cdk_context() -> dict[str, Any]:
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return context


@dataclass(frozen=True)
class Synthesized:
    """One stack's template."""

    name: str
    template: dict[str, Any]

    @property
    def resources(self) -> dict[str, Any]:
        resources: dict[str, Any] = self.template["Resources"]
        return resources

    @property
    def outputs(self) -> dict[str, Any]:
        return {key: value["Value"] for key, value in self.template.get("Outputs", {}).items()}

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        every = resources_of(self.name, self.template)
        return {each.logical_id: dict(each.properties) for each in every if each.kind == resource_type}

    def only(self, resource_type: str, starting: str = "") -> tuple[str, dict[str, Any]]:
        found = {key: value for key, value in self.of_type(resource_type).items() if key.startswith(starting)}
        assert len(found) == 1, f"{self.name}: expected one {resource_type} {starting}…, found {sorted(found)}"
        return next(iter(found.items()))


@dataclass(frozen=True)
class SynthesizedStage:
    """All stacks of one stage and the folder of its cloud assembly."""

    assembly: Path
    data: Synthesized
    tracking: Synthesized
    pipeline: Synthesized

    @property
    def stacks(self) -> tuple[Synthesized, ...]:
        return (self.data, self.tracking, self.pipeline)

    @property
    def templates(self) -> dict[str, dict[str, Any]]:
        """Return all synthesized templates by stack name, with the access stack's where the stage has one."""
        return templates(self.assembly)

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        return {
            f"{stack.name}/{key}": value for stack in self.stacks for key, value in stack.of_type(resource_type).items()
        }


def text(value: Any) -> str:
    """Flatten intrinsic functions into one readable string: `{Ref: X}` becomes `<X>`."""
    return references.text(value, _spelled)


def _spelled(reference: references.Reference) -> str:
    if reference.imported:
        return f"<{reference.name.partition(':')[2]}>"
    return "aws" if reference.name == "AWS::Partition" else str(reference)
