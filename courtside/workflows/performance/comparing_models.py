"""Two models of a stage, compared by what their champions predicted of the same rows, whoever the champion was."""

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.scoring import Role
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import ALL_DAYS, Days
from courtside.core.performance.judge import counting, where
from courtside.core.performance.model_comparison import SAID, ModelComparison, compare_models
from courtside.workflows.believed import Beliefs
from courtside.workflows.performance.promises import Promises
from courtside.workflows.ports import Lake


class TargetsDiffer(BadInput):
    """Two models do not predict the same, so that no figure of one says anything about the other."""

    def __init__(self, model: Dataset, other: Dataset) -> None:
        self.model, self.other = model.name, other.name
        super().__init__(
            f"{model.name} predicts {_target(model)} and {other.name} predicts {_target(other)}; only models of the "
            "same target, with the same class 1 and the same id_columns, can be compared"
        )


class NoSharedRows(CourtsideError):
    """No row was predicted by both models."""

    def __init__(self, model: str, other: str) -> None:
        self.model, self.other = model, other
        super().__init__(
            f"{model} and {other} have not predicted the same rows yet; both predict what comes in the rounds of the "
            f"watch, or now: `courtside predict --model {model}`, then `courtside predict --model {other}`"
        )


def compared_models(
    model: Dataset, other: Dataset, *, lake: Lake, as_of: date, days: Days = ALL_DAYS
) -> ModelComparison:
    """Compare two models by the predictions of their champions that were shown, as they are known on a day.

    `days` are those of the rows. Raises `TargetsDiffer`, `NoSharedRows`, `LogDamaged` and `NoRoomToJoin`.
    """
    if _compared_by(model) != _compared_by(other):
        raise TargetsDiffer(model, other)
    mine, theirs = (_said(each, lake=lake, as_of=as_of, days=days) for each in (model, other))
    found = compare_models(
        mine, theirs, model=model.name, other=other.name, margin=model.performance.margin, task=model.task
    )
    if not found.rows + found.unlabelled + found.labels_differ:
        raise NoSharedRows(model.name, other.name)
    return found


def _compared_by(dataset: Dataset) -> tuple[object, ...]:
    return dataset.task, dataset.target, dataset.positive, dataset.id_columns


def _target(dataset: Dataset) -> str:
    positive = "" if dataset.positive is None else f" = {dataset.positive}"
    return f"{dataset.target}{positive} of {', '.join(dataset.id_columns) or 'rows without ids'}"


def _said(dataset: Dataset, *, lake: Lake, as_of: date, days: Days) -> pa.Table:
    """Return what a model's champions said of rows, in `SAID`."""
    promises, found = Promises(dataset, lake), [SAID.empty_table()]
    for part in Beliefs(lake, dataset, as_of).parts(days):
        champions = where(counting(part), role=Role.CHAMPION)
        versions = pc.unique(champions.column("version")).to_pylist()
        found += [_coded(where(champions, version=str(each)), promises, str(each)) for each in versions]
    return pa.concat_tables(found)


def _coded(served: pa.Table, promises: Promises, version: str) -> pa.Table:
    """Return a version's predictions with labels as 0 and 1, as its own training told them apart."""
    promise, label = promises.of([version])[version], served.column("label")
    is_positive: Any = pc.equal(label, pa.scalar(promise.positive))
    is_known: Any = pc.fill_null(promise.tells_apart(label), pa.scalar(value=False))
    coded: Any = pc.if_else(is_known, is_positive, pa.scalar(None, pa.bool_())).cast(pa.int8())
    return pa.table([served.column("id"), served.column("day"), served.column("prediction"), coded], schema=SAID)
