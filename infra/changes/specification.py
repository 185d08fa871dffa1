"""Which changes make CloudFormation replace a resource, and which resources hold data.

From the database that the pinned CDK CLI brings along for `cdk diff`: AWS's own resource schemas.
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
# Holds no data of its own, though the schema says so: its tasks' state is elsewhere.
_EPHEMERAL = frozenset({"AWS::Logs::LogGroup", "AWS::SQS::Queue"})


class SpecificationMissing(CourtsideError):
    """The CDK CLI, which knows what replaces a resource, is not installed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is not there: install the CDK CLI with `make setup` (or `npm ci`)")


class Replacement(StrEnum):
    """Whether a change of a property makes a new resource: never, under conditions, always."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class ResourceType:
    """What the schema says of one type: does it hold data, and which properties replace it when they change."""

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
