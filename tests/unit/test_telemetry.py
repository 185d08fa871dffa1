"""A deployed function writes JSON log lines that share an id and CloudWatch metrics, without any secret."""

import io
import json
import logging
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from courtside import telemetry
from courtside.adapters.execute_api import ClockSkewed
from courtside.bootstrap import functions
from courtside.contracts.events import (
    ApprovalRequest,
    DriftCheckResponse,
    RetrainingRequest,
    Trigger,
    Window,
)
from courtside.contracts.metrics import Metric, metrics_of
from courtside.contracts.records import ApprovalRecord
from courtside.contracts.scoring import PredictRequest, PredictResponse
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.retraining_lock import RetrainingLock
from tests.fakes.ports import InMemoryLedger, RecordedRetraining
from tests.fakes.written_lines import Invocation, Written

TOKEN = "AQCEAAAAKgAAAAMAAAAA-a-task-token"
WEBHOOK = "https://hooks.slack.com/services/T000/B000/secret"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    monkeypatch.setenv("COURTSIDE_STAGE", "dev")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "lock")
    stream = io.StringIO()
    before = telemetry.logger.registered_handler.setStream(stream)  # type: ignore[attr-defined]
    library = logging.getLogger("courtside")
    kept = (library.handlers, library.level, library.propagate)
    yield Written(capsys, stream)
    library.handlers, library.level, library.propagate = kept
    telemetry.logger.registered_handler.setStream(before or sys.stdout)  # type: ignore[attr-defined]


def request(training_id: str = "drift-v3") -> RetrainingRequest:
    return RetrainingRequest(
        model="nba_games", training_id=training_id, as_of=date(2026, 3, 1), trigger=Trigger.MANUAL, reason="test"
    )


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> RetrainingLock:
    wired = RetrainingLock(ModelLedger(InMemoryLedger(), "nba_games"), timedelta(minutes=15))
    monkeypatch.setattr(functions, "retraining_lock", {"nba_games": wired}.__getitem__)
    return wired


@pytest.mark.usefixtures("lock")
def test_a_function_logs_the_training_id_and_emits_metrics_by_stage_and_service(written: Written) -> None:
    from lambdas.lock.handler import handler

    began = datetime.now(UTC)
    first = handler(request("drift-v3").model_dump(mode="json"), Invocation())  # type: ignore[arg-type]
    assert first["outcome"] == "acquired"
    (line,) = written.logs()
    assert (line["message"], line["level"], line["correlation_id"]) == ("lock asked for", "INFO", "drift-v3")
    assert (line["function_request_id"], line["outcome"]) == ("request-1", "acquired")
    assert line["location"].startswith("handler:")
    emitted = written.metrics()
    (directive,) = emitted["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Courtside"
    assert directive["Dimensions"] == [["stage", "service"], ["stage"]]
    assert {each["Name"]: each["Unit"] for each in directive["Metrics"]} == {
        "LockWaits": "Count",
        "TimeLimitUsed": "Percent",
    }
    assert (emitted["stage"], emitted["service"], emitted["correlation_id"]) == ("dev", "lock", "drift-v3")
    assert (emitted["LockWaits"], emitted["TimeLimitUsed"]) == ([0.0], [25.0])
    assert int(began.timestamp() * 1000) <= emitted["_aws"]["Timestamp"] <= datetime.now(UTC).timestamp() * 1000


@pytest.mark.usefixtures("lock")
def test_a_warm_function_keeps_nothing_of_the_previous_invocation(written: Written) -> None:
    from lambdas.lock.handler import handler

    handler(request("a").model_dump(mode="json"), Invocation())  # type: ignore[arg-type]
    written.metrics()
    handler(request("b").model_dump(mode="json"), Invocation(aws_request_id="request-2"))  # type: ignore[arg-type]
    assert [line["correlation_id"] for line in written.logs()] == ["a", "b"]
    emitted = written.metrics()
    assert (emitted["correlation_id"], emitted["LockWaits"]) == ("b", [1.0])


def test_a_stopped_execution_releases_its_own_lock_and_no_other_and_starts_what_waited(
    written: Written, lock: RetrainingLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lambdas.unlock.handler import handler

    now, machines = datetime.now(UTC), defaultdict[str, RecordedRetraining](RecordedRetraining)
    monkeypatch.setattr(
        "courtside.adapters.step_functions.StepFunctionsRetraining",
        lambda machine, **_: machines[machine],
    )
    lock.acquire(request("holds"), now=now)
    stopped = {"request": request("never-had-it").model_dump_json(), "trained": False, "machine": "arn:machine"}
    handler(stopped, Invocation())  # type: ignore[arg-type]
    assert lock.acquire(request("asks"), now=now).outcome == "remembered"
    stopped = {"request": request("holds").model_dump_json(), "trained": False, "machine": "arn:machine"}
    answer = handler(stopped, Invocation())  # type: ignore[arg-type]
    assert [each["training_id"] for each in answer["waiting"]] == ["again-asks"]
    assert list(machines["arn:machine"].started) == ["again-asks"]
    assert [line["correlation_id"] for line in written.logs()] == ["never-had-it", "holds"]
    assert lock.acquire(request("next"), now=now).outcome == "acquired"


@pytest.mark.usefixtures("lock")
def test_a_function_that_fails_still_reports_how_long_it_took(written: Written) -> None:
    from lambdas.lock.handler import handler

    with pytest.raises(ValueError, match="training_id"):
        handler({"as_of": "2026-03-01"}, Invocation())  # type: ignore[arg-type]
    emitted = written.metrics()
    assert emitted["TimeLimitUsed"] == [25.0]
    # An event without an id of its own is identified by the id of its request.
    assert emitted["correlation_id"] == "request-1"
    assert "LockWaits" not in emitted


def test_warnings_of_the_library_are_json_lines_with_the_same_id(written: Written) -> None:
    @telemetry.instrumented
    def handler(_event: dict[str, Any], _context: telemetry.LambdaContext) -> dict[str, Any]:
        logging.getLogger("courtside.adapters.lease_keeper").warning("not renewed: %s", "away")
        return {}

    handler({"training_id": "t1"}, Invocation())  # type: ignore[arg-type]
    (line,) = written.logs()
    assert (line["level"], line["message"], line["correlation_id"]) == ("WARNING", "not renewed: away", "t1")


def approval(training_id: str = "t1") -> ApprovalRecord:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return ApprovalRecord(
        training_id=training_id,
        challenger_version="2",
        champion_version="1",
        reason="as good",
        token=TOKEN,
        asked_at=now,
        expires_at=now + timedelta(hours=1),
    )


def test_a_task_token_appears_in_no_log_line_and_in_no_answer(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lambdas.request_approval.handler import handler

    asked: list[ApprovalRequest] = []

    def ask(request: ApprovalRequest) -> ApprovalRecord:
        asked.append(request)
        return approval()

    monkeypatch.setattr(functions, "ask_for_approval", ask)
    event = {"model": "nba_games", "training_id": "t1", "token": TOKEN, "wait_seconds": 60}
    answer = handler(event, Invocation())  # type: ignore[arg-type]
    assert asked[0].token == TOKEN
    (line,) = written.logs()
    assert line["correlation_id"] == "t1"
    emitted = written.metrics()
    assert emitted["ApprovalsAsked"] == [1.0]
    assert TOKEN not in written.text() + json.dumps(answer) + json.dumps(emitted)
    # The runtime logs the errors that a handler raises, so they must not quote the event either.
    with pytest.raises(ValueError, match="wait_seconds") as raised:
        handler({**event, "wait_seconds": "soon"}, Invocation())  # type: ignore[arg-type]
    assert TOKEN not in str(raised.value)
    assert TOKEN not in written.text()


def test_a_webhook_address_appears_in_no_log_line(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    from courtside.adapters.patient_post import WebhookUnreachable
    from courtside.contracts.channels.slack import CHANNEL
    from lambdas.notify.handler import handler

    posted: list[str] = []

    def tell(*, subject: str, body: str, delivery: str) -> None:
        posted.append(f"{WEBHOOK} {subject} {body} {delivery}")
        if len(posted) > 1:
            raise WebhookUnreachable(CHANNEL, "HTTP 404")

    monkeypatch.setattr(functions, "notifier", lambda: tell)
    event = {"Records": [{"Sns": {"MessageId": "m-1", "Subject": "Courtside", "Message": "hello"}}]}
    assert handler(event, Invocation()) == {"posted": 1}  # type: ignore[arg-type]
    (line,) = written.logs()
    assert line["correlation_id"] == "m-1"
    written.metrics()
    with pytest.raises(WebhookUnreachable) as raised:
        handler(event, Invocation())  # type: ignore[arg-type]
    assert WEBHOOK not in written.text() + str(raised.value)


def checked(decision: str) -> DriftCheckResponse:
    return DriftCheckResponse(
        model="nba_games",
        check_id="v3-2026-02-01-2026-03-01-calibrated",
        window=Window(start=date(2026, 2, 1), end=date(2026, 3, 1)),
        rows=412,
        features_drifted=("month", "home_rest_days"),
        share_drifted=0.125,
        decision=decision,
        reason="two features",
        report_key="drift/reports/x.json",
    )


def test_a_check_is_identified_by_the_training_it_starts(written: Written) -> None:
    @telemetry.instrumented
    def handler(_event: dict[str, Any], _context: telemetry.LambdaContext) -> dict[str, Any]:
        return telemetry.answer("drift checked", checked("retrain"))

    handler({"as_of": "2026-03-01T12:00:00Z"}, Invocation())  # type: ignore[arg-type]
    (line,) = written.logs()
    emitted = written.metrics()
    assert line["correlation_id"] == emitted["correlation_id"] == "drift-v3-2026-02-01-2026-03-01-calibrated"
    assert emitted["ShareDrifted"] == [0.125]


@pytest.mark.parametrize("decision", ["nothing", "alert", "retrain"])
def test_a_check_emits_its_figures_as_metrics(decision: str) -> None:
    assert metrics_of(checked(decision)) == {
        Metric.CHECKS: 1,
        Metric.ROWS_CHECKED: 412,
        Metric.FEATURES_DRIFTED: 2,
        Metric.SHARE_DRIFTED: 0.125,
        f"Decided{decision.capitalize()}": 1,
    }


@pytest.mark.usefixtures("lock")
def test_lines_of_a_prediction_name_the_model_and_no_other_lines_do(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lambdas.lock.handler import handler as lock_handler
    from lambdas.predict.handler import handler

    def predicted(request: PredictRequest, *, now: datetime) -> PredictResponse:
        logging.getLogger("courtside.workflows.predict.scoring").warning("a line of the workflow at %s", now)
        return PredictResponse(model=request.model, as_of=request.as_of)

    def nothing(*_: object) -> dict[str, Any]:
        logging.getLogger("courtside").info("no model")
        return {}

    monkeypatch.setattr("courtside.bootstrap.scoring.predict", predicted)
    handler({"model": "churn", "as_of": "2026-03-10"}, Invocation())  # type: ignore[arg-type]
    lock_handler(request("a").model_dump(mode="json"), Invocation())  # type: ignore[arg-type]
    telemetry.instrumented(nothing)({}, Invocation())  # type: ignore[arg-type]
    assert [line.get("model") for line in written.logs()] == ["churn", "churn", "nba_games", None]


@pytest.mark.parametrize(("year", "raised"), [(2019, ClockSkewed), (2099, ClockSkewed), (None, ClientError)])
def test_a_wrong_clock_is_named(year: int | None, raised: type[Exception]) -> None:
    headers = {"date": f"Tue, 01 Jan {year} 00:00:00 GMT"} if year else {}
    met = {"HTTPStatusCode": 403, "HTTPHeaders": headers}
    with pytest.raises(raised), telemetry.clock_named():
        raise ClientError({"Error": {"Code": "RequestExpired"}, "ResponseMetadata": met}, "GetItem")  # type: ignore[typeddict-item]


def test_a_task_tells_of_its_own_progress_and_of_what_goes_wrong_in_libraries(written: Written) -> None:
    root = logging.getLogger()
    kept = (root.handlers, root.level)
    try:
        telemetry.log_libraries()
        logging.getLogger("botocore.regions").info("Found endpoint for s3 via: environment_global")
        logging.getLogger("botocore.retries").warning("the third retry")
        logging.getLogger("courtside.train").info("fitting")
        said = [line["message"] for line in written.logs()]
    finally:
        root.handlers, root.level = kept
    assert said == ["the third retry", "fitting"]
