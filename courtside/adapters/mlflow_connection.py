"""One client per process, and MLflow's own errors distinguished from those of the connection."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException, RestException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST, ErrorCode

from courtside.adapters.execute_api import ClockSkewed
from courtside.adapters.tracking_address import one_line, usable_address
from courtside.workflows.ports import TrackingRefused, TrackingUnavailable

# MLflow's own defaults keep trying for minutes; a server that is away should be reported while someone still
# looks. It also prints a link for every run, on the stdout that our commands print their results on.
_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}

# What MLflow says about an answer that is not its own server's but a proxy's, or a web page.
_ANSWERED = re.compile(
    r"(?:failed with error code (?P<status>\d+)|not in a valid JSON format).*?Response body: '(?P<body>.*)'", re.DOTALL
)


def connect(uri: str) -> MlflowClient:
    """Return a client of the server at `uri`; nothing is sent yet. Raises `TrackingAddressInvalid`."""
    uri = usable_address(uri)
    # Nothing here is installed with pip, so it does not matter that its version is unknown.
    logging.getLogger("mlflow.utils.environment").setLevel(logging.ERROR)
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


@contextmanager
def reaching(uri: str) -> Iterator[None]:
    """Turn a connection that fails into `TrackingUnavailable`; errors the server itself sends pass through.

    An answer that is not MLflow's own becomes `TrackingRefused`.
    Raises `ClockSkewed` when that is why the tracking API refused a signature.
    """
    try:
        yield
    except RestException:
        raise
    except MlflowException as error:
        # MLflow wraps whatever a request raises, without naming it as the cause.
        if isinstance(error.__context__, ClockSkewed):
            raise error.__context__ from None
        answered = _ANSWERED.search(str(error))
        if answered:
            raise TrackingRefused(uri, int(answered["status"] or 200), one_line(answered["body"])) from error
        if "API request to" in str(error):
            raise TrackingUnavailable(uri) from error
        raise


def is_missing(error: MlflowException) -> bool:
    """Say whether the server says that a model or an alias does not exist."""
    code: str = error.error_code
    # A server that is away does not lack the alias, although its error names the path that was asked for.
    no_alias = code == ErrorCode.Name(INVALID_PARAMETER_VALUE) and "alias" in str(error).lower()
    return code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST) or no_alias
