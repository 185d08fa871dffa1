"""What the gate judges by: every model's predictions for the same newest rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import CourtsideError


class HoldoutInvalid(CourtsideError):
    """Predictions on the holdout cannot be judged; the champion stays."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"the holdout cannot be judged: {'; '.join(problems)}")


@dataclass(frozen=True, slots=True)
class Holdout:
    """Labels 0/1 and probabilities of class 1 on the same rows, each shape (n,).

    `champion` is None when there is none yet, `baseline` where the training wrote none, `segments` (one name per row)
    where the dataset names none. Raises `HoldoutInvalid`.
    """

    labels: NDArray[np.int8]
    challenger: NDArray[np.float64]
    champion: NDArray[np.float64] | None = None
    baseline: NDArray[np.float64] | None = None
    segments: NDArray[np.str_] | None = None

    def __post_init__(self) -> None:
        columns = {name: getattr(self, name) for name in ("challenger", "champion", "baseline", "segments")}
        problems = [] if np.isin(self.labels, (0, 1)).all() else ["label holds values other than 0 and 1"]
        for name, values in columns.items():
            if values is None:
                continue
            if values.shape != self.labels.shape:
                problems.append(f"{name} has {values.size} rows, but label has {self.labels.size}")
            elif name != "segments" and (wrong := int((~((values >= 0) & (values <= 1))).sum())):
                problems.append(f"{wrong} of {values.size} values of {name} are not probabilities")
        if problems:
            raise HoldoutInvalid(problems)

    @classmethod
    def of(cls, table: pa.Table) -> "Holdout":
        """Read the columns a training writes (`docs/gate.md`); raises `HoldoutInvalid`."""
        missing = {"label", "challenger"} - set(table.column_names)
        if missing:
            raise HoldoutInvalid([f"there is no column {name}" for name in sorted(missing)])
        read = {"challenger": _numbers, "champion": _numbers, "baseline": _numbers, "segment": _names}
        columns: dict[str, Any] = {
            name: convert(table.column(name)) for name, convert in read.items() if name in table.column_names
        }
        return cls(labels=_labels(table.column("label")), segments=columns.pop("segment", None), **columns)


def _numbers(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)  # a null becomes NaN


def _names(column: Any) -> NDArray[np.str_]:
    return np.array(column.to_pylist(), dtype=np.str_)


def _labels(column: Any) -> NDArray[np.int8]:
    values = _numbers(column)
    return np.where(np.isin(values, (0, 1)), values, -1).astype(np.int8)  # any other value is refused as -1
