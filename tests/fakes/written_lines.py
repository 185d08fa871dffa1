"""What AWS passes to a function beside its event, and what the function has written."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Invocation:
    """The context that AWS passes beside the event; its remaining time falls by a quarter of a second at each look."""

    aws_request_id: str = "request-1"
    function_name: str = "courtside-dev-function"
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "1024"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:f"
    left: list[int] = field(default_factory=lambda: [1000, 750])

    def get_remaining_time_in_millis(self) -> int:
        return self.left.pop(0)


class Written:
    """The lines that a process has written so far."""

    def __init__(self, capture: pytest.CaptureFixture[str], stream: io.StringIO) -> None:
        self._capture = capture
        self._stream = stream

    def text(self) -> str:
        return self._stream.getvalue()

    def logs(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def metrics(self) -> dict[str, Any]:
        (line,) = self._capture.readouterr().out.splitlines()
        emitted: dict[str, Any] = json.loads(line)
        return emitted
