"""`courtside local slack` and its like: what the embedded AWS's own webhook of each channel received."""

from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.channel_message import rendered
from courtside.cli.console import JsonFlag, print_json, print_message, say
from courtside.contracts.channels import CHANNELS, Channel

if TYPE_CHECKING:
    from embedded_aws.messages import Message


def add_channels(app: typer.Typer) -> None:
    """Add one command for each channel, which has the channel's name."""
    for channel in CHANNELS.values():
        _add(app, channel)


def _add(app: typer.Typer, channel: Channel) -> None:
    title = channel.title

    @app.command(
        channel.name,
        help=f"""Show what the embedded AWS's own {title} received, newest last, as a person would read it there.

    Examples:

    - `courtside local {channel.name}`

    - `courtside local {channel.name} --last 1 --json`
    """,
    )
    def received(
        instance_id: Annotated[str | None, typer.Argument(help="Which instance [default: the newest].")] = None,
        last: Annotated[
            int | None, typer.Option("--last", min=1, help="Only the newest N messages [default: all].")
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        from embedded_aws.instance import find_running

        messages = find_running(instance_id).received(channel).messages[-(last or 0) :]
        if as_json:
            print_json([_described(each) for each in messages])
            return
        if not messages:
            say(f"{title} has received nothing yet. `courtside alerts test` sends it a message.")
        for message in messages:
            told = "reply" if message.thread else "edited" if message.edits else ""
            heading = f"{message.received_at:%Y-%m-%d %H:%M:%S} UTC {told}".rstrip()
            print_message(heading, rendered(message.text))


def _described(message: "Message") -> dict[str, object]:
    """Return a message's moment and text; one by a bot also has its id, its thread's, and how often it was edited."""
    of_a_bot = {"id": message.id, "thread": message.thread, "edits": message.edits} if message.id else {}
    return {"received_at": message.received_at.isoformat(), "text": message.text, **of_a_bot}
