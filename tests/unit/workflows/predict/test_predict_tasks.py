"""A stage keeps what versions say of rows in every task: probabilities of several classes, values and intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from courtside.api.inputs import opened_rows
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.scoring import Role
from courtside.core.predictions.said_columns import bounds_in, class_texts, predictions_in
from courtside.core.training.served_input import NUMBER, as_trained
from courtside.core.training.served_values import bounds
from courtside.workflows.ports import Champion
from courtside.workflows.predict.newest import newest_predictions
from courtside.workflows.predict.score_table import scored_table
from courtside.workflows.predict.scoring import NO_NUMBER, NO_PROBABILITY
from courtside.workflows.predict.versions import Predicting
from tests.fakes.predicting import DAY, LoansStage, loans

CLASSES = ModelInterface.of("outcome", ("late", "never", "on time"), {"amount": NUMBER}, task="multiclass")
VALUES = ModelInterface.of("cost", (), {"amount": NUMBER}, task="regression")
WIDTHS = {"level": 0.9, "edges": [50.0], "half_widths": [5.0, 20.0], "rows": 100}


@dataclass(frozen=True)
class Says:
    """A version that says of a row what its amount says: a hundred times as much, or that it is late."""

    version: str
    interface: ModelInterface
    intervals: Mapping[str, Any] | None = None
    fitted: None = None

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        amounts = as_trained(rows, self.interface.taken_as)["amount"].to_numpy()
        if self.interface.task == "regression":
            return 100 * amounts
        rest = 1 - amounts
        return np.stack([amounts, rest / 4, rest * 3 / 4], axis=1)

    def probability(self, rows: pa.Table) -> NDArray[np.float64]:
        raise AssertionError(f"a {self.interface.task} version has no probability of class 1 of {rows.num_rows} rows")

    def bounds(self, values: NDArray[np.float64]) -> NDArray[np.float64] | None:
        return None if self.intervals is None else bounds(values, self.intervals)

    def contributions(self, rows: pa.Table) -> None:
        """Explain nothing."""


@dataclass
class SaysOf:
    """Opens every version as one that says the same."""

    interface: ModelInterface
    intervals: Mapping[str, Any] | None = None
    opened_times: int = field(default=0)

    def opened(self, version: str, files: Mapping[str, bytes]) -> Champion:
        self.opened_times += len(files)
        return Says(version, self.interface, self.intervals)


def stage_of(interface: ModelInterface, intervals: Mapping[str, Any] | None = None) -> LoansStage:
    stage = LoansStage(models=SaysOf(interface, intervals))  # type: ignore[arg-type] # it opens other versions
    stage.promote("1")
    return stage


def newest(stage: LoansStage) -> pa.Table:
    return newest_predictions(DAY, lake=stage.lake, dataset=stage.dataset)


def test_every_class_of_every_row_is_kept_and_only_once() -> None:
    stage = stage_of(CLASSES)
    stage.put("march", loans(1, [0.1, 0.9]))
    assert stage.predict().predicted == 2
    assert stage.predict().unchanged == 2
    rows = newest(stage)
    assert rows.column("predicted").to_pylist() == ["on time", "late"]
    assert rows.column("prediction").to_pylist() == pytest.approx([0.675, 0.9])
    wanted = [[0.1, 0.225, 0.675], [0.9, 0.025, 0.075]]
    assert predictions_in(rows, class_texts(CLASSES)) == pytest.approx(np.array(wanted))
    assert rows.column("low").null_count == 2


def test_values_are_kept_with_their_intervals() -> None:
    stage = stage_of(VALUES, WIDTHS)
    stage.put("march", loans(1, [0.1, 0.9, -7.0]))
    assert stage.predict().predicted == 3
    rows = newest(stage)
    assert rows.column("prediction").to_pylist() == [10.0, 90.0, -700.0]
    assert bounds_in(rows).tolist() == [[5.0, 15.0], [70.0, 110.0], [-705.0, -695.0]]
    assert rows.column("predicted").null_count == rows.column("probabilities").null_count == 3


def test_a_version_without_intervals_keeps_values_alone() -> None:
    stage = stage_of(VALUES)
    stage.put("march", loans(1, [0.1]))
    stage.predict()
    assert np.isnan(bounds_in(newest(stage))).all()


@pytest.mark.parametrize(("interface", "amount", "why"), [(CLASSES, 1.5, NO_PROBABILITY), (VALUES, None, NO_NUMBER)])
def test_what_is_no_prediction_is_set_aside_with_its_reason(
    interface: ModelInterface, amount: float | None, why: str
) -> None:
    stage = stage_of(interface)
    stage.put("march", loans(1, [0.5, amount]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (1, 1)
    assert why in done.problems[0]


def test_rows_of_a_file_are_scored_with_what_belongs_to_their_task() -> None:
    table = opened_rows(loans(1, [0.1, 0.9]), name="march")
    of_values = Predicting("1", Role.SHADOW, "s", Says("1", VALUES, WIDTHS), VALUES)
    scored = pa.concat_tables(scored_table(table, of_values, LoansStage().dataset))
    assert scored.column_names == ["loan", "asked_on", "prediction", "low", "high", "version", "reason"]
    of_classes = Predicting("1", Role.SHADOW, "s", Says("1", CLASSES), CLASSES)
    scored = pa.concat_tables(scored_table(table, of_classes, LoansStage().dataset))
    assert scored.column("predicted").to_pylist() == ["on time", "late"]
    assert scored.column("probabilities").to_pylist()[1] == [
        ("late", 0.9),
        ("never", pytest.approx(0.025)),
        ("on time", pytest.approx(0.075)),
    ]
