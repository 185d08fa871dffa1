"""Look up which changes make CloudFormation replace a resource, and which resources hold data.

Both come from the database of AWS's own resource schemas that the pinned CDK CLI contains for `cdk diff`.
"""

import gzip
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from courtside.contracts.errors import CourtsideError

DATABASE = Path(__file__).resolve().parents[2] / "node_modules/aws-cdk/db.json.gz"
# A cluster holds no data of its own, although the schema says so; the state of its tasks is elsewhere.
_EPHEMERAL = frozenset({"AWS::Logs::LogGroup", "AWS::SQS::Queue"})


class SpecificationMissing(CourtsideError):
    """The CDK CLI, which knows what replaces a resource, is not installed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is not there: install the CDK CLI with `make setup` (or `npm ci`)")


class Replacement(StrEnum):
    """Whether a change of a property replaces the resource: never, under conditions, or always."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class ResourceType:
    """The schema of one type: whether it holds data, and which properties replace it when they change."""

    stateful: bool
    replacing: dict[str, Replacement]


@cache
def specification(database: Path = DATABASE) -> dict[str, ResourceType]:
    """Return every known resource type; raises `SpecificationMissing`."""
    if not database.is_file():
        raise SpecificationMissing(database)
    with gzip.open(database) as file:
        entities = json.load(file)["schema"]["resource"]["entities"]
    return {entity["cloudFormationType"]: _resource_type(entity) for entity in entities}


def _resource_type(entity: dict[str, Any]) -> ResourceType:
    replacing = {
        name: Replacement(value["causesReplacement"])
        for name, value in entity.get("properties", {}).items()
        if value.get("causesReplacement", "no") != "no"
    }
    stateful = bool(entity.get("isStateful")) and entity["cloudFormationType"] not in _EPHEMERAL
    return ResourceType(stateful, replacing)
