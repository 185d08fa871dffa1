"""Signs MLflow's requests, so that the tracking API can be private by IAM."""

from typing import Any

import boto3
import requests
from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider

from courtside.adapters import aws_clients
from courtside.adapters.execute_api import canonical, explain_refusal, signed_headers
from courtside.contracts.names import TRACKING_AUTH


class SigV4(requests.auth.AuthBase):
    """Signs each request for API Gateway with the process's own credentials."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the signature to a prepared request; its answer may then raise `ClockSkewed`."""
        request.url = canonical(request.url or "")
        signed = signed_headers(self._session, method=str(request.method), url=request.url, body=request.body)
        request.headers.update(signed)
        request.register_hook("response", _explain)
        return request


def _explain(response: requests.Response, **_: object) -> None:
    explain_refusal(response.status_code, response.headers.get("Date"))


class SigV4AuthProvider(RequestAuthProvider):  # type: ignore[misc]  # mlflow's base class has no types
    """MLflow finds this by its entry point when ``MLFLOW_TRACKING_AUTH`` is `TRACKING_AUTH`."""

    def get_name(self) -> str:
        """Return the provider's name."""
        return TRACKING_AUTH

    def get_auth(self) -> Any:
        """Return the signer; it uses boto3's default session, as the process's other clients do."""
        return SigV4(aws_clients.session())
