"""What a stage does by itself, as Step Functions lists it: its rounds and its trainings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from itertools import takewhile
from operator import ne
from typing import TYPE_CHECKING

from courtside.adapters import aws_clients
from courtside.workflows.restore.restore import Newest

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

    def newest(self) -> Newest:
        """Return the newest execution of each machine."""
        return {machine: next(self._names(machine), None) for machine in (self.retraining, self.watch)}

    def begun_after(self, newest: Newest) -> list[str]:
        """Return the executions that began after others, and those that run, as one that was begun anew may."""
        begun = (
            name for machine, last in newest.items() for name in takewhile(partial(ne, last), self._names(machine))
        )
        return list(dict.fromkeys([*begun, *self.running()]))

    def trainings_since(self, moment: datetime) -> list[str]:
        """Return the executions that trained or moved a champion, and had not ended by a moment, newest first."""
        pages = self._states.get_paginator("list_executions").paginate(stateMachineArn=self.retraining)
        found = (each for page in pages for each in page["executions"])
        return [each["name"] for each in found if each.get("stopDate") is None or each["stopDate"] > moment]

    def _names(self, machine: str) -> Iterator[str]:
        """Yield the names of executions, which are listed newest first."""
        pages = self._states.get_paginator("list_executions").paginate(stateMachineArn=machine)
        return (each["name"] for page in pages for each in page["executions"])
