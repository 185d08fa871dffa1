"""Run a real tracking server on loopback with the settings of the deployed one: one worker and no job runner."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded_aws.ports import LOOPBACK, answers, free_port
from embedded_aws.processes import end_group

READY_SECONDS = 120


@contextmanager
def tracking_server(folder: Path) -> Iterator[str]:
    """Run a server on SQLite, whose clients write the artifacts into `folder`, and yield its address."""
    port = free_port()
    command = [
        *(str(Path(sys.executable).with_name("mlflow")), "server", "--host", LOOPBACK, "--port", str(port)),
        *("--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/runs.db"),
        *("--no-serve-artifacts", "--default-artifact-root", (folder / "artifacts").as_uri()),
    ]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | quiet, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(server, port)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            end_group(server)


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not answers(port, "/health", {}):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the tracking server did not start: see server.log")
        time.sleep(0.2)
