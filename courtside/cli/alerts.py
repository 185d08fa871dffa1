"""`courtside alerts`: what is open and who looks after it, and whether people are reached."""

import typer

from courtside.cli import alerts_accept, alerts_delivery, alerts_incidents

app = typer.Typer(no_args_is_help=True, help="See what is open, say who looks after it, prove that alerts arrive.")
app.command("list")(alerts_incidents.list_incidents)
app.command("show")(alerts_incidents.show_incident)
app.command("ack")(alerts_incidents.acknowledge)
app.command("snooze")(alerts_incidents.snooze)
app.command("accept")(alerts_accept.accept)
app.command("accepted")(alerts_accept.accepted)
app.command("test")(alerts_delivery.prove)
app.command("redrive")(alerts_delivery.redrive)
