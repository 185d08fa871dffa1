"""`courtside alerts`: what is open and who looks after it, and whether people are reached."""

import typer

from courtside.cli import alerts_delivery

app = typer.Typer(no_args_is_help=True, help="See what is open, say who looks after it, prove that alerts arrive.")
app.command("test")(alerts_delivery.prove)
app.command("redrive")(alerts_delivery.redrive)
