"""A request is refused if its signature was not made with this instance's keys, or for another request or another
time.
"""

import hashlib
import io
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from embedded_aws.aws import LocalAws
from embedded_aws.faults.gate import PATH
from embedded_aws.keys import Keys, new_keys
from tests.integration.attacks.forged_requests import Call, client
from tests.integration.attacks.functions import FUNCTIONS, ROLE, function, functions


def owners(aws: LocalAws, **given: Any) -> Call:
    return Call(aws.endpoint, aws.instance.keys, **given)


def test_a_signature_is_verified_with_its_secret_and_for_its_request(aws: LocalAws) -> None:
    call = owners(aws, method="POST", path=FUNCTIONS, body=function("mine", "def handler(e, c): return 1"))
    right = call.headers()
    forged = dict(right, Authorization=re.sub("Signature=.*", "Signature=00", right["Authorization"]))
    zeros = dict(right, Authorization=re.sub("Signature=.*", "Signature=" + "0" * 64, right["Authorization"]))
    assert call.send(forged)[0] == call.send(zeros)[0] == 403
    assert call.send(right, body=function("other", "def handler(e, c): return 2"))[0] == 403
    assert call.send(right, path=f"{FUNCTIONS}?x=1")[0] == 403
    assert call.send(right, method="PUT")[0] == 403
    assert functions(aws) == []
    assert call.send(right)[0] == 201
    aws.client("lambda").delete_function(FunctionName="mine")


@pytest.mark.parametrize(
    "keys", [Keys("test", "test"), Keys("000000000000", "test"), new_keys()], ids=["test", "account", "new"]
)
def test_unknown_keys_are_refused(aws: LocalAws, keys: Keys) -> None:
    status, _, said = Call(aws.endpoint, keys, path=f"{FUNCTIONS}/").send()
    assert (status, "InvalidClientTokenId" in said) == (403, True)


def test_the_right_key_id_with_another_secret_is_refused(aws: LocalAws) -> None:
    keys = Keys(aws.instance.access_key_id, "test")
    status, _, said = Call(aws.endpoint, keys, path=f"{FUNCTIONS}/").send()
    assert (status, "SignatureDoesNotMatch" in said) == (403, True)


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_request_of_another_time_is_refused(aws: LocalAws, minutes: int) -> None:
    call = owners(aws, path=f"{FUNCTIONS}/", at=datetime.now(UTC) + timedelta(minutes=minutes))
    status, _, said = call.send()
    assert (status, "RequestExpired" in said) == (403, True)


@pytest.mark.parametrize(
    "name",
    [
        "evil.example", "evil.example:{port}", "localhost.evil.example:{port}", "127.0.0.1", "127.0.0.1:{other}",
        "0.0.0.0:{port}", "bucket.localhost:{port}",
    ],
)  # fmt: skip
def test_another_name_for_this_machine_is_refused_even_if_it_is_signed(aws: LocalAws, name: str) -> None:
    port = int(aws.endpoint.rpartition(":")[2])
    assert owners(aws, path=f"{FUNCTIONS}/", host=name.format(port=port, other=port + 1)).send()[0] == 403
    assert owners(aws, path=f"{FUNCTIONS}/", host=f"localhost:{port}").send()[0] == 200


def test_no_answer_allows_requests_from_other_sites(aws: LocalAws) -> None:
    for call in (owners(aws, path=f"{FUNCTIONS}/"), owners(aws, service="s3")):
        status, headers, _ = call.send(call.headers() | {"Origin": "https://evil.example"})
        assert status == 200
        assert not [name for name in headers if name.startswith("access-control")]


def test_a_presigned_address_works_for_one_object_and_a_limited_time(aws: LocalAws) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="presigned")
    s3.put_object(Bucket="presigned", Key="a key (1)", Body=b"content")
    newer = client(aws, "s3", aws.instance.keys, Config(signature_version="s3v4"))
    for signer in (s3, newer):
        url = signer.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "a key (1)"}, ExpiresIn=60)
        assert _curl(url) == (200, "content")
        assert _curl(url.replace("a%20key", "b%20key"))[0] == 403
        assert _curl(re.sub("Signature=..", "Signature=00", url))[0] == 403
        assert _curl(url, "--request", "DELETE")[0] == 403
        gone = signer.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "a key (1)"}, ExpiresIn=-1)
        assert _curl(gone)[0] == 403
    s3.delete_object(Bucket="presigned", Key="a key (1)")
    s3.delete_bucket(Bucket="presigned")


def test_objects_are_put_in_every_form_that_clients_send(aws: LocalAws) -> None:
    aws.client("s3").create_bucket(Bucket="forms")
    content = bytes(range(256)) * 40_000
    for number, config in enumerate(
        (
            Config(),
            Config(request_checksum_calculation="when_required"),
            Config(s3={"payload_signing_enabled": True}),
            Config(s3={"payload_signing_enabled": False}),
        )
    ):
        s3 = client(aws, "s3", aws.instance.keys, config)
        s3.put_object(Bucket="forms", Key=f"{number}/é +~'", Body=content[:100])
        s3.upload_fileobj(io.BytesIO(content), "forms", f"{number}/large")
        assert s3.get_object(Bucket="forms", Key=f"{number}/large")["Body"].read() == content
        keys = [{"Key": each["Key"]} for each in s3.list_objects_v2(Bucket="forms")["Contents"]]
        assert len(keys) == 2
        s3.delete_objects(Bucket="forms", Delete={"Objects": keys})
    aws.client("s3").delete_bucket(Bucket="forms")


SELF: dict[str, Any] = {
    "method": "POST", "body": b"Action=GetCallerIdentity&Version=2011-06-15", "service": "sts",
    "kind": "application/x-www-form-urlencoded",
}  # fmt: skip


def test_a_session_is_accepted_only_with_its_own_secret_and_token(aws: LocalAws) -> None:
    given = aws.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="session")["Credentials"]
    keys, token = Keys(given["AccessKeyId"], given["SecretAccessKey"]), given["SessionToken"]
    roots = Keys(keys.key_id, aws.instance.secret_access_key)
    assert Call(aws.endpoint, keys, token=token, **SELF).send()[0] == 200
    assert Call(aws.endpoint, keys, **SELF).send()[0] == 403
    assert Call(aws.endpoint, keys, token=f"{token}0", **SELF).send()[0] == 403
    assert Call(aws.endpoint, roots, token=token, **SELF).send()[0] == 403
    for method, path in (("POST", "/_ministack/reset"), ("PUT", PATH)):
        status, _, said = Call(aws.endpoint, keys, token=token, method=method, path=path).send()
        assert (status, "AccessDenied" in said) == (403, True)
    assert aws.client("iam").get_role(RoleName="any")


def test_the_keys_of_a_zip_function_cannot_be_computed_from_its_name(aws: LocalAws) -> None:
    source = "import os\ndef handler(e, c):\n    return {k: v for k, v in os.environ.items() if k.startswith('AWS_')}\n"
    created = json.loads(owners(aws, method="POST", path=FUNCTIONS, body=function("zip", source)).send()[2])
    lambdas = aws.client("lambda")
    try:
        seen = json.loads(lambdas.invoke(FunctionName="zip")["Payload"].read())
    finally:
        lambdas.delete_function(FunctionName="zip")
    digest = hashlib.sha256(f"{created['FunctionArn']}:{ROLE}".encode()).hexdigest()
    assert seen["AWS_ACCESS_KEY_ID"] != f"ASIA{digest[:16].upper()}"
    keys = Keys(seen["AWS_ACCESS_KEY_ID"], seen["AWS_SECRET_ACCESS_KEY"])
    assert Call(aws.endpoint, keys, token=seen.get("AWS_SESSION_TOKEN"), **SELF).send()[0] == 200


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "list_buckets"), ("iam", "list_roles"), ("ec2", "describe_vpcs"), ("dynamodb", "list_tables"),
        ("lambda", "list_functions"), ("sqs", "list_queues"), ("cloudwatch", "list_metrics"),
    ],
)  # fmt: skip
def test_each_service_reports_a_refusal_in_its_own_format(aws: LocalAws, service: str, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(client(aws, service, Keys("test", "test")), operation)()
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def _curl(url: str, *options: str) -> tuple[int, str]:
    command = ["curl", "--silent", "--insecure", "--write-out", "\n%{http_code}", "--max-time", "20", *options, url]
    body, _, status = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rpartition("\n")
    return int(status), body
