"""These functions make requests of an attacker who knows something: they are signed, but something is wrong in each."""

import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from embedded_aws.aws import LocalAws
from embedded_aws.keys import Keys


@dataclass(frozen=True)
class Call:
    """A request to be signed."""

    endpoint: str
    keys: Keys
    method: str = "GET"
    path: str = "/"
    body: bytes = b""
    service: str = "lambda"
    host: str = ""
    kind: str = "application/json"
    token: str | None = None
    at: datetime | None = None

    def headers(self) -> dict[str, str]:
        """Return the request's headers, signed for its time."""
        host = self.host or urlsplit(self.endpoint).netloc
        request = AWSRequest(method=self.method, url=f"http://{host}{self.path}", data=self.body)
        for name, value in (("Host", host), ("Content-Type", self.kind), ("X-Amz-Security-Token", self.token)):
            if value:
                request.headers[name] = value
        signer: Any = SigV4Auth(Credentials(self.keys.key_id, self.keys.secret, self.token), self.service, "us-east-1")
        request.context["timestamp"] = (self.at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        text = signer.string_to_sign(request, signer.canonical_request(request))
        signer._inject_signature_to_request(request, signer.signature(text, request))
        return dict(request.headers.items())

    def send(self, headers: dict[str, str] | None = None, **changed: Any) -> tuple[int, dict[str, str], str]:
        """Send the request as signed, except for the parts in `changed`, and return its status, headers and body."""
        signed, other = headers or self.headers(), replace(self, **changed)
        parts = urlsplit(self.endpoint)
        connection: HTTPConnection = HTTPConnection(parts.netloc, timeout=120)
        if parts.scheme == "https":
            connection = HTTPSConnection(parts.netloc, timeout=120, context=ssl._create_unverified_context())  # noqa: S323 (ours)
        connection.request(other.method, other.path, body=other.body or None, headers=signed)
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        connection.close()
        return found


def client(aws: LocalAws, service: str, keys: Keys, config: Config | None = None) -> Any:
    """Return a boto3 client that uses the given keys."""
    session: Any = boto3.Session(keys.key_id, keys.secret, region_name="us-east-1")
    trusted = str(aws.instance.certificate) if aws.instance.certificate else None
    return session.client(service, endpoint_url=aws.endpoint, verify=trusted, config=config)
