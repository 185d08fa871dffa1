"""Find the models that are due, as the first step of a round."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.rounds import FindDueRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Write the list of the models that are due and say how many there are."""
    response = functions.finding_due().run(FindDueRequest.model_validate(event))
    return answer("models due found", response)
