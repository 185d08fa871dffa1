"""Commands that a text tells people to type, completed with the stage and the model that they named."""

import re
import shlex
from contextvars import ContextVar
from functools import partial

named_stage: ContextVar[str | None] = ContextVar("named_stage", default=None)
"""The stage that was named with --stage; one from the environment or the default need not be repeated."""

named_model: ContextVar[str | None] = ContextVar("named_model", default=None)
"""The model that was named with --model."""

_COMMAND = re.compile(r"`courtside ([^`\n]+)`")


def with_named(text: str) -> str:
    """Add ``--stage`` and ``--model`` to every `courtside …` in backticks that has the option and does not name one."""
    named = {"--stage": named_stage.get(), "--model": named_model.get()}
    for option, name in named.items():
        if name is not None:
            text = _COMMAND.sub(partial(_completed, option, name), text)
    return text


def _completed(option: str, name: str, found: re.Match[str]) -> str:
    words = found[1]
    return f"`courtside {words} {option} {name}`" if option not in words and _takes(option, words) else found[0]


def _takes(option: str, words: str) -> bool:
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
    return any(option in each.opts for each in command.params)
