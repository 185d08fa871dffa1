"""Answer a browser that signs in to the pages of a stage, or out."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.browser import BrowserRequest
from courtside.telemetry import LambdaContext, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer one request; the answer holds cookies, so it is never logged."""
    request = BrowserRequest.model_validate(event)
    return functions.sign_in().answer(request, now=datetime.now(UTC)).as_lambda()
