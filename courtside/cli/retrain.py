"""`courtside retrain`: start the retraining state machine of a deployed stage."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, print_json, print_table
from courtside.cli.input import parse_day
from courtside.cli.stage import Stage
from courtside.cli.training_ids import new_training_id
from courtside.contracts.events import RetrainingRequest, Trigger


def retrain(
    stage: Stage = "dev",
    trigger: Annotated[Trigger, typer.Option(help="Why.")] = Trigger.MANUAL,
    as_of: Annotated[str | None, typer.Option(help="Train on games before this day [default: today].")] = None,
    reason: Annotated[str, typer.Option(help="Logged with the training.")] = "asked for by a person",
    as_json: JsonFlag = False,
) -> None:
    """Start a training; the champion stays until a challenger passes the gate.

    Example: `courtside retrain --stage dev --trigger initial`
    """
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.step_functions import StepFunctionsRetraining
    from courtside.contracts.names import StackOutput

    request = RetrainingRequest(
        training_id=new_training_id(trigger),
        as_of=parse_day(as_of) if as_of else datetime.now(UTC).date(),
        trigger=trigger,
        reason=reason,
    )
    arn = StepFunctionsRetraining(stage_outputs(stage)[StackOutput.RETRAINING]).start(request)
    result = {"training_id": request.training_id, "execution_arn": arn}
    print_json(result) if as_json else print_table("Started", [result])
