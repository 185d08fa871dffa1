"""`courtside local`: the embedded AWS on its own."""

from typing import Annotated

import typer

from courtside.cli.checkout import require_checkout
from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.local_channels import add_channels
from courtside.cli.stage import Stage

app = typer.Typer(no_args_is_help=True)
add_channels(app)


@app.callback()
def local() -> None:
    """Run an AWS of your own on this machine, without an account and without Docker."""
    require_checkout()


@app.command("up")
def up(
    stage: Stage = "dev",
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Port of the AWS API [default: a free one].")
    ] = None,
    backend_store_uri: Annotated[
        str | None, typer.Option(help="Your own database for MLflow [default: a PostgreSQL of its own].")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Start an embedded AWS, deploy a stage onto it and leave it running.

    It answers requests that are signed with its own keys, and no others; `courtside local env` prints them.

    Examples:

    - `courtside local up`

    - `courtside local up --port 4566 --json`
    """
    from embedded_aws.aws import LocalAws, LocalOptions
    from embedded_aws.demo.loop import Loop
    from embedded_aws.demo.synthesis import Synthesis

    options = LocalOptions(port=port, backend_store_uri=backend_store_uri, enforce_iam=True)
    with people.status("Starting") as status, LocalAws.start(options, progress=status.update) as aws:
        # It must live as long as the instance, not this process, because functions and tasks run from it.
        status.update("Synthesizing the templates")
        synthesis = Synthesis(aws.directory / "cdk.out", stage=stage, instance_id=aws.instance.id)
        try:
            outputs = aws.deploy(synthesis.finish())
        finally:
            synthesis.abandon()
        Loop(aws, stage=stage).set_webhooks(aws.instance.webhooks)
        status.update("Waiting until MLflow's server answers")
        aws.wait_for_tracking()
        instance = aws.keep(stage)
    if as_json:
        print_json({"id": instance.id, "environment": instance.shell_environment(), "outputs": outputs})
        return
    print_table("Running", [{"id": instance.id, "aws": instance.endpoint, "mlflow": instance.tracking_url}])
    say(f"To use it from a shell: `eval $(courtside local env {instance.id})`")
    say("MLflow in a browser, from that shell: `courtside mlflow ui --open`")
    say(f"What it says in Slack: `courtside local slack {instance.id}`; `courtside alerts test` has it say something.")


@app.command("env")
def env(
    instance_id: Annotated[str | None, typer.Argument(help="Which instance [default: the newest].")] = None,
    unset: Annotated[bool, typer.Option("--unset", help="Print the commands that unset them instead.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Print the variables that point AWS tools, MLflow and `courtside` at a running embedded AWS.

    They hold its keys: whoever has them may do everything in it, and run code as you.

    Examples:

    - `eval $(courtside local env)`

    - `eval $(courtside local env --unset)`, when you are done with it
    """
    from embedded_aws.instance import find_running, shell_variables

    if unset:
        names = shell_variables()
        print_json({"unset": names}) if as_json else typer.echo(f"unset {' '.join(names)}")
        return
    variables = find_running(instance_id).shell_environment()
    if as_json:
        print_json(variables)
    else:
        for name, value in variables.items():
            typer.echo(f"export {name}={value}")


@app.command("status")
def status(as_json: JsonFlag = False) -> None:
    """List the embedded AWS instances that were left running.

    Example: `courtside local status`
    """
    from embedded_aws.instance import instances

    rows = [
        {
            "id": instance.id,
            "running": instance.running,
            "stage": instance.stage,
            "aws": instance.endpoint,
            "mlflow": instance.tracking_url,
            "directory": instance.directory,
        }
        for instance in instances()
    ]
    print_json(rows) if as_json else print_table("Embedded AWS", rows)


@app.command("down")
def down_instances(
    instance_id: Annotated[str | None, typer.Argument(help="Which instance [default: all].")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Stop embedded AWS instances and remove their working files.

    Example: `courtside local down`
    """
    from embedded_aws.instance import down, find, instances

    chosen = [find(instance_id)] if instance_id else instances()
    for instance in chosen:
        with people.status(f"Stopping {instance.id}"):
            down(instance)
    rows = [{"stopped": instance.id} for instance in chosen]
    print_json(rows) if as_json else print_table("Stopped", rows)
