"""What the versions of a model promised, read from what their trainings left."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from courtside.contracts import training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.model_card import ModelCard
from courtside.contracts.shortening import shortened
from courtside.core.dataset import Dataset
from courtside.core.gate.holdout import Holdout
from courtside.core.parquet import read_parquet_content
from courtside.core.performance.promise import Promise, promise_of
from courtside.core.predictions.said_columns import class_texts
from courtside.core.rows.ids import canonical_text
from courtside.core.tasks.types import BINARY, MULTICLASS, REGRESSION
from courtside.workflows.lake_documents import find_document
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.sealed_models import all_sealed

USUAL_POSITIVE = "1"


@dataclass(frozen=True, slots=True)
class Promises:
    """The promises of versions; each is read once. `problems` are sentences about what is wrong with them or labels."""

    dataset: Dataset
    lake: Lake
    problems: list[str] = field(default_factory=list)
    _known: dict[str, Promise] = field(default_factory=dict)
    _trainings: dict[str, str] = field(default_factory=dict)
    _strange: set[str] = field(default_factory=set)

    def of(self, versions: Iterable[str]) -> dict[str, Promise]:
        """Return the promise of each version; one that cannot be read promises nothing."""
        found = {}
        for version in versions:
            if version not in self._known:
                self._known[version] = self._read(version)
            found[version] = self._known[version]
        return found

    @property
    def known(self) -> list[Promise]:
        """The promises that have been read."""
        return list(self._known.values())

    def _read(self, version: str) -> Promise:
        try:
            training_id = self._training_of(version)
            return self._promise(training_id) if training_id else promises_nothing(None, self.dataset)
        except CourtsideError as error:
            self.problems.append(f"what version {version} promised cannot be read: {error}")
            return promises_nothing(None, self.dataset)

    def _training_of(self, version: str) -> str | None:
        if not self._trainings:
            self._trainings.update(
                {sealed.version: sealed.training_id for sealed in all_sealed(self.dataset.name, lake=self.lake)}
            )
        return self._trainings.get(version)

    def _promise(self, training_id: str) -> Promise:
        """Return what a training promised, which may be nothing, as for a version that was imported."""
        model = self.dataset.name
        card = find_document(ModelCard, training_keys.training_card(model, training_id), lake=self.lake)
        nothing = promises_nothing(card, self.dataset)
        try:
            content = self.lake.read(training_keys.training_holdout(model, training_id))
        except ObjectMissing:
            return nothing
        holdout, positive = Holdout.of(read_parquet_content(content)), nothing.positive
        promise = promise_of(holdout, segment_column=self.dataset.segment, task=self.dataset.task, positive=positive)
        return replace(promise, negative=nothing.negative, classes=nothing.classes or promise.classes)

    def note_strange(self, version: str, labels: Any) -> None:
        """Tell once of a version that labels came which it cannot say."""
        promise = self.of([version])[version]
        strange: Any = promise.strange(labels.drop_null())
        if len(strange) and version not in self._strange:
            self._strange.add(version)
            self.problems.append(_told(shortened(strange[0].as_py()), version, promise))


def _told(label: str, version: str, promise: Promise) -> str:
    if promise.task == REGRESSION:
        return f"labels such as {label} are no numbers, so figures leave their rows out"
    if promise.task == MULTICLASS:
        return f"labels such as {label} are of classes that version {version} does not know, which costs it the most"
    return (
        f"labels such as {label} are neither {promise.negative} nor "
        f"{promise.positive}, which version {version} tells apart, so its figures leave their rows out"
    )


def promises_nothing(card: ModelCard | None, dataset: Dataset) -> Promise:
    """Return a promise that only tells labels apart as a training did, by its card where it left one."""
    usual = dataset.positive or USUAL_POSITIVE
    if dataset.task != BINARY:
        known = () if card is None or card.interface is None else tuple(class_texts(card.interface))
        return Promise(task=dataset.task, classes=known)
    if card is None or card.interface is None:
        return Promise(positive=usual)
    zero, one = (canonical_text(pa.array([each])).to_pylist()[0] for each in card.interface.classes)
    return Promise(positive=one, negative=zero) if one else Promise(positive=usual)
