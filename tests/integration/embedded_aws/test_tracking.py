"""The template's ECS service runs the real MLflow server."""

import json
import socket
import urllib.request
from pathlib import Path

import psutil
import psycopg2

from courtside.adapters.execute_api import signed_headers
from embedded_aws.aws import LocalAws, LocalOptions, session
from tests.integration.embedded_aws import cloud
from tests.integration.embedded_aws.conftest import Deployed


def test_the_server_keeps_its_runs_in_the_database_and_its_artifacts_in_the_bucket(deployed: Deployed) -> None:
    url = deployed.aws.wait_for_tracking()
    body, address = json.dumps({"name": "an experiment"}).encode(), f"{url}/api/2.0/mlflow/experiments/create"
    signed = signed_headers(session(deployed.aws.instance), method="POST", url=address, body=body)
    request = urllib.request.Request(  # noqa: S310 (loopback)
        address, body, {"Content-Type": "application/json", **signed}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 (loopback)
        experiment = json.loads(answer.read())["experiment_id"]
    secret = json.loads(
        deployed.aws.client("secretsmanager").get_secret_value(SecretId=deployed.output("SecretArn"))["SecretString"]
    )
    known = {"host": secret["host"], "port": secret["port"], "user": secret["username"], "dbname": secret["dbname"]}
    with psycopg2.connect(password=secret["password"], **known) as connection, connection.cursor() as cursor:
        cursor.execute("select artifact_location from experiments where experiment_id = %s", [experiment])
        (location,) = cursor.fetchone() or ("",)
    assert location.startswith(f"s3://{deployed.output('LakeName')}/mlflow/")


def test_everything_listens_on_loopback_only(deployed: Deployed) -> None:
    deployed.aws.wait_for_tracking()
    supervisor = psutil.Process(deployed.aws.instance.supervisor_pid)
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for process in supervisor.children(recursive=True)
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
    }
    ports = {port for _, port in listening}
    assert {ip for ip, _ in listening} == {"127.0.0.1"}
    assert {_port(deployed.aws.endpoint), _port(deployed.aws.tracking_url)} < ports
    assert int(deployed.output("DatabasePort")) in ports


def test_a_chosen_backend_store_replaces_the_database(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/own.db"
    options = LocalOptions(state_directory=tmp_path / "state", backend_store_uri=uri)
    with LocalAws.start(options) as aws:
        assembly = cloud.write(tmp_path, http_endpoint="http://127.0.0.1:1", stacks=("Data", "Pipeline"))
        out = aws.deploy(assembly)
        tasks = aws.client("ecs")
        run = tasks.run_task(cluster=out["test-pipeline"]["Cluster"], taskDefinition="training")["tasks"][0]
        waiter = tasks.get_waiter("tasks_stopped")
        waiter.wait(
            cluster=out["test-pipeline"]["Cluster"], tasks=[run["taskArn"]],
            WaiterConfig={"Delay": 1, "MaxAttempts": 20},
        )  # fmt: skip
        stored = aws.client("s3").get_object(Bucket=out["test-data"]["LakeName"], Key="task/seen.json")
        seen = json.loads(stored["Body"].read())
        running = [process.name() for process in psutil.Process(aws.instance.supervisor_pid).children(recursive=True)]
    assert seen["MLFLOW_BACKEND_STORE_URI"] == uri
    assert (seen["PGHOST"], seen["PGPASSWORD"]) == (None, None)
    assert "postgres" not in running


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])
