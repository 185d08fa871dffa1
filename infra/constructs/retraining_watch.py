"""When the state machine ends silently, people are told and the lock is released."""

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from courtside.contracts.retraining_ends import Ending
from infra.constructs.retraining_steps import ANNOUNCED


class RetrainingWatch(Construct):
    """Rules on a machine that timed out, was aborted, or failed without an announcement.

    Such an execution has not reached its `Unlock`. The function releases lock and slot only if that execution's
    training holds them, so an execution that never had them takes them from nobody, and starts what waited for them.
    The event's shape:
    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        machine: sfn.StateMachine,
        announce: lambda_.IFunction,
        unlock: lambda_.IFunction,
        undelivered: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        events.Rule(
            self,
            "Ended",
            description="Retraining ended badly and nobody has been told",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [machine.state_machine_arn], "$or": _unannounced()},
            ),
            targets=[
                targets.LambdaFunction(announce, event=_announcement(), dead_letter_queue=undelivered),
                targets.LambdaFunction(unlock, event=_unlock_request(), dead_letter_queue=undelivered),
            ],
        )


def _unannounced() -> list[dict[str, object]]:
    return [
        {"status": ["TIMED_OUT", "ABORTED"]},
        {"status": ["FAILED"], "error": [{"anything-but": [ANNOUNCED]}]},
    ]


def _unlock_request() -> events.RuleTargetInput:
    # The event holds the execution's input as JSON text, which `UnlockRequest` reads. No cool-down follows, because a
    # stopped training does not count.
    return events.RuleTargetInput.from_object(
        {
            "request": events.EventField.from_path("$.detail.input"),
            "trained": False,
            "machine": events.EventField.from_path("$.detail.stateMachineArn"),
        }
    )


def _announcement() -> events.RuleTargetInput:
    return events.RuleTargetInput.from_object(
        {
            "request": events.EventField.from_path("$.detail.input"),
            "ended": Ending.BROKEN.value,
            "execution": events.EventField.from_path("$.detail.executionArn"),
            "status": events.EventField.from_path("$.detail.status"),
        }
    )
