"""One client per process, and MLflow's own errors told apart."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException, RestException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST, ErrorCode

from courtside.adapters.execute_api import ClockSkewed
from courtside.workflows.ports import TrackingUnavailable

# MLflow's own defaults try for minutes; a server that is away should be reported while someone still looks.
# And it prints where to look at every run, on the stdout that our commands print their results on.
_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


def connect(uri: str) -> MlflowClient:
    """Return a client of the server at `uri`; nothing is sent yet."""
    # Nothing here installs with pip, so that its version is unknown is no news.
    logging.getLogger("mlflow.utils.environment").setLevel(logging.ERROR)
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


@contextmanager
def reaching(uri: str) -> Iterator[None]:
    """Turn a connection that fails into `TrackingUnavailable`; errors the server itself sends pass through.

    Raises `ClockSkewed` when that is why the tracking API refused a signature.
    """
    try:
        yield
    except RestException:
        raise
    except MlflowException as error:
        # MLflow wraps whatever a request raises without naming it as the cause.
        if isinstance(error.__context__, ClockSkewed):
            raise error.__context__ from None
        if "API request to" in str(error):
            raise TrackingUnavailable(uri) from error
        raise


def is_missing(error: MlflowException) -> bool:
    """Tell whether the server says that a model or an alias does not exist."""
    code: str = error.error_code
    # A server that is away is no server without an alias, though its error names the path that was asked for.
    no_alias = code == ErrorCode.Name(INVALID_PARAMETER_VALUE) and "alias" in str(error).lower()
    return code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST) or no_alias
