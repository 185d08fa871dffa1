"""A stage keeps what versions say of rows in every task: probabilities of several classes, values and intervals."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from courtside.api.inputs import opened_rows
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import LABELS
from courtside.core.drift.reading import ALL_DAYS
from courtside.core.predictions.said_columns import UNKNOWN_CLASS, bounds_in, class_texts, predictions_in, truth_in
from courtside.core.training.served_input import NUMBER
from courtside.workflows.archive_log import labels_log
from courtside.workflows.believed import Beliefs
from courtside.workflows.predict.newest import newest_predictions
from courtside.workflows.predict.score_table import scored_table
from courtside.workflows.predict.scoring import NO_NUMBER, NO_PROBABILITY
from courtside.workflows.predict.versions import Predicting
from tests.fakes.predicting import DAY, LOANS, NOW, LoansStage, loans
from tests.fakes.saying import CLASSES, VALUES, WIDTHS, Says, SaysOf


def stage_of(interface: ModelInterface, intervals: dict[str, object] | None = None) -> LoansStage:
    dataset = replace(LOANS, task=interface.task, target=interface.target)
    stage = LoansStage(dataset, models=SaysOf(interface, intervals))  # type: ignore[arg-type] # it opens other versions
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


def told(stage: LoansStage, *labels: tuple[str, str]) -> None:
    """Let labels of rows come on the day on which they were predicted."""
    known = [
        {"id": row, "label": label, "known_on": DAY, "recorded_at": NOW, "source": "table", "revision": 1}
        for row, label in labels
    ]
    labels_log(stage.dataset.name, lake=stage.lake).append(DAY, lambda _: pa.Table.from_pylist(known, LABELS))


@pytest.mark.parametrize("in_memory", [1, 2**30])
def test_predictions_of_classes_are_joined_with_their_labels(in_memory: int) -> None:
    stage = stage_of(CLASSES)
    stage.put("march", loans(1, [0.1, 0.9]))
    stage.predict()
    ids = newest(stage).column("id").to_pylist()
    told(stage, (ids[0], "never"), (ids[1], "refunded"))
    parts = Beliefs(stage.lake, stage.dataset, DAY, most_in_memory=in_memory).parts(ALL_DAYS)
    rows = pa.concat_tables(parts).sort_by("id")
    classes = class_texts(CLASSES)
    assert truth_in(rows.column("label"), classes).tolist() == [1, UNKNOWN_CLASS]
    assert predictions_in(rows, classes)[:, 0] == pytest.approx([0.1, 0.9])


@pytest.mark.parametrize("in_memory", [1, 2**30])
def test_values_are_joined_with_their_labels_and_intervals(in_memory: int) -> None:
    stage = stage_of(VALUES, WIDTHS)
    stage.put("march", loans(1, [0.1, 0.9]))
    stage.predict()
    ids = newest(stage).column("id").to_pylist()
    told(stage, (ids[0], "12.5"), (ids[1], "1000"))
    parts = Beliefs(stage.lake, stage.dataset, DAY, most_in_memory=in_memory).parts(ALL_DAYS)
    rows = pa.concat_tables(parts).sort_by("id")
    assert truth_in(rows.column("label")).tolist() == [12.5, 1000.0]
    assert predictions_in(rows).tolist() == [10.0, 90.0]
    assert bounds_in(rows).tolist() == [[5.0, 15.0], [70.0, 110.0]]


def test_a_shadow_that_knows_other_classes_keeps_its_own_and_is_read_by_the_classes_of_both() -> None:
    other = ModelInterface.of("outcome", ("late", "lost", "on time", "stolen"), {"amount": NUMBER}, task="multiclass")

    class Knowing(Says):
        def predict(self, rows: pa.Table) -> NDArray[np.float64]:
            return np.tile([0.1, 0.2, 0.3, 0.4], (rows.num_rows, 1))

    class Opened:
        def opened(self, version: str, files: Mapping[str, bytes]) -> Says:
            assert files
            return Knowing(version, other) if version == "2" else Says(version, CLASSES)

    stage = stage_of(CLASSES)
    stage.models = Opened()  # type: ignore[assignment] # it opens other versions
    stage.seal("2")
    stage.put("march", loans(1, [0.9]))
    (shadow,) = stage.predict(versions=("2",)).shadows
    assert (shadow.predicted, shadow.problem) == (1, "")
    rows = newest(stage).sort_by("role")
    assert rows.column("role").to_pylist() == ["champion", "shadow"]
    assert rows.column("predicted").to_pylist() == ["late", "stolen"]
    both = sorted({*class_texts(CLASSES), *class_texts(other)})
    assert both == ["late", "lost", "never", "on time", "stolen"]
    assert predictions_in(rows, both) == pytest.approx(np.array([[0.9, 0, 0.025, 0.075, 0], [0.1, 0.2, 0, 0.3, 0.4]]))
