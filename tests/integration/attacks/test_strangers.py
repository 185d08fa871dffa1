"""Only its owner gets any data from an embedded AWS, and nobody else can run code in it."""

import json
from pathlib import Path

import pytest

from embedded_aws.aws import LocalAws
from tests.integration.attacks.conftest import Stranger, as_nobody
from tests.integration.attacks.functions import FUNCTIONS, ROLE, function, functions, pwning
from tests.integration.browser.chromium import Browser

FORGED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00"


@pytest.mark.parametrize(
    "words",
    [
        ("/",),
        ("/_ministack/health",),
        ("/_localstack/health",),
        ("/health",),
        ("--request", "POST", "/_ministack/reset"),
        ("/_ministack/sqs/messages",),
        ("--data", '{"lambda_svc.LAMBDA_EXECUTOR": "docker"}', "/_ministack/config"),
        ("--data", "Action=ListRoles&Version=2010-05-08", "/"),
        ("--data", "Action=GetCallerIdentity&Version=2011-06-15", "/"),
        ("--data", "Action=AssumeRole&RoleArn=" + ROLE + "&RoleSessionName=x&Version=2011-06-15", "/"),
        ("--request", "PUT", "/a-bucket-of-a-stranger"),
        ("--request", "OPTIONS", "--header", "Origin: https://evil.example", "/"),
        ("--request", "OPTIONS", "--header", "Access-Control-Request-Method: POST", FUNCTIONS),
        ("--header", "X-Amz-Target: DynamoDB_20120810.ListTables", "--data", "{}", "/"),
        ("--header", f"Authorization: {FORGED}", "--data", "Action=ListRoles&Version=2010-05-08", "/"),
        ("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test/20260101/us-east-1/s3/aws4_request",),
        ("/bucket/key?AWSAccessKeyId=test&Signature=00&Expires=9999999999",),
        ("--header", "Upgrade: websocket", "--header", "Connection: Upgrade", "--header", "Sec-WebSocket-Version: 13",
         "--header", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "/_aws/execute-api/a/b"),
        ("/latest/meta-data/iam/security-credentials/",),
    ],
)  # fmt: skip
def test_another_user_of_the_machine_gets_no_data(aws: LocalAws, stranger: Stranger, words: tuple[str, ...]) -> None:
    answer = stranger(*words[:-1], f"{aws.endpoint}{words[-1]}")
    assert answer.status == 403
    assert "access-control" not in answer.headers
    assert aws.client("s3").list_buckets()["Buckets"] == []


def test_another_user_of_the_machine_cannot_run_code(aws: LocalAws, stranger: Stranger, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(function("strangers", pwning(tmp_path / "pwned")))
    created = stranger("--data-binary", body.read_text(), f"{aws.endpoint}{FUNCTIONS}")
    invoked = stranger("--data", "{}", f"{aws.endpoint}{FUNCTIONS}/strangers/invocations")
    assert (created.status, invoked.status) == (403, 403)
    assert "MissingAuthenticationToken" in created.body
    assert functions(aws) == []
    assert not (tmp_path / "pwned").exists()


def test_another_user_of_the_machine_cannot_use_the_tracking_api(aws: LocalAws, stranger: Stranger) -> None:
    for path in ("/", "/health", "/api/2.0/mlflow/experiments/search"):
        assert stranger("--data", '{"max_results": 1}', f"{aws.tracking_url}{path}").status == 403


def test_another_user_of_the_machine_can_read_only_the_certificate(aws: LocalAws, stranger: Stranger) -> None:
    assert stranger is not None
    files = [path for path in aws.directory.rglob("*") if path.is_file()]
    assert files
    readable = [path.name for path in files if as_nobody("cat", str(path)).returncode == 0]
    assert set(readable) <= {"certificate.pem"}
    assert as_nobody("ls", str(aws.directory)).returncode != 0


PAGE = """
(async () => {
  const say = async (path, options) => {
    try { return await (await fetch(`ENDPOINT${path}`, options)).text(); } catch (error) { return `${error}`; }
  };
  const plain = { method: "POST", headers: { "Content-Type": "text/plain" } };
  const blind = { ...plain, mode: "no-cors" };
  return [
    await say("FUNCTIONS", { ...plain, body: BODY }),
    await say("FUNCTIONS", { ...blind, body: BODY }),
    await say("FUNCTIONS/pages/invocations", { ...plain, body: "{}" }),
    await say("FUNCTIONS/pages/invocations", { ...blind, body: "{}" }),
    await say("/", { ...plain, body: "Action=ListRoles&Version=2010-05-08" }),
    await say("FUNCTIONS", { method: "PUT", headers: { "X-Amz-Target": "x" } }),
    await say("/_ministack/health", {}),
  ];
})()
"""


def test_a_page_of_another_site_can_neither_run_code_nor_read_an_answer(
    aws: LocalAws, browser: Browser, foreign_page: str, tmp_path: Path
) -> None:
    body = json.dumps(function("pages", pwning(tmp_path / "pwned")).decode())
    browser.visit(foreign_page)
    script = PAGE.replace("FUNCTIONS", FUNCTIONS).replace("ENDPOINT", aws.endpoint).replace("BODY", body)
    answers = browser.evaluate(script)
    assert {text for text in answers if text} == {"TypeError: Failed to fetch"}
    assert functions(aws) == []
    assert not (tmp_path / "pwned").exists()


def test_a_page_of_another_site_cannot_use_the_tracking_api(aws: LocalAws, browser: Browser, foreign_page: str) -> None:
    browser.visit(foreign_page)
    address = f"{aws.tracking_url}/api/2.0/mlflow/experiments/create"
    script = f'fetch("{address}", {{method: "POST", body: "{{}}"}}).then(a => a.text(), e => `${{e}}`)'
    assert browser.evaluate(script) == "TypeError: Failed to fetch"
