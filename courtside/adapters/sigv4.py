"""Signs MLflow's requests, so that the tracking API can be private by IAM."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import boto3
import requests
from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider

from courtside.adapters.execute_api import signed_headers

NAME = "courtside-sigv4"


class SigV4(requests.auth.AuthBase):
    """Signs each request for API Gateway with the process's own credentials."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the signature to a prepared request."""
        # API Gateway signs a space as %20; requests writes it as +, which would be signed as it stands.
        parts = urlsplit(request.url or "")
        request.url = str(urlunsplit(parts._replace(query=str(parts.query).replace("+", "%20"))))
        signed = signed_headers(self._session, method=str(request.method), url=str(request.url), body=request.body)
        request.headers.update(signed)
        return request


class SigV4AuthProvider(RequestAuthProvider):  # type: ignore[misc]  # mlflow's base class has no types
    """MLflow finds this by its entry point when ``MLFLOW_TRACKING_AUTH=courtside-sigv4``."""

    def __init__(self) -> None:
        self._auth: SigV4 | None = None

    def get_name(self) -> str:
        """Return the provider's name."""
        return NAME

    def get_auth(self) -> Any:
        """Return the signer; one session serves the whole process."""
        self._auth = self._auth or SigV4(boto3.Session())
        return self._auth
