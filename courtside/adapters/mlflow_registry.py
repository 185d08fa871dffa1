"""The model registry: aliases say which version plays which part, tags say the same to people used to stages."""

from mlflow.exceptions import MlflowException

from courtside.adapters.mlflow_connection import connect, is_missing, reaching
from courtside.contracts.names import REGISTERED_MODEL, Alias


class MlflowRegistry:
    """The one registered model of this deployment."""

    def __init__(self, uri: str, *, model: str = REGISTERED_MODEL) -> None:
        self._uri = uri
        self._model = model
        self._client = connect(uri)

    def champion_version(self) -> str | None:
        """Return the champion's version, None when there is none yet."""
        return self._version(Alias.CHAMPION)

    def previous_version(self) -> str | None:
        """Return the version that was champion before, None when there is none."""
        return self._version(Alias.PREVIOUS)

    def training_of(self, version: str) -> str | None:
        """Return the id of the training that made a version, None where it is unknown."""
        with reaching(self._uri):
            tags: dict[str, str] = self._client.get_model_version(self._model, version).tags
        return tags.get("training_id")

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
            }
            for item in ordered
        ]

    def promote(self, version: str, *, reason: str) -> None:
        """Make `version` champion and the champion until now `previous`; doing it twice changes nothing more."""
        before = self.champion_version()
        with reaching(self._uri):
            if before != version:
                if before is not None:
                    self._client.set_registered_model_alias(self._model, Alias.PREVIOUS, before)
                    self._client.set_model_version_tag(self._model, before, "stage", "Archived")
                self._client.set_registered_model_alias(self._model, Alias.CHAMPION, version)
            self._client.set_model_version_tag(self._model, version, "stage", "Production")
            self._client.set_model_version_tag(self._model, version, "promotion_reason", reason)
            if self._version(Alias.CHALLENGER) == version:
                self._client.delete_registered_model_alias(self._model, Alias.CHALLENGER)

    def _version(self, alias: Alias) -> str | None:
        try:
            with reaching(self._uri):
                return str(self._client.get_model_version_by_alias(self._model, alias).version)
        except MlflowException as error:
            if is_missing(error):
                return None
            raise
