from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from courtside.contracts.events import RetrainingRequest
from courtside.core.alerting import Alert
from courtside.workflows.ports import Champion, DriftRun, LoggedModel, ObjectMissing, TrackingUnavailable, TrainingRun


@dataclass
class InMemoryLake:
    objects: dict[str, bytes] = field(default_factory=dict)

    def uri(self, key: str) -> str:
        return f"memory://{key}"

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def read(self, key: str) -> bytes:
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
class RecordedRetraining:
    started: dict[str, RetrainingRequest] = field(default_factory=dict)

    def start(self, request: RetrainingRequest) -> str:
        self.started.setdefault(request.training_id, request)
        return f"arn:execution:{request.training_id}"


@dataclass
class ConstantChampion:
    version: str
    value: float = 0.5

    def probability(self, features: pa.Table) -> Sequence[float]:
        return list(np.full(features.num_rows, self.value))


@dataclass
class InMemoryTracking:
    current: Champion | None = None
    runs: list[TrainingRun] = field(default_factory=list)
    away: bool = False

    def log(self, run: TrainingRun) -> LoggedModel:
        if self.away:
            raise TrackingUnavailable("http://nowhere")
        self.runs.append(run)
        return LoggedModel(run_id=f"run-{len(self.runs)}", version=str(len(self.runs)))

    def champion(self) -> Champion | None:
        return self.current


@dataclass
class InMemoryDriftRuns:
    runs: dict[str, DriftRun] = field(default_factory=dict)
    away: bool = False

    def log(self, run: DriftRun) -> str:
        if self.away:
            raise TrackingUnavailable("http://nowhere")
        self.runs[run.check_id] = run
        return f"run-of-{run.check_id}"


@dataclass
class InMemoryRegistry:
    champion: str | None = None
    previous: str | None = None
    trainings: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def champion_version(self) -> str | None:
        return self.champion

    def previous_version(self) -> str | None:
        return self.previous

    def training_of(self, version: str) -> str | None:
        return self.trainings.get(version)

    def promote(self, version: str, *, reason: str) -> None:
        if self.champion != version:
            self.previous, self.champion = self.champion, version
        self.reasons.append(reason)
