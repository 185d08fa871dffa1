"""Tend the open incidents of the stage, before a round looks at its models."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import functions
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Let answers run out, escalate what nobody acknowledged, and finish what was left undone."""
    return answer("incidents tended", functions.tending_incidents().run(now=datetime.now(UTC)))
