"""A fault changes for a while how the processes of a function or of the training task are started."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from courtside.contracts.names import StackOutput
from tests.faults.model import Model

_OF_A_TASK = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "volumes", "requiresCompatibilities", "cpu", "memory",
    "runtimePlatform", "ephemeralStorage",
)  # fmt: skip
"""What a task definition is registered with, beside its containers."""
OWN_INTERPRETER = {"MALLOC_ARENA_MAX": "2"}
"""A process with a variable that is read at the start is no fork, which would have memory to spare."""


@contextmanager
def environment(model: Model, output: StackOutput, **variables: str) -> Iterator[None]:
    """Give a function more variables while the block runs."""
    functions, name = model.stage.aws.client("lambda"), model.loop.output(output)
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": before | variables})
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})


@contextmanager
def training_task(model: Model, *entry_point: str, **variables: str) -> Iterator[None]:
    """Give the task that trains another entry point, or more variables, while the block runs."""
    states, ecs = model.stage.aws.client("stepfunctions"), model.stage.aws.client("ecs")
    machine = states.describe_state_machine(stateMachineArn=model.loop.output(StackOutput.RETRAINING))
    name = json.loads(machine["definition"])["States"]["Train"]["Arguments"]["TaskDefinition"]
    task = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
    kept = {name: task[name] for name in _OF_A_TASK if name in task}
    own = task["containerDefinitions"]
    more = [{"name": name, "value": value} for name, value in variables.items()]
    started = {"entryPoint": list(entry_point)} if entry_point else {}
    changed = [{**each, **started, "environment": [*each["environment"], *more]} for each in own]
    # The machine names the family, so the newest one counts.
    ecs.register_task_definition(**kept, containerDefinitions=changed)
    try:
        yield
    finally:
        ecs.register_task_definition(**kept, containerDefinitions=own)
