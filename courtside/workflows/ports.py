"""What the workflows need from the outside world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.secrecy import without_secrets
from courtside.contracts.shortening import listed
from courtside.core.alerting import Alert

if TYPE_CHECKING:  # the functions that only check drift must not load what trains
    from courtside.contracts.model_card import LoggedRuns
    from courtside.core.training.candidates import Classifier, Flavor


class ObjectMissing(CourtsideError):
    """The lake holds no object under a key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"the lake holds nothing under {key}")


class TrackingUnavailable(CourtsideError):
    """The tracking server cannot be reached."""

    def __init__(self, uri: str, reason: str = "") -> None:
        self.uri = without_secrets(uri)
        told = f" ({reason})" if reason else ""
        super().__init__(f"the tracking server at {uri} does not answer{told}; check that its service is running")


class TrackingRefused(TrackingUnavailable):
    """The tracking server answered with an error."""

    def __init__(self, uri: str, status: int, detail: str) -> None:
        super().__init__(uri)
        self.status = status
        self.detail = without_secrets(detail)
        self.args = (f"the tracking server at {self.uri} answered {status}: {self.detail}",)


class VersionMissing(BadInput):
    """The registry holds no such version."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(
            f"the registry holds no version {version}: it was deleted or never made, so nothing was changed; "
            "`courtside versions list` shows what there is"
        )


class ModelUnusable(CourtsideError):
    """A version's model cannot be loaded."""

    def __init__(self, version: str, detail: str) -> None:
        self.version = version
        self.detail = detail
        super().__init__(
            f"the model of version {version} cannot be loaded ({detail}); promote another version, or train again with "
            "`courtside retrain`"
        )


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as the lake holds it now: its version (None where the store keeps none) and size in bytes."""

    key: str
    version_id: str | None
    size: int


@dataclass(frozen=True, slots=True)
class StampedObject:
    """An object's content, and what tells it from any other content that its key ever has."""

    content: bytes
    stamp: str


class Lake(Protocol):
    """Objects under keys."""

    def uri(self, key: str) -> str:
        """Return where a person finds the object."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """Return the keys under `prefix`, sorted."""
        ...

    def stored(self, prefix: str) -> list[StoredObject]:
        """Return the objects under `prefix` as they are now, sorted by key."""
        ...

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return an object's content, of one of its versions if asked; raises `ObjectMissing`."""
        ...

    def write(self, key: str, content: bytes) -> None:
        """Write an object, replacing what was there."""
        ...

    def claim(self, key: str, content: bytes) -> bool:
        """Write an object only if there is none yet; return whether this call wrote it."""
        ...

    def stamped(self, key: str) -> StampedObject | None:
        """Return an object with its stamp, None if there is none."""
        ...

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        """Write an object only if what is there still has this stamp; return whether this call wrote it."""
        ...

    def move(self, keys: Mapping[str, str]) -> None:
        """Move objects (old key → new key) as close together as the store can; if that breaks off, none is lost."""
        ...

    def remove(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are not there are no error."""
        ...


@dataclass(frozen=True, slots=True)
class CandidateRun:
    """What is logged of one candidate; `plots` are image files by name."""

    name: str
    flavor: Flavor
    estimator: Classifier
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    plots: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """What is logged of one training: `tags` with every run and the version, `attachments` with the best model.

    `sample` is a few rows of features as the models take them.
    """

    training_id: str
    candidates: Sequence[CandidateRun]
    best: str
    feature_names: Sequence[str]
    sample: pa.Table
    params: Mapping[str, str]
    tags: Mapping[str, str]
    attachments: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class DriftRun:
    """What is logged of one drift check: little, as a server's search reads all of it."""

    check_id: str
    at: datetime
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    attachments: Mapping[str, bytes]


class DriftTracking(Protocol):
    """Runs of drift checks; raises `TrackingUnavailable`."""

    def log(self, run: DriftRun) -> str:
        """Log one check and return the run's id; the same check again updates its run."""
        ...


class Champion(Protocol):
    """A version, ready to predict."""

    @property
    def version(self) -> str:
        """Its version in the registry."""
        ...

    def probability(self, features: pa.Table) -> Sequence[float]:
        """Return the probability of class 1 for each row."""
        ...


class ChampionReadsOther(BadInput):
    """The champion needs features that a dataset does not have, so it cannot be compared with a challenger."""

    def __init__(self, version: str, lacking: Sequence[str], *, dataset: str | None) -> None:
        self.version = version
        self.lacking = tuple(lacking)
        whose = f", trained on dataset {dataset}" if dataset else ""
        super().__init__(
            f"the champion (version {version}{whose}) reads {listed(lacking)}, which these rows lack, so nothing can "
            "be compared with it; give these features back, train against another tracking server or with "
            "--disable-mlflow, or take the alias `champion` away in MLflow if that model is to be replaced unjudged"
        )


class Models(Protocol):
    """Models from their files."""

    def opened(self, version: str, files: Mapping[str, bytes]) -> Champion:
        """Load a version's model from its files by path; needs no server. Raises `ModelUnusable`."""
        ...


class Tracking(Models, Protocol):
    """Runs and models; raises `TrackingUnavailable`."""

    def prepare(self) -> None:
        """Load what logging will need, while other work waits for the processor; needs no server."""
        ...

    def log(self, run: TrainingRun) -> LoggedRuns:
        """Log every model of a training, register the best as challenger, return where they went.

        What an earlier, broken attempt logged of the same training is kept and the rest added.
        """
        ...

    def describe(self, logged: LoggedRuns, *, files: Mapping[str, bytes], description: str) -> None:
        """Attach a training's documents to its parent run and describe its version; this ends its logging."""
        ...

    def check_champion(self, feature_names: Sequence[str]) -> None:
        """Raise `ChampionReadsOther` if there is a champion that needs more than these features."""
        ...

    def champion(self) -> Champion | None:
        """Load the champion, None when there is none yet."""
        ...

    def save(self, run: TrainingRun) -> dict[str, bytes]:
        """Return the models as files by path, `<candidate>/…`, in their libraries' formats; needs no server."""
        ...

    def load(self, files: Mapping[str, bytes]) -> dict[str, Classifier]:
        """Return the models of such files by candidate; needs no server."""
        ...


class Registry(Protocol):
    """Which version plays which part; raises `TrackingUnavailable`."""

    def champion_version(self) -> str | None:
        """Return the champion's version, None when there is none yet."""
        ...

    def previous_version(self) -> str | None:
        """Return the version that was champion before, None when there is none."""
        ...

    def training_of(self, version: str) -> str | None:
        """Return the id of the training that made a version, None where it is unknown; raises `VersionMissing`."""
        ...

    def model_files(self, version: str) -> dict[str, bytes]:
        """Return the files of a version's model by path, none where they are gone; raises `VersionMissing`."""
        ...

    def nominate(self, version: str) -> None:
        """Name a version challenger."""
        ...

    def appoint(self, version: str | None, *, previous: str | None, reason: str) -> None:
        """Name the champion (None: nobody) and the version before it; doing it twice changes nothing more.

        A version before it that was deleted is named no more. Raises `VersionMissing` when the champion was.
        """
        ...


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One document under a key, and how often it was written (1, 2, …)."""

    key: str
    document: str
    revision: int


@dataclass(frozen=True, slots=True)
class LedgerWrite:
    """A document to write if its key still has the revision that was read (0: there must be none yet)."""

    key: str
    document: str
    expected_revision: int


class Ledger(Protocol):
    """Small documents that several processes change: every write says what it believes is there."""

    def get(self, key: str) -> LedgerEntry | None:
        """Return the newest document under `key`, None of none."""
        ...

    def entries(self, prefix: str) -> list[LedgerEntry]:
        """Return every entry whose key starts with `prefix`, by key; a prefix ends with a slash."""
        ...

    def put(self, *writes: LedgerWrite) -> bool:
        """Write all or none; return False when a revision was not as expected."""
        ...


class AlertChannel(Protocol):
    """Where alerts go."""

    def publish(self, alert: Alert) -> None:
        """Send one alert to everyone subscribed."""
        ...


class Retraining(Protocol):
    """The retraining state machine."""

    def start(self, request: RetrainingRequest) -> str:
        """Start it under the request's training id and return the execution's ARN; a second start is the first."""
        ...
