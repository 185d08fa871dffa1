"""Run a Lambda function: this process loads one handler and calls it for every event.

It runs with the asset folder as its working directory and on its module path, where `embedded_aws` need not exist;
so it imports nothing but the standard library. It reads and writes one JSON line at a time: the handler's name
first, then ``{"event": …, "ctx": …}`` for each invocation.
"""

import importlib
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, TextIO


class Context:
    """What AWS passes to a handler beside the event."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = given.get("invoked_function_arn", "")
        self.aws_request_id = given.get("request_id", "")
        self.identity = None
        self.client_context = None
        self._deadline = time.monotonic() + given.get("timeout_ms", 3000) / 1000

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function's timeout."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def _load(name: str) -> Callable[[Any, Context], Any]:
    module, _, function = name.replace("/", ".").rpartition(".")
    handler: Callable[[Any, Context], Any] = getattr(importlib.import_module(module), function)
    return handler


def _init_failure(error: BaseException) -> dict[str, Any]:
    names: dict[type[BaseException], str] = {
        ImportError: "Runtime.ImportModuleError",
        AttributeError: "Runtime.HandlerNotFound",
    }
    kind = next((name for cls, name in names.items() if isinstance(error, cls)), type(error).__name__)
    return {"status": "error", "error_type": kind, "error": str(error)}


def _failure(error: BaseException) -> dict[str, Any]:
    frames = traceback.format_exception(error)
    return {"status": "error", "error_type": type(error).__name__, "error": str(error), "trace": frames}


def _call(handler: Callable[[Any, Context], Any], message: dict[str, Any]) -> str:
    try:
        result = handler(message["event"], Context(message.get("ctx") or {}))
    except Exception as error:  # noqa: BLE001 (whatever the handler raises is the answer)
        return json.dumps(_failure(error))
    try:
        return json.dumps({"status": "ok", "result": result})
    except (TypeError, ValueError) as error:
        return json.dumps(_failure(error) | {"error_type": "Runtime.MarshalError"})


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until their stream ends."""
    try:
        handler = _load(json.loads(requests.readline())["handler"])
    except Exception as error:  # noqa: BLE001 (whatever the import raises is the answer)
        traceback.print_exc()
        print(json.dumps(_init_failure(error)), file=answers, flush=True)
        return
    print(json.dumps({"status": "ready"}), file=answers, flush=True)
    for line in requests:
        print(_call(handler, json.loads(line)), file=answers, flush=True)


def main() -> None:
    """Serve on standard input and output; what the function itself prints goes to its log."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # AWS also installs a root log handler before the function's modules are imported.
    logging.basicConfig(stream=sys.stderr, format="[%(levelname)s]\t%(asctime)s\t%(message)s")
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
