"""What the gate compares for each task: every module of this package that holds a `TASK` is one."""

from collections.abc import Mapping

from courtside.contracts.discovery import declared_in
from courtside.core.gate.tasks.task import GateTask, Yardstick

TASKS: Mapping[str, GateTask] = {
    task.name: task for task in declared_in(__name__, __path__, name="TASK", kind=GateTask)
}

__all__ = ["TASKS", "GateTask", "Yardstick"]
