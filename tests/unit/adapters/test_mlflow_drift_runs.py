"""A drift run whose tracking server is away or refuses raises a named error; integration tests use a real server."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from courtside.adapters.mlflow_drift_runs import MlflowDriftRuns
from courtside.workflows.ports import DriftRun, TrackingRefused, TrackingUnavailable

RUN = DriftRun(
    check_id="v1-2019-01-01-2019-02-01-classic",
    at=datetime(2019, 2, 1, tzinfo=UTC),
    tags={"decision": "nothing"},
    metrics={"rows": 400.0},
    attachments={"report.html": b"<p>"},
)


class Refusing(BaseHTTPRequestHandler):
    """Answers every request with the server's status and records what was asked."""

    def do_GET(self) -> None:
        self._refuse()

    def do_POST(self) -> None:
        self._refuse()

    def _refuse(self) -> None:
        assert isinstance(self.server, RefusingServer)
        self.server.asked.append((self.path, dict(self.headers.items())))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps({"error_code": "PERMISSION_DENIED", "message": "no"}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class's name
        """Say nothing."""


class RefusingServer(HTTPServer):
    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), Refusing)
        self.status = status
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def refusing(request: pytest.FixtureRequest) -> Iterator[RefusingServer]:
    with RefusingServer(request.param) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def test_an_unreachable_server_is_named() -> None:
    with pytest.raises(TrackingUnavailable, match=r"http://127\.0\.0\.1:9 does not answer"):
        MlflowDriftRuns("http://127.0.0.1:9").log(RUN)


@pytest.mark.parametrize("refusing", [403, 500, 503], indirect=True)
def test_a_refusal_carries_the_status_and_message_and_counts_as_unavailable(refusing: RefusingServer) -> None:
    with pytest.raises(TrackingUnavailable, match=f"answered {refusing.status}.*PERMISSION_DENIED") as raised:
        MlflowDriftRuns(refusing.url).log(RUN)
    assert isinstance(raised.value, TrackingRefused)
    assert raised.value.status == refusing.status


@pytest.mark.parametrize("refusing", [403], indirect=True)
def test_requests_are_signed_for_the_private_api_unless_signing_is_off(refusing: RefusingServer) -> None:
    for signed in (True, False):
        with pytest.raises(TrackingRefused):
            MlflowDriftRuns(refusing.url, signed=signed).log(RUN)
    (path, with_signature), (_, without) = refusing.asked
    assert path == "/api/2.0/mlflow/experiments/get-by-name?experiment_name=data-drift-monitoring"
    assert "/us-east-1/execute-api/aws4_request" in with_signature["Authorization"]
    assert "Authorization" not in without


def test_missing_credentials_count_as_an_unavailable_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.Session.get_credentials", lambda _: None)
    with pytest.raises(TrackingUnavailable):
        MlflowDriftRuns("http://127.0.0.1:9").log(RUN)


class Experiments(BaseHTTPRequestHandler):
    """An MLflow server whose only experiment has the server's id; it has no runs."""

    def do_GET(self) -> None:
        self._answer({"experiment": {"experiment_id": self._server.experiment}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body.get("experiment_id", self._server.experiment) != self._server.experiment:
            self._answer({"error_code": "RESOURCE_DOES_NOT_EXIST"}, status=404)
        else:
            self._answer({"run": {"info": {"run_id": "r", "artifact_uri": "mlflow-artifacts:/r"}}})

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({})

    @property
    def _server(self) -> "ExperimentsServer":
        assert isinstance(self.server, ExperimentsServer)
        return self.server

    def _answer(self, answer: dict[str, object], status: int = 200) -> None:
        self._server.asked.append(self.path.partition("?")[0].split("/", 4)[-1])
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class's name
        """Say nothing."""


class ExperimentsServer(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Experiments)
        self.asked: list[str] = []
        self.experiment = "2"

    def taken(self) -> list[str]:
        """Return what was asked since the last time, without what every run ends with."""
        asked, self.asked = self.asked, []
        assert asked[-3:] == ["runs/log-batch", "artifacts/r/report.html", "runs/update"]
        return asked[:-3]


@pytest.fixture
def experiments() -> Iterator[ExperimentsServer]:
    with ExperimentsServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


NAMED, CREATED, SEARCHED = "experiments/get-by-name", "runs/create", "runs/search"


def test_only_a_check_that_may_have_been_logged_is_looked_for(experiments: ExperimentsServer) -> None:
    runs = MlflowDriftRuns(f"http://127.0.0.1:{experiments.server_port}")
    runs.log(RUN)
    assert experiments.taken() == [NAMED, SEARCHED, CREATED]
    runs.log(RUN)
    assert experiments.taken() == [SEARCHED, CREATED]
    runs.log(replace(RUN, new=True))
    assert experiments.taken() == [CREATED]


def test_an_experiment_that_is_gone_is_looked_for_again(experiments: ExperimentsServer) -> None:
    runs = MlflowDriftRuns(f"http://127.0.0.1:{experiments.server_port}")
    runs.log(replace(RUN, new=True))
    experiments.taken()
    experiments.experiment = "7"
    runs.log(replace(RUN, new=True))
    assert experiments.taken() == [CREATED, NAMED, CREATED]
    runs.log(replace(RUN, new=True))
    assert experiments.taken() == [CREATED]


def test_an_experiment_is_known_for_some_minutes(
    experiments: ExperimentsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = MlflowDriftRuns(f"http://127.0.0.1:{experiments.server_port}")
    runs.log(replace(RUN, new=True))
    experiments.taken()
    monkeypatch.setattr("courtside.adapters.mlflow_drift_runs.KNOWN_SECONDS", 0)
    runs.log(replace(RUN, new=True))
    assert experiments.taken() == [NAMED, CREATED]
