"""What a stage does by itself, as Step Functions lists it: its rounds and its trainings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from courtside.adapters import aws_clients

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class StageWork:
    """The state machine of trainings and that of rounds."""

    retraining: str
    watch: str

    @cached_property
    def _states(self) -> "SFNClient":
        return aws_clients.client("stepfunctions")

    def running(self) -> list[str]:
        """Return the executions that run."""
        pages = self._states.get_paginator("list_executions")
        return [
            each["name"]
            for machine in (self.retraining, self.watch)
            for page in pages.paginate(stateMachineArn=machine, statusFilter="RUNNING")
            for each in page["executions"]
        ]

    def begun_since(self, moment: datetime) -> list[str]:
        """Return the executions that began after a moment, whether or not they have ended."""
        return [*self._since(self.retraining, moment), *self._since(self.watch, moment)]

    def trainings_since(self, moment: datetime) -> list[str]:
        """Return the executions that trained or moved a champion, and had not ended by a moment, newest first."""
        pages = self._states.get_paginator("list_executions").paginate(stateMachineArn=self.retraining)
        found = (each for page in pages for each in page["executions"])
        return [each["name"] for each in found if each.get("stopDate") is None or each["stopDate"] > moment]

    def _since(self, machine: str, moment: datetime) -> Iterator[str]:
        """Yield executions, which are listed newest first."""
        for page in self._states.get_paginator("list_executions").paginate(stateMachineArn=machine):
            for each in page["executions"]:
                if each["startDate"] <= moment:
                    return
                yield each["name"]
