"""A target of text is trained on, stored, shown and watched with the words it is written in."""

import io
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import Window
from courtside.contracts.records import ChampionReference, TrainingRecord
from courtside.core.drift import ClassicPolicy, Profile
from courtside.core.drift.columns.column import CategoryColumn
from courtside.workflows.drift_window import report_window
from courtside.workflows.train import train
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.ports import InMemoryLake, InMemoryTracking
from tests.unit.workflows.churn_lake import asked, lake_of

ROWS = churn_table(2_000)
SAID = replace(DATASET, positive="No")
Trained = tuple[InMemoryLake, TrainingRecord, InMemoryTracking]


def in_words(table: pa.Table) -> pa.Table:
    place = table.column_names.index("churned")
    return table.set_column(place, "churned", pc.if_else(table.column("churned"), "Yes", "No"))


def all_left(table: pa.Table) -> pa.Table:
    return table.set_column(table.column_names.index("churned"), "churned", pa.array(["Yes"] * table.num_rows))


@pytest.fixture(scope="module")
def trained() -> Trained:
    lake, tracking = lake_of(a=in_words(ROWS)), InMemoryTracking()
    return lake, train(asked(), lake=lake, tracking=tracking, dataset=SAID), tracking


def test_the_declared_value_is_class_1_in_the_record_the_card_and_the_run(trained: Trained) -> None:
    lake, record, tracking = trained
    assert (record.target, record.positive) == ("churned", "No")
    assert not any("churned" in warning for warning in record.warnings)
    assert "No, of the target churned" in lake.read(training_keys.training_card_text("churn", "first")).decode()
    assert "No, of the target churned" in lake.read(training_keys.training_card_page("churn", "first")).decode()
    assert tracking.runs[0].tags["class_1"] == "No"


def test_the_gate_judges_the_declared_class(trained: Trained) -> None:
    lake, record, _ = trained
    newest = ROWS.sort_by("measured_at").slice(1_800)
    holdout = pq.read_table(io.BytesIO(lake.read(training_keys.training_holdout("churn", "first"))))
    assert holdout.column("label").to_pylist() == [int(not left) for left in newest.column("churned").to_pylist()]
    best = next(model for model in record.models if model.name == record.best)
    assert best.test_auc > 0.65


@pytest.mark.parametrize("words", [in_words(ROWS), all_left(in_words(ROWS))], ids=["as it was", "all left"])
def test_drift_of_the_target_is_measured_on_its_own_words(trained: Trained, words: pa.Table) -> None:
    lake, _, _ = trained
    key = training_keys.training_profile("churn", "first")
    outcomes = Profile.from_bytes(lake.read(key)).outcomes
    assert outcomes is not None
    target = outcomes.columns[0]
    assert isinstance(target, CategoryColumn)
    assert set(target.levels) == {"No", "Yes"}
    found = report_window(
        Window(start=date(2022, 1, 1), end=date(2024, 1, 1)),
        champion=ChampionReference(version="1", training_id="first", profile_key=key, dataset="churn"),
        lake=InMemoryLake({**lake_of(a=words).objects, key: lake.read(key)}),
        dataset=SAID,
        policy=ClassicPolicy(),
    )
    assert bool(found.report.outcomes_drifted) is (words != in_words(ROWS))
