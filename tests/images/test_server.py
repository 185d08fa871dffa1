"""The server's image migrates, serves, restarts and refuses strangers as on Fargate, with a real PostgreSQL."""

import contextlib
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from embedded_aws.containers.engine import ContainerSpec, Engine, write_environment
from embedded_aws.ports import free_port
from embedded_aws.postgres import Database, PostgresServer
from tests.images.figures import Figures

PROCESSORS, MEMORY_MIB = 0.25, 512
HEALTHY_SECONDS = 30


class Server:
    """The smallest task that the image is meant for."""

    def __init__(self, image: str, folder: Path, database_port: int) -> None:
        self._image, self._folder, self._engine = image, folder, Engine()
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._name = ""
        own = f"localhost:{self.port},127.0.0.1:{self.port}"
        self._environment = write_environment(folder / "server.env", {
            "PGHOST": "127.0.0.1", "PGPORT": str(database_port), "PGUSER": "mlflow", "PGDATABASE": "mlflow",
            "PGPASSWORD": "secret", "PGSSLMODE": "disable",
            "MLFLOW_HOST": "127.0.0.1", "MLFLOW_PORT": str(self.port),
            "MLFLOW_DEFAULT_ARTIFACT_ROOT": "s3://artifacts/mlflow",
            "MLFLOW_SERVER_ALLOWED_HOSTS": f"mlflow.courtside.internal,{own}",
        })  # fmt: skip

    def run(self, *command: str) -> int:
        """Run a command of the image to its end and return its exit code."""
        return self._popen("task", command).wait(600)

    def start(self) -> tuple[float, float]:
        """Start serving and return the seconds until the server is healthy, as wall time and as CPU time."""
        began = time.monotonic()
        self._process = process = self._popen("server", ())
        while not self._healthy():
            assert process.poll() is None, self.log()
            assert time.monotonic() - began < 600, self.log()
            time.sleep(0.1)
        took = time.monotonic() - began
        return took, sum(sum(each.cpu_times()[:2]) for each in self._family())

    def stop(self) -> int:
        """Ask the server to end and return its exit code."""
        assert self._process is not None
        self._engine.kill(self._name, "TERM")
        return self._process.wait(300)

    def peak_mib(self) -> float:
        """Return the peak memory of the server's control group, page cache included."""
        (root, *_) = self._family()
        group = next(
            line.split(":")[2] for line in Path(f"/proc/{root.pid}/cgroup").read_text().splitlines()
            if line.split(":")[1] in {"memory", ""}
        )  # fmt: skip
        for file in (f"/sys/fs/cgroup/memory{group}/memory.max_usage_in_bytes", f"/sys/fs/cgroup{group}/memory.peak"):
            with contextlib.suppress(OSError):
                return int(Path(file).read_text()) / 2**20
        pytest.skip("the control groups of this machine do not report peak memory")

    def status(self, path: str, host: str | None = None) -> int:
        """Return the HTTP status of a request that names another host."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if host:
            request.add_header("Host", host)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def log(self) -> str:
        return (self._folder / "server.log").read_text()[-3000:]

    def _healthy(self) -> bool:
        with contextlib.suppress(OSError):
            return self.status("/health") == 200
        return False

    def _family(self) -> list[psutil.Process]:
        root = psutil.Process(int(self._engine.inspect("container", self._name)["State"]["Pid"]))
        return [root, *root.children(recursive=True)]

    def _popen(self, what: str, command: tuple[str, ...]) -> "subprocess.Popen[bytes]":
        self._name = f"courtside-test-{what}-{time.time_ns()}"
        spec = ContainerSpec(
            name=self._name, image=self._image, instance="test", environment_file=self._environment,
            command=command, memory_mib=MEMORY_MIB, cpus=PROCESSORS,
        )  # fmt: skip
        with (self._folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                self._engine.command("run", *spec.arguments()), cwd=self._folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip


@pytest.fixture(scope="module")
def server(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    # PostgreSQL may run as another user, who has to pass through this folder.
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o711)
    database = PostgresServer(folder / "postgres", Database("mlflow", "mlflow", "secret"), dict(os.environ))
    database.start()
    yield Server(images["mlflow_image"], folder, database.port)
    Engine().remove_all("test")
    database.stop()


def test_the_one_off_task_migrates_and_may_be_repeated(server: Server) -> None:
    assert server.run("migrate") == 0, server.log()
    assert server.run("migrate") == 0, server.log()
    assert "was empty" in server.log()


def test_the_server_becomes_healthy_and_survives_a_restart(server: Server, figures: Figures) -> None:
    _start(server, figures, "the server")
    assert server.status("/") == 200
    created = _create(server.port, "kept")
    assert server.stop() == 0, server.log()
    _start(server, figures, "the server, started again")
    assert _name(server.port, created) == "kept"
    figures.note("the server: peak memory, page cache included", server.peak_mib(), "MiB", limit=MEMORY_MIB)


def test_the_server_answers_only_to_its_own_names(server: Server) -> None:
    assert server.status("/", host="mlflow.courtside.internal") == 200
    assert server.status("/", host="evil.example") == 403
    assert server.status("/api/2.0/mlflow/experiments/search?max_results=1", host="evil.example") == 403
    assert server.status("/health", host="evil.example") == 200


def test_an_unknown_command_is_refused(server: Server) -> None:
    assert server.run("nonsense") == 2
    assert "there are server, migrate, gc, rotate" in server.log()


def _start(server: Server, figures: Figures, what: str) -> None:
    clock, processor = server.start()
    figures.note(
        f"{what}: healthy with a quarter processor ({clock:.0f} s by the clock)", processor / PROCESSORS, "s",
        aim=HEALTHY_SECONDS,
    )  # fmt: skip


def _create(port: int, name: str) -> str:
    from mlflow import MlflowClient

    return str(MlflowClient(f"http://127.0.0.1:{port}").create_experiment(name))


def _name(port: int, experiment: str) -> str:
    from mlflow import MlflowClient

    return str(MlflowClient(f"http://127.0.0.1:{port}").get_experiment(experiment).name)
