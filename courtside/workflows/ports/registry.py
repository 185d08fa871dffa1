"""The model registry: which version has which role."""

from typing import Protocol

from courtside.contracts.errors import BadInput


class VersionMissing(BadInput):
    """The registry holds no such version of a model."""

    def __init__(self, version: str, model: str) -> None:
        self.version = version
        self.model = model
        super().__init__(
            f"the registry holds no version {version} of {model}: it was deleted or never created, so nothing was "
            f"changed; `courtside versions list --model {model}` shows what there is"
        )


class Registry(Protocol):
    """Which version has which role; raises `TrackingUnavailable`."""

    def champion_version(self) -> str | None:
        """Return the champion's version, or None if there is none yet."""
        ...

    def previous_version(self) -> str | None:
        """Return the version that was champion before, or None if there is none."""
        ...

    def training_of(self, version: str) -> str | None:
        """Return the id of the training that made a version, None where it is unknown; raises `VersionMissing`."""
        ...

    def model_files(self, version: str) -> dict[str, bytes]:
        """Return the files of a version's model by path, none where they are gone; raises `VersionMissing`."""
        ...

    def nominate(self, version: str) -> None:
        """Make a version the challenger."""
        ...

    def appoint(self, version: str | None, *, previous: str | None, reason: str) -> None:
        """Name the champion (None: nobody) and the version before it; doing it twice changes nothing more.

        If the version before it was deleted, it is no longer named; if the champion was, `VersionMissing` is raised.
        """
        ...
