"""MLflow's own client, the drift check's and a browser's all work through the private tracking API to a real server."""

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import mlflow
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from courtside.adapters.execute_api import ClockSkewed
from courtside.adapters.mlflow_connection import connect, reaching
from courtside.adapters.mlflow_drift_runs import MlflowDriftRuns
from courtside.adapters.signing_proxy import SigningProxy
from courtside.adapters.sigv4 import SigV4
from courtside.contracts.names import TRACKING_AUTH
from courtside.workflows.ports import DriftRun
from tests.integration.tracking.server import Server
from tests.integration.tracking.verifying_proxy import KEY, KEY_ID, REGION, VerifyingProxy, verifying

SEARCH = "/ajax-api/2.0/mlflow/experiments/search"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module", autouse=True)
def signing() -> Iterator[None]:
    """Make this process sign with the key that the API knows, as a notebook does."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
        patch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("MLFLOW_TRACKING_AUTH", TRACKING_AUTH)
        patch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        # A process keeps one session, which commands that ran earlier in this process made with other keys.
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        yield
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)


@pytest.fixture
def api(server: Server) -> Iterator[VerifyingProxy]:
    with verifying(server.url) as proxy:
        yield proxy


@pytest.fixture
def ui(api: VerifyingProxy) -> Iterator[SigningProxy]:
    session = boto3.Session(KEY_ID, KEY, region_name=REGION)
    with SigningProxy(api.url, session=session) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy
        proxy.shutdown()


def test_mlflows_client_is_accepted_whatever_its_queries_contain(api: VerifyingProxy, tmp_path: Path) -> None:
    client = MlflowClient(tracking_uri=api.url, registry_uri=api.url)
    experiment = client.create_experiment("naïve läbel & a/b 100% +1")
    assert client.get_experiment_by_name("naïve läbel & a/b 100% +1").experiment_id == experiment
    run = client.create_run(experiment, run_name="Größe 'x' (1)").info.run_id
    for key in ("val/auc macro", "a.b-c d/e"):
        client.log_metric(run, key, 0.5, step=1)
        client.log_metric(run, key, 0.75, step=2)
        assert [each.value for each in client.get_metric_history(run, key)] == [0.5, 0.75]
    client.set_tag(run, "who", "Jürgen+Zoë")
    wanted = "metrics.`val/auc macro` > 0.7 and tags.who = 'Jürgen+Zoë'"
    assert [each.info.run_id for each in client.search_runs([experiment], wanted)] == [run]
    (tmp_path / "a note (1).txt").write_text("it's here")
    client.log_artifact(run, str(tmp_path / "a note (1).txt"), "plots & tables/é")
    (listed,) = client.list_artifacts(run, "plots & tables/é")
    assert listed.path == "plots & tables/é/a note (1).txt"
    assert Path(client.download_artifacts(run, listed.path, str(tmp_path))).read_text() == "it's here"
    client.create_registered_model("a model (v2) é")
    assert client.get_registered_model("a model (v2) é").name == "a model (v2) é"
    assert client.search_registered_models("name LIKE 'a model%'")
    assert api.refused == []
    assert any("metric_key=val%2Fauc%20macro" in said for said in api.passed)


def test_the_drift_checks_own_client_is_accepted(api: VerifyingProxy) -> None:
    run = DriftRun(
        check_id="v1 2019-01-01/2019-02-01 é",
        at=datetime(2019, 2, 1, tzinfo=UTC),
        tags={"decision": "nothing"},
        metrics={"rows": 400.0},
        attachments={"report.html": b"<p>"},
    )
    runs = MlflowDriftRuns(api.url, experiment="drift: naïve & a/b")
    assert runs.log(run) == runs.log(run)
    assert api.refused == []


def signed_as_it_stands(url: str, key: str = KEY) -> dict[str, str]:
    """Return the headers of a client that signs a URL as it stands, without reading it as AWS does."""
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(Credentials(KEY_ID, key), "execute-api", REGION).add_auth(request)
    return dict(request.headers.items())


def test_what_is_unsigned_wrongly_signed_or_changed_on_the_way_is_refused(api: VerifyingProxy) -> None:
    url = f"{api.url}/api/2.0/mlflow/experiments/get-by-name?experiment_name="
    assert requests.get(f"{url}Default", timeout=120).status_code == 403
    assert requests.get(f"{url}Default", headers=signed_as_it_stands(f"{url}Default"), timeout=120).status_code == 200
    assert (
        requests.get(f"{url}Default", headers=signed_as_it_stands(f"{url}Default", "no"), timeout=120).status_code
        == 403
    )
    # MLflow's built-in signer does this, which is why we have our own.
    assert requests.get(f"{url}a+b", headers=signed_as_it_stands(f"{url}a+b"), timeout=120).status_code == 403
    prepared = requests.Request("POST", f"{api.url}{SEARCH}", json={"max_results": 1}).prepare()
    signed = SigV4(boto3.Session())(prepared)
    signed.body = b'{"max_results": 2}'
    assert requests.Session().send(signed, timeout=120).status_code == 403


@pytest.mark.parametrize(("ahead", "said"), [(600, "behind AWS's"), (-600, "ahead of AWS's")])
def test_a_wrong_clock_is_reported_with_what_to_do(api: VerifyingProxy, ahead: int, said: str) -> None:
    api.clock_ahead, began = timedelta(seconds=ahead), time.monotonic()
    with pytest.raises(ClockSkewed, match=rf"clock is \d+ s {said}.*set the clock") as caught, reaching(api.url):
        connect(api.url).search_experiments()
    # The answer's date has no fractions of a second, and its way back takes time.
    assert abs(caught.value.seconds + ahead) <= 1 + time.monotonic() - began
    # Here none of our commands is around the client, as in a notebook.
    with pytest.raises(MlflowException, match=rf"clock is \d+ s {said}.*set the clock"):
        MlflowClient(api.url).search_experiments()


def test_a_refusal_under_a_right_clock_is_not_blamed_on_the_clock(
    api: VerifyingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    answer = requests.get(f"{api.url}{SEARCH}?max_results=1", auth=SigV4(boto3.Session()), timeout=120)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def get(url: str, **headers: str) -> tuple[int, str, bytes]:
    """Request a URL without a library that knows AWS or MLflow."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 (loopback)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 (loopback)
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def let_in(ui: SigningProxy) -> dict[str, str]:
    """Open the printed address and return the cookies that a browser sends from then on, with one of its own."""
    with urllib.request.urlopen(ui.entrance, timeout=120) as answer:  # noqa: S310 (loopback)
        return {"Cookie": f"a=b; {answer.headers['Set-Cookie'].split(';')[0]}"}


def test_a_browser_gets_the_page_its_parts_and_answers_through_the_proxy(ui: SigningProxy, api: VerifyingProxy) -> None:
    opened = let_in(ui)
    status, kind, page = get(f"{ui.url}/", **opened)
    assert (status, kind.split(";")[0]) == (200, "text/html")
    assert b"<title>MLflow</title>" in page
    script = page.decode().split('src="')[1].split('"')[0]
    status, kind, content = get(f"{ui.url}/{script.lstrip('./')}", **opened)
    assert (status, "javascript" in kind) == (200, True)
    assert len(content) > 100_000
    body = {"max_results": 3, "filter": "name LIKE '%'"}
    answer = requests.post(f"{ui.url}{SEARCH}", json=body, headers=opened | {"Origin": ui.url}, timeout=120)
    assert answer.json()["experiments"]
    # A browser writes a space as + and leaves some characters alone.
    named = "experiment_name=it's+(n%C3%B6t)+there!*"
    found = get(f"{ui.url}/ajax-api/2.0/mlflow/experiments/get-by-name?{named}", **opened)
    assert (found[0], "it's (nöt) there!*" in json.loads(found[2])["message"]) == (404, True)
    assert requests.head(f"{ui.url}/health", headers=opened, timeout=120).status_code in {200, 405}
    assert api.refused == []
    assert get(f"{api.url}/")[0] == 403


def test_the_proxy_accepts_only_its_own_page(ui: SigningProxy, api: VerifyingProxy) -> None:
    port, opened = ui.server_port, let_in(ui)
    for headers in (
        {"Host": "evil.example"},
        {"Host": f"evil.example:{port}"},
        {"Host": f"127.0.0.1:{port + 1}"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{port + 1}"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert get(f"{ui.url}/health", **opened | headers)[0] == 403, headers
    assert get(f"{ui.url}/health")[0] == 403
    assert api.passed == api.refused == []
    assert get(f"{ui.url}/health", **opened, Host=f"localhost:{port}")[0] == 200


def test_the_proxy_says_why_aws_refuses_and_when_nobody_answers(ui: SigningProxy, api: VerifyingProxy) -> None:
    api.clock_ahead, opened = timedelta(hours=1), let_in(ui)
    status, _, said = get(f"{ui.url}/health", **opened)
    assert (status, b"ClockSkewed" in said, b"set the clock" in said) == (502, True, True)
    ui.target = "http://127.0.0.1:9"
    status, _, said = get(f"{ui.url}/health", **opened)
    assert (status, b"cannot be asked" in said) == (502, True)


def test_a_page_cannot_forge_the_headers_that_the_proxy_sets(ui: SigningProxy, api: VerifyingProxy) -> None:
    forged = {"Authorization": "AWS4-HMAC-SHA256 no", "X-Amz-Date": "20200101T000000Z", **let_in(ui)}
    assert get(f"{ui.url}/health", **forged)[0] == 200
    assert api.refused == []


def test_missing_credentials_are_reported(api: VerifyingProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with SigningProxy(api.url, session=boto3.Session()) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        status, _, said = get(f"{proxy.url}/health", **let_in(proxy))
        with suppress(OSError):
            proxy.shutdown()
    assert (status, b"Unable to locate credentials" in said) == (502, True)
