"""An embedded AWS fails as its owner's rules say, only for the requests that they match and while they are there."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, ResponseStreamingError

from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.faults.client import FaultClient
from embedded_aws.faults.rules import Effect, Rule

pytestmark = pytest.mark.embedded
CONTENT = b"x" * 100_000


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    options = LocalOptions(state_directory=tmp_path_factory.mktemp("state"), enforce_iam=True)
    with LocalAws.start(options) as started:
        started.client("s3").create_bucket(Bucket="faulty")
        yield started


@pytest.fixture
def key(aws: LocalAws) -> str:
    name = f"{uuid4()}"
    aws.client("s3").put_object(Bucket="faulty", Key=name, Body=CONTENT)
    return name


@pytest.fixture
def faults(aws: LocalAws) -> FaultClient:
    return FaultClient(aws)


def read(aws: LocalAws, key: str) -> bytes:
    return bytes(aws.client("s3").get_object(Bucket="faulty", Key=key)["Body"].read())


def test_an_error_is_answered_as_often_as_the_rule_says_and_only_to_what_it_matches(
    aws: LocalAws, faults: FaultClient, key: str
) -> None:
    missing = Rule(Effect.ANSWER, service="s3", request=f"^GET /faulty/{key}", status=404, skip=1, times=2)
    with faults.fault("missing", missing):
        assert read(aws, key) == CONTENT
        for _ in range(2):
            with pytest.raises(ClientError, match="404"):
                read(aws, key)
        assert read(aws, key) == CONTENT
        assert aws.client("s3").head_object(Bucket="faulty", Key=key)
        assert faults.met("missing") == 2


def test_an_answer_that_is_cut_is_half_of_it(aws: LocalAws, faults: FaultClient, key: str) -> None:
    cut, half = Rule(Effect.CUT, request=f"^GET /faulty/{key}"), f"{len(CONTENT) // 2} bytes read"
    with faults.fault("cut", cut), pytest.raises(ResponseStreamingError, match=half):
        read(aws, key)
    assert read(aws, key) == CONTENT


@pytest.mark.parametrize("after", [False, True])
def test_a_held_request_is_carried_out_before_or_after_it_is_let_go(
    aws: LocalAws, faults: FaultClient, key: str, *, after: bool
) -> None:
    s3 = aws.client("s3")
    with (
        ThreadPoolExecutor(1) as pool,
        faults.fault("held", Rule(Effect.HOLD, request="^PUT", body="news", after=after)),
    ):
        running = pool.submit(s3.put_object, Bucket="faulty", Key=key, Body=b"news")
        faults.wait_held("held")
        assert read(aws, key) == (b"news" if after else CONTENT)
        assert not running.done()
        faults.release("held")
        assert running.result()["ETag"]
    assert read(aws, key) == b"news"
    assert faults.held("held") == []


@pytest.mark.parametrize("after", [False, True])
def test_the_process_that_is_held_can_be_killed_there_and_what_it_asked_last_is_done_only_if_it_was(
    aws: LocalAws, faults: FaultClient, key: str, tmp_path: Path, *, after: bool
) -> None:
    made = aws.client("iam").create_user(UserName=f"user-{key}")["User"]["UserName"]
    allowed = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    aws.client("iam").put_user_policy(UserName=made, PolicyName="all", PolicyDocument=json.dumps(allowed))
    pair = aws.client("iam").create_access_key(UserName=made)["AccessKey"]
    names = {"AWS_ACCESS_KEY_ID": pair["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": pair["SecretAccessKey"]}
    ask = f"import boto3; boto3.client('s3').put_object(Bucket='faulty', Key='{key}', Body=b'news')"
    with faults.fault("put", Rule(Effect.HOLD, request=f"^PUT /faulty/{key}", after=after)):
        process = subprocess.Popen([sys.executable, "-c", ask], env=aws.environment() | names, cwd=tmp_path)
        held = faults.kill_at("put", number=signal.SIGKILL)
    assert held["key_id"] == pair["AccessKeyId"]
    assert process.wait() == -signal.SIGKILL
    assert read(aws, key) == (b"news" if after else CONTENT)


def test_the_log_of_the_emulator_has_no_traceback(aws: LocalAws) -> None:
    assert "Traceback" not in (aws.directory / "emulator.log").read_text()
