"""Each step of the retraining state machine has a timeout, retries what is transient, and catches the rest."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.constructs.function_steps import CAUSE, CRASHED, EXCEPTION, HUNG, LAMBDA_TRANSIENT, function_step, retry
from infra.constructs.network import place_of_tasks
from infra.constructs.training_task import TRAINING_CONTAINER, TrainingTask
from infra.stage import StageSettings

# People have already been told about this failure, so `RetrainingWatch` stays silent on it.
ANNOUNCED = "RetrainingFailureAnnounced"
FAILED = "failed"
_STEP_TIMEOUT = cdk.Duration.minutes(5)
_SMOKE_TIMEOUT = cdk.Duration.minutes(15)
_ECS_TRANSIENT = ["ECS.AmazonECSException", "ECS.ServerException", "ECS.ThrottlingException"]
_INPUT = "$states.context.Execution.Input"
ROLLS_BACK = f"$exists({_INPUT}.roll_back_to)"

# A stopped task arrives as its whole description in JSON; two of its fields say what happened.
_STOPPED = f"$contains(({CAUSE}), '\"StoppedReason\"')"
_EXIT_CODE = f"Containers[Name = '{TRAINING_CONTAINER}'].ExitCode"
_STOPPED_TASK = (
    f"{_STOPPED}"
    " ? ($task := $parse($states.errorOutput.Cause);"
    f" $task.StoppedReason & ' (exit code ' & $string($task.{_EXIT_CODE}) & ')')"
    f" : ({CAUSE})"
)
# An account's GuardDuty adds a container, and Step Functions fails a task if any of its containers fails:
# https://github.com/aws/aws-cdk/issues/32877
# A task that somebody stopped, or that Spot reclaimed, has not done its work, whatever its container's exit code is.
_OUR_CONTAINER_IS_DONE = (
    f"{_STOPPED} and ($task := $parse($states.errorOutput.Cause);"
    f" $task.StopCode = 'EssentialContainerExited' and $task.{_EXIT_CODE} = 0)"
)
_Step = TypeVar("_Step", bound=sfn.TaskStateBase)


class RetrainingSteps:
    """Creates the steps in `scope`; a failure goes to `failed` with its step, error and cause."""

    REQUEST: ClassVar[str] = f"{{% {_INPUT} %}}"
    TRAINING: ClassVar[Mapping[str, str]] = {name: f"{{% {_INPUT}.{name} %}}" for name in ("model", "training_id")}
    ROLLBACK: ClassVar[Mapping[str, str]] = {
        **TRAINING,
        **{name: f"{{% {_INPUT}.{name} %}}" for name in ("roll_back_to", "roll_back_from", "reason")},
    }

    def __init__(
        self,
        scope: Construct,
        *,
        training: TrainingTask,
        failed: sfn.IChainable,
        settings: StageSettings,
    ) -> None:
        self._scope = scope
        self._training = training
        self._failed = failed
        self._settings = settings

    WITH_ANSWER: ClassVar[str] = "{% $merge([$states.input, $states.result.Payload]) %}"

    def call(
        self,
        name: str,
        function: lambda_.IFunction,
        *,
        payload: str | Mapping[str, str] = TRAINING,
        outputs: str = "{% $states.result.Payload %}",
    ) -> tasks.LambdaInvoke:
        """Call a function and go on with its answer."""
        step = function_step(self._scope, name, function, payload=payload, outputs=outputs, timeout=_STEP_TIMEOUT)
        return self._guard(step, name, [*LAMBDA_TRANSIENT, *CRASHED])

    def ask(self, name: str, function: lambda_.IFunction, *, expired: sfn.IChainable) -> tasks.LambdaInvoke:
        """Call a function with this state's token and wait until a person answers, or goes to `expired`."""
        wait = cdk.Duration.hours(self._settings.approval_hours)
        step = tasks.LambdaInvoke.jsonata(
            self._scope,
            name,
            lambda_function=function,
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            payload=sfn.TaskInput.from_object(
                {
                    **self.TRAINING,
                    "token": "{% $states.context.Task.Token %}",
                    "wait_seconds": wait.to_seconds(),
                }
            ),
            retry_on_service_exceptions=False,
            task_timeout=sfn.Timeout.duration(wait),
            outputs="{% $merge([$states.input, $states.result]) %}",
        )
        step.add_catch(expired, errors=["States.Timeout"], outputs={})
        return self._guard(step, name, [*LAMBDA_TRANSIENT, *CRASHED])

    def train(self, *, then: sfn.IChainable) -> sfn.IChainable:
        """Run the training task on the whole request and go on with `then`."""
        fields = ("model", "training_id", "as_of", "trigger", "reason", "report")
        arguments = [part for field in fields for part in (f"--{field.replace('_', '-')}", f"{{% {_INPUT}.{field} %}}")]
        # A request has these only where they are asked for.
        recalibrate, history = (f"{_INPUT}.{field}" for field in ("recalibrate", "history"))
        arguments += ["--recalibrate", f"{{% $exists({recalibrate}) and {recalibrate} ? 'true' : 'false' %}}"]
        arguments += ["--history", f"{{% $exists({history}) ? {history} : 'all' %}}"]
        timeout = cdk.Duration.minutes(self._settings.training_timeout_minutes)
        step = self._run("Train", ["train", *arguments], timeout=timeout)
        return self._judge(step, "Train", then=then)

    def smoke(self, name: str, *, then: sfn.IChainable) -> sfn.IChainable:
        """Load the sealed version and repeat known predictions, before anything is moved."""
        model, training = self.TRAINING["model"], self.TRAINING["training_id"]
        command = ["smoke", "--model", model, "--training-id", training, "--sha256", "{% $states.input.sha256 %}"]
        step = self._run(name, command, timeout=_SMOKE_TIMEOUT)
        return self._judge(step, name, then=then)

    def _judge(
        self,
        step: tasks.EcsRunTask,
        name: str,
        *,
        then: sfn.IChainable,
    ) -> sfn.IChainable:
        """Go on when our own container did its work, however other containers in the task ended."""
        told = _failure(name, _STOPPED_TASK)
        judged = sfn.Choice.jsonata(self._scope, f"Has{name}Failed")
        done = sfn.Condition.jsonata("{% $states.input.done %}")
        judged.when(done, then, outputs="{% $states.input.input %}").otherwise(self._failed)
        retry(step, _ECS_TRANSIENT)
        more = {"done": f"{{% {_OUR_CONTAINER_IS_DONE} %}}", "input": "{% $states.input %}"}
        step.add_catch(judged, errors=["States.TaskFailed"], outputs={**told, **more})
        step.add_catch(self._failed, errors=["States.ALL"], outputs=told)
        return step.next(then)

    @staticmethod
    def unlock(scope: Construct, function: lambda_.IFunction, *, then: sfn.IChainable) -> tasks.LambdaInvoke:
        """Release lock and slot, which starts what waited, and go on with how the training ended."""
        outcome = {"outcome": "{% $states.input.outcome %}"}
        payload = _what_to_release(trained="{% $states.input.outcome in ['kept', 'promoted'] %}")
        return _released(scope, "Unlock", function, payload=payload, outputs=outcome, then=then)

    @staticmethod
    def give_slot_back(scope: Construct, function: lambda_.IFunction, *, then: sfn.IChainable) -> tasks.LambdaInvoke:
        """Let another training run, because this one has done its work and waits for a person only."""
        payload = _what_to_release(trained=True, keeps_lock=True)
        return _released(scope, "GiveSlotBack", function, payload=payload, outputs="{% $states.input %}", then=then)

    def _run(self, name: str, command: list[str], *, timeout: cdk.Duration) -> tasks.EcsRunTask:
        training, place = self._training, place_of_tasks(self._settings)
        return tasks.EcsRunTask.jsonata(
            self._scope,
            name,
            integration_pattern=sfn.IntegrationPattern.RUN_JOB,
            cluster=training.cluster,
            task_definition=training.definition,
            launch_target=tasks.EcsFargateLaunchTarget(platform_version=ecs.FargatePlatformVersion.LATEST),
            assign_public_ip=place.public_address,
            subnets=place.subnets,
            propagated_tag_source=ecs.PropagatedTagSource.TASK_DEFINITION,
            security_groups=[training.security_group],
            container_overrides=[tasks.ContainerOverride(container_definition=training.container, command=command)],
            task_timeout=sfn.Timeout.duration(timeout),
            # The task's own description holds nothing that a later step needs.
            outputs="{% $states.input %}",
        )

    def _guard(self, step: _Step, name: str, transient: list[str]) -> _Step:
        retry(step, transient)
        step.add_catch(self._failed, errors=["States.ALL"], outputs=_failure(name, EXCEPTION))
        return step


def _what_to_release(*, trained: str | bool, keeps_lock: bool = False) -> dict[str, object]:
    machine = "{% $states.context.StateMachine.Id %}"
    return {"request": RetrainingSteps.REQUEST, "trained": trained, "machine": machine, "keeps_lock": keeps_lock}


def _released(
    scope: Construct,
    name: str,
    function: lambda_.IFunction,
    *,
    payload: Mapping[str, object],
    outputs: Any,
    then: sfn.IChainable,
) -> tasks.LambdaInvoke:
    """Return a step that goes on alike if it fails: leases end by themselves, and what waits is remembered."""
    step = function_step(scope, name, function, payload=payload, outputs=outputs, timeout=_STEP_TIMEOUT)
    # A lock that is not given back here is free only when its lease ends, after hours.
    retry(step, [*LAMBDA_TRANSIENT, *CRASHED, *HUNG])
    step.add_catch(then, errors=["States.ALL"], outputs=outputs)
    step.next(then)
    return step


def _failure(step: str, cause: str) -> dict[str, str]:
    return {"failed_step": step, "error": "{% $states.errorOutput.Error %}", "cause": f"{{% {cause} %}}"}
