"""Tests start, stop and restart this tracking server on the same address and database."""

import contextlib
import multiprocessing
import os
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import mlflow

READY_SECONDS = 300.0
APP = "mlflow.server.fastapi_app"
# Importing the server's app takes seconds, and `mlflow server` imports it twice. Here it is imported once, and every
# start is a fork of that process.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([APP, "mlflow.store.tracking.sqlalchemy_store", "uvicorn"])


class Server:
    """MLflow's own server on a database file or on `database`; stopping it loses nothing but the process."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self._folder = folder
        self._database = database or f"sqlite:///{folder}/mlflow.db"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._process: BaseProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = _PROCESSES.Process(target=_serve, args=(self._port, self._folder, self._database))
        self._process.start()
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health", timeout=5):  # noqa: S310
                return
            assert self._process.is_alive(), self._log()
            time.sleep(0.1)
        raise TimeoutError(self._log())

    def kill(self) -> None:
        """End the server at once, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def _log(self) -> str:
        return (self._folder / "server.log").read_text()[-2000:]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run a server in `folder`, to which MLflow's functions of this process speak; the folder goes with it."""
    (folder / "server").mkdir()
    create_database(folder / "server" / "mlflow.db")
    server = Server(folder / "server")
    server.start()
    mlflow.set_tracking_uri(server.url)
    yield server
    server.kill()
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)
    shutil.rmtree(folder)


def create_database(path: Path) -> None:
    """Create the server's tables once, which takes seconds; tests copy the file."""
    process = _PROCESSES.Process(target=_create_tables, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 0


def _create_tables(path: Path) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    SqlAlchemyStore(f"sqlite:///{path}", "mlflow-artifacts:/")


def _serve(port: int, folder: Path, database: str) -> None:
    """Serve in this process what `mlflow server --backend-store-uri … --artifacts-destination …` serves."""
    with (folder / "server.log").open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    os.chdir(folder)
    import uvicorn
    from mlflow.server import constants

    os.environ |= {
        constants.BACKEND_STORE_URI_ENV_VAR: database,
        constants.ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
        constants.ARTIFACTS_DESTINATION_ENV_VAR: str(folder / "artifacts"),
        constants.SERVE_ARTIFACTS_ENV_VAR: "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    uvicorn.run(f"{APP}:app", host="127.0.0.1", port=port)
