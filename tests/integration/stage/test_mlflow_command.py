"""`courtside mlflow` works on a deployed stage as people run it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from courtside.contracts.names import TRACKING_AUTH, StackOutput
from tests.integration.stage.conftest import Stage

COMMAND = [sys.executable, "-m", "courtside.cli", "mlflow"]


def variables(stage: Stage) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "COURTSIDE_"))}
    return own | stage.aws.environment()


def test_the_ui_is_served_on_loopback_until_ctrl_c(stage: Stage) -> None:
    environment = variables(stage) | {"COURTSIDE_TRACKING_URI": stage.aws.tracking_url}
    with subprocess.Popen(
        [*COMMAND, "ui", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        try:
            assert command.stdout is not None
            entrance = command.stdout.readline().strip()
            url = entrance.partition("/?token=")[0]
            assert url.startswith("http://127.0.0.1:")
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(url, timeout=120)  # noqa: S310 (loopback)
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            browser.open(entrance, timeout=120).close()
            with browser.open(url, timeout=120) as page:
                assert b"<title>MLflow</title>" in page.read()
            body = json.dumps({"max_results": 1}).encode()
            request = urllib.request.Request(  # noqa: S310 (loopback)
                f"{url}/ajax-api/2.0/mlflow/experiments/search",
                body,
                {"Content-Type": "application/json", "Origin": url},
            )
            with browser.open(request, timeout=120) as answer:
                assert json.loads(answer.read())["experiments"]
            command.send_signal(signal.SIGINT)
            _, said = command.communicate(timeout=300)
        finally:
            command.kill()
    assert command.returncode == 0, said
    assert "Traceback" not in said


def test_the_ui_refuses_to_listen_where_others_could_reach_it(stage: Stage) -> None:
    done = subprocess.run(
        [*COMMAND, "ui", "--host", "0.0.0.0"],  # noqa: S104 (what is refused)
        env=variables(stage), capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "NotLoopback: 0.0.0.0 is not a loopback address" in " ".join(done.stderr.split())


def test_the_environment_of_a_notebook_is_printed_for_shells_and_programs(stage: Stage) -> None:
    shown = subprocess.run([*COMMAND, "env"], env=variables(stage), capture_output=True, text=True, check=True)
    data = subprocess.run([*COMMAND, "env", "--json"], env=variables(stage), capture_output=True, text=True, check=True)
    printed = json.loads(data.stdout)
    assert printed == {
        "MLFLOW_TRACKING_URI": stage.loop.output(StackOutput.TRACKING_URI),
        "MLFLOW_TRACKING_AUTH": TRACKING_AUTH,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    program = "import json, os; print(json.dumps({key: os.environ[key] for key in json.loads(os.environ['KEYS'])}))"
    shell = f'{shown.stdout}\nexec {sys.executable} -c "$PROGRAM"'
    keys = {"KEYS": json.dumps(list(printed)), "PROGRAM": program}
    read = subprocess.run(["sh", "-c", shell], env=keys, capture_output=True, text=True, check=True)
    assert json.loads(read.stdout) == printed
