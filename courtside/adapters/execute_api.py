"""Signatures for the private tracking API, without MLflow: also the drift check signs, and it must stay small."""

from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError

SERVICE = "execute-api"


def signed_headers(session: boto3.Session, *, method: str, url: str, body: Any) -> dict[str, str]:
    """Return the headers that sign one request for API Gateway; spaces in the query must be written %20.

    Raises botocore's `NoCredentialsError`. Source: AWS Signature Version 4,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
    """
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    request = AWSRequest(method=method, url=url, data=body, headers={"Host": urlsplit(url).netloc})
    SigV4Auth(credentials.get_frozen_credentials(), SERVICE, session.region_name).add_auth(request)
    return dict(request.headers.items())
