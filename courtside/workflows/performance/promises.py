"""What the versions of a model promised, read from what their trainings left."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pyarrow as pa

from courtside.contracts import training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.model_card import ModelCard
from courtside.core.dataset import Dataset
from courtside.core.gate.holdout import Holdout
from courtside.core.parquet import read_parquet_content
from courtside.core.performance.promise import Promise, promise_of
from courtside.core.rows.ids import canonical_text
from courtside.workflows.lake_documents import find_document
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.sealed_models import all_sealed

USUAL_POSITIVE = "1"


@dataclass(frozen=True, slots=True)
class Promises:
    """The promises of versions; each is read once. `problems` are sentences about those that could not be."""

    dataset: Dataset
    lake: Lake
    problems: list[str] = field(default_factory=list)
    _known: dict[str, Promise] = field(default_factory=dict)
    _trainings: dict[str, str] = field(default_factory=dict)

    def of(self, versions: Iterable[str]) -> dict[str, Promise]:
        """Return the promise of each version; one that cannot be read promises nothing."""
        found = {}
        for version in versions:
            if version not in self._known:
                self._known[version] = self._read(version)
            found[version] = self._known[version]
        return found

    def _read(self, version: str) -> Promise:
        try:
            training_id = self._training_of(version)
            return self._promise(training_id) if training_id else self._nothing
        except CourtsideError as error:
            self.problems.append(f"what version {version} promised cannot be read: {error}")
            return self._nothing

    @property
    def _nothing(self) -> Promise:
        return Promise(positive=self.dataset.positive or USUAL_POSITIVE)

    def _training_of(self, version: str) -> str | None:
        if not self._trainings:
            self._trainings.update(
                {sealed.version: sealed.training_id for sealed in all_sealed(self.dataset.name, lake=self.lake)}
            )
        return self._trainings.get(version)

    def _promise(self, training_id: str) -> Promise:
        """Return what a training promised, which may be nothing, as for a version that was imported."""
        model = self.dataset.name
        positive = self._positive(
            find_document(ModelCard, training_keys.training_card(model, training_id), lake=self.lake)
        )
        try:
            content = self.lake.read(training_keys.training_holdout(model, training_id))
        except ObjectMissing:
            return replace(self._nothing, positive=positive)
        holdout = Holdout.of(read_parquet_content(content))
        return promise_of(holdout, segment_column=self.dataset.segment, task=self.dataset.task, positive=positive)

    def _positive(self, card: ModelCard | None) -> str:
        """Return the label of class 1 as labels are kept."""
        if card is None or card.interface is None:
            return self._nothing.positive
        text: list[str | None] = canonical_text(pa.array([card.interface.classes[1]])).to_pylist()
        return text[0] or self._nothing.positive
