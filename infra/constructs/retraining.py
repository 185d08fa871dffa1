"""The retraining state machine: train → gate → promote or keep, and say so."""

from typing import TypeVar

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.constructs.logs import log_group
from infra.constructs.training_task import TrainingTask
from infra.stage import StageSettings

# The failure that people have already been told about; `RetrainingWatch` stays silent on it.
ANNOUNCED = "RetrainingFailureAnnounced"
_STEP_TIMEOUT = cdk.Duration.minutes(5)
# Errors of the services, never of our code: a training that fails once fails again.
_ECS_TRANSIENT = ["ECS.AmazonECSException", "ECS.ServerException", "ECS.ThrottlingException"]
_LAMBDA_TRANSIENT = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
_SNS_TRANSIENT = ["SNS.AmazonSNSException", "SNS.SdkClientException", "SNS.ThrottledException"]
_SUBJECT_LIMIT = 100  # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

_FAILURE_MESSAGE = (
    "'Retraining ' & $states.context.Execution.Name & ' failed in ' & $states.input.failed_step"
    " & ' (' & $states.input.error & '). '"
    " & ($states.input.failed_step = 'Promote'"
    " ? 'Check which version is champion: courtside models list. '"
    " : 'The champion is untouched and keeps predicting. ')"
    " & 'Cause: ' & $substring($states.input.cause, 0, 1000)"
    " & '\\nLook at the log of that step and at the execution ' & $states.context.Execution.Id"
)
_CAUSE = "$exists($states.errorOutput.Cause) ? $states.errorOutput.Cause : 'not given'"
# A task that stopped comes as its whole description in JSON; two of its fields say what happened.
_STOPPED_TASK = (
    f"$contains(({_CAUSE}), '\"StoppedReason\"')"
    " ? ($task := $parse($states.errorOutput.Cause);"
    " $task.StoppedReason & ' (exit code ' & $string($task.Containers[0].ExitCode) & ')')"
    f" : ({_CAUSE})"
)
_Step = TypeVar("_Step", bound=sfn.TaskStateBase)


class Retraining(Construct):
    """Takes a `RetrainingRequest`; every failure is announced, and none of training or gate touches the champion.

    Train → Gate → ShouldPromote → Promote → AnnouncePromotion → Promoted, or → AnnounceRejection → ChampionKept;
    a failure of Train, Gate or Promote → AnnounceFailure → RetrainingFailed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        training: TrainingTask,
        gate: lambda_.IFunction,
        promote: lambda_.IFunction,
        topic: sns.ITopic,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic
        self._failed = self._announce_failure().next(self._retraining_failed())
        training_timeout = cdk.Duration.minutes(settings.training_timeout_minutes)
        train = self._train(training, training_timeout)
        definition = train.next(self._call("Gate", gate)).next(self._choice(promote))
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            comment="Train challengers, judge the best on the champion's holdout, promote it or keep the champion",
            query_language=sfn.QueryLanguage.JSONATA,
            definition_body=sfn.DefinitionBody.from_chainable(definition),
            timeout=cdk.Duration.minutes(settings.training_timeout_minutes + 60),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group(self, "Logs", retention_days=settings.log_retention_days),
                level=sfn.LogLevel.ALL,
                include_execution_data=True,
            ),
        )

    def _train(self, training: TrainingTask, timeout: cdk.Duration) -> tasks.EcsRunTask:
        step = tasks.EcsRunTask.jsonata(
            self,
            "Train",
            integration_pattern=sfn.IntegrationPattern.RUN_JOB,
            cluster=training.cluster,
            task_definition=training.definition,
            launch_target=tasks.EcsFargateLaunchTarget(platform_version=ecs.FargatePlatformVersion.LATEST),
            assign_public_ip=True,
            subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            security_groups=[training.security_group],
            container_overrides=[
                tasks.ContainerOverride(container_definition=training.container, command=_train_command())
            ],
            task_timeout=sfn.Timeout.duration(timeout),
            # The task's own description says nothing that a later step needs.
            outputs="{% $states.input %}",
        )
        return self._guard(step, "Train", _ECS_TRANSIENT, _STOPPED_TASK)

    def _call(self, name: str, function: lambda_.IFunction) -> tasks.LambdaInvoke:
        step = tasks.LambdaInvoke.jsonata(
            self,
            name,
            lambda_function=function,
            payload=sfn.TaskInput.from_object({"training_id": "{% $states.input.training_id %}"}),
            retry_on_service_exceptions=False,
            task_timeout=sfn.Timeout.duration(_STEP_TIMEOUT),
            outputs="{% $states.result.Payload %}",
        )
        return self._guard(step, name, _LAMBDA_TRANSIENT)

    def _choice(self, promote: lambda_.IFunction) -> sfn.Choice:
        promoted = self._announce(
            "AnnouncePromotion", subject="$states.input.subject", message="$states.input.message"
        ).next(sfn.Succeed.jsonata(self, "Promoted"))
        kept = self._announce(
            "AnnounceRejection", subject="$states.input.subject", message="$states.input.message"
        ).next(sfn.Succeed.jsonata(self, "ChampionKept"))
        return (
            sfn.Choice.jsonata(self, "ShouldPromote")
            .when(
                sfn.Condition.jsonata("{% $states.input.promote = true %}"),
                self._call("Promote", promote).next(promoted),
            )
            .otherwise(kept)
        )

    def _announce(self, name: str, *, subject: str, message: str) -> tasks.SnsPublish:
        step = tasks.SnsPublish.jsonata(
            self,
            name,
            topic=self._topic,
            subject=f"{{% $substring({subject}, 0, {_SUBJECT_LIMIT}) %}}",
            message=sfn.TaskInput.from_text(f"{{% {message} %}}"),
            task_timeout=sfn.Timeout.duration(cdk.Duration.minutes(1)),
            outputs="{% $states.input %}",
        )
        _retry(step, _SNS_TRANSIENT)
        return step

    def _announce_failure(self) -> tasks.SnsPublish:
        return self._announce(
            "AnnounceFailure",
            subject="'Courtside: retraining failed in ' & $states.input.failed_step",
            message=_FAILURE_MESSAGE,
        )

    def _retraining_failed(self) -> sfn.Fail:
        return sfn.Fail.jsonata(
            self, "RetrainingFailed", error=ANNOUNCED, cause="Announced by AnnounceFailure; see the step that failed"
        )

    def _guard(self, step: _Step, name: str, transient: list[str], cause: str = _CAUSE) -> _Step:
        _retry(step, transient)
        step.add_catch(
            self._failed,
            errors=["States.ALL"],
            outputs={
                "failed_step": name,
                "error": "{% $states.errorOutput.Error %}",
                "cause": f"{{% {cause} %}}",
            },
        )
        return step


def _train_command() -> list[str]:
    """Return the training entry point's arguments, taken from the execution's input."""
    fields = ("training_id", "as_of", "trigger", "reason")
    return [part for field in fields for part in (f"--{field.replace('_', '-')}", f"{{% $states.input.{field} %}}")]


def _retry(step: sfn.TaskStateBase, errors: list[str]) -> None:
    step.add_retry(
        errors=errors,
        interval=cdk.Duration.seconds(5),
        backoff_rate=2,
        max_attempts=3,
        jitter_strategy=sfn.JitterType.FULL,
    )
