"""A day that is predicted after a later one was changes nothing of what was believed, and is kept for who asked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from courtside.core.drift.reading import ALL_DAYS
from courtside.core.parquet import parquet_content
from courtside.core.predictions.rules import PredictRules
from courtside.workflows.archive_log import predictions_log
from courtside.workflows.believed import Beliefs
from courtside.workflows.predict.newest import newest_predictions
from tests.fakes.dying_lake import WatchedLake
from tests.fakes.judging import MONDAY, JudgedLoans, days
from tests.fakes.predicting import DAY, LoansStage, loans

ONE_DAY = timedelta(days=1)


@pytest.fixture
def stage() -> LoansStage:
    stage = LoansStage()
    stage.promote("1", 0.5)
    stage.put("march", loans(1, [0.2, 0.4], day=DAY + 3 * ONE_DAY))
    return stage


def believed(stage: LoansStage) -> dict[int, list[dict[str, Any]]]:
    """Return what was believed on each of these days."""
    tables = {
        offset: pa.concat_tables(Beliefs(stage.lake, stage.dataset, DAY + offset * ONE_DAY).parts(ALL_DAYS))
        for offset in range(-3, 9)
    }
    return {offset: table.to_pylist() for offset, table in tables.items()}


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("offset", [-2, 0, 1, 2])
def test_the_same_question_has_the_same_answer_before_and_after(stage: LoansStage, offset: int, *, timed: bool) -> None:
    stage.dataset = replace(stage.dataset, time_column="asked_on" if timed else None)
    stage.predict()
    stage.predict(DAY + 2 * ONE_DAY)
    stage.put("march", loans(1, [0.2, 0.8], day=DAY + 3 * ONE_DAY))
    stage.predict(DAY + 3 * ONE_DAY)
    stage.put("march", loans(1, [0.6, 0.8, 0.9], day=DAY + 3 * ONE_DAY))
    stage.promote("2", 0.25)
    before = believed(stage)
    assert [row["prediction"] for row in before[3]] == [0.1, 0.4]
    assert stage.predict(DAY + offset * ONE_DAY).predicted == 3
    assert believed(stage) == before


def test_what_is_made_in_hindsight_says_so_and_is_made_once(stage: LoansStage) -> None:
    stage.predict(DAY + ONE_DAY)
    done = stage.predict()
    assert (done.predicted, done.unchanged) == (2, 0)
    assert "days after 2026-03-10 were predicted before" in done.problems[0]
    marks = [(row["as_of"], row["in_hindsight"], row["revision"]) for row in stage.kept(id="1|2026-03-13")]
    assert marks == [(DAY, True, 1), (DAY + ONE_DAY, False, 1)]
    objects = dict(stage.lake.objects)
    assert (stage.predict().predicted, stage.predict(DAY + ONE_DAY).predicted) == (0, 0)
    assert stage.lake.objects == objects
    stage.put("march", loans(1, [0.9, 0.4], day=DAY + 3 * ONE_DAY))
    assert stage.predict().predicted == 1
    assert [row["revision"] for row in stage.kept(as_of=DAY, id="1|2026-03-13")] == [1, 2]


def test_what_a_champion_says_of_days_that_it_learned_from_is_no_prediction(stage: LoansStage) -> None:
    stage.promote("2", 0.25, learned_until=str(DAY))
    done = stage.predict()
    assert done.predicted == 2
    why = "version 2 may have learned from rows of 2026-03-10 or later"
    assert done.problems[0].startswith(f"{why}, so these predictions are kept as made in hindsight and never count")
    assert {row["in_hindsight"] for row in stage.kept()} == {True}
    assert not believed(stage)[8]
    assert stage.predict().predicted == 0
    assert stage.predict(DAY + ONE_DAY).predicted == 2
    assert [row["prediction"] for row in believed(stage)[1]] == [0.05, 0.1]


def test_a_shadow_that_learned_from_the_day_is_left_out(stage: LoansStage) -> None:
    stage.seal("2", 0.25, learned_until=str(DAY + ONE_DAY))
    stage.seal("3", 0.125, learned_until=str(DAY - ONE_DAY))
    done = stage.predict(versions=("2", "3"))
    assert [(each.version, each.predicted, each.problem) for each in done.shadows] == [
        ("2", 0, "version 2 may have learned from rows of 2026-03-10 or later, so it predicted nothing"),
        ("3", 2, ""),
    ]
    assert {row["version"] for row in stage.kept()} == {"1", "3"}


def test_a_version_whose_rows_were_dated_by_another_column_may_have_learned_from_any_day(stage: LoansStage) -> None:
    until = str(DAY - 30 * ONE_DAY)
    stage.promote("2", 0.25, learned_until=until, time_column="paid_on")
    stage.seal("3", 0.125, learned_until=until, time_column="asked_on")
    stage.seal("4", 0.0625, time_column="paid_on")
    done = stage.predict(versions=("3", "4"))
    why = (
        "version 2 learned from rows up to 2026-02-08 by paid_on, and nobody can tell which rows those are by asked_on"
    )
    assert done.problems[0].startswith(f"{why}, so these predictions are kept as made in hindsight and never count")
    assert {row["in_hindsight"] for row in stage.kept()} == {True}
    stage.promote("5", 0.5, learned_until=until, time_column="asked_on")
    done = stage.predict(DAY + ONE_DAY, versions=("2", "3"))
    assert [(each.version, each.predicted, each.problem) for each in done.shadows] == [
        ("2", 0, f"{why}, so it predicted nothing"),
        ("3", 2, ""),
    ]
    assert not done.problems


def test_what_was_believed_in_time_is_not_said_again_in_hindsight(stage: LoansStage) -> None:
    stage.predict()
    stage.put("april", loans(11, [0.1], day=DAY + ONE_DAY))
    stage.predict(DAY + ONE_DAY)
    done = stage.predict()
    assert (done.predicted, done.unchanged) == (1, 2)


def test_a_row_that_was_predicted_only_in_hindsight_is_predicted_when_its_time_comes(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.2], day=DAY + 3 * ONE_DAY))
    stage.predict(DAY + ONE_DAY)
    stage.put("april", loans(11, [0.1], day=DAY + 3 * ONE_DAY))
    assert stage.predict().predicted == 2
    assert stage.predict(DAY + 2 * ONE_DAY).predicted == 1
    assert [row["prediction"] for row in believed(stage)[2]] == [0.1, 0.05]


def test_who_asks_for_a_day_in_hindsight_is_shown_it_and_nobody_else_is(stage: LoansStage) -> None:
    stage.predict(DAY + ONE_DAY)
    stage.put("march", loans(1, [0.8], day=DAY + 3 * ONE_DAY))
    stage.predict()
    shown = {
        offset: newest_predictions(DAY + offset * ONE_DAY, lake=stage.lake, dataset=stage.dataset).to_pylist()
        for offset in (0, 1)
    }
    assert [row["prediction"] for row in shown[0]] == [0.4]
    assert [row["prediction"] for row in shown[1]] == [0.1, 0.2]


def next_day_of(stage: LoansStage) -> Callable[[], None]:
    return lambda: stage.predict(DAY + ONE_DAY) and None


def day_of(stage: LoansStage) -> Callable[[], None]:
    return lambda: stage.predict() and None


def test_a_day_that_ends_while_it_is_predicted_is_predicted_in_hindsight(stage: LoansStage) -> None:
    """The later day comes at any moment: what was written before it counts, what is written after it does not."""
    marks = set()
    for step in range(1, 60):
        stage = LoansStage()
        stage.promote("1", 0.5)
        stage.put("march", loans(1, [0.2], day=DAY + 3 * ONE_DAY))
        lake = WatchedLake(stage.lake.objects, changes_left=step, interrupt=next_day_of(stage))
        assert stage.predict(lake=lake).predicted == 1
        (row,) = stage.kept(as_of=DAY)
        marks.add(row["in_hindsight"])
        assert stage.predict().predicted == 0
    assert marks == {True, False}


def test_of_two_days_at_once_the_later_one_is_shown() -> None:
    """The earlier day comes at any moment of the later one: a row has a prediction of each at most."""
    made = set()
    for step in range(1, 60):
        stage = LoansStage()
        stage.promote("1", 0.5)
        stage.put("march", loans(1, [0.2], day=DAY + 3 * ONE_DAY))
        lake = WatchedLake(stage.lake.objects, changes_left=step, interrupt=day_of(stage))
        stage.predict(DAY + ONE_DAY, lake=lake)
        kept = [(row["as_of"], row["in_hindsight"]) for row in stage.kept()]
        assert len({day for day, _ in kept}) == len(kept)
        made.add(tuple(sorted(kept)))
        (shown,) = newest_predictions(DAY + ONE_DAY, lake=stage.lake, dataset=stage.dataset).to_pylist()
        assert (shown["as_of"], shown["in_hindsight"]) == max(kept)
    both = ((DAY, False), (DAY + ONE_DAY, False))
    assert both in made


def test_windows_are_not_judged_by_what_was_predicted_in_hindsight() -> None:
    stage = JudgedLoans()
    stage.promote("1", 1.0)
    stage.promised("1")
    stage.week()
    stage.check(MONDAY + days(7))
    before = stage.statements()
    stage.dataset = replace(stage.dataset, predict=PredictRules(ahead=days(9)))
    stage.promote("2", 0.5)
    assert stage.predict(MONDAY + days(1)).predicted > 0
    done = stage.check(MONDAY + days(8))
    assert (done.stated, done.restated, stage.statements()) == (0, 0, before)


def test_files_from_before_the_mark_count(stage: LoansStage) -> None:
    stage.predict()
    log = predictions_log("loans", lake=stage.lake)
    before = believed(stage)
    (key,) = (key for key in stage.lake.objects if key.startswith("archive/predictions"))
    table = log.read(DAY, 1).drop_columns(["in_hindsight", "local_day"])
    stage.lake.objects[key] = parquet_content(table)
    assert believed(stage) == before
    assert stage.predict().unchanged == 2
    assert newest_predictions(DAY, lake=stage.lake, dataset=stage.dataset).num_rows == 2
