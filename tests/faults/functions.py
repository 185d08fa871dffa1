"""A fault changes the environment of a function of the stage for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from courtside.contracts.names import StackOutput
from tests.faults.model import Model


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
