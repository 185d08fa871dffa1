"""A synthesized stack as data, so that a test reads like a question about it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def cdk_context() -> dict[str, Any]:
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return context


@dataclass(frozen=True)
class Synthesized:
    """One template."""

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
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.resources.items()
            if resource["Type"] == resource_type
        }

    def only(self, resource_type: str, starting: str = "") -> tuple[str, dict[str, Any]]:
        found = {key: value for key, value in self.of_type(resource_type).items() if key.startswith(starting)}
        assert len(found) == 1, f"{self.name}: expected one {resource_type} {starting}…, found {sorted(found)}"
        return next(iter(found.items()))


@dataclass(frozen=True)
class SynthesizedStage:
    """All stacks of one stage, and where the cloud assembly lies."""

    assembly: Path
    data: Synthesized
    tracking: Synthesized
    pipeline: Synthesized

    @property
    def stacks(self) -> tuple[Synthesized, ...]:
        return (self.data, self.tracking, self.pipeline)

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        return {
            f"{stack.name}/{key}": value for stack in self.stacks for key, value in stack.of_type(resource_type).items()
        }


def text(value: Any) -> str:
    """Flatten intrinsic functions into one readable string: `{Ref: X}` becomes `<X>`."""
    match value:
        case str(said) | {"Fn::Sub": str(said)}:
            return said
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(text(part) for part in parts)
        case {"Fn::ImportValue": str(name)}:
            return f"<{name.partition(':')[2]}>"
        case {"Fn::Select": [index, {"Fn::Split": [separator, parts]}]}:
            return f"<{separator}{index} of {text(parts)}>"
        case {"Fn::GetAtt": parts}:
            return f"<{'.'.join(parts)}>"
        case {"Ref": name}:
            return "aws" if name == "AWS::Partition" else f"<{name}>"
    raise AssertionError(f"not a string or a known intrinsic: {value!r}")
