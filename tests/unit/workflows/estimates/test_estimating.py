"""After its predictions a round estimates how well the champion does where nobody knows yet, and decides nothing."""

import re
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

import courtside
from courtside.contracts import scoring_keys, training_keys
from courtside.core.parquet import parquet_content
from courtside.core.performance.rules import EstimateMethod
from courtside.workflows.archive_log import estimates_log
from tests.fakes.estimating import EstimatedLoans
from tests.fakes.judging import MONDAY, days

SUNDAY = MONDAY + days(6)


@pytest.fixture
def stage() -> EstimatedLoans:
    made = EstimatedLoans()
    made.promote("1", 1.0)
    made.promised("1")
    return made


def leave_holdout(stage: EstimatedLoans, said: NDArray[np.float64]) -> None:
    """Replace the holdout of version 1 by one that was predicted like this, and came true as often."""
    came = np.random.default_rng(3).random(said.size) < said
    columns = {"label": pa.array(came.astype(np.int8)), "challenger": pa.array(said)}
    key = training_keys.training_holdout(stage.dataset.name, "t1")
    stage.lake.objects[key] = parquet_content(pa.table(columns))


def test_a_window_is_estimated_while_it_grows_and_until_it_is_stated(stage: EstimatedLoans) -> None:
    for number in range(7):
        stage.ask(MONDAY + days(number))
        assert not stage.estimate(MONDAY + days(number)).problems
    found = stage.estimates()
    assert [row["rows"] for row in found] == [12 * each for each in range(1, 8)]
    assert {(row["version"], row["method"], row["window_start"]) for row in found} == {("1", "cbpe", MONDAY)}
    assert [row["made_as_of"] for row in found] == [MONDAY + days(number) for number in range(7)]
    for number in range(7):
        stage.repay(MONDAY + days(number))
    assert stage.check(MONDAY + days(7)).stated == 1
    stage.estimate(MONDAY + days(7))
    assert stage.estimates() == found


def test_estimate_and_constant_are_those_of_all_metrics_that_can_be_estimated(stage: EstimatedLoans) -> None:
    stage.week(repaid=False)
    stage.estimate(SUNDAY)
    log = estimates_log(stage.dataset.name, lake=stage.lake)
    found = {row["metric"]: row for row in log.read(MONDAY, 1).to_pylist()}
    assert list(found) == ["auc", "log_loss", "brier_score", "accuracy"]
    # What the model says comes true as often as it says, so as much is expected of it.
    said = np.array([row["prediction"] for row in stage.kept()])
    assert found["accuracy"]["value"] == pytest.approx(np.maximum(said, 1 - said).mean(), abs=0.05)
    assert found["brier_score"]["value"] == pytest.approx((said * (1 - said)).mean(), abs=0.03)
    assert all(row["constant"] is not None for row in found.values())


def test_what_says_nothing_new_is_not_written(stage: EstimatedLoans) -> None:
    stage.week(repaid=False)
    for later in range(4):
        assert not stage.estimate(SUNDAY + days(later)).problems
    assert len(stage.estimates()) == 1


def test_a_round_of_an_earlier_day_does_not_have_the_last_word(stage: EstimatedLoans) -> None:
    stage.week(repaid=False)
    stage.estimate(SUNDAY)
    stage.estimate(MONDAY)  # of which fewer rows were known
    assert [row["made_as_of"] for row in stage.estimates()] == [SUNDAY]


def test_a_contract_may_switch_estimates_off(stage: EstimatedLoans) -> None:
    rules = replace(stage.dataset.performance, estimate=EstimateMethod.NONE)
    stage.dataset = replace(stage.dataset, performance=rules)
    stage.week(repaid=False)
    assert not stage.estimate(SUNDAY).problems
    assert not stage.estimates()


def test_a_version_without_holdout_is_not_estimated_and_is_no_problem_of_every_round(stage: EstimatedLoans) -> None:
    stage.promote("2", 1.0)
    stage.week(repaid=False)
    for later in range(3):
        assert not stage.estimate(SUNDAY + days(later)).problems
    (row,) = stage.estimates()
    assert (row["version"], row["value"], row["constant"], row["refused"]) == ("2", None, None, "no_holdout")
    assert "left no holdout" in row["why"]


def test_predictions_that_the_holdout_knows_nothing_of_are_refused_with_the_constant_beside(
    stage: EstimatedLoans,
) -> None:
    leave_holdout(stage, np.random.default_rng(1).uniform(0.05, 0.2, 400))
    stage.week(repaid=False)
    assert not stage.estimate(SUNDAY).problems
    (row,) = stage.estimates()
    assert (row["value"], row["refused"]) == (None, "outside_predictions")
    assert row["constant"] is not None
    assert "% of the predictions" in row["why"]


def test_a_new_champion_is_estimated_by_its_own_holdout_on_the_rows_that_it_serves(stage: EstimatedLoans) -> None:
    for number in range(4):
        stage.ask(MONDAY + days(number))
    stage.estimate(MONDAY + days(3))
    stage.promote("2", 0.8)
    stage.promised("2")
    for number in range(4, 7):
        stage.ask(MONDAY + days(number))
    stage.estimate(SUNDAY, version="1")  # it predicted, and was replaced meanwhile
    assert [row["version"] for row in stage.estimates()] == ["1"]
    stage.estimate(SUNDAY)
    first, second = stage.estimates()
    assert (first["version"], second["version"], second["rows"]) == ("1", "2", 3 * 12)
    assert first["constant"] != second["constant"]


def test_a_stage_without_champion_or_rows_estimates_nothing(stage: EstimatedLoans) -> None:
    assert not stage.estimate(MONDAY).problems
    assert not EstimatedLoans().estimate(MONDAY).problems
    assert not stage.estimates()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PAR1 and then nothing", "not estimated: Arrow"),
        (parquet_content(pa.table({"label": [0, 1]})), "the holdout cannot be judged: there is no column challenger"),
        (parquet_content(pa.table({"label": [2], "challenger": [0.5]})), "label holds values other than 0 and 1"),
    ],
)
def test_what_fails_is_a_problem_of_the_round_and_nothing_else(
    stage: EstimatedLoans, content: bytes, said: str
) -> None:
    key = training_keys.training_holdout(stage.dataset.name, "t1")
    whole = stage.lake.objects[key]
    stage.lake.objects[key] = content
    stage.week(repaid=False)
    (problem,) = stage.estimate(SUNDAY).problems
    assert problem.startswith("performance before labels was not estimated")
    assert said in problem
    stage.lake.objects[key] = whole
    assert not stage.estimate(SUNDAY).problems
    assert len(stage.estimates()) == 1


def test_a_damaged_estimate_is_told(stage: EstimatedLoans) -> None:
    stage.week(repaid=False)
    stage.estimate(SUNDAY)
    log = estimates_log(stage.dataset.name, lake=stage.lake)
    stage.lake.objects[scoring_keys.file_of_log(log.prefix, MONDAY, 1)] = b""
    (problem,) = stage.estimate(SUNDAY).problems
    assert "cannot be read" in problem


def test_a_round_waits_for_estimates_only_so_long_and_the_next_one_goes_on(stage: EstimatedLoans) -> None:
    stage.week(repaid=False)
    ticks = count(step=10)
    slow: dict[str, Any] = {"seconds": 5.0, "clock": lambda: float(next(ticks))}
    (problem,) = stage.estimate(SUNDAY, **slow).problems
    assert "the round left 5 seconds for it, which were not enough" in problem
    assert not stage.estimates()
    assert not stage.estimate(SUNDAY).problems
    assert len(stage.estimates()) == 1


def test_nothing_but_what_makes_and_shows_estimates_reads_them() -> None:
    """The rule of imports keeps `courtside.workflows.estimates` from what decides; this keeps the archive from it.

    A decision says what performance is estimated to be; the laws of decisions prove that this decides nothing.
    """
    package = Path(courtside.__file__).parent
    found = {
        file.relative_to(package).parent.as_posix()
        for file in package.rglob("*.py")
        if re.search(r"\bestimates_log\b|lake_keys\.estimates\b|ESTIMATES_PREFIX", file.read_text())
    }
    shown = {"contracts/archive", "workflows/dashboard"}
    assert found == {"contracts", "workflows", "workflows/decisions", "workflows/estimates", *shown}
    workflows = [file.name for file in (package / "workflows").glob("*.py") if "estimates_log" in file.read_text()]
    assert workflows == ["archive_log.py"]


def test_rows_without_times_lie_in_the_window_of_the_day_of_their_prediction() -> None:
    stage = EstimatedLoans()
    stage.dataset = replace(stage.dataset, time_column=None)
    stage.promote("1", 1.0)
    stage.promised("1")
    stage.ask(date(2026, 3, 11), 30)
    assert not stage.estimate(date(2026, 3, 12)).problems
    (row,) = stage.estimates()
    assert (row["window_start"], row["rows"]) == (MONDAY, 30)
