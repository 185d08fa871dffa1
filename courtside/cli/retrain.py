"""`courtside retrain`: start the retraining state machine of a deployed stage."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.adapters.training_ids import new_training_id
from courtside.cli import runs
from courtside.cli.console import JsonFlag, people, print_json, print_pairs, say
from courtside.cli.stage import Model, Stage, caller
from courtside.cli.stage_data import stage_lake
from courtside.contracts.days import parse_day
from courtside.contracts.errors import InputMismatch
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.history import parse_history

if TYPE_CHECKING:
    from courtside.core.dataset import Dataset
    from courtside.workflows.ports import Lake


def retrain(
    stage: Stage = "dev",
    model: Model = None,
    trigger: Annotated[Trigger, typer.Option(help="Why it is started.")] = Trigger.MANUAL,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Train on rows before this day; where rows have no times, on loads up to it [default: today]."
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="Logged with the training.")] = "asked for by a person",
    recalibrate: Annotated[
        bool,
        typer.Option(
            "--recalibrate",
            help="Train no new model: correct the champion's probabilities on the newest rows with a label.",
        ),
    ] = False,
    history: Annotated[
        str | None,
        typer.Option(
            help="How much of the past to learn from: all, auto (time folds choose), or newest years as in 5y "
            "[default: what the contract says in retrain.history]."
        ),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Follow it to its end; exit 1 unless a challenger was trained and judged.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Start a training; the champion stays until a challenger passes the gate.

    If what it made becomes champion, `courtside versions rollback` makes the one before it champion again.

    Examples:

    - `courtside retrain --stage dev --trigger initial`

    - `courtside retrain --model churn --stage prod --reason "new rules this season" --wait`

    - `courtside retrain --model churn --history auto --reason "the rules changed two years ago" --wait`

    - `courtside retrain --recalibrate --model churn --reason "its ranking held, its probabilities broke" --wait`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.step_functions import StepFunctionsRetraining
    from courtside.contracts.names import StackOutput
    from courtside.workflows.decisions.by_hand import DecisionsByHand

    asked = parse_history(history) if history else None
    if recalibrate and asked:
        raise InputMismatch(
            "--recalibrate fits no candidate, so no --history can be chosen for it: leave one of them out"
        )
    day = parse_day(as_of) if as_of else datetime.now(UTC).date()
    with people.status("Starting a training"), reaching_aws():
        lake, dataset = stage_lake(stage, model)
        if recalibrate:
            _require_recalibratable(dataset, lake)
        request = RetrainingRequest(
            model=dataset.name,
            training_id=new_training_id(trigger),
            as_of=day,
            trigger=trigger,
            reason=reason,
            recalibrate=recalibrate,
            history="all" if recalibrate else asked or dataset.retrain.history,
        )
        machine = StepFunctionsRetraining(stage_outputs(stage)[StackOutput.RETRAINING])
        by_hand = DecisionsByHand(lake, dataset.name, caller())
        arn = by_hand.start(request, machine.start, now=datetime.now(UTC))
    if wait:
        _follow(request, stage, as_json=as_json)
        return
    result = {"training_id": request.training_id, "execution_arn": arn}
    if as_json:
        print_json(result)
        return
    print_pairs(result)
    say(f"To follow it: `courtside runs show {request.training_id}`; with --wait the command follows it itself")


def _require_recalibratable(dataset: "Dataset", lake: "Lake") -> None:
    """Refuse before anything is started; a model of a package of a team's own is left to the training to judge."""
    from courtside.adapters.mlflow_models import MlflowModels
    from courtside.workflows.ports import ModelNotTrusted
    from courtside.workflows.recalibrate import recalibratable

    with suppress(ModelNotTrusted):
        recalibratable(dataset, lake=lake, models=MlflowModels())


def _follow(request: RetrainingRequest, stage: str, *, as_json: bool) -> None:
    from courtside.cli.follow_run import follow

    with people.status("Asking the stage"):
        source = runs.runs_of(stage, request.model)
    run = follow(request.training_id, source)
    print_json(runs.document(run)) if as_json else print_pairs(runs.row(run))
    if run.failed:
        say(f"To see why: `courtside runs show {request.training_id}`")
        raise typer.Exit(1)
