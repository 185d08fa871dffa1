"""However a retraining ends, a function tells people; if that fails itself, the state machine tells them plainly."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from courtside.contracts.names import MODEL_ATTRIBUTE
from courtside.contracts.retraining_ends import Ending
from infra.constructs.function_steps import CRASHED, EXCEPTION, LAMBDA_TRANSIENT, function_step, retry

_SNS_TRANSIENT = ["SNS.AmazonSNSException", "SNS.SdkClientException", "SNS.ThrottledException"]
_SUBJECT_LIMIT = 100  # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_REQUEST = "$states.context.Execution.Input"
_MODEL = f"($exists({_REQUEST}.model) ? {_REQUEST}.model : 'unknown')"
_GIVEN = "$states.input"
# What the step before wrote, if it wrote anything, and else what is known of the end.
_PLAIN_SUBJECT = (
    f"$exists({_GIVEN}.subject) ? {_GIVEN}.subject"
    f" : 'Courtside: a retraining of ' & {_MODEL} & ' ended: ' & {_GIVEN}.ended"
)
_PLAIN_MESSAGE = (
    f"($exists({_GIVEN}.message) ? {_GIVEN}.message"
    f" : 'Retraining ' & $states.context.Execution.Name & ' ended: ' & {_GIVEN}.ended & '.'"
    f" & ($exists({_GIVEN}.failed_step) ? ' It failed in ' & {_GIVEN}.failed_step & ' (' & {_GIVEN}.error & '): '"
    f" & $substring({_GIVEN}.cause, 0, 1000) : ''))"
    " & '\\n\\nThis alert is plain and belongs to no incident, because the function that should have told you failed'"
    f" & ' itself: ' & $substring({_GIVEN}.untold, 0, 500)"
    f" & '\\nTo see more: courtside runs show ' & {_REQUEST}.training_id & ' --model ' & {_MODEL}"
    " & ' (execution ' & $states.context.Execution.Id & ')'"
)


class Announcements:
    """Creates in `scope` the states that tell people how a retraining ended; whatever they do, `then` is next."""

    def __init__(
        self, scope: Construct, *, announce: lambda_.IFunction, topic: sns.ITopic, then: sfn.IChainable
    ) -> None:
        self._scope = scope
        self._announce = announce
        self._then = then
        self._plainly = self._tell_plainly(topic)
        self._plainly.next(then)

    def state(self, name: str, ended: Ending, *fields: str, outcome: str) -> tasks.LambdaInvoke:
        """Return a state that tells people of an end, with these fields of its input, and goes on with the outcome."""
        payload = {
            "request": f"{{% {_REQUEST} %}}",
            "ended": ended.value,
            "execution": "{% $states.context.Execution.Id %}",
            **{field: f"{{% {_GIVEN}.{field} %}}" for field in fields},
        }
        step = function_step(
            self._scope,
            name,
            self._announce,
            payload=payload,
            outputs={"outcome": outcome},
            timeout=cdk.Duration.minutes(5),
        )
        retry(step, [*LAMBDA_TRANSIENT, *CRASHED])
        known = f"{{'outcome': '{outcome}', 'ended': '{ended.value.replace('_', ' ')}', 'untold': {EXCEPTION}}}"
        step.add_catch(self._plainly, errors=["States.ALL"], outputs=f"{{% $merge([{_GIVEN}, {known}]) %}}")
        step.next(self._then)
        return step

    def _tell_plainly(self, topic: sns.ITopic) -> tasks.SnsPublish:
        step = tasks.SnsPublish.jsonata(
            self._scope,
            "TellPlainly",
            topic=topic,
            subject=f"{{% $substring({_PLAIN_SUBJECT}, 0, {_SUBJECT_LIMIT}) %}}",
            message=sfn.TaskInput.from_text(f"{{% {_PLAIN_MESSAGE} %}}"),
            message_attributes={MODEL_ATTRIBUTE: tasks.MessageAttribute(value=f"{{% {_MODEL} %}}")},
            task_timeout=sfn.Timeout.duration(cdk.Duration.minutes(1)),
            outputs={"outcome": f"{{% {_GIVEN}.outcome %}}"},
        )
        retry(step, _SNS_TRANSIENT)
        return step
