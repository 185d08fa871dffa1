"""The commands that docs/runbooks.md tells people to type exist, with these options."""

import re
import shlex
from pathlib import Path

import botocore.session
import pytest
from typer.core import TyperGroup
from typer.main import get_command

from courtside.cli.main import app

RUNBOOKS = (Path(__file__).parents[2] / "docs/runbooks.md").read_text()
BLOCKS = "\n".join(re.findall(r"```bash\n(.*?)```", RUNBOOKS, flags=re.DOTALL)).replace("\\\n", " ")
OURS = sorted({*re.findall(r"^courtside .+$", BLOCKS, re.MULTILINE), *re.findall(r"`(courtside .+?)`", RUNBOOKS)})
AWS = sorted(set(re.findall(r"\baws (?:--\S+ )?[a-z0-9-]+ [a-z0-9-]+", BLOCKS)))
# Of the command line itself, not of the API.
CONVENIENT = {("s3", "cp"), ("s3", "ls")}


def test_there_are_commands_to_check() -> None:
    assert len(OURS) > 6
    assert len(AWS) > 15


@pytest.mark.parametrize("line", OURS)
def test_a_command_of_ours_parses(line: str) -> None:
    arguments = shlex.split(line)[1:]
    command = get_command(app)
    # Parses names and types of all options and arguments, and runs nothing.
    context = command.make_context("courtside", arguments)
    while isinstance(command, TyperGroup):
        name, command, arguments = command.resolve_command(context, [*context._protected_args, *context.args])
        assert command is not None
        context = command.make_context(name, arguments, parent=context)


@pytest.mark.parametrize("line", AWS)
def test_a_command_of_aws_is_an_operation_of_its_api(line: str) -> None:
    _, service, operation = line.split()
    if (service, operation) in CONVENIENT:
        return
    model = botocore.session.get_session().get_service_model(service)
    assert operation.replace("-", "") in {name.lower() for name in model.operation_names}
