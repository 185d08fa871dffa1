"""How much of the past a training learned from is in its record, its card, its runs and its baseline."""

from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError

from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.history import NotAHistory, parse_history
from courtside.contracts.records import TrainingRecord
from courtside.core.parquet import read_parquet_content
from courtside.workflows.train import train
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.ports import InMemoryLake, InMemoryTracking
from tests.unit.workflows.churn_lake import asked, lake_of

QUICK = replace(DATASET, candidates=("logistic_regression",))
Trained = tuple[InMemoryLake, TrainingRecord, InMemoryTracking, list[str]]


def trained(history: str) -> Trained:
    lake, tracking, told = lake_of(a=churn_table(1_500)), InMemoryTracking(), list[str]()
    request = asked().model_copy(update={"history": history})
    record = train(request, lake=lake, tracking=tracking, dataset=QUICK, progress=told.append)
    return lake, record, tracking, told


@pytest.fixture(scope="module")
def of_all() -> Trained:
    return trained("all")


@pytest.fixture(scope="module")
def of_a_year() -> Trained:
    return trained("1y")


def test_only_the_training_part_is_shorter(of_all: Trained, of_a_year: Trained) -> None:
    (_, everything, _, _), (_, newest, _, _) = of_all, of_a_year
    assert newest.history is not None
    assert everything.rows_train - newest.rows_train == newest.history.rows_left_out > 100
    assert (newest.rows_test, newest.rows_holdout) == (everything.rows_test, everything.rows_holdout)
    assert newest.data_hash == everything.data_hash
    assert newest.holdout_since == everything.holdout_since
    holdouts = [
        read_parquet_content(lake.read(training_keys.training_holdout("churn", "first")))
        for lake, *_ in (of_all, of_a_year)
    ]
    assert holdouts[0].column("label").equals(holdouts[1].column("label"))
    assert not holdouts[0].column("challenger").equals(holdouts[1].column("challenger"))


def test_the_record_says_when_the_holdout_begins(of_all: Trained) -> None:
    record = of_all[1]
    assert record.rows_holdout is not None
    newest = sorted(churn_table(1_500).column("measured_at").to_pylist())[-record.rows_holdout :]
    assert record.holdout_since == newest[0].date()


def test_it_is_in_card_and_runs(of_a_year: Trained) -> None:
    lake, record, tracking, told = of_a_year
    assert record.history is not None
    assert record.history.since is not None
    said = f"1y, since {record.history.since} ({record.history.rows_left_out} older rows were left out)"
    assert said in lake.read(training_keys.training_card_page("churn", "first")).decode()
    assert str(record.history.rows_left_out) in lake.read(training_keys.training_card_text("churn", "first")).decode()
    run = tracking.runs[0]
    assert (run.params["history"], run.params["rows_train"]) == ("1y", str(record.rows_train))
    assert run.tags["history_asked"] == "1y"
    assert "history" in told


def test_what_time_folds_chose_is_repeated_bit_for_bit() -> None:
    (_, one, _, told), (_, two, tracking, _) = trained("auto"), trained("auto")
    assert one.history == two.history
    assert one.history is not None
    assert (one.history.asked, tracking.runs[0].tags["history_asked"]) == ("auto", "auto")
    assert one.models == two.models
    assert next(part for part in told if part.startswith(("history", "profile"))) == "history"


@pytest.mark.parametrize("text", ["", "0y", "100y", "5", "5 y", "y", "Auto", "5y5y", "-1y", "5y\n"])
def test_other_histories_are_refused_by_name(text: str) -> None:
    with pytest.raises(NotAHistory, match="such as 5y"):
        parse_history(text)
    with pytest.raises(ValidationError):
        RetrainingRequest.model_validate({**asked().model_dump(), "history": text})


def test_a_request_for_all_of_the_past_is_the_one_that_older_programs_know() -> None:
    assert "history" not in asked(as_of=date(2024, 1, 1)).model_dump()
