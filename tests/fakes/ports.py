"""In-memory implementations of the workflows' ports."""

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.model_card import LoggedRuns, ModelInterface
from courtside.contracts.names import ModelPlace
from courtside.core.alerting import Alert
from courtside.core.predictions.contributions import Contributions
from courtside.core.runs import Execution
from courtside.core.training.candidates import Classifier
from courtside.workflows.ports import (
    Champion,
    DriftRun,
    LedgerEntry,
    LedgerWrite,
    ModelUnusable,
    ObjectMissing,
    PlaceTaken,
    StampedObject,
    StoredObject,
    TrackingUnavailable,
    TrainingRun,
    VersionMissing,
    lies_between,
)


@dataclass
class InMemoryLake:
    objects: dict[str, bytes] = field(default_factory=dict)

    def uri(self, key: str) -> str:
        return f"memory://{key}"

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def stamps(self, prefix: str, *, first: str = "", last: str = "") -> dict[str, str]:
        keys = [key for key in self.keys(prefix) if lies_between(key, first, last)]
        return {key: sha256(self.objects[key]).hexdigest() for key in keys}

    def list_objects(self, prefix: str) -> list[StoredObject]:
        return [StoredObject(key, None, len(self.objects[key])) for key in self.keys(prefix)]

    def read(self, key: str, *, version_id: str | None = None) -> bytes:  # noqa: ARG002
        try:
            return self.objects[key]
        except KeyError as error:
            raise ObjectMissing(key) from error

    def write(self, key: str, content: bytes) -> None:
        self.objects[key] = content

    def claim(self, key: str, content: bytes) -> bool:
        if key in self.objects:
            return False
        self.objects[key] = content
        return True

    def stamped(self, key: str) -> StampedObject | None:
        content = self.objects.get(key)
        return None if content is None else StampedObject(content, sha256(content).hexdigest())

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        found = self.stamped(key)
        if found is None or found.stamp != stamp:
            return False
        self.objects[key] = content
        return True

    def move(self, keys: Mapping[str, str]) -> None:
        for old, new in keys.items():
            self.objects[new] = self.objects.pop(old)

    def remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)


@dataclass
class RecordedAlerts:
    sent: list[Alert] = field(default_factory=list)
    failures: int = 0

    def publish(self, alert: Alert) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the topic does not answer")
        self.sent.append(alert)


@dataclass
class InMemoryExecutions:
    known: dict[str, Execution] = field(default_factory=dict)

    def recent(self, limit: int) -> list[Execution]:
        return sorted(self.known.values(), key=lambda each: each.started_at, reverse=True)[:limit]

    def of(self, training_id: str) -> Execution | None:
        return self.known.get(training_id)

    def add(self, execution: Execution) -> None:
        self.known[execution.name] = execution


@dataclass
class RecordedRetraining:
    started: dict[str, RetrainingRequest] = field(default_factory=dict)

    def start(self, request: RetrainingRequest) -> str:
        self.started.setdefault(request.training_id, request)
        return f"arn:execution:{request.training_id}"


READS_THE_MONTH = ModelInterface.of("home_win", (0, 1), {"month": "number"})
"""The inputs and outputs of a champion of `nba_games` that has one feature."""


@dataclass
class ConstantChampion:
    version: str
    value: float = 0.5
    interface: ModelInterface | None = READS_THE_MONTH
    explains: bool = False
    fitted: Classifier | None = None

    def probability(self, features: pa.Table) -> NDArray[np.float64]:
        return np.full(features.num_rows, self.value)

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        return self.probability(rows)

    def bounds(self, values: NDArray[np.float64]) -> NDArray[np.float64] | None:  # noqa: ARG002 — it says no values
        return None

    def contributions(self, features: pa.Table) -> Contributions | None:
        said = Contributions(("month",), np.full((features.num_rows, 1), self.value))
        return said if self.explains else None


@dataclass
class InMemoryModels:
    """Models whose single file holds the probability that they predict for every row."""

    def opened(self, version: str, files: Mapping[str, bytes]) -> Champion:
        try:
            return ConstantChampion(version, float(files["model"]))
        except (KeyError, ValueError) as error:
            raise ModelUnusable(version, str(error)) from error


@dataclass
class InMemoryTracking(InMemoryModels):
    current: Champion | None = None
    runs: list[TrainingRun] = field(default_factory=list)
    described: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    away: bool = False
    prepared: int = 0
    nominated: list[str] = field(default_factory=list)
    places: list[ModelPlace] = field(default_factory=list)
    owner: str | None = None
    """The contract that owns the place, or None if no contract does yet."""

    def prepare(self) -> None:
        self.prepared += 1

    def log(self, run: TrainingRun) -> LoggedRuns:
        self._reach()
        known = [known.training_id for known in self.runs]
        if run.training_id not in known:
            self.runs.append(run)
        number = [known.training_id for known in self.runs].index(run.training_id) + 1
        run_ids = {candidate.name: f"run-{number}-{candidate.name}" for candidate in run.candidates}
        return LoggedRuns(version=str(number), parent_run_id=f"run-{number}", run_ids=run_ids)

    def describe(self, logged: LoggedRuns, *, files: Mapping[str, bytes], description: str) -> None:
        self._reach()
        self.described[logged.parent_run_id] = {**files, "description": description.encode()}

    def at(self, place: ModelPlace) -> "InMemoryTracking":
        self.places.append(place)
        return self

    def require_own_place(self) -> None:
        self._reach()
        place = self.places[-1]
        if self.owner not in {None, place.contract}:
            raise PlaceTaken("registered_model", place.registered_model, owner=self.owner, contract=place.contract)

    def nominate(self, version: str) -> None:
        self._reach()
        self.nominated.append(version)

    def champion_interface(self) -> ModelInterface | None:
        self._reach()
        return None if self.current is None else self.current.interface

    def champion(self) -> Champion | None:
        self._reach()
        return self.current

    @staticmethod
    def save(run: TrainingRun) -> dict[str, bytes]:
        return {f"{candidate.name}/model": pickle.dumps(candidate.estimator) for candidate in run.candidates}

    @staticmethod
    def load(files: Mapping[str, bytes]) -> dict[str, Classifier]:
        return {path.split("/")[0]: pickle.loads(content) for path, content in files.items()}  # noqa: S301

    def _reach(self) -> None:
        if self.away:
            raise TrackingUnavailable("http://nowhere")


@dataclass
class InMemoryDriftRuns:
    runs: dict[str, DriftRun] = field(default_factory=dict)
    away: bool = False

    def log(self, run: DriftRun) -> str:
        if self.away:
            raise TrackingUnavailable("http://nowhere")
        assert not (run.new and run.check_id in self.runs), "a server would have two runs of one check"
        self.runs[run.check_id] = run
        return f"run-of-{run.check_id}"


@dataclass
class InMemoryRegistry:
    champion: str | None = None
    previous: str | None = None
    trainings: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    challenger: str | None = None
    models: dict[str, bytes] = field(default_factory=dict)
    """The probability that each version's model predicts for every row; "0.5" is used for versions not listed."""

    def champion_version(self) -> str | None:
        return self.champion

    def previous_version(self) -> str | None:
        return self.previous

    def training_of(self, version: str) -> str | None:
        if version not in self.trainings:
            raise VersionMissing(version, "nba_games")
        return self.trainings[version]

    def model_files(self, version: str) -> dict[str, bytes]:
        self.training_of(version)
        content = self.models.get(version, b"0.5")
        return {"model": content} if content else {}

    def nominate(self, version: str) -> None:
        self.challenger = version

    def appoint(self, version: str | None, *, previous: str | None, reason: str) -> None:
        if version is not None:
            self.training_of(version)
        self.champion, self.previous = version, previous if previous in self.trainings else None
        self.reasons.append(reason)


@dataclass
class InMemoryLedger:
    documents: dict[str, LedgerEntry] = field(default_factory=dict)
    one_at_a_time: Lock = field(default_factory=Lock)

    def get(self, key: str) -> LedgerEntry | None:
        return self.documents.get(key)

    def entries(self, *prefixes: str) -> list[LedgerEntry]:
        known = sorted(self.documents)
        return [self.documents[key] for prefix in prefixes for key in known if key.startswith(prefix)]

    def put(self, *writes: LedgerWrite) -> bool:
        with self.one_at_a_time:
            revisions = {write.key: entry.revision for write in writes if (entry := self.documents.get(write.key))}
            if any(revisions.get(write.key, 0) != write.expected_revision for write in writes):
                return False
            for write in writes:
                self.documents[write.key] = LedgerEntry(write.key, write.document, write.expected_revision + 1)
            return True
