"""The retraining state machine: start it, and answer where it waits."""

import boto3

from courtside.contracts.events import ApprovalAnswer, RetrainingRequest

NAME_LIMIT = 80


class StepFunctionsRetraining:
    """Starts executions of one state machine."""

    def __init__(self, state_machine_arn: str) -> None:
        self.state_machine_arn = state_machine_arn

    def start(self, request: RetrainingRequest) -> str:
        """Start an execution named after the training; asking again for the same training returns the first one."""
        client = boto3.client("stepfunctions")
        name = request.training_id[:NAME_LIMIT]
        try:
            started = client.start_execution(
                stateMachineArn=self.state_machine_arn, name=name, input=request.model_dump_json()
            )
        except client.exceptions.ExecutionAlreadyExists:
            return f"{self.state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
        return started["executionArn"]


class StepFunctionsApproval:
    """States of the machine that wait for a person."""

    def answer(self, token: str, answer: ApprovalAnswer) -> bool:
        """Let the state go on; return False when it waits no more."""
        client = boto3.client("stepfunctions")
        try:
            client.send_task_success(taskToken=token, output=answer.model_dump_json())
        except (client.exceptions.TaskTimedOut, client.exceptions.TaskDoesNotExist, client.exceptions.InvalidToken):
            return False
        return True
