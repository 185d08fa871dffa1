"""What the gate looks at: labels and what was predicted for the same rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import CourtsideError
from courtside.core.evaluation.multiclass import UNKNOWN
from courtside.core.gate.holdout_checks import label_problems, problems_of_bounds, problems_of_predictions
from courtside.core.gate.holdout_classes import about, telling
from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION, prediction_column, predictions_of

_MODELS = ("challenger", "champion", "baseline")


class HoldoutInvalid(CourtsideError):
    """The holdout's columns do not fit together, or hold values that are not probabilities; `problems` says all."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"the holdout cannot be judged: {'; '.join(problems)}")


@dataclass(frozen=True, slots=True)
class Holdout:
    """Labels and predictions of the same n rows.

    Of two classes, labels are 0 and 1 and predictions the probabilities of class 1, each shape (n,). Of several
    `classes`, those that any of the models knows, labels are their places (-1: none of them) and predictions the
    probability of each, shape (n, k). Of a regression, both are values, shape (n,), and `bounds` has the ends of the
    intervals that a model gives, shape (n, 2), which it says hold with probability `level`.

    `champion` is None when there is none yet, `baseline` where the training wrote none, `segments` (one name per row)
    where the dataset names none. `blocks` says which rows depend on each other, by numbers from 0, shape (n,); None:
    each row stands for itself. `unseen` says which rows the champion can be judged by, because it did not learn from
    them (None: all). Raises `HoldoutInvalid`.
    """

    labels: NDArray[Any]
    challenger: NDArray[np.float64]
    champion: NDArray[np.float64] | None = None
    baseline: NDArray[np.float64] | None = None
    segments: NDArray[np.str_] | None = None
    task: str = BINARY
    classes: tuple[str, ...] = ()
    blocks: NDArray[np.intp] | None = None
    bounds: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    level: float | None = None
    unseen: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        rows = self.labels.size
        problems = label_problems(self.task, self.labels, len(self.classes))
        for name, values in self.predictions.items():
            own = values[self.unseen] if name == "champion" and self._partly_seen else values
            of = rows - len(values) + len(own)
            problems += problems_of_predictions(self.task, name, own, rows=of, classes=len(self.classes))
        for name, values in self.bounds.items():
            own = values[self.unseen] if name == "champion" and self._partly_seen else values
            problems += problems_of_bounds(name, own, rows=rows - len(values) + len(own))
        parts = (("segments", self.segments), ("blocks", self.blocks), ("unseen", self.unseen))
        problems += [
            f"{name} has {each.size} rows, but label has {rows}"
            for name, each in parts
            if each is not None and each.size != rows
        ]
        if problems:
            raise HoldoutInvalid(problems)

    @property
    def predictions(self) -> dict[str, NDArray[np.float64]]:
        """What each model that is there predicts, by its name."""
        said = {name: getattr(self, name) for name in _MODELS}
        return {name: values for name, values in said.items() if values is not None}

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows have a label that some model can predict, shape (n,): all but those of an unknown class."""
        return np.asarray(self.labels != UNKNOWN) if self.task == MULTICLASS else np.ones(self.labels.size, dtype=bool)

    @property
    def _partly_seen(self) -> bool:
        return self.champion is not None and self.unseen is not None and len(self.champion) == self.unseen.size

    @property
    def compared(self) -> "Holdout":
        """Return the rows that challenger and champion can both be judged by."""
        kept = self.unseen
        if kept is None or self.champion is None:
            return self

        def rows_of(values: NDArray[Any] | None) -> Any:
            return None if values is None else values[kept]

        return replace(
            self,
            labels=self.labels[kept],
            challenger=self.challenger[kept],
            champion=self.champion[kept],
            baseline=rows_of(self.baseline),
            segments=rows_of(self.segments),
            blocks=None if self.blocks is None else _numbered(self.blocks[kept]),
            bounds={name: ends[kept] for name, ends in self.bounds.items()},
            unseen=None,
        )

    @classmethod
    def of(cls, table: pa.Table) -> "Holdout":
        """Read the columns a training writes (`docs/gate.md`); raises `HoldoutInvalid`."""
        missing = {"label", "challenger"} - set(table.column_names)
        if missing:
            raise HoldoutInvalid([f"there is no column {name}" for name in sorted(missing)])
        said = about(table)
        task = said.get("task", BINARY)
        columns: dict[str, Any] = {
            name: predictions_of(table.column(name)) for name in _MODELS if name in table.column_names
        }
        if "segment" in table.column_names:
            columns["segments"] = np.array(table.column("segment").to_pylist(), dtype=np.str_)
        if "unseen" in table.column_names:
            columns["unseen"] = np.array(table.column("unseen").to_pylist(), dtype=np.bool_)
        if "block" in table.column_names:
            columns["blocks"] = _numbered(table.column("block").to_numpy())
        return cls(
            labels=_LABELS[task](table.column("label")),
            task=task,
            classes=tuple(said.get("classes", ())),
            bounds=_bounds(table),
            level=said.get("level"),
            **columns,
        )

    def table(self) -> pa.Table:
        """Return the columns that `of` reads."""
        columns: dict[str, Any] = {"label": self.labels}
        columns |= {name: prediction_column(values) for name, values in self.predictions.items()}
        for name, ends in self.bounds.items():
            columns |= {f"{name}_low": ends[:, 0], f"{name}_high": ends[:, 1]}
        columns |= {} if self.segments is None else {"segment": pa.array(self.segments.tolist(), pa.string())}
        columns |= {} if self.blocks is None else {"block": self.blocks}
        columns |= {} if self.unseen is None else {"unseen": self.unseen}
        table = pa.table(columns)
        if self.task == BINARY:
            return table
        return telling(table, {"task": self.task, "classes": self.classes, "level": self.level})


def _numbered(blocks: NDArray[Any]) -> NDArray[np.intp]:
    """Return the blocks by numbers from 0 of which each occurs."""
    return np.asarray(np.unique(blocks, return_inverse=True)[1], dtype=np.intp)


def _bounds(table: pa.Table) -> dict[str, NDArray[np.float64]]:
    both = {name: [f"{name}_low", f"{name}_high"] for name in _MODELS}
    return {
        name: np.stack([_numbers(table.column(end)) for end in ends], axis=1)
        for name, ends in both.items()
        if set(ends) <= set(table.column_names)
    }


def _numbers(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)  # a null becomes NaN


def _labels(column: Any) -> NDArray[np.int8]:
    values = _numbers(column)
    return np.where(np.isin(values, (0, 1)), values, -1).astype(np.int8)  # any other value is refused as -1


def _codes(column: Any) -> NDArray[np.intp]:
    return np.nan_to_num(_numbers(column), nan=UNKNOWN - 1).astype(
        np.intp
    )  # a null is refused, unlike an unknown class


_LABELS: Mapping[str, Callable[[Any], NDArray[Any]]] = {BINARY: _labels, MULTICLASS: _codes, REGRESSION: _numbers}
