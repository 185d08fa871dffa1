"""`courtside mlflow`: a stage's private MLflow from a browser and from a notebook."""

import os
import shlex
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, people, print_json
from courtside.cli.loopback import Host, OpenFlag, serve
from courtside.cli.stage import Stage, stage_tracking_uri

app = typer.Typer(no_args_is_help=True, help="Use a stage's private MLflow from a browser or a notebook.")


@app.command("ui")
def ui(
    stage: Stage = "dev",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")] = 5001,
    host: Host = "127.0.0.1",
    open_browser: OpenFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Serve a stage's MLflow UI on this machine, every request signed as you; prints the address, Ctrl-C ends it.

    The address has a token that lets a browser in: keep it to yourself.

    Examples:

    - `courtside mlflow ui --stage dev`

    - `courtside mlflow ui --stage prod --port 0 --open`
    """
    import boto3

    from courtside.adapters.loopback_server import loopback
    from courtside.adapters.signing_proxy import SigningProxy

    loopback(host)
    with people.status("Asking the stage"):
        uri = stage_tracking_uri(stage)
    proxy = SigningProxy(uri, session=boto3.Session(), host=host, port=port)
    serve(proxy, f"MLflow of stage {stage}", open_browser=open_browser, as_json=as_json)


@app.command("env")
def env(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Print the variables that an MLflow client needs to log to a stage and read from it.

    The client's environment needs this package (it brings the signer) beside MLflow, and AWS credentials that may call
    the tracking API.

    Example: `eval $(courtside mlflow env --stage dev)`
    """
    import boto3

    from courtside.contracts.names import TRACKING_AUTH

    with people.status("Asking the stage"):
        variables = {"MLFLOW_TRACKING_URI": stage_tracking_uri(stage), "MLFLOW_TRACKING_AUTH": TRACKING_AUTH}
    if region := boto3.Session().region_name:
        variables["AWS_DEFAULT_REGION"] = region
    if profile := os.environ.get("AWS_PROFILE"):
        variables["AWS_PROFILE"] = profile
    if as_json:
        print_json(variables)
        return
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
