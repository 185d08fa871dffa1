"""`courtside local`: the embedded AWS on its own."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="An AWS of your own on this machine, no account and no Docker.")


@app.command("up")
def up(
    stage: Annotated[str, typer.Option(help="The stage to deploy.")] = "dev",
    port: Annotated[int | None, typer.Option(help="Port of the AWS API [default: a free one].")] = None,
    backend_store_uri: Annotated[
        str | None, typer.Option(help="Your own database for MLflow [default: a PostgreSQL of its own].")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Start an embedded AWS, deploy a stage onto it and leave it running.

    Examples:

    - `courtside local up`

    - `courtside local up --port 4566 --json`
    """
    from courtside.local.aws import LocalAws, LocalOptions
    from courtside.local.demo.synthesis import Synthesis

    options = LocalOptions(port=port, backend_store_uri=backend_store_uri)
    with TemporaryDirectory(prefix="courtside-up-") as folder, people.status("Starting") as status:
        synthesis = Synthesis(Path(folder) / "cdk.out", stage=stage)
        try:
            with LocalAws.start(options, progress=status.update) as aws:
                outputs = aws.deploy(synthesis.finish())
                aws.wait_for_tracking()
                instance = aws.keep()
        finally:
            synthesis.abandon()
    environment = instance.environment()
    if as_json:
        print_json({"id": instance.id, "environment": environment, "outputs": outputs})
        return
    print_table("Running", [{"id": instance.id, "aws": instance.endpoint, "mlflow": instance.tracking_url}])
    people.print("To use it from a shell:")
    for name, value in environment.items():
        typer.echo(f"export {name}={value}")


@app.command("status")
def status(as_json: JsonFlag = False) -> None:
    """List the embedded AWS instances that were left running.

    Example: `courtside local status`
    """
    from courtside.local.instance import instances

    rows = [
        {
            "id": instance.id,
            "running": instance.running,
            "aws": instance.endpoint,
            "mlflow": instance.tracking_url,
            "directory": instance.directory,
        }
        for instance in instances()
    ]
    print_json(rows) if as_json else print_table("Embedded AWS", rows)


@app.command("down")
def down_instances(
    instance_id: Annotated[str | None, typer.Argument(help="Which one [default: all].")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Stop embedded AWS instances and remove their working files.

    Example: `courtside local down`
    """
    from courtside.local.instance import down, find, instances

    chosen = [find(instance_id)] if instance_id else instances()
    for instance in chosen:
        down(instance)
    rows = [{"stopped": instance.id} for instance in chosen]
    print_json(rows) if as_json else print_table("Stopped", rows)
