"""The demo drives and watches the deployed loop through AWS APIs only."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from courtside.adapters.deployed_check import check_now, judge_now, predict_now, publish_now
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.channels import CHANNELS
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse, RetrainingRequest, Window
from courtside.contracts.execution_names import execution_name
from courtside.contracts.names import DEFAULT_DATASET, STACKS, StackOutput, stack_name
from courtside.contracts.records import ChampionReference, GateDecision, TrainingRecord
from courtside.contracts.rounds import PublishRequest
from courtside.contracts.scoring import PerformanceRequest, PerformanceResponse, PredictRequest, PredictResponse
from embedded_aws.aws import LocalAws
from embedded_aws.logs import said

POLL_SECONDS = 0.25
TRAINING_TIMEOUT_SECONDS = 600


class RetrainingFailed(CourtsideError):
    """An execution of the state machine did not succeed."""

    def __init__(self, status: str, detail: str) -> None:
        self.status = status
        super().__init__(f"the retraining ended {status}: {detail}")


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution as Step Functions describes it."""

    arn: str
    status: str

    @property
    def name(self) -> str:
        """The training's id, which stands after its model's name."""
        return self.arn.rsplit(":", 1)[-1].partition(".")[2]


class Loop:
    """One model of a deployed stage on the embedded AWS."""

    def __init__(self, aws: LocalAws, *, stage: str, model: str = DEFAULT_DATASET) -> None:
        self.model = model
        self._aws = aws
        self._outputs = {key: value for stack in STACKS for key, value in aws.outputs[stack_name(stage, stack)].items()}

    def output(self, key: StackOutput) -> str:
        """Return one output of the stage."""
        return self._outputs[key]

    def set_webhooks(self, urls: Mapping[str, str]) -> None:
        """Put webhooks' addresses, by channel, where the notifiers read them; a stage may lack some channels."""
        for name, url in urls.items():
            secret = self._outputs.get(CHANNELS[name].secret_output)
            if secret is not None:
                self._aws.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=url)

    def retrain(self, request: RetrainingRequest) -> str:
        """Start the state machine and return the execution's ARN."""
        started = self._aws.client("stepfunctions").start_execution(
            stateMachineArn=self.output(StackOutput.RETRAINING),
            name=execution_name(request.model, request.training_id),
            input=request.model_dump_json(),
        )
        return str(started["executionArn"])

    def check_drift(self, window: Window) -> DriftCheckResponse:
        """Invoke the drift check as its schedule does; raises `CheckFailed`."""
        function = self.output(StackOutput.CHECK_DRIFT)
        return check_now(
            function, DriftCheckRequest(model=self.model, window=window), client=self._aws.client("lambda")
        )

    def predict(self, as_of: date, *, versions: tuple[str, ...] = ()) -> PredictResponse:
        """Invoke the predictions as a round does, `versions` as shadows; raises `PredictionFailed`."""
        function, request = (
            self.output(StackOutput.PREDICT),
            PredictRequest(model=self.model, as_of=as_of, versions=versions),
        )
        return predict_now(function, request, client=self._aws.client("lambda"))

    def judge(self, as_of: date) -> PerformanceResponse:
        """Invoke the check of performance as a round does; raises `JudgementFailed`."""
        function = self.output(StackOutput.CHECK_PERFORMANCE)
        return judge_now(function, PerformanceRequest(model=self.model, as_of=as_of), client=self._aws.client("lambda"))

    def publish(self, model: str | None) -> None:
        """Build the pages of a model or of all, and the rows that queries read, as the end of a round does."""
        client = self._aws.client("lambda")
        named = (each["FunctionName"] for each in client.list_functions()["Functions"])
        (function,) = (name for name in named if "PublishingFunction" in name)
        publish_now(function, PublishRequest(model=model, round="demo"), client=client)

    def executions(self) -> list[Execution]:
        """Return the executions of the model's trainings, oldest first."""
        client = self._aws.client("stepfunctions")
        found = client.list_executions(stateMachineArn=self.output(StackOutput.RETRAINING))["executions"]
        ordered = sorted(found, key=lambda item: item["startDate"])
        own = [item for item in ordered if item["name"].startswith(execution_name(self.model, ""))]
        return [Execution(item["executionArn"], item["status"]) for item in own]

    def wait_for_state(self, arn: str, state: str, *, progress: Callable[[str], None]) -> None:
        """Wait until the execution has left `state`; raises `RetrainingFailed` when it ends before."""
        self._wait(lambda: state in self._states(arn, "stateExitedEventDetails"), arn, state, progress)

    def wait_for_end(self, arn: str, *, progress: Callable[[str], None]) -> None:
        """Wait until the execution has succeeded; raises `RetrainingFailed` otherwise."""
        self._wait(lambda: self._status(arn)[0] == "SUCCEEDED", arn, "its end", progress)

    def history(self, arn: str) -> list[dict[str, object]]:
        """Return the events of an execution, oldest first."""
        pages = self._aws.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
        return [event for page in pages for event in page["events"]]

    def training(self, training_id: str) -> TrainingRecord:
        """Return what a training did."""
        return TrainingRecord.model_validate_json(self.read(training_keys.training_record(self.model, training_id)))

    def verdict(self, training_id: str) -> GateDecision:
        """Return the gate's decision on a training."""
        return GateDecision.model_validate_json(self.read(training_keys.training_verdict(self.model, training_id)))

    def drift_reference(self) -> ChampionReference:
        """Return which version's profile drift is measured against."""
        return ChampionReference.model_validate_json(self.read(lake_keys.champion_reference(self.model)))

    def read(self, key: str) -> bytes:
        """Return an object of the lake."""
        body = self._aws.client("s3").get_object(Bucket=self.output(StackOutput.LAKE_BUCKET), Key=key)["Body"]
        return bytes(body.read())

    def _wait(self, done: Callable[[], bool], arn: str, goal: str, progress: Callable[[str], None]) -> None:
        deadline = time.monotonic() + TRAINING_TIMEOUT_SECONDS
        while not done():
            status, detail = self._status(arn)
            if status not in {"RUNNING", "SUCCEEDED"} or time.monotonic() > deadline:
                raise RetrainingFailed(status, detail or f"waiting for {goal}")
            progress(self._last_words())
            time.sleep(POLL_SECONDS)

    def _status(self, arn: str) -> tuple[str, str]:
        described = self._aws.client("stepfunctions").describe_execution(executionArn=arn)
        detail = " ".join(filter(None, (described.get("error"), described.get("cause"))))
        log = "\n".join(map(said, self._aws.log_tail("train", 8)))
        return described["status"], f"{detail}\n{log}".strip()

    def _states(self, arn: str, details: str) -> set[object]:
        events = (event.get(details) for event in self.history(arn))
        return {detail["name"] for detail in events if isinstance(detail, dict)}

    def _last_words(self) -> str:
        lines = self._aws.log_tail("train", 1)
        return f"the training task: {said(lines[-1])}" if lines else "waiting for the training task"
