"""ECS containers run as processes.

Wrong in 1.5.33: without a Docker daemon an ECS task is a record that never runs (and never ends). Here: ECS is
given an engine that looks like docker-py's client to it and starts each container as a process in its image's asset
folder or, where images run as containers, as a container of the built image with the task's memory. CPU limits,
networks and architectures are not imitated. ``EntryPoint`` and ``DependsOn`` of a container definition, which stock
ministack drops on the way to the engine, are looked up again: a container that depends on another one's success
starts after it, or not at all.
"""

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from embedded_aws import processes
from embedded_aws.containers.build import reference
from embedded_aws.containers.engine import ContainerSpec, write_environment
from embedded_aws.containers.engine import Engine as RealEngine
from embedded_aws.environments import command_here, container_environment, process_environment
from embedded_aws.forkserver.client import Launcher
from embedded_aws.images import Image, ImageRegistry
from embedded_aws.patches.context import PatchContext
from embedded_aws.roles import session_of
from embedded_aws.settings import EmulatorSettings

_LABEL = "com.amazonaws.ecs."
_FOLLOW_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Start:
    """What is started, where, and with which environment."""

    command: list[str]
    environment: dict[str, str]
    folder: Path


class NotFound(Exception):
    """There is no such container, or no registry to ask."""


class DependencyFailed(Exception):
    """A container that another one waits for did not succeed."""


class Container:
    """The part of docker-py's Container that ministack's ECS uses, around one process."""

    def __init__(self, name: str, labels: dict[str, str], process: processes.Child, log: Path) -> None:
        self.id = uuid4().hex
        self.name = name
        self.labels = labels
        self.attrs: dict[str, Any] = {"NetworkSettings": {"Networks": {"loopback": {"IPAddress": "127.0.0.1"}}}}
        self._process = process
        self._log = log

    @property
    def status(self) -> str:
        """The status is ``running`` or ``exited``."""
        return "running" if self._process.poll() is None else "exited"

    def reload(self) -> None:
        """Do nothing, because nothing is cached."""

    def wait(self, **_: Any) -> dict[str, int]:
        """Wait for the end; a process ended by signal n has status 128 + n, as docker reports it."""
        code = self._process.wait()
        return {"StatusCode": code if code >= 0 else 128 - code}

    def logs(self, *, stream: bool = False, **_: Any) -> bytes | Iterator[bytes]:
        """Return what was written so far or, as a stream, everything until the process ends."""
        return self._follow() if stream else self._log.read_bytes()

    def _follow(self) -> Iterator[bytes]:
        with self._log.open("rb") as file:
            while True:
                ended = self._process.poll() is not None
                if line := file.readline():
                    yield line
                elif ended:
                    return
                else:
                    time.sleep(_FOLLOW_SECONDS)

    def stop(self, timeout: float = 3.0, **_: Any) -> None:
        """End the process and what it started; `timeout` is in seconds."""
        processes.end_group(self._process, grace=min(timeout, 3.0))

    def remove(self, **_: Any) -> None:
        """End the container; its log stays, so that one can see what happened."""
        self.stop(1.0)


class EngineContainer(Container):
    """A container of a real engine, around the engine's own process that waits for it."""

    def stop(self, timeout: float = 3.0, **_: Any) -> None:
        """End the container as its engine does; `timeout` is in seconds."""
        if self.status == "running":
            RealEngine().stop(self.name, grace=timeout)
        super().stop(timeout)


class _Images:
    """Stands in for docker-py's ``client.images`` on a machine where every known image is already present."""

    def __init__(self, registry: ImageRegistry) -> None:
        self._registry = registry

    def get(self, image: str) -> Image:
        return self._registry.find(image)

    def pull(self, image: str, **_: Any) -> Image:
        return self._registry.find(image)

    def get_registry_data(self, image: str, **_: Any) -> Any:
        raise NotFound(f"{image}: there is no registry")


class _Containers:
    """Stands in for docker-py's ``client.containers``."""

    def __init__(self, settings: EmulatorSettings, registry: ImageRegistry, launcher: Launcher) -> None:
        self._settings = settings
        self._registry = registry
        self._launcher = launcher
        self._running: dict[str, Container] = {}
        self._closed = threading.Event()
        self._starting = threading.Lock()

    def run(self, image: str, *, name: str, labels: dict[str, str], **given: Any) -> Container:
        """Start a container of an image, as its task definition (found by the labels) describes it."""
        found = self._registry.find(image)
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", name)
        definition = _definition(labels)
        self._await(definition, labels[_LABEL + "task-arn"])
        kind = Container
        if self._settings.containers:
            kind, start = EngineContainer, self._engine_start(image, name, labels, given)
        else:
            start = self._process_start(found, name, labels, given)
        log = self._settings.logs / f"{name}.log"
        with self._starting, log.open("ab") as output:
            # ECS replaces a service's stopped task at once, even while we are closing.
            if self._closed.is_set():
                raise NotFound("the embedded AWS is stopping")
            process = self._launcher.logged(start.command, start.environment, start.folder, output)
            container = kind(name, labels, process, log)
            self._running[container.id] = container
        return container

    def _process_start(self, image: Image, name: str, labels: dict[str, str], given: dict[str, Any]) -> _Start:
        definition = _definition(labels)
        ports = _ports(definition)
        environment = process_environment(
            {**image.environment, **(given.get("environment") or {})},
            image=image, settings=self._settings, server=bool(ports),
        )  # fmt: skip
        if ports:
            environment["MLFLOW_UVICORN_OPTS"] = self._settings.servers.uvicorn_options(name, image.folder)
        environment |= self._session(labels, name)
        words = _words(image, definition.get("entryPoint"), given.get("command"))
        command = command_here(words, environment=environment, settings=self._settings, ports=ports)
        return _Start(command, environment, image.folder)

    def _engine_start(self, image: str, name: str, labels: dict[str, str], given: dict[str, Any]) -> _Start:
        settings, definition = self._settings, _definition(labels)
        environment = container_environment(
            given.get("environment") or {}, settings=settings, server=bool(_ports(definition))
        )
        environment |= self._session(labels, name)
        spec = ContainerSpec(
            name=name,
            image=reference(image.rpartition(":")[2]),
            instance=settings.instance_id,
            environment_file=write_environment(settings.directory / f"{name}.env", environment),
            command=tuple(given.get("command") or ()),
            entrypoint=tuple(definition.get("entryPoint") or ()),
            memory_mib=int(_task(labels)["memory"]),
            readable=settings.certificate,
        )
        return _Start(RealEngine().command("run", *spec.arguments()), dict(os.environ), settings.directory)

    def _session(self, labels: dict[str, str], name: str) -> dict[str, str]:
        role = _task(labels).get("taskRoleArn")
        return session_of(role, name, self._settings) if role else {}

    def _await(self, definition: dict[str, Any], task: str) -> None:
        for needed in definition.get("dependsOn", []):
            if needed["condition"] not in {"COMPLETE", "SUCCESS"}:
                continue
            wanted = {_LABEL + "task-arn": task, _LABEL + "container-name": needed["containerName"]}
            other = next(each for each in self._running.values() if wanted.items() <= each.labels.items())
            code = other.wait()["StatusCode"]
            if code and needed["condition"] == "SUCCESS":
                raise DependencyFailed(f"container {needed['containerName']} exited with {code}")

    def get(self, container_id: str) -> Container:
        try:
            return self._running[container_id]
        except KeyError:
            raise NotFound(container_id) from None

    def list(self, **_: Any) -> list[Container]:
        return list(self._running.values())

    def stop_all(self) -> None:
        with self._starting:
            self._closed.set()
        for container in self._running.values():
            with suppress(ProcessLookupError):
                container.stop()


class Engine:
    """Stands in for docker-py's client."""

    def __init__(self, settings: EmulatorSettings, registry: ImageRegistry, launcher: Launcher) -> None:
        self.containers = _Containers(settings, registry, launcher)
        self.images = _Images(registry)


def patch(context: PatchContext) -> None:
    """Give ECS this engine."""
    from ministack.services import ecs

    engine = Engine(context.settings, context.images, context.launcher)
    ecs._docker = engine  # noqa: SLF001
    context.closers.append(engine.containers.stop_all)


def _task(labels: dict[str, str]) -> dict[str, Any]:
    from ministack.services import ecs

    key = f"{labels[_LABEL + 'task-definition-family']}:{labels[_LABEL + 'task-definition-version']}"
    return ecs._task_defs.get(key) or {}  # noqa: SLF001


def _definition(labels: dict[str, str]) -> dict[str, Any]:
    named = labels[_LABEL + "container-name"]
    found = (each for each in _task(labels).get("containerDefinitions", []) if each.get("name") == named)
    return next(found, {})


def _ports(definition: dict[str, Any]) -> list[int]:
    return [int(each["containerPort"]) for each in definition.get("portMappings", [])]


def _words(image: Image, entrypoint: list[str] | None, command: list[str] | None) -> tuple[str, ...]:
    # As with docker, an overridden entry point does not get the image's own command.
    if entrypoint:
        return (*entrypoint, *(command or ()))
    words = (*image.entrypoint, *(command or image.command))
    if not words:
        raise ValueError(f"the image in {os.fspath(image.folder)} has neither ENTRYPOINT nor CMD")
    return words
