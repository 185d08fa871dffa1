"""The model card as data: what people are told of a training's models, kept beside its record."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from courtside.contracts.curves import AnyCurves
from courtside.contracts.events import Payload
from courtside.contracts.names import TRAINING_EXPERIMENT, ModelPlace
from courtside.contracts.records import TrainingRecord
from courtside.contracts.versioned import Versioned

BINARY, REGRESSION = "binary", "regression"
"""The tasks whose number of classes is known; any other has two or more."""


class CandidateCard(Payload):
    """One candidate: what it was built from, what it relies on, and how it does. Its metrics are in the record.

    `package` is that of a team's own candidate; `importances` are empty where a model says none.
    """

    name: str
    flavor: str
    params: dict[str, str]
    importances: dict[str, float]
    curves: AnyCurves
    package: str | None = None


class Provenance(Payload):
    """Which code made a training: the commit (`-dirty` if it was changed) and the image; None where unknown."""

    git_commit: str | None = None
    image_digest: str | None = None


class LoggedRuns(Payload):
    """Where a training was logged: the registered version and the runs by candidate."""

    version: str
    parent_run_id: str
    run_ids: dict[str, str]


class ModelColumn(Payload):
    """A column that a model reads, `taken_as` a `number` or as a category of that Arrow type."""

    name: str
    taken_as: str


class Learned(Payload):
    """The last day of the rows that a model learned from, where rows that judged it are among them.

    `training_id` is the training that made it, which keeps what was said of those rows before they were learned from.
    """

    training_id: str
    until: date


class ModelInterface(Payload):
    """What a model reads, in the order of its features, and says; it is kept with every model that is logged.

    `classes` are the values of `target` that are class 0 (None where a binary training saw none), class 1 and so on;
    there are none where a value is predicted. `learned` is None for a model that learned from no row that judges it.
    `time_column` is the one whose days say which rows a model learned from; None where rows had no times, or for models
    of before this was kept.
    """

    target: str
    classes: tuple[str | bool | int | float | None, ...]
    columns: tuple[ModelColumn, ...] = Field(min_length=1)
    task: str = BINARY
    learned: Learned | None = Field(default=None, exclude_if=lambda known: known is None)
    time_column: str | None = Field(default=None, exclude_if=lambda known: known is None)

    @classmethod
    def of(
        cls,
        target: str,
        classes: Sequence[str | bool | float | None],
        columns: Mapping[str, str],
        *,
        task: str = BINARY,
        time_column: str | None = None,
    ) -> Self:
        """Return the interface of a model that takes `columns`, by name, as these values say."""
        named = [ModelColumn(name=name, taken_as=taken_as) for name, taken_as in columns.items()]
        return cls(target=target, classes=tuple(classes), columns=tuple(named), task=task, time_column=time_column)

    @model_validator(mode="after")
    def _classes_of_task(self) -> Self:
        """Refuse classes that are none of the task."""
        found = len(self.classes)
        fits = {BINARY: found == 2, REGRESSION: found == 0}.get(self.task, found >= 2)
        if not fits:
            raise ValueError(f"a model of the task {self.task} has no {found} classes")
        return self

    @property
    def taken_as(self) -> dict[str, str]:
        """As what each column is taken, by name."""
        return {column.name: column.taken_as for column in self.columns}

    def dated_otherwise(self, time_column: str | None) -> bool:
        """Say whether the days of `time_column` cannot tell which rows this model learned from."""
        return None not in (self.time_column, time_column) and self.time_column != time_column


class ModelCard(Versioned):
    """Everything a model card says; periods are the first and last day of the rows, None without times."""

    record: TrainingRecord
    purpose: str | None = None
    registered_model: str
    experiment: str = TRAINING_EXPERIMENT
    interface: ModelInterface | None = None
    train_period: tuple[date, date] | None
    test_period: tuple[date, date] | None
    manifest_key: str | None = None
    candidates: tuple[CandidateCard, ...] = Field(min_length=1)
    provenance: Provenance = Provenance()
    logged: LoggedRuns | None = None

    @property
    def place(self) -> ModelPlace:
        """Where it is logged in MLflow."""
        return ModelPlace(self.record.dataset, self.registered_model, self.experiment)


class SpooledRun(Versioned):
    """What a training would have logged, kept in the lake until the tracking server is back.

    The models are stored beside it, as are the holdout's rows; `attachments` are file names.
    """

    card: ModelCard
    interface: ModelInterface
    tags: dict[str, str]
    attachments: tuple[str, ...]
