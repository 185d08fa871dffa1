"""The steps of a round: each has a timeout, retries what is transient, and hands its error on to `settle`."""

from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.constructs.function_steps import EXCEPTION, LAMBDA_TRANSIENT, function_step, retry
from infra.stage import StageSettings

FUNCTION_TIMEOUT, SHORT_TIMEOUT = cdk.Duration.minutes(5), cdk.Duration.minutes(2)
SCORING_TIMEOUT = cdk.Duration.minutes(9)
# A function that hangs is ended by Lambda; this is for an invocation whose answer never comes.
_STEP_TIMEOUT, _SCORING_STEP_TIMEOUT = cdk.Duration.minutes(6), cdk.Duration.minutes(10)
_INPUT = "{% $states.input %}"
_OF_MODEL = {"model": "{% $states.input.model %}", "round": "{% $states.input.round %}"}
# Only what really arrived is predicted at once; whatever else is due has a field of its own.
_ROWS_CAME = "($exists($states.input.arrived.rows) and $states.input.arrived.rows > 0)"
_ROUND = "{% $merge([$states.context.Execution.Input, {'round': $states.context.Execution.Name}]) %}"
_ERROR = f"{{'error': $states.errorOutput.Error, 'cause': $substring({EXCEPTION}, 0, 2000)}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionsOfModel:
    """What a round calls for each model that is due."""

    receive_rows: lambda_.IFunction
    predict: lambda_.IFunction
    check_drift: lambda_.IFunction
    check_performance: lambda_.IFunction
    publish: lambda_.IFunction


def tend_incidents(scope: Construct, function: lambda_.IFunction, *, then: tasks.LambdaInvoke) -> tasks.LambdaInvoke:
    """Return the step that tends incidents; it answers nothing, and a round goes on if it fails."""
    step = function_step(scope, "TendIncidents", function, payload={}, outputs=_INPUT, timeout=_STEP_TIMEOUT)
    retry(step, LAMBDA_TRANSIENT)
    step.add_catch(then, errors=["States.ALL"], outputs=_INPUT)
    step.next(then)
    return step


def find_due(scope: Construct, function: lambda_.IFunction) -> tasks.LambdaInvoke:
    """Return the step that writes the list of the models that are due, and goes on with what it counted."""
    step = function_step(
        scope, "FindDue", function, payload=_ROUND, outputs="{% $states.result.Payload %}", timeout=_STEP_TIMEOUT
    )
    retry(step, LAMBDA_TRANSIENT)
    return step


def publish_stage(scope: Construct, function: lambda_.IFunction, *, then: sfn.IChainable) -> tasks.LambdaInvoke:
    """Return the step that builds the page of all models; a round is finished and answers what it counted anyway."""
    asked = {"round": "{% $states.context.Execution.Name %}"}
    step = _publish(scope, "PublishStage", function, asked=asked, outputs=_INPUT, otherwise=then)
    step.next(then)
    return step


def _publish(
    scope: Construct,
    name: str,
    function: lambda_.IFunction,
    *,
    asked: dict[str, str],
    outputs: Any,
    otherwise: sfn.IChainable,
) -> tasks.LambdaInvoke:
    """Return a step that builds pages and goes on whether or not it can; the function tells people if it cannot."""
    step = function_step(scope, name, function, payload=asked, outputs=outputs, timeout=_STEP_TIMEOUT)
    retry(step, LAMBDA_TRANSIENT)
    step.add_catch(otherwise, errors=["States.ALL"], outputs=outputs)
    return step


def each_model(
    scope: Construct, *, lake: s3.IBucket, steps: sfn.IChainable, settings: StageSettings
) -> sfn.DistributedMap:
    """Return the map over the list; a model whose round cannot even be settled counts as a tolerated failure.

    It is written with paths, because a list's key is a path in either language, and its models answer nothing: the
    answers of all together may not be larger than 256 KiB.
    """
    each = sfn.DistributedMap(
        scope,
        "EachModel",
        label="EachModel",
        map_execution_type=sfn.StateMachineType.STANDARD,
        max_concurrency=settings.watch_concurrency,
        tolerated_failure_percentage=settings.watch_tolerated_percent,
        item_reader=sfn.S3JsonItemReader(bucket=lake, key=sfn.JsonPath.string_at("$.key")),
        result_path=sfn.JsonPath.DISCARD,
    )
    each.item_processor(steps)
    return each


def steps_of_model(scope: Construct, functions: FunctionsOfModel, *, settle: lambda_.IFunction) -> sfn.IChainable:
    """Return the steps of one model: each function of it if it is due, then `settle`, and then `publish`.

    A step that fails is handed to `settle` with the rest, so the other steps of the model are made all the same. Pages
    that cannot be built are no failure of the round.
    Performance is judged before drift is checked, because the drift check also decides what follows from both.
    """
    last = function_step(scope, "Settle", settle, payload=_INPUT, outputs=_INPUT, timeout=_STEP_TIMEOUT)
    retry(last, LAMBDA_TRANSIENT)
    unpublished = sfn.Succeed.jsonata(scope, "PagesNotBuilt")
    last.next(_publish(scope, "Publish", functions.publish, asked=_OF_MODEL, outputs={}, otherwise=unpublished))
    check = _step(scope, "CheckDrift", functions.check_drift, answer="checked", then=last)
    checks = _if_due(scope, "IsCheckDue", "$states.input.check", check, otherwise=last)
    judge = _step(
        scope,
        "CheckPerformance",
        functions.check_performance,
        answer="judged",
        then=checks,
        timeout=_SCORING_STEP_TIMEOUT,
    )
    judges = _if_due(scope, "IsJudgementDue", "$states.input.judge", judge, otherwise=checks)
    predict = _step(scope, "Predict", functions.predict, answer="predicted", then=judges, timeout=_SCORING_STEP_TIMEOUT)
    predicts = _if_due(scope, "ArePredictionsDue", f"$states.input.predict or {_ROWS_CAME}", predict, otherwise=judges)
    receive = _step(scope, "ReceiveRows", functions.receive_rows, fields=("model",), answer="arrived", then=predicts)
    return _if_due(scope, "AreFilesDue", "$states.input.receive", receive, otherwise=predicts)


def _if_due(scope: Construct, name: str, due: str, step: sfn.IChainable, *, otherwise: sfn.IChainable) -> sfn.Choice:
    condition = sfn.Condition.jsonata(f"{{% {due} %}}")
    return sfn.Choice.jsonata(scope, name).when(condition, step).otherwise(otherwise)


def _step(
    scope: Construct,
    name: str,
    function: lambda_.IFunction,
    *,
    fields: tuple[str, ...] = ("model", "as_of"),
    answer: str,
    then: sfn.IChainable,
    timeout: cdk.Duration = _STEP_TIMEOUT,
) -> sfn.IChainable:
    """Return a step that goes on to `then`, with its answer or its error among what it was given."""
    step = function_step(
        scope,
        name,
        function,
        payload={field: f"{{% $states.input.{field} %}}" for field in fields},
        outputs=f"{{% $merge([$states.input, {{'{answer}': $states.result.Payload}}]) %}}",
        timeout=timeout,
    )
    retry(step, LAMBDA_TRANSIENT)
    failed = f"{{% $merge([$states.input, {{'not_{answer}': {_ERROR}}}]) %}}"
    step.add_catch(then, errors=["States.ALL"], outputs=failed)
    return step.next(then)
