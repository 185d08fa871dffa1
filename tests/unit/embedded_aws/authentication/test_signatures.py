"""Requests signed by botocore's own signers are accepted, and any request changed afterwards is refused."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import example, given
from hypothesis import strategies as st

from embedded_aws.authentication.refusals import Refused
from embedded_aws.authentication.request import Request
from embedded_aws.authentication.signatures import read_claim
from embedded_aws.keys import new_keys

KEYS = new_keys()
HOST = "127.0.0.1:4566"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


def credentials(secret: str = KEYS.secret, token: str | None = None) -> Credentials:
    return Credentials(KEYS.key_id, secret, token)


def sent(request: AWSRequest) -> Request:
    """Return the request as the server receives it from botocore."""
    parts = urlsplit(str(request.prepare().url))
    headers = [(name.encode(), _bytes(value)) for name, value in request.headers.items()]
    named = [] if "Host" in request.headers else [(b"host", HOST.encode())]
    return Request.read(str(request.method), parts.path.encode(), parts.query.encode(), [*headers, *named])


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def made(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> AWSRequest:
    return AWSRequest(method=method, url=f"https://{HOST}{path}", data=body, headers={"Host": HOST, **(headers or {})})


def let_in(request: Request, body: bytes = b"", *, now: datetime | None = None) -> None:
    claim = read_claim(request, now=now or datetime.now(UTC))
    assert claim.key_id == KEYS.key_id
    claim.verify(KEYS.secret, body)


def refusal(request: Request, body: bytes = b"", *, now: datetime | None = None) -> str:
    with pytest.raises(Refused) as refused:
        let_in(request, body, now=now)
    return refused.value.code


@given(path=TEXT, name=TEXT, value=TEXT, body=st.binary(max_size=40))
@example(path="a", name="Signature", value="of an artist", body=b"")
def test_a_signed_request_is_accepted_but_not_with_another_body(path: str, name: str, value: str, body: bytes) -> None:
    request = made("POST", f"/{quote(path)}?{quote(name, safe='')}={quote(value, safe='')}", body)
    SigV4Auth(credentials(), "lambda", "us-east-1").add_auth(request)
    let_in(sent(request), body)
    assert refusal(sent(request), body + b" ") == "SignatureDoesNotMatch"


@given(key=TEXT, body=st.binary(max_size=40))
def test_an_object_is_accepted_with_its_hash_but_not_with_other_bytes(key: str, body: bytes) -> None:
    request = made("PUT", f"/bucket/{quote(key, safe='/~')}", body)
    request.context["payload_signing_enabled"] = True
    S3SigV4Auth(credentials(), "s3", "us-east-1").add_auth(request)
    assert request.headers["X-Amz-Content-SHA256"] == hashlib.sha256(body).hexdigest()
    let_in(sent(request), body)
    assert refusal(sent(request), body + b" ") == "SignatureDoesNotMatch"


@pytest.mark.parametrize("form", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"])
def test_a_body_without_a_hash_is_accepted_only_by_s3(form: str) -> None:
    for service in ("s3", "lambda"):
        request = made("PUT", "/bucket/key", b"bytes", {"X-Amz-Content-SHA256": form})
        SigV4Auth(credentials(), service, "us-east-1").add_auth(request)
        if service == "s3":
            let_in(sent(request), b"bytes")
        else:
            assert refusal(sent(request), b"bytes") == "SignatureDoesNotMatch"


@pytest.mark.parametrize("trailer", ["", "-TRAILER"])
def test_a_body_that_is_signed_in_chunks_is_verified_chunk_by_chunk(trailer: str) -> None:
    request = made("PUT", "/bucket/key", b"", {"X-Amz-Content-SHA256": f"STREAMING-AWS4-HMAC-SHA256-PAYLOAD{trailer}"})
    signer = SigV4Auth(credentials(), "s3", "us-east-1")
    signer.add_auth(request)
    previous, body = request.headers["Authorization"].rpartition("=")[2], b""
    for chunk in (b"first", b"second", b""):
        hashes = [previous, hashlib.sha256(b"").hexdigest(), hashlib.sha256(chunk).hexdigest()]
        lines = ["AWS4-HMAC-SHA256-PAYLOAD", request.context["timestamp"], signer.credential_scope(request), *hashes]
        previous = signer.signature("\n".join(lines), request)
        body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk + b"\r\n"
    let_in(sent(request), body)
    for changed in (body.replace(b"second", b"Second"), body.replace(b"first", b"First"), body[:60], b"0\r\n\r\n"):
        assert refusal(sent(request), changed) == "SignatureDoesNotMatch"


def test_a_session_token_is_part_of_the_claim() -> None:
    request = made("GET", "/")
    SigV4Auth(credentials(token="a token"), "sts", "us-east-1").add_auth(request)
    claim = read_claim(sent(request), now=datetime.now(UTC))
    assert claim.token == "a token"
    claim.verify(KEYS.secret, b"")


def signed(body: bytes = b"{}", at: datetime | None = None, secret: str = KEYS.secret) -> AWSRequest:
    """Return a call of a function, signed at the given time and with the given secret."""
    request = made("POST", "/2015-03-31/functions?a=1", body, {"X-Amz-Target": "T.Op"})
    signer: Any = SigV4Auth(credentials(secret), "lambda", "us-east-1")
    request.context["timestamp"] = (at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(text, request))
    return request


@pytest.mark.parametrize("name", ["X-Amz-Target", "X-Amz-Date"])
def test_a_changed_header_is_refused(name: str) -> None:
    request = signed()
    let_in(sent(request), b"{}")
    changed = sent(request)
    later = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y%m%dT%H%M%SZ")
    other = Request(changed.method, changed.raw_path, changed.query, changed.headers | {name.lower(): later})  # type: ignore[operator]
    assert refusal(other, b"{}") == "SignatureDoesNotMatch"


def test_another_method_path_or_query_is_refused() -> None:
    right = sent(signed())
    for method, path, query in (
        ("GET", right.raw_path, right.query),
        ("POST", "/2015-03-31/functions/other", right.query),
        ("POST", right.raw_path, {"a": ["2"]}),
        ("POST", right.raw_path, {**right.query, "b": [""]}),
        ("POST", right.raw_path, {}),
    ):
        assert refusal(Request(method, path, query, right.headers), b"{}") == "SignatureDoesNotMatch"


def test_an_unsigned_header_that_aws_interprets_is_refused() -> None:
    right = sent(signed())
    for name in ("x-amz-security-token", "x-amz-copy-source", "x-amz-content-sha256"):
        added = Request(right.method, right.raw_path, right.query, {**right.headers, name: "x"})
        assert refusal(added, b"{}") == "SignatureDoesNotMatch"


@pytest.mark.parametrize("minutes", [-60, -6, 6, 60])
def test_a_replay_outside_the_window_is_refused(minutes: int) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert refusal(sent(signed(at=at)), b"{}") == "RequestExpired"


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_that_is_off_by_a_few_minutes_is_accepted(minutes: int) -> None:
    let_in(sent(signed(at=datetime.now(UTC) + timedelta(minutes=minutes))), b"{}")


@pytest.mark.parametrize(
    "change",
    [
        ("Signature=", "Signature=00, Old="),
        ("AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 "),
        ("AWS4-HMAC-SHA256 ", "AWS "),
        ("AWS4-HMAC-SHA256 ", "Bearer "),
        ("/aws4_request", ""),
        (f"Credential={KEYS.key_id}", "Credential="),
        (f"Credential={KEYS.key_id}", f"Credential=test/20260101/us-east-1/iam/aws4_request, Credential={KEYS.key_id}"),
        (", SignedHeaders", ",Signature=" + "0" * 64 + ", SignedHeaders"),
    ],
)
def test_a_malformed_signature_counts_as_none(change: tuple[str, str]) -> None:
    request = signed()
    written = request.headers["Authorization"].replace(*change)
    assert written != request.headers["Authorization"]
    del request.headers["Authorization"]
    request.headers["Authorization"] = written
    assert refusal(sent(request), b"{}") == "MissingAuthenticationToken"


def test_a_signature_of_zeros_or_of_another_secret_is_refused() -> None:
    assert refusal(sent(signed(secret="test")), b"{}") == "SignatureDoesNotMatch"
    right = sent(signed())
    zeros = right.headers["authorization"].rpartition("=")[0] + "=" + "0" * 64
    forged = Request(right.method, right.raw_path, right.query, {**right.headers, "authorization": zeros})
    assert refusal(forged, b"{}") == "SignatureDoesNotMatch"


def test_two_authorization_headers_are_refused() -> None:
    right = sent(signed())
    twice = {**right.headers, "authorization": f"{right.headers['authorization']},{right.headers['authorization']}"}
    assert refusal(Request(right.method, right.raw_path, right.query, twice), b"{}") == "MissingAuthenticationToken"


def test_a_request_without_a_signature_is_refused() -> None:
    for query in (b"", b"Action=ListRoles", b"X-Amz-Signature=00", b"AWSAccessKeyId=test&Signature=00&Expires=x"):
        request = Request.read("GET", b"/", query, [(b"host", HOST.encode())])
        assert refusal(request) == "MissingAuthenticationToken"


@pytest.mark.parametrize("signer", [S3SigV4QueryAuth, SigV4QueryAuth])
def test_a_presigned_address_is_valid_only_for_its_time_and_its_object(signer: type[SigV4QueryAuth]) -> None:
    request = made("GET", "/bucket/a%20b?response-content-type=text%2Fplain")
    signer(credentials(token="t"), "s3" if signer is S3SigV4QueryAuth else "sts", "us-east-1", 60).add_auth(request)
    right, now = sent(request), datetime.now(UTC)
    let_in(right)
    let_in(right, now=now + timedelta(seconds=50))
    assert refusal(right, now=now + timedelta(seconds=62)) == "RequestExpired"
    assert refusal(right, now=now - timedelta(minutes=6)) == "RequestExpired"
    longer = Request(right.method, right.raw_path, {**right.query, "X-Amz-Expires": ["3600"]}, right.headers)
    assert refusal(longer) == "SignatureDoesNotMatch"
    for expires in ("0", "-5", "604801", "x", ""):
        other = Request(right.method, right.raw_path, {**right.query, "X-Amz-Expires": [expires]}, right.headers)
        assert refusal(other) == "RequestExpired"
    for method, path in (("DELETE", right.raw_path), ("GET", "/bucket/other")):
        assert refusal(Request(method, path, right.query, right.headers)) == "SignatureDoesNotMatch"


def test_a_second_claim_in_the_query_is_refused() -> None:
    request = made("GET", "/bucket/key")
    S3SigV4QueryAuth(credentials(), "s3", "us-east-1", 60).add_auth(request)
    right = sent(request)
    twice = {
        **right.query,
        "X-Amz-Credential": ["test/20260101/us-east-1/s3/aws4_request", *right.query["X-Amz-Credential"]],
    }
    lower = {**right.query, "x-amz-credential": ["test/20260101/us-east-1/s3/aws4_request"]}
    older = {**right.query, "AWSAccessKeyId": ["test"]}
    for query in (twice, lower, older):
        assert refusal(Request("GET", right.raw_path, query, right.headers)) == "MissingAuthenticationToken"
    headed = sent(signed())
    both = Request(headed.method, headed.raw_path, {**headed.query, "X-Amz-Credential": ["test"]}, headed.headers)
    assert refusal(both, b"{}") == "MissingAuthenticationToken"


def test_an_old_style_presigned_address_is_valid_only_for_its_time_and_its_object() -> None:
    request = made("GET", "/bucket/a%20b?versionId=1")
    HmacV1QueryAuth(credentials(token="t"), expires=60).add_auth(request)
    # Whoever uses such an address sends nothing beyond the address itself.
    right, now = sent(made("GET", str(request.url).removeprefix(f"https://{HOST}"))), datetime.now(UTC)
    let_in(right)
    assert refusal(right, now=now + timedelta(seconds=62)) == "RequestExpired"
    for changed in (
        Request("DELETE", right.raw_path, right.query, right.headers),
        Request("GET", "/bucket/other", right.query, right.headers),
        Request("GET", right.raw_path, {**right.query, "versionId": ["2"]}, right.headers),
        Request("GET", right.raw_path, {**right.query, "Expires": [str(int(now.timestamp()) + 9999)]}, right.headers),
        Request("GET", right.raw_path, {**right.query, "Signature": ["AAAAAAAAAAAAAAAAAAAAAAAAAAA="]}, right.headers),
        Request("GET", right.raw_path, {**right.query, "X-Amz-Credential": ["test"]}, right.headers),
        Request("GET", right.raw_path, right.query, {**right.headers, "x-amz-copy-source": "x"}),
    ):
        assert refusal(changed) == "SignatureDoesNotMatch"


def test_two_instances_have_different_keys_and_never_print_their_secret() -> None:
    one, other = new_keys(), new_keys()
    assert len({one.key_id, one.secret, other.key_id, other.secret}) == 4
    assert one.secret not in repr(one)
