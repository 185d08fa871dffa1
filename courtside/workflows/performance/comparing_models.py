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
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.model_comparison import ModelComparison, compare_models, said_schema
from courtside.core.predictions.said_columns import truth_in
from courtside.core.tasks.types import BINARY, REGRESSION
from courtside.workflows.believed import Beliefs
from courtside.workflows.performance.promises import Promises
from courtside.workflows.ports import Lake


class TargetsDiffer(BadInput):
    """Two models do not predict the same, so that no figure of one says anything about the other."""

    def __init__(self, model: Dataset, other: Dataset) -> None:
        self.model, self.other = model.name, other.name
        alike = "class 1" if {model.task, other.task} == {BINARY} else "task"
        super().__init__(
            f"{model.name} predicts {_target(model)} and {other.name} predicts {_target(other)}; only models of the "
            f"same target, with the same {alike} and the same id_columns, can be compared"
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
    if compared_by(model) != compared_by(other):
        raise TargetsDiffer(model, other)
    promised = [Promises(each, lake) for each in (model, other)]
    mine, theirs = (_said(each, as_of=as_of, days=days) for each in promised)
    found = compare_models(
        mine,
        theirs,
        model=model.name,
        other=other.name,
        margin=model.performance.margin,
        task=model.task,
        most=_most(promised, model.task),
    )
    if not found.rows + found.unlabelled + found.labels_differ:
        raise NoSharedRows(model.name, other.name)
    return found


def compared_by(dataset: Dataset) -> tuple[object, ...]:
    """Return what two models have in common that can be compared."""
    return dataset.task, dataset.target, dataset.positive, dataset.id_columns


def _target(dataset: Dataset) -> str:
    positive = "" if dataset.positive is None else f" = {dataset.positive}"
    task = "" if dataset.task == BINARY else f" ({dataset.task})"
    return f"{dataset.target}{positive}{task} of {', '.join(dataset.id_columns) or 'rows without ids'}"


def _said(promises: Promises, *, as_of: date, days: Days) -> pa.Table:
    """Return what a model's champions said of rows, in the columns of `said_schema`."""
    dataset, lake = promises.dataset, promises.lake
    found = [said_schema(dataset.task).empty_table()]
    for part in Beliefs(lake, dataset, as_of).parts(days):
        champions = where(counting(part), role=Role.CHAMPION)
        versions = pc.unique(champions.column("version")).to_pylist()
        found += [_coded(where(champions, version=str(each)), promises, str(each)) for each in versions]
    return pa.concat_tables(found)


def _coded(served: pa.Table, promises: Promises, version: str) -> pa.Table:
    """Return a version's predictions with labels as its own training told them apart."""
    promise, label = promises.of([version])[version], served.column("label")
    is_known: Any = pc.fill_null(promise.tells_apart(label), pa.scalar(value=False))
    coded: Any = pc.if_else(is_known, label, pa.scalar(None, pa.string()))
    if promise.task == BINARY:
        is_positive: Any = pc.equal(label, pa.scalar(promise.positive))
        coded = pc.if_else(is_known, is_positive, pa.scalar(None, pa.bool_())).cast(pa.int8())
    elif promise.task == REGRESSION:
        coded = pa.array(truth_in(coded), from_pandas=True)  # what is no number is not known
    schema = said_schema(promise.task)
    return served.set_column(served.column_names.index("label"), "label", coded).select(schema.names).cast(schema)


def _most(promised: list[Promises], task: str) -> float | None:
    """Return up to which loss a row counts: the largest that any version's promise lets it count, None for no limit."""
    loss = next(iter(LOSSES[task]))
    limits = [promise.losses[loss].most for each in promised for promise in each.known if loss in promise.losses]
    return max((limit for limit in limits if limit is not None), default=None)
