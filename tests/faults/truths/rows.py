"""No prediction and no label is lost, and none is there twice."""

from collections import Counter
from typing import Any

from courtside.contracts import lake_keys
from courtside.core.parquet import read_parquet_content
from tests.faults.model import Model
from tests.faults.truths.truth import KEPT, Before, Forgiven, truth


def _rows(model: Model, prefix: str, *columns: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for key in model.stage.lake.keys(prefix):
        if key.endswith(".parquet"):
            table = read_parquet_content(model.stage.lake.read(key))
            found += zip(*(table.column(name).to_pylist() for name in columns), strict=True)
    return found


def predictions(model: Model) -> list[tuple[Any, ...]]:
    """Return every kept prediction, by row, version, revision and role."""
    return _rows(model, lake_keys.predictions(model.name), "id", "version", "revision", "role")


def labels(model: Model) -> list[tuple[Any, ...]]:
    """Return every kept label, by row and revision."""
    return _rows(model, lake_keys.labels(model.name), "id", "revision")


KEPT["predictions"] = lambda model: frozenset(
    _rows(model, lake_keys.predictions(model.name), "id", "version", "revision", "role", "made_at", "prediction")
)
KEPT["labels"] = lambda model: frozenset(
    _rows(model, lake_keys.labels(model.name), "id", "revision", "recorded_at", "label")
)


@truth
def no_prediction_and_no_label_is_there_twice(model: Model, _: Before, __: Forgiven) -> None:
    for rows in (predictions(model), labels(model)):
        twice = [row for row, count in Counter(rows).items() if count > 1]
        assert not twice, f"{len(twice)} rows are there twice, such as {twice[:3]}"
