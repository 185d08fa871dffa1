"""Drift checks as runs in MLflow, through its REST API.

MLflow's own client takes 0.9 s and 90 MB to import, more than the whole check; the five calls needed here cost nothing.
Source: https://mlflow.org/docs/latest/api_reference/rest-api.html
"""

import json
import math
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from courtside.adapters import aws_clients
from courtside.adapters.execute_api import signed_headers
from courtside.adapters.mlflow_texts import NAME, TAG, taken, taken_values
from courtside.adapters.tracking_address import one_line, split_login
from courtside.contracts.names import DRIFT_EXPERIMENT
from courtside.workflows.ports import DriftRun, TrackingRefused, TrackingUnavailable

TIMEOUT_SECONDS = 15
KNOWN_SECONDS = 300
_GONE = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
"""How the server answers where an experiment was deleted, or never was."""
TYPES = {"html": "text/html; charset=utf-8"}


class MlflowDriftRuns:
    """Runs of the drift experiment on the server at `uri`; `signed` for a stage's private API.

    It may be kept: the experiment is looked for again after `KNOWN_SECONDS`, as another server may have taken the
    place of the one that was asked.
    """

    def __init__(self, uri: str, *, signed: bool = True, experiment: str = DRIFT_EXPERIMENT) -> None:
        plain, self._login = split_login(uri)
        self._uri = plain.rstrip("/")
        self._signed = signed
        self._experiment = experiment
        self._known_id, self._known_at = "", -math.inf

    def log(self, run: DriftRun) -> str:
        """Log one check and return the run's id; the same check again updates its run."""
        info = self._begun(run)
        run_id, at = str(info["run_id"]), _milliseconds(run)
        metrics = [{"key": key, "value": value, "timestamp": at, "step": 0} for key, value in run.metrics.items()]
        self._call("POST", "runs/log-batch", {"run_id": run_id, "metrics": metrics, "tags": _pairs(run.tags)})
        for name, content in run.attachments.items():
            self._attach(str(info["artifact_uri"]), name, content)
        self._call("POST", "runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": at})
        return run_id

    def _begun(self, run: DriftRun) -> dict[str, Any]:
        """Return what the server knows of the check's run, which is begun if there is none."""
        if (now := time.monotonic()) < self._known_at + KNOWN_SECONDS:
            try:
                return self._of_check(run, self._known_id)
            except TrackingRefused as error:
                if error.status not in _GONE:
                    raise
                self._known_at = -math.inf
        self._known_id = self._experiment_id()
        info = self._of_check(run, self._known_id)
        self._known_at = now
        return info

    def _of_check(self, run: DriftRun, experiment_id: str) -> dict[str, Any]:
        known = None if run.new else self._known(run, experiment_id)
        return known or self._create(run, experiment_id)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session()

    def _experiment_id(self) -> str:
        path = f"experiments/get-by-name?experiment_name={quote(self._experiment, safe='')}"
        try:
            return self._asked("GET", path, "experiment", "experiment_id")
        except TrackingRefused as error:
            if error.status != 404:
                raise
        try:
            return self._asked("POST", "experiments/create", "experiment_id", body={"name": self._experiment})
        except TrackingRefused as error:
            if "RESOURCE_ALREADY_EXISTS" not in error.detail:  # two first checks at once
                raise
        return self._asked("GET", path, "experiment", "experiment_id")

    def _asked(self, method: str, path: str, *fields: str, body: Mapping[str, Any] | None = None) -> str:
        """Return one field of an answer, by the names on the way to it."""
        found: Any = self._call(method, path, body)
        for field in fields:
            found = self._field(found, field)
        return str(found)

    def _field(self, found: Any, name: str) -> Any:
        if not isinstance(found, dict) or name not in found:
            raise TrackingRefused(self._uri, HTTPStatus.OK, f"an answer without {name}, so it is not an MLflow server")
        return found[name]

    def _known(self, run: DriftRun, experiment_id: str) -> dict[str, Any] | None:
        wanted = {
            "experiment_ids": [experiment_id],
            "filter": f"tags.check_id = '{run.check_id}'",
            "max_results": 1,
        }
        runs = self._call("POST", "runs/search", wanted).get("runs", [])
        return runs[0]["info"] if runs else None

    def _create(self, run: DriftRun, experiment_id: str) -> dict[str, Any]:
        body = {
            "experiment_id": experiment_id,
            "run_name": taken(run.check_id, NAME),
            "start_time": _milliseconds(run),
            "tags": _pairs({"check_id": run.check_id}),
        }
        info: dict[str, Any] = self._field(self._field(self._call("POST", "runs/create", body), "run"), "info")
        return info

    def _attach(self, artifact_uri: str, name: str, content: bytes) -> None:
        """Write an artifact where clients write them: into the bucket, or through the server if that serves them."""
        place = urlsplit(artifact_uri)
        kind = TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")
        key = f"{place.path.strip('/')}/{name}"
        if place.scheme == "mlflow-artifacts":
            address = f"{self._uri}/api/2.0/mlflow-artifacts/artifacts/{quote(key)}"
            self._send("PUT", address, content, {"Content-Type": kind})
            return
        if place.scheme != "s3":
            raise TrackingRefused(self._uri, 200, f"artifacts at {artifact_uri} cannot be written from here")
        try:
            aws_clients.client("s3").put_object(Bucket=place.netloc, Key=key, Body=content, ContentType=kind)
        except (ClientError, BotoCoreError) as error:
            raise TrackingRefused(self._uri, 200, f"{artifact_uri}/{name} was not taken: {error}") from error

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        answer = self._send(method, f"{self._uri}/api/2.0/mlflow/{path}", data, {"Content-Type": "application/json"})
        try:
            result = json.loads(answer)
        except ValueError:
            result = None
        if not isinstance(result, dict):
            raise TrackingRefused(self._uri, HTTPStatus.OK, one_line(answer.decode(errors="replace")))
        return result

    def _send(self, method: str, url: str, data: bytes | None, headers: dict[str, str]) -> bytes:
        try:
            if self._signed:
                headers |= signed_headers(self._session, method=method, url=url, body=data)
            elif self._login:
                headers |= {"Authorization": self._login.basic}
            request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 — a setting
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
                content: bytes = response.read()
                return content
        except urllib.error.HTTPError as error:
            raise TrackingRefused(self._uri, error.code, _said(error)) from error
        except (OSError, HTTPException, BotoCoreError) as error:
            raise TrackingUnavailable(self._uri) from error


def _said(error: urllib.error.HTTPError) -> str:
    try:
        return error.read(500).decode(errors="replace")
    except (OSError, HTTPException):
        return "an answer that broke off"


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in taken_values(values, TAG).items()]


def _milliseconds(run: DriftRun) -> int:
    return int(run.at.timestamp() * 1000)
