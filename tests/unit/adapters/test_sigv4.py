import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError
from mlflow.tracking.request_auth.registry import fetch_auth

from courtside.adapters.sigv4 import SigV4
from courtside.contracts.names import TRACKING_AUTH

URL = "https://abc.execute-api.us-east-1.amazonaws.com/api/2.0/mlflow/runs/search"


def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret", region_name="us-east-1")


@pytest.mark.parametrize("query", [{}, {"filter": "name = 'a b'"}, {"filter": "naïve/läbel"}, {"a": "1", "b": "x+y"}])
def test_the_signature_is_the_one_that_a_verifier_computes_from_the_request(query: dict[str, str]) -> None:
    prepared = requests.Request("POST", URL, params=query, data=b'{"k":1}').prepare()
    signed = SigV4(session())(prepared)
    assert "+" not in (signed.url or "").partition("?")[2]
    sent = AWSRequest(
        method="POST", url=signed.url, data=signed.body, headers={"Host": "abc.execute-api.us-east-1.amazonaws.com"}
    )
    sent.context["timestamp"] = signed.headers["X-Amz-Date"]
    verifier = SigV4Auth(session().get_credentials(), "execute-api", "us-east-1")
    sent.headers["X-Amz-Date"] = signed.headers["X-Amz-Date"]
    canonical = verifier.canonical_request(sent)
    signature = verifier.signature(verifier.string_to_sign(sent, canonical), sent)
    assert signed.headers["Authorization"].endswith(f"Signature={signature}")


def test_mlflow_finds_the_signer_by_its_entry_point() -> None:
    assert isinstance(fetch_auth(TRACKING_AUTH), SigV4)


def test_without_credentials_nothing_is_sent_unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3.Session, "get_credentials", lambda _: None)
    with pytest.raises(NoCredentialsError):
        SigV4(session())(requests.Request("GET", URL).prepare())
