"""Commands that a text tells people to type, completed with the stage that they named."""

import re
import shlex
from contextvars import ContextVar

named_stage: ContextVar[str | None] = ContextVar("named_stage", default=None)
"""The stage that was named with --stage; one from the environment or the default need not be repeated."""

_COMMAND = re.compile(r"`courtside ([^`\n]+)`")


def with_stage(text: str) -> str:
    """Add ``--stage`` to every `courtside …` in backticks that has this option and does not name a stage yet."""
    stage = named_stage.get()
    if stage is None:
        return text
    return _COMMAND.sub(lambda found: f"`courtside {_completed(found[1], stage)}`", text)


def _completed(words: str, stage: str) -> str:
    return f"{words} --stage {stage}" if "--stage" not in words and _takes_stage(words) else words


def _takes_stage(words: str) -> bool:
    """Say whether the command, which its first words name, has the option."""
    from typer.core import TyperGroup
    from typer.main import get_command

    from courtside.cli.main import app

    command = get_command(app)
    try:
        parts = shlex.split(words)
    except ValueError:  # an unbalanced quotation mark: nobody can type this
        return False
    while isinstance(command, TyperGroup) and parts and parts[0] in command.commands:
        command = command.commands[parts.pop(0)]
    return any("--stage" in option.opts for option in command.params)
