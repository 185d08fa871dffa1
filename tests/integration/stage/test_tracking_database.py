"""The template runs the tracking server, its database and its password rotation with real MLflow and real
PostgreSQL.
"""

import io
import json
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self

import psycopg2
import pytest
from botocore.exceptions import ClientError

from courtside.adapters.examination.backups import backups
from courtside.adapters.execute_api import signed_headers
from courtside.adapters.tracking_copy.dump import MANIFEST, CopyManifest, dump, member
from courtside.contracts.lake_keys import TRACKING_BACKUPS_PREFIX
from courtside.contracts.names import StackOutput
from embedded_aws.aws import session
from tests.integration.stage.conftest import Stage

DAY_MS = 86_400_000


def call(stage: Stage, path: str, body: dict[str, Any]) -> dict[str, Any]:
    url, content = f"{stage.aws.tracking_url}/api/2.0/mlflow/{path}", json.dumps(body).encode()
    signed = signed_headers(session(stage.aws.instance), method="POST", url=url, body=content)
    request = urllib.request.Request(  # noqa: S310 (loopback)
        url, content, {"Content-Type": "application/json", **signed}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 (loopback)
        result: dict[str, Any] = json.loads(answer.read())
        return result


MASTER, SERVER = "mlflow", "mlflow_server"


def secret_of(stage: Stage, user: str = MASTER) -> dict[str, Any]:
    """Return the current secret of one of the database's roles."""
    client = stage.aws.client("secretsmanager")
    for listed in client.list_secrets()["SecretList"]:
        fields = client.get_secret_value(SecretId=listed["ARN"])["SecretString"]
        if '"dbname"' in fields and json.loads(fields)["username"] == user:
            return {**json.loads(fields), "arn": listed["ARN"]}
    raise AssertionError(f"no secret of {user}")


@contextmanager
def database(stage: Stage, **instead: str) -> Iterator[Any]:
    fields = secret_of(stage) | instead
    names = {"host": "host", "port": "port", "username": "user", "password": "password", "dbname": "dbname"}
    connection = psycopg2.connect(**{names[key]: value for key, value in fields.items() if key in names})
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def run_scheduled(stage: Stage, description: str) -> dict[str, Any]:
    """Run a scheduled task as its schedule would and return it once it has stopped."""
    scheduler, ecs = stage.aws.client("scheduler"), stage.aws.client("ecs")
    schedules = (
        scheduler.get_schedule(Name=each["Name"], GroupName=each["GroupName"])
        for each in scheduler.list_schedules()["Schedules"]
    )
    target = next(each["Target"] for each in schedules if each.get("Description") == description)
    definition = target["EcsParameters"]["TaskDefinitionArn"]
    task = ecs.run_task(cluster=target["Arn"], taskDefinition=definition, launchType="FARGATE")["tasks"][0]
    deadline = time.monotonic() + 300
    while True:
        (described,) = ecs.describe_tasks(cluster=target["Arn"], tasks=[task["taskArn"]])["tasks"]
        if described["lastStatus"] == "STOPPED":
            return dict(described)
        assert time.monotonic() < deadline, stage.aws.log_tail("upkeep")
        time.sleep(0.1)


@contextmanager
def every_statement_logged(stage: Stage) -> Iterator[None]:
    with database(stage) as cursor:
        cursor.execute("alter system set log_statement = 'all'")
        cursor.execute("select pg_reload_conf()")
    yield
    with database(stage) as cursor:
        cursor.execute("alter system reset log_statement")
        cursor.execute("select pg_reload_conf()")


def disconnect_everybody(stage: Stage) -> int:
    """End every other session of the database, so that every client has to log in again."""
    with database(stage) as cursor:
        cursor.execute("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid()")
        return int(cursor.fetchone()[0])


class Client(threading.Thread):
    """A client that uses the server all the time and records what failed."""

    def __init__(self, request: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.done = 0
        self.failed: list[Exception] = []
        self.between_requests = threading.Lock()
        self._request = request
        self._enough = threading.Event()

    def run(self) -> None:
        while not self._enough.is_set():
            try:
                with self.between_requests:
                    self._request()
                self.done += 1
            except Exception as error:  # noqa: BLE001 (whatever it is, the test shows it)
                self.failed.append(error)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self.join(30)


def test_the_password_is_rotated_while_the_server_works_and_no_request_fails(stage: Stage) -> None:
    before, server_before = secret_of(stage), secret_of(stage, SERVER)
    tasks = _service_tasks(stage)
    log = next(stage.aws.directory.glob("postgres-*/postgres.log"))
    with (
        every_statement_logged(stage),
        Client(lambda: call(stage, "experiments/search", {"max_results": 5})) as client,
    ):
        ended = run_scheduled(stage, "New database password")
        assert [each["exitCode"] for each in ended["containers"]] == [0], stage.aws.log_tail("upkeep")
        # A rotation leaves open sessions alone, but a pool that grows, or that is checked after a failover, has to log
        # in again.
        with client.between_requests:
            so_far = client.done
            assert disconnect_everybody(stage) >= 1
        deadline = time.monotonic() + 300
        while client.done < so_far + 20 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert client.failed == []
    assert client.done >= so_far + 20
    assert secret_of(stage, SERVER)["password"] != server_before["password"]
    after = secret_of(stage)
    assert after["password"] != before["password"]
    assert {**after, "password": ""} == {**before, "password": ""}
    with (
        pytest.raises(psycopg2.OperationalError, match="password authentication failed"),
        database(stage, password=before["password"]),
    ):
        pass
    assert _service_tasks(stage) == tasks
    assert after["password"] not in "".join(stage.aws.log_tail("upkeep", 100))
    for role in (MASTER, SERVER):
        assert f'ALTER ROLE "{role}" PASSWORD \'SCRAM-SHA-256$' in log.read_text()
    assert after["password"] not in log.read_text()


def test_the_servers_role_can_change_rows_and_nothing_else(stage: Stage) -> None:
    call(stage, "experiments/create", {"name": "written by the server's role"})
    with database(stage) as cursor:
        cursor.execute(
            "select distinct usename from pg_stat_activity where datname = 'mlflow' and pid <> pg_backend_pid()"
        )
        assert cursor.fetchall() == [(SERVER,)]
    login = secret_of(stage, SERVER)
    with database(stage, username=SERVER, password=login["password"]) as cursor:
        cursor.execute("select count(*) from experiments where name = 'written by the server''s role'")
        assert cursor.fetchone() == (1,)
        for forbidden in (
            "create table mine (a int)",
            "drop table runs",
            "alter table runs add column a int",
            "truncate experiments",
            "update alembic_version set version_num = 'x'",
            "create role other",
            f"alter role {MASTER} password 'x'",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(forbidden)


def test_an_interrupted_rotation_locks_nobody_out_and_the_next_one_finishes_it(stage: Stage) -> None:
    before = secret_of(stage)
    half = {name: value for name, value in before.items() if name != "arn"} | {"password": "pending-one"}
    client = stage.aws.client("secretsmanager")
    client.put_secret_value(SecretId=before["arn"], SecretString=json.dumps(half), VersionStages=["AWSPENDING"])
    with database(stage) as cursor:
        cursor.execute("alter role mlflow password 'pending-one'")
        cursor.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
    assert call(stage, "experiments/search", {"max_results": 1})["experiments"]
    ended = run_scheduled(stage, "New database password")
    assert [each["exitCode"] for each in ended["containers"]] == [0], stage.aws.log_tail("upkeep")
    assert secret_of(stage)["password"] == "pending-one"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.get_secret_value(SecretId=before["arn"], VersionStage="AWSPENDING")
    with database(stage):
        pass


def test_only_old_deleted_runs_and_their_artifacts_are_removed_for_good(stage: Stage) -> None:
    experiment = call(stage, "experiments/create", {"name": "collected"})["experiment_id"]
    runs = {name: _run(stage, experiment) for name in ("old", "new", "living")}
    model = _model(stage, experiment, runs["old"])
    for name in ("old", "new"):
        call(stage, "runs/delete", {"run_id": runs[name]})
    with database(stage) as cursor:
        for name, days in (("old", 31), ("new", 29)):
            cursor.execute(
                "update runs set deleted_time = deleted_time - %s where run_uuid = %s", [days * DAY_MS, runs[name]]
            )
    ended = run_scheduled(stage, "Deleted runs go for good")
    assert [each["exitCode"] for each in ended["containers"]] == [0], stage.aws.log_tail("upkeep")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        call(stage, "runs/update", {"run_id": runs["old"]})
    call(stage, "runs/restore", {"run_id": runs["new"]})
    call(stage, "runs/update", {"run_id": runs["living"], "run_name": "still there"})
    bucket = stage.loop.output(StackOutput.ARTIFACTS_BUCKET)
    listed = stage.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"mlflow/{experiment}/")["Contents"]
    kept = {each["Key"].removeprefix(f"mlflow/{experiment}/").split("/artifacts/")[0] for each in listed}
    assert kept == {runs["new"], runs["living"], f"models/{model}"}


def test_the_nightly_backup_holds_all_that_the_databases_owner_would_copy(stage: Stage) -> None:
    """The server's role, as which it is made, is shown every table and every sequence."""
    call(stage, "experiments/create", {"name": "backed up"})
    before = set(stage.lake.keys(TRACKING_BACKUPS_PREFIX))
    ended = run_scheduled(stage, "Backup of the tracking database")
    assert [each["exitCode"] for each in ended["containers"]] == [0], stage.aws.log_tail("upkeep")
    (key,) = set(stage.lake.keys(TRACKING_BACKUPS_PREFIX)) - before
    with zipfile.ZipFile(io.BytesIO(stage.lake.read(key))) as archive:
        copied = CopyManifest.model_validate_json(archive.read(MANIFEST))
        assert b"\tbacked up\t" in archive.read(member("experiments"))
    with database(stage) as cursor:
        owned = dump(cursor.connection, io.BytesIO(), now=copied.made_at)
    assert copied == owned
    (found,) = backups(stage.lake, now=datetime.now(UTC))
    assert (found.level, f"{copied.made_at:%Y-%m-%d %H:%M}" in found.detail) == ("ok", True)


def test_only_the_migration_creates_the_schema(stage: Stage) -> None:
    # There is one log for each start, because other tests stop and start the service.
    logs = stage.aws.directory / "logs"
    migrations = [log.read_text() for log in logs.glob("*-migrate.log")]
    servers = [log.read_text() for log in logs.glob("*-mlflow.log")]
    assert sum("courtside.migrate Schema: " in log and "was empty" in log for log in migrations) == 1
    assert servers
    assert not [log for log in servers if "database tables" in log]


def _run(stage: Stage, experiment: str) -> str:
    info = call(stage, "runs/create", {"experiment_id": experiment})["run"]["info"]
    bucket, _, prefix = info["artifact_uri"].removeprefix("s3://").partition("/")
    stage.aws.client("s3").put_object(Bucket=bucket, Key=f"{prefix}/note.txt", Body=b"an artifact")
    return str(info["run_id"])


def _model(stage: Stage, experiment: str, run: str) -> str:
    """Log a model as a training does, so that a version in the registry may point to it."""
    info = call(stage, "logged-models", {"experiment_id": experiment, "name": "model", "source_run_id": run})["model"][
        "info"
    ]
    bucket, _, prefix = info["artifact_uri"].removeprefix("s3://").partition("/")
    stage.aws.client("s3").put_object(Bucket=bucket, Key=f"{prefix}/MLmodel", Body=b"a model")
    return str(info["model_id"])


def _service_tasks(stage: Stage) -> list[str]:
    ecs = stage.aws.client("ecs")
    return [
        task for cluster in ecs.list_clusters()["clusterArns"] for task in ecs.list_tasks(cluster=cluster)["taskArns"]
    ]
