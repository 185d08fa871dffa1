"""The retraining state machine: start it, and answer where it waits."""

from courtside.adapters import aws_clients
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import ApprovalAnswer, RetrainingRequest
from courtside.contracts.execution_names import execution_name


class TrainingIdTaken(CourtsideError):
    """An execution with that name was started with another request."""

    def __init__(self, training_id: str, execution_arn: str) -> None:
        self.training_id = training_id
        self.execution_arn = execution_arn
        super().__init__(
            f"training {training_id} was started before with another request, so nothing was started now: give the "
            f"training another id. The execution that has the id is {execution_arn}"
        )


class StepFunctionsRetraining:
    """Starts executions of one state machine.

    Where ids are people's, a taken one is compared: it may be another request's. Functions make ids of which each is
    for one request only, and may not read executions.
    """

    def __init__(self, state_machine_arn: str, *, compares: bool = True) -> None:
        self.state_machine_arn = state_machine_arn
        self.compares = compares

    def start(self, request: RetrainingRequest) -> str:
        """Start an execution named after the training; the same request again returns the first one's ARN.

        Raises `TrainingIdTaken` when another request has the name.
        """
        client = aws_clients.client("stepfunctions")
        name = execution_name(request.model, request.training_id)
        try:
            return client.start_execution(
                stateMachineArn=self.state_machine_arn, name=name, input=request.model_dump_json()
            )["executionArn"]
        except client.exceptions.ExecutionAlreadyExists:
            arn = f"{self.state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
            if self.compares and _request_of(arn) != request:
                raise TrainingIdTaken(request.training_id, arn) from None
            return arn


def _request_of(execution_arn: str) -> RetrainingRequest:
    known = aws_clients.client("stepfunctions").describe_execution(executionArn=execution_arn)["input"]
    return RetrainingRequest.model_validate_json(known)


class StepFunctionsApproval:
    """States of the machine that wait for a person."""

    def answer(self, token: str, answer: ApprovalAnswer) -> bool:
        """Let the state go on; return False when it no longer waits."""
        client = aws_clients.client("stepfunctions")
        try:
            client.send_task_success(taskToken=token, output=answer.model_dump_json())
        except (client.exceptions.TaskTimedOut, client.exceptions.TaskDoesNotExist, client.exceptions.InvalidToken):
            return False
        return True
