"""The tracking server: what is logged about a training, and its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.names import ModelPlace
from courtside.contracts.secrecy import without_secrets
from courtside.workflows.ports.models import Champion, Models

if TYPE_CHECKING:  # functions that only check drift must not load the training code
    from courtside.contracts.model_card import Learned, LoggedRuns, ModelInterface
    from courtside.core.training.candidates import Classifier, Flavor, Predictor


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


class PlaceTaken(BadInput):
    """A contract's registered model or experiment is another contract's."""

    def __init__(self, key: str, name: str, *, owner: str, contract: str) -> None:
        self.key = key
        self.name = name
        self.owner = owner
        self.contract = contract
        super().__init__(
            f"the {key.replace('_', ' ')} {name} in MLflow holds what contract {owner} trained, so nothing of contract "
            f"{contract} may go there: write another name as `{key}` into contract {contract}, or log to another "
            "tracking server"
        )


@dataclass(frozen=True, slots=True)
class CandidateRun:
    """What is logged about one candidate; `plots` are image files by name, `package` that of a team's own candidate.

    `intervals` are the fields of its prediction intervals, None where it says none; `seen` are the places of those
    classes that it learned from, None for all. `learned` is kept with its model,
    where it learned from rows that judge it.
    """

    name: str
    flavor: Flavor
    estimator: Predictor
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    plots: Mapping[str, bytes]
    package: str | None = None
    intervals: Mapping[str, Any] | None = None
    seen: Sequence[int] | None = None
    learned: Learned | None = None


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """What is logged about one training: `tags` with every run and the version, `attachments` with the best model.

    `interface` is what its models read and say, `sample` a few rows as people have them.
    """

    training_id: str
    candidates: Sequence[CandidateRun]
    best: str
    interface: ModelInterface
    sample: pa.Table
    params: Mapping[str, str]
    tags: Mapping[str, str]
    attachments: Mapping[str, bytes]


class Tracking(Models, Protocol):
    """Runs and models of one contract; raises `TrackingUnavailable`."""

    def at(self, place: ModelPlace) -> Tracking:
        """Return the same server at a contract's place."""
        ...

    def require_own_place(self) -> None:
        """Raise `PlaceTaken` if the place holds what another contract trained."""
        ...

    def prepare(self) -> None:
        """Load what logging will need, while other work waits for the processor; needs no server."""
        ...

    def log(self, run: TrainingRun) -> LoggedRuns:
        """Log every model of a training, register the best without a role, and return where they went.

        What an earlier, broken attempt of the same training logged is kept, and the rest is added.
        """
        ...

    def describe(self, logged: LoggedRuns, *, files: Mapping[str, bytes], description: str) -> None:
        """Attach a training's documents to its parent run and describe its version; this ends its logging."""
        ...

    def nominate(self, version: str) -> None:
        """Make a finished training's version challenger, unless one with newer data is, or a gate decides about it."""
        ...

    def champion_interface(self) -> ModelInterface | None:
        """Return what the champion reads and says without loading it, None if there is none or it does not say."""
        ...

    def champion(self) -> Champion | None:
        """Load the champion; return None if there is none yet."""
        ...

    def save(self, run: TrainingRun) -> dict[str, bytes]:
        """Return the models as files by path, `<candidate>/…`, in their libraries' formats; needs no server."""
        ...

    def load(self, files: Mapping[str, bytes]) -> dict[str, Classifier]:
        """Return the models of such files by candidate; needs no server."""
        ...
