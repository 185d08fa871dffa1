"""Commands that used to have other names: each says what it is called now."""

import shlex

import typer

from courtside.contracts.errors import BadInput

MOVED_TO_VERSIONS = (
    "history",
    "compare",
    "promote",
    "rollback",
    "approvals",
    "approve",
    "reject",
    "import",
)


class CommandRenamed(BadInput):
    """A command was called by the name that it had in an earlier release."""

    def __init__(self, before: str, now: str) -> None:
        self.before = before
        self.now = now
        super().__init__(f"`courtside {before}` is called `courtside {now}` now")


def add_former_commands(models: typer.Typer) -> None:
    """Let `courtside models` say what its commands for versions are called now."""
    for word in MOVED_TO_VERSIONS:
        models.command(
            word,
            hidden=True,
            add_help_option=False,
            context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        )(_renamed)


def _renamed(context: typer.Context) -> None:
    words = shlex.join([str(context.info_name), *context.args])
    raise CommandRenamed(f"models {words}", f"versions {words}")
