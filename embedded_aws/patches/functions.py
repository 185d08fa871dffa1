"""Image functions run from their asset folder, and report their exceptions by class name.

Wrong in 1.5.33: a Lambda function with ``PackageType: Image`` needs Docker; and every exception of a Python
function is reported as ``Runtime.HandlerError``, so that a state machine's ``Catch`` by class name never matches.

Here: a warm worker process (`function_worker.py`) in the asset folder calls the handler that
``ImageConfig.Command`` (or the Dockerfile's CMD) names, and an exception's ``errorType`` is its class. Where images
run as containers, a container of the built image does this (`containers/function_container.py`). Zip functions are
left as they are.
"""

import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

from embedded_aws.containers.build import reference
from embedded_aws.containers.function_container import FunctionContainer, FunctionImage
from embedded_aws.containers.runtime_api import UNSAMPLED
from embedded_aws.environments import container_environment, process_environment
from embedded_aws.images import Image
from embedded_aws.patches.context import PatchContext
from embedded_aws.roles import session_of

_WORKER = Path(__file__).parent.parent / "function_worker.py"
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
_MIB_OF_A_PROCESSOR = 1769
_RUNTIME_CLIENT = "awslambdaric"
_TIMED_OUT = "Task timed out after"


class _InitFailed(Exception):
    """The handler could not be loaded; `kind` is what AWS would call it."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class FolderWorker(lambda_runtime.Worker):  # type: ignore[misc]  # ministack has no types
    """A warm environment of an image function: ministack's life cycle around our own process."""

    context: PatchContext

    def _spawn(self) -> None:
        image = self.context.images.find(self.config["ImageUri"])
        # The option -P is needed because the worker's own folder holds modules of ours and none of the function's.
        command = [sys.executable, "-P", str(_WORKER)]
        process = self.context.launcher.piped(command, self._environment(image), image.folder)
        self._proc = process
        self._read_log()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"handler": self._handler(image)}) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline() or '{"error_type": "Runtime.ExitError"}')
        if answer.get("status") != "ready":
            process.kill()
            # Without waiting, the next invocation could still find this process alive and send it its event.
            process.wait()
            raise _InitFailed(answer["error_type"], answer.get("error", "The process ended while it was starting."))

    def _read_log(self) -> None:
        self._stderr_thread = threading.Thread(target=self._read_stderr, daemon=True)
        self._stderr_thread.start()

    def _handler(self, image: Image) -> str:
        entrypoint, command = _entrypoint(self.config) or image.entrypoint, _command(self.config) or image.command
        # AWS's base starts the runtime's client by itself; any other program would never ask for an event.
        if entrypoint and entrypoint[-1] != _RUNTIME_CLIENT:
            raise _InitFailed("Runtime.ExitError", f"{' '.join(entrypoint)} is not a client of the Lambda runtime.")
        if not command:
            raise _InitFailed("Runtime.InvalidEntrypoint", "Neither ImageConfig nor the Dockerfile names a handler.")
        return str(command[0])

    def _environment(self, image: Image) -> dict[str, str]:
        requested = {**image.environment, **_variables(self.config)}
        environment = process_environment(requested, image=image, settings=self.context.settings)
        if more := _variables(self.config).get("PYTHONPATH"):
            environment["PYTHONPATH"] += f"{os.pathsep}{more}"
        return environment | {
            **_reserved(self.config),
            "LAMBDA_TASK_ROOT": str(image.folder),
            # AWS, too, tells every invocation which trace it belongs to.
            "_X_AMZN_TRACE_ID": UNSAMPLED,
            **session_of(self.config["Role"], self.func_name, self.context.settings),
        }


class ContainerWorker(lambda_runtime.Worker):  # type: ignore[misc]  # ministack has no types
    """A warm environment of an image function: a container of its image."""

    context: PatchContext
    _container: FunctionContainer | None = None

    def invoke(
        self, event: Any, request_id: str, *, invoked_function_arn: str | None = None, **_: Any
    ) -> dict[str, Any]:
        """Invoke as ministack does; the answer has the shape of its own workers."""
        with self._lock:
            if self._container is None:
                settings = self.context.settings
                self._container = FunctionContainer(
                    self._function(), instance=settings.instance_id, directory=settings.directory
                )
            answer = self._container.invoke(event, request_id, arn=invoked_function_arn)
        if answer.error_type is None:
            return {"status": "ok", "result": answer.body, "log": answer.log}
        return {
            "status": "error", "error": answer.message, "error_type": answer.error_type, "trace": answer.trace,
            "log": answer.log,
        }  # fmt: skip

    def _function(self) -> FunctionImage:
        config, settings = self.config, self.context.settings
        memory = int(config.get("MemorySize", 128))
        return FunctionImage(
            name=self.func_name,
            image=reference(str(config["ImageUri"]).rpartition(":")[2]),
            entrypoint=_entrypoint(config),
            handler=_command(config),
            environment={
                **container_environment(_variables(config), settings=settings),
                **_reserved(config),
                **session_of(config["Role"], self.func_name, settings),
            },
            readable=settings.certificate,
            memory_mib=memory,
            processors=memory / _MIB_OF_A_PROCESSOR,
            timeout=float(config.get("Timeout", 3)),
            arn=config.get("FunctionArn", ""),
        )

    def _discard_tmpdir(self) -> None:
        # Ministack calls this part of ending a worker for every kind of worker.
        if self._container is not None:
            self._container.stop()


def _command(config: dict[str, Any]) -> tuple[str, ...]:
    return _image_config(config, "Command")


def _entrypoint(config: dict[str, Any]) -> tuple[str, ...]:
    return _image_config(config, "EntryPoint")


def _image_config(config: dict[str, Any], field: str) -> tuple[str, ...]:
    configured = (config.get("ImageConfigResponse") or {}).get("ImageConfig") or {}
    return tuple(configured.get(field) or ())


def _variables(config: dict[str, Any]) -> dict[str, str]:
    return (config.get("Environment") or {}).get("Variables") or {}


def _reserved(config: dict[str, Any]) -> dict[str, str]:
    """Return the variables that AWS sets itself."""
    name = config["FunctionName"]
    return {
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_LOG_GROUP_NAME": (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"local/{name}",
    }


def patch(context: PatchContext) -> None:
    """Send image functions to folder workers instead of Docker."""
    from ministack.services import lambda_svc

    FolderWorker.context = ContainerWorker.context = context
    image_worker = ContainerWorker if context.settings.containers else FolderWorker
    stock_class = lambda_runtime._worker_class_for  # noqa: SLF001
    stock_execute = lambda_svc._execute_function_docker  # noqa: SLF001

    def worker_class(config: dict[str, Any]) -> Any:
        return image_worker if config.get("PackageType") == "Image" else stock_class(config)

    def execute(function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        config = function.get("config") or function
        if config.get("PackageType") != "Image":
            stocked: dict[str, Any] = stock_execute(function, event, request_id)
            return stocked
        return _invoke(config, event, request_id)

    lambda_runtime._worker_class_for = worker_class  # noqa: SLF001
    lambda_svc._execute_function_docker = execute  # noqa: SLF001
    context.closers.append(_stop_all)


def _invoke(config: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    """Invoke on a free worker; the answer has the shape of ministack's own executors."""
    name = config["FunctionName"]
    worker, _ = lambda_runtime.acquire_worker(name, config, b"", qualifier=config.get("Version", "$LATEST"))
    try:
        result = worker.invoke(event, request_id, invoked_function_arn=config.get("FunctionArn", ""))
    except _InitFailed as failure:
        log = worker._drain_stderr()  # noqa: SLF001
        return _error(failure.kind, f"{failure}", trace=[], log=log)
    finally:
        lambda_runtime.release_worker(worker)
    if result.get("status") == "ok":
        return {"body": result.get("result"), "log": result.get("log", "")}
    message = result.get("error", "")
    kind = "Sandbox.Timedout" if message.startswith(_TIMED_OUT) else "Runtime.ExitError"
    return _error(result.get("error_type") or kind, message, trace=result.get("trace") or [], log=result.get("log", ""))


def _error(kind: str, message: str, *, trace: list[str], log: str) -> dict[str, Any]:
    body = {"errorMessage": message, "errorType": kind, "stackTrace": trace}
    report = "".join([f"[ERROR] {kind}: {message}\n", *trace])
    return {"body": body, "error": True, "log": "\n".join(filter(None, [log, report]))}


def _stop_all() -> None:
    workers = [worker for pool in lambda_runtime._workers.values() for worker in pool]  # noqa: SLF001
    for worker in workers:
        with suppress(OSError, AttributeError, ValueError):
            if isinstance(worker, ContainerWorker):
                worker._discard_tmpdir()  # noqa: SLF001
            else:
                worker._proc.kill()  # noqa: SLF001
