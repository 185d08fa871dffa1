"""The model registry: aliases say which version has which role, tags say the same for people who are used to stages."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from courtside.adapters.mlflow_connection import connect, is_missing, reaching
from courtside.adapters.mlflow_texts import TAG, taken
from courtside.contracts.names import NBA_PLACE, Alias, ModelPlace
from courtside.workflows.ports import VersionMissing

STAGING = "Staging"


def nominate(client: MlflowClient, model: str, version: str) -> None:
    """Make a version of a registered model the challenger; what was challenger is a candidate no more."""
    former = client.get_registered_model(model).aliases.get(Alias.CHALLENGER)
    client.set_registered_model_alias(model, Alias.CHALLENGER, version)
    client.set_model_version_tag(model, version, "stage", STAGING)
    if former not in {None, version} and client.get_model_version(model, former).tags.get("stage") == STAGING:
        client.set_model_version_tag(model, former, "stage", "Archived")


class MlflowRegistry:
    """The registered model of a contract."""

    def __init__(self, uri: str, *, place: ModelPlace = NBA_PLACE) -> None:
        self._uri = uri
        self._model = place.registered_model
        self._contract = place.contract
        self._client = connect(uri)

    def champion_version(self) -> str | None:
        """Return the champion's version, or None if there is none yet."""
        return self._version(Alias.CHAMPION)

    def previous_version(self) -> str | None:
        """Return the version that was champion before, or None if there is none."""
        return self._version(Alias.PREVIOUS)

    def training_of(self, version: str) -> str | None:
        """Return the id of the training that made a version, None where it is unknown; raises `VersionMissing`."""
        with self._naming(version):
            tags: dict[str, str] = self._client.get_model_version(self._model, version).tags
        return tags.get("training_id")

    def model_files(self, version: str) -> dict[str, bytes]:
        """Return the files of a version's model by path, none where they are gone; raises `VersionMissing`."""
        with self._naming(version):
            place = self._client.get_model_version_download_uri(self._model, version)
        with tempfile.TemporaryDirectory() as folder, reaching(self._uri):
            if not mlflow.artifacts.list_artifacts(artifact_uri=place, tracking_uri=self._uri):
                return {}  # downloading them from S3 would be an error of MLflow's, which names no reason
            found = Path(mlflow.artifacts.download_artifacts(place, dst_path=folder, tracking_uri=self._uri))
            files = [path for path in found.rglob("*") if path.is_file()]
            return {path.relative_to(found).as_posix(): path.read_bytes() for path in files}

    def nominate(self, version: str) -> None:
        """Make a version the challenger."""
        with self._naming(version):
            nominate(self._client, self._model, version)

    def versions(self) -> list[dict[str, str]]:
        """Return every version with its aliases and its training, newest first; none before the first training."""
        with reaching(self._uri):
            found = self._client.search_model_versions(f"name = '{self._model}'")
            aliases = self._client.get_registered_model(self._model).aliases if found else {}
        by_version: dict[str, list[str]] = {}
        for alias, version in aliases.items():
            by_version.setdefault(str(version), []).append(alias)
        ordered = sorted(found, key=lambda item: int(item.version), reverse=True)
        return [
            {
                "version": str(item.version),
                "aliases": ", ".join(sorted(by_version.get(str(item.version), []))),
                "stage": item.tags.get("stage", ""),
                "training": item.tags.get("training_id", ""),
                "why": item.tags.get("promotion_reason", ""),
                **({"recalibrates": item.tags["recalibrates"]} if "recalibrates" in item.tags else {}),
            }
            for item in ordered
        ]

    def appoint(self, version: str | None, *, previous: str | None, reason: str) -> None:
        """Name the champion (None: nobody) and the version before it; doing it twice changes nothing more.

        If the version before it was deleted, it is no longer named; if the champion was, `VersionMissing` is raised.
        """
        with self._naming(version):
            self._name(Alias.CHAMPION, version, stage="Production")
            try:
                self._name(Alias.PREVIOUS, previous, stage="Archived")
            except MlflowException as error:
                if not is_missing(error):
                    raise
                self._name(Alias.PREVIOUS, None, stage="Archived")
            if version is None:
                return
            self._client.set_model_version_tag(self._model, version, "promotion_reason", taken(reason, TAG))
            if self._version(Alias.CHALLENGER) == version:
                self._client.delete_registered_model_alias(self._model, Alias.CHALLENGER)

    def _name(self, alias: Alias, version: str | None, *, stage: str) -> None:
        """Give an alias to a version, or to none; the version's tag says the same in the words of stages."""
        if version is not None:
            self._client.set_registered_model_alias(self._model, alias, version)
            self._client.set_model_version_tag(self._model, version, "stage", stage)
        elif self._version(alias) is not None:
            self._client.delete_registered_model_alias(self._model, alias)

    @contextmanager
    def _naming(self, version: str | None) -> Iterator[None]:
        """Raise `VersionMissing` by name if a version is not there; what is not a number cannot be a version."""
        if version is not None and not version.isdecimal():
            raise VersionMissing(version, self._contract)
        try:
            with reaching(self._uri):
                yield
        except MlflowException as error:
            if version is not None and is_missing(error):
                raise VersionMissing(version, self._contract) from error
            raise

    def _version(self, alias: Alias) -> str | None:
        try:
            with reaching(self._uri):
                return str(self._client.get_model_version_by_alias(self._model, alias).version)
        except MlflowException as error:
            if is_missing(error):
                return None
            raise
