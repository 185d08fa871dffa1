"""Commands that serve something to this machine's browser until somebody ends them."""

import json
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.console import say

if TYPE_CHECKING:
    from courtside.adapters.loopback_server import LoopbackServer

Host = Annotated[str, typer.Option(help="Loopback address to listen on.")]
OpenFlag = Annotated[bool, typer.Option("--open", help="Open a browser as well.")]


def serve(server: "LoopbackServer", what: str, *, open_browser: bool, as_json: bool) -> None:
    """Print the address that lets a browser in, and serve until Ctrl-C."""
    # A shell that starts a command in the background makes it ignore Ctrl-C, which must end it all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with server, ExitStack() as resources:
        say(f"{what}, signed as you; Ctrl-C ends")
        # The token in it is what a person needs, so it is printed as it is, unlike secrets elsewhere.
        typer.echo(json.dumps({"url": server.entrance}, indent=2) if as_json else server.entrance)
        if open_browser:
            # A file that only we can read holds the address, because everybody can read a browser's command line.
            folder = resources.enter_context(tempfile.TemporaryDirectory(prefix="courtside-"))
            page = Path(folder, "open.html")
            page.write_text(f'<!doctype html><meta http-equiv="refresh" content="0; url={server.entrance}">')
            typer.launch(str(page))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("closed")
