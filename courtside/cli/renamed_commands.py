"""Commands that used to have other names: each says what it is called now."""

import shlex

import typer

from courtside.contracts.errors import BadInput

MOVED_TO_VERSIONS = (
    "list",
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


models = typer.Typer(hidden=True, invoke_without_command=True)


@models.callback()
def models_of_before(context: typer.Context) -> None:
    """Say what `courtside models` is called now."""
    if context.invoked_subcommand is None:
        raise CommandRenamed("models", "versions")


def _renamed(context: typer.Context) -> None:
    words = shlex.join([str(context.info_name), *context.args])
    raise CommandRenamed(f"models {words}", f"versions {words}")


for _word in MOVED_TO_VERSIONS:
    models.command(
        _word,
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(_renamed)
