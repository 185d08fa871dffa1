"""Of several champions of one row, the one counts that spoke last before the row came."""

from datetime import timedelta

import pyarrow as pa
import pytest

from courtside.core.drift.reading import ALL_DAYS
from courtside.workflows.believed import Beliefs
from courtside.workflows.predict.newest import newest_predictions
from tests.fakes.predicting import DAY, LoansStage, loans

ONE_DAY = timedelta(days=1)


@pytest.fixture
def stage() -> LoansStage:
    stage = LoansStage()
    stage.put("march", loans(1, [0.4], day=DAY + 3 * ONE_DAY))
    stage.promote("1", 1.0)
    return stage


def shown(stage: LoansStage, *, most_in_memory: int = 2**20) -> list[tuple[str, float]]:
    beliefs = Beliefs(stage.lake, stage.dataset, DAY + 9 * ONE_DAY, most_in_memory)
    rows = pa.concat_tables(beliefs.parts(ALL_DAYS)).to_pylist()
    return [(row["version"], row["prediction"]) for row in rows if row["shown"]]


def test_a_champion_that_is_restored_counts_again_for_the_rows_to_come(stage: LoansStage) -> None:
    stage.predict()
    stage.promote("2", 0.5)
    stage.predict(DAY + ONE_DAY)
    assert shown(stage) == [("2", 0.2)]
    stage.promote("1", 1.0)
    assert stage.predict(DAY + 2 * ONE_DAY).predicted == 1
    assert shown(stage) == [("1", 0.4)]
    assert stage.predict(DAY + 2 * ONE_DAY).predicted == 0
    assert stage.predict(DAY + 3 * ONE_DAY).predicted == 0
    assert newest_predictions(DAY + 2 * ONE_DAY, lake=stage.lake, dataset=stage.dataset).num_rows == 2


def test_a_champion_that_is_restored_on_the_same_day_counts_again(stage: LoansStage) -> None:
    for version, weight in (("1", 1.0), ("2", 0.5), ("1", 1.0)):
        stage.promote(version, weight)
        assert [stage.predict().predicted for _ in range(2)] == [1, 0]
    assert [(row["version"], row["revision"]) for row in stage.kept()] == [("1", 1), ("2", 1), ("1", 2)]
    assert shown(stage) == [("1", 0.4)]


def test_a_champion_of_the_same_day_counts_however_often_the_one_before_predicted(stage: LoansStage) -> None:
    for amount in (0.1, 0.2, 0.4):
        stage.put("march", loans(1, [amount], day=DAY + 3 * ONE_DAY))
        stage.predict()
    stage.promote("2", 0.5)
    stage.predict()
    assert shown(stage) == shown(stage, most_in_memory=0) == [("2", 0.2)]


def test_shadows_are_not_forgotten_when_champions_predict(stage: LoansStage) -> None:
    stage.seal("3", 0.25)
    stage.predict(versions=("3",))
    stage.promote("2", 0.5)
    assert [each.predicted for each in stage.predict(versions=("3",)).shadows] == [0]
