"""Where a replay is, kept in a file, so that one that was interrupted goes on.

No model is kept: it is trained again by the request that made it, which gives the same one.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import IncidentRecord
from courtside.contracts.records.backtests import ReplayedAlert, ReplayedTraining
from courtside.core.backtest.policies import ReplayPolicy
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.performance.constant import Constant
from courtside.core.performance.courses import Course
from courtside.core.performance.losses import PromisedLoss
from courtside.core.performance.promise import Promise
from courtside.core.recalibration import Course as RecalibratedCourse
from courtside.core.recalibration import Recalibration
from courtside.core.tasks import BINARY, Prediction, prediction_column, predictions_of
from courtside.workflows.backtest.attempts import Attempt
from courtside.workflows.backtest.history import History
from courtside.workflows.backtest.performance import Performance, Realised
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.stream import Stream

_STATE = b"courtside.replay"
_CODE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Made:
    """How a version was made, and of which one, if it was recalibrated."""

    number: str
    request: RetrainingRequest
    of: "Made | None" = None


@dataclass(frozen=True)
class Bar:
    """What later champions are held to of a version's promise; the rest is made again with the version."""

    losses: dict[str, PromisedLoss]
    constant: Constant | None
    ranking: float
    positive: str
    negative: str | None
    task: str = BINARY
    classes: tuple[str, ...] = ()

    @classmethod
    def of(cls, promise: Promise) -> "Bar":
        """Return what is kept of a promise."""
        return cls(
            dict(promise.losses),
            promise.constant,
            promise.ranking,
            promise.positive,
            promise.negative,
            promise.task,
            promise.classes,
        )

    def promise(self) -> Promise:
        """Return the promise, without its figures."""
        return Promise(**asdict(self) | {"losses": self.losses, "constant": self.constant})


@dataclass(frozen=True)
class PerformanceState:
    """What is known of performance, see `Performance`; `waiting` are tables as base64 of parquet."""

    promises: dict[str, Bar]
    champions: dict[str, date]
    courses: tuple[Course, ...]
    recalibrated: dict[str, RecalibratedCourse]
    learnt: dict[str, Recalibration]
    trend: list[Realised]
    waiting: list[str]

    @classmethod
    def of(cls, performance: Performance) -> "PerformanceState":
        """Return what is kept."""
        return cls(
            promises={version: Bar.of(each) for version, each in performance.promises.items()},
            champions=performance.champions,
            courses=performance.courses,
            recalibrated=performance.recalibrated,
            learnt=performance.learnt,
            trend=performance.trend,
            waiting=[base64.b64encode(parquet_content(each)).decode() for each in performance.waiting],
        )

    def performance(self, stream: Stream) -> Performance:
        """Return what was known; promises of versions that still count have to be put in whole."""
        return Performance(
            stream,
            promises={version: each.promise() for version, each in self.promises.items()},
            champions=self.champions,
            courses=self.courses,
            recalibrated=self.recalibrated,
            learnt=self.learnt,
            trend=self.trend,
            waiting=[read_parquet_content(base64.b64decode(each)) for each in self.waiting],
        )


@dataclass(frozen=True)
class LifeState:
    """The life of a model, see `Life`."""

    champion: Made
    previous: Made | None
    challenger: Made | None
    champion_since: date
    registered: int
    history: History
    incidents: dict[str, IncidentRecord]
    told: int
    attempts: list[Attempt]
    performance: PerformanceState


@dataclass
class Told:
    """What a replay has told after so many `rounds` and `seconds`, which its result is made of."""

    rounds: int = 0
    seconds: float = 0.0
    alerts: int = 0
    trained: list[ReplayedTraining] = field(default_factory=list)
    alerted: list[ReplayedAlert] = field(default_factory=list)


@dataclass(frozen=True)
class State:
    """A replay after some of its rounds; `life` is None after the last one."""

    told: Told
    life: LifeState | None


_ADAPTER = TypeAdapter(State)


@dataclass(frozen=True)
class StateFile:
    """The file of one replay; it is replaced as a whole, so that an interruption leaves the one before."""

    path: Path

    def load(self) -> tuple[State, NDArray[np.int64], Prediction] | None:
        """Return the state, the places of the rows that were predicted, and what was said of them; None for no state.

        A file that cannot be read counts as none: the replay begins anew.
        """
        try:
            table = read_parquet_content(self.path.read_bytes())
            state = _ADAPTER.validate_json((table.schema.metadata or {})[_STATE])
        except (OSError, pa.ArrowException, KeyError, ValidationError):
            return None
        return state, table.column("place").to_numpy(), predictions_of(table.column("probability"))

    def save(self, state: State, places: NDArray[np.int64], probability: Prediction) -> None:
        """Write the state in place of the one before."""
        table = pa.table({"place": pa.array(places), "probability": prediction_column(probability)})
        table = table.replace_schema_metadata({_STATE: _ADAPTER.dump_json(state)})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".part")
        beside.write_bytes(parquet_content(table))
        beside.replace(self.path)


def state_file(folder: Path, stream: Stream, policy: ReplayPolicy, plan: Plan) -> StateFile:
    """Return the file of a replay: another stream, contract, policy, plan or code has another one."""
    digest = hashlib.sha256()
    for part in _parts(stream, policy, plan):
        digest.update(hashlib.sha256(part).digest())
    name = "".join(letter if letter.isalnum() else "-" for letter in policy.name)[:40]
    return StateFile(folder / stream.dataset.name / f"{name}-{digest.hexdigest()[:16]}.parquet")


def _parts(stream: Stream, policy: ReplayPolicy, plan: Plan) -> Iterator[bytes]:
    said = (stream.dataset.contract.sha256, policy.retrain.as_dict(), replace(plan, candidates=()))
    yield repr(said).encode()
    yield repr([(each.name, dict(each.params), each.package) for each in plan.candidates]).encode()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, stream.written.schema) as writer:
        writer.write_table(stream.written.combine_chunks())
    yield sink.getvalue().to_pybytes()
    yield _code()


@cache
def _code() -> bytes:
    """Return a digest of the library, because another version may decide otherwise."""
    digest = hashlib.sha256()
    for folder in ("contracts", "core", "workflows"):
        for path in sorted((_CODE / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.digest()
