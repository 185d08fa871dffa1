"""One client per process, and MLflow's own errors told apart."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException, RestException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

from courtside.workflows.ports import TrackingUnavailable

# MLflow's own defaults try for minutes; a server that is away should be reported while someone still looks.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}


def connect(uri: str) -> MlflowClient:
    """Return a client of the server at `uri`; nothing is sent yet."""
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


@contextmanager
def reaching(uri: str) -> Iterator[None]:
    """Turn a connection that fails into `TrackingUnavailable`; errors the server itself sends pass through."""
    try:
        yield
    except RestException:
        raise
    except MlflowException as error:
        if "API request to" in str(error):
            raise TrackingUnavailable(uri) from error
        raise


def is_missing(error: MlflowException) -> bool:
    """Tell whether the server says that a model or an alias does not exist."""
    missing: str = ErrorCode.Name(RESOURCE_DOES_NOT_EXIST)
    return error.error_code == missing or "alias" in str(error).lower()
