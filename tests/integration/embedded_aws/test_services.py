"""PostgreSQL and the Slack-shaped webhook work on their own, and a service that cannot run is reported."""

import json
import os
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.errors import ServiceDied
from embedded_aws.postgres import Database, PostgresServer
from embedded_aws.webhooks import Webhook
from tests.integration.embedded_aws import cloud


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that another user may pass through, as an instance's own folder is and pytest's are not."""
    with tempfile.TemporaryDirectory(prefix="courtside-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_postgres_accepts_awkward_names_and_stops_cleanly(folder: Path) -> None:
    database = Database(name='odd "name"', user="o-neil", password="p'a\"s s%w:ö")
    server = PostgresServer(folder / "postgres", database, {"PATH": os.defpath})
    server.start()
    try:
        with (
            psycopg2.connect(
                host="127.0.0.1", port=server.port, user=database.user, password=database.password, dbname=database.name
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("select current_user")
            assert cursor.fetchone() == ("o-neil",)
        assert not (folder / "postgres" / "password").exists()
    finally:
        server.stop()
    log = (folder / "postgres" / "postgres.log").read_text()
    assert "database system is shut down" in log.splitlines()[-1]
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()
    server.stop()  # stopping it again is harmless


def test_a_killed_postgres_comes_back_with_all_that_was_committed(folder: Path) -> None:
    server = PostgresServer(folder / "postgres", Database("d", "u", "p"), {"PATH": os.defpath})
    server.start()
    try:
        for count in (1, 2):
            with closing(_connected(server)) as connection, connection, connection.cursor() as cursor:
                cursor.execute("create table if not exists kept (number int)")
                cursor.execute("insert into kept values (1)")
            for each in _processes(folder):
                each.kill()
            with closing(_connected(server)) as connection, connection, connection.cursor() as cursor:
                cursor.execute("select count(*) from kept")
                assert cursor.fetchone() == (count,)
    finally:
        server.stop()
    assert not _processes(folder)


def _processes(folder: Path) -> list[psutil.Process]:
    """Return the processes of the server whose data lie in a folder, and not of another one that this process has."""
    mains = [each for each in psutil.Process().children() if str(folder) in " ".join(each.cmdline())]
    return [each for main in mains for each in (main, *main.children(recursive=True))]


def _connected(server: PostgresServer) -> Any:
    deadline = time.monotonic() + 60
    while True:
        try:
            return psycopg2.connect(host="127.0.0.1", port=server.port, user="u", password="p", dbname="d")
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.1)


def test_postgres_that_cannot_be_set_up_quotes_its_log(folder: Path) -> None:
    server = PostgresServer(folder / "p", Database(name="x", user="pg_reserved", password="p"), {})
    with pytest.raises(ServiceDied, match=r"initdb failed[\s\S]*pg_reserved|superuser name"):
        server.start()


def test_the_webhook_answers_like_slack_and_remembers() -> None:
    with Webhook() as webhook:
        assert _post(webhook.url, {"text": "drift"}) == (200, "ok")
        webhook.fail_next(2)
        assert [_post(webhook.url, {"text": "again"})[0] for _ in range(3)] == [500, 500, 200]
        assert _post(webhook.url, ["no object"]) == (400, "invalid_payload")
        assert _post(webhook.url + "/other", {"text": "x"})[0] == 404
        heard = webhook.wait_for(2, timeout=60)
    assert [each.text for each in heard] == ["drift", "again"]
    assert heard[0].received_at <= heard[1].received_at
    assert webhook.refused == 3


def test_a_service_that_cannot_run_is_reported_with_its_log(tmp_path: Path) -> None:
    image = {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/x:" + cloud.TASKS}
    definition = {"Family": "dying", "ContainerDefinitions": [{"Name": "tracking", "Image": image, "Essential": True}]}
    service = {"Cluster": {"Ref": "Cluster"}, "TaskDefinition": {"Ref": "Definition"}, "DesiredCount": 1}
    resources = {
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        "Definition": {"Type": "AWS::ECS::TaskDefinition", "Properties": definition},
        "Service": {"Type": "AWS::ECS::Service", "Properties": service},
    }
    assembly = cloud.write(tmp_path, http_endpoint="http://127.0.0.1:1", stacks=("Data",))
    (assembly / "Data.template.json").write_text(json.dumps({"Resources": resources}))
    with LocalAws.start(LocalOptions(state_directory=tmp_path / "state")) as aws:
        aws.deploy(assembly)
        with pytest.raises(ServiceDied, match=r"Essential container exited[\s\S]*KeyError: 'LAKE'"):
            aws.wait_for_tracking(timeout=300)


def _post(url: str, payload: object) -> tuple[int, str]:
    request = urllib.request.Request(url, json.dumps(payload).encode())  # noqa: S310 (loopback)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (loopback)
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
